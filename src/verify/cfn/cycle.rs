//! Resources that wait for each other, which CloudFormation refuses before it creates anything.

use std::collections::{BTreeMap, BTreeSet};

/// The ids around one cycle, the first repeated at the end.
pub(super) fn find<'n>(needs: &BTreeMap<&'n str, BTreeSet<&'n str>>) -> Option<Vec<String>> {
    let mut done = BTreeSet::new();
    needs.keys().find_map(|id| visit(id, needs, &mut done, &mut Vec::new()))
}

/// Depth first; as deep as the longest chain of resources, which their number limits.
fn visit<'n>(
    id: &'n str,
    needs: &BTreeMap<&'n str, BTreeSet<&'n str>>,
    done: &mut BTreeSet<&'n str>,
    path: &mut Vec<&'n str>,
) -> Option<Vec<String>> {
    if let Some(start) = path.iter().position(|before| *before == id) {
        return Some(path[start..].iter().chain([&id]).map(|id| (*id).to_owned()).collect());
    }
    let needed = needs.get(id)?;
    if done.contains(id) {
        return None;
    }
    path.push(id);
    let found = needed.iter().find_map(|next| visit(next, needs, done, path));
    path.pop();
    done.insert(id);
    found
}
