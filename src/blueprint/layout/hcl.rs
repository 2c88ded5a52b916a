//! Terraform's own layout: what `terraform fmt` would change, so that a blueprint need not count columns.
//!
//! The rules are those of hclwrite's `format.go`: lines are indented by the brackets open before them, and the `=` and the
//! trailing comments of consecutive lines stand in one column. Spaces inside a line are the blueprint's own business. On top of
//! that, blank lines that an optional part left behind go.

mod line;

use super::lines;
use line::{Line, Scanner};

/// One run of lines whose cells are aligned: their indexes, and the widest of what stands before the cell.
#[derive(Default)]
struct Run {
    lines: Vec<usize>,
    width: usize,
}

/// Lays out one file.
pub(crate) fn layout(text: &str) -> String {
    let mut lines = scan(text);
    indent(&mut lines);
    align(
        &mut lines,
        |line| line.assign.map(|_| line.indent + chars(line.lead())),
        |line, column| line.assign_column = column,
    );
    align(&mut lines, |line| line.comment.map(|_| line.width()), |line, column| line.comment_column = column);
    let mut laid = String::with_capacity(text.len() + text.len() / 8);
    for line in &lines {
        line.write(&mut laid);
    }
    laid
}

/// Cuts the lines, without the blank ones that stand beside another or at an edge of the file or of a block.
fn scan(text: &str) -> Vec<Line<'_>> {
    let mut scanner = Scanner::default();
    let mut kept: Vec<Line<'_>> = Vec::with_capacity(text.len() / 24);
    for line in lines(text) {
        let line = scanner.line(line);
        let before = kept.last();
        if line.is_blank() && before.is_none_or(|before| before.is_blank() || before.brackets > 0) {
            continue;
        }
        if line.brackets < 0 && before.is_some_and(Line::is_blank) {
            kept.pop();
        }
        kept.push(line);
    }
    if kept.last().is_some_and(Line::is_blank) {
        kept.pop();
    }
    kept
}

/// Several brackets opened on one line indent once, and it takes all of them closed to undo it.
fn indent(lines: &mut [Line<'_>]) {
    let mut open: Vec<usize> = Vec::new();
    for line in lines {
        let mut closed = usize::try_from(-line.brackets).unwrap_or(0);
        while let Some(last) = open.last_mut().filter(|_| closed > 0) {
            if closed < *last {
                *last -= closed;
                break;
            }
            closed -= *last;
            open.pop();
        }
        line.indent = 2 * open.len();
        if let Some(opened) = usize::try_from(line.brackets).ok().filter(|it| *it > 0) {
            open.push(opened);
        }
    }
}

/// Gives the lines of each run the same column. Lines inside a heredoc or a long comment belong to the line that began it.
fn align<'a>(
    lines: &mut [Line<'a>],
    width: impl Fn(&Line<'a>) -> Option<usize>,
    mut place: impl FnMut(&mut Line<'a>, usize),
) {
    let mut run = Run::default();
    for idx in 0..lines.len() {
        if lines[idx].verbatim {
            continue;
        }
        if let Some(width) = width(&lines[idx]) {
            run.lines.push(idx);
            run.width = run.width.max(width);
            continue;
        }
        let done = std::mem::take(&mut run);
        done.lines.iter().for_each(|member| place(&mut lines[*member], done.width + 1));
    }
    run.lines.iter().for_each(|member| place(&mut lines[*member], run.width + 1));
}

fn chars(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.chars().count() }
}
