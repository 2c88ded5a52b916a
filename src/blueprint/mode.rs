//! Which language a blueprint is written in, told from its path.
//!
//! A mode travels through minijinja as the name of a custom auto-escape: it is chosen once per blueprint and there is no mode for
//! “as it is”, so text whose language is unknown prints no value at all.

use minijinja::AutoEscape;

/// How values are written into a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// A CloudFormation template: YAML with `!Sub` and `!Ref`.
    CloudFormation,
    /// Terraform's language.
    Terraform,
    /// YAML or JSON without any interpolation of its own.
    Plain,
    /// A compose file, which interpolates `$`.
    Compose,
    /// A GitHub Actions workflow, which interpolates `${{`.
    Workflow,
    /// A shell script: one quoted word for each value.
    Shell,
    /// Running text for people.
    Markdown,
    /// A file whose author writes the quotes, such as a Dockerfile: a value may hold nothing that could end them.
    Bare,
}

const ALL: [(Mode, &str); 8] = [
    (Mode::CloudFormation, "CloudFormation"),
    (Mode::Terraform, "Terraform"),
    (Mode::Plain, "YAML"),
    (Mode::Compose, "compose YAML"),
    (Mode::Workflow, "workflow YAML"),
    (Mode::Shell, "shell"),
    (Mode::Markdown, "Markdown"),
    (Mode::Bare, "plain text"),
];

impl Mode {
    /// The mode of a blueprint; none for a path that nothing is known about.
    pub fn of_path(path: &str) -> Option<Mode> {
        let path = path.strip_suffix(".j2")?;
        let (folder, file) = path.rsplit_once('/').unwrap_or(("", path));
        let extension = file.rsplit_once('.').map_or("", |(_, extension)| extension);
        Some(match (folder.split('/').next().unwrap_or_default(), file, extension) {
            (_, "Dockerfile" | "Makefile" | ".env.example" | ".dockerignore", _) => Mode::Bare,
            ("cfn", _, "yaml") => Mode::CloudFormation,
            ("compose", "compose.yaml", _) => Mode::Compose,
            ("compose", partial, "yaml") if partial.starts_with('_') => Mode::Compose,
            ("github", _, "yaml" | "yml") => Mode::Workflow,
            (_, _, "yaml" | "yml" | "json") => Mode::Plain,
            (_, _, "tf") => Mode::Terraform,
            (_, _, "sh") => Mode::Shell,
            (_, _, "md") => Mode::Markdown,
            _ => return None,
        })
    }

    /// The mode that a running blueprint is in; none inside `{% autoescape false %}` and its like.
    pub fn of_escape(escape: &AutoEscape) -> Option<Mode> {
        let AutoEscape::Custom(name) = escape else {
            return None;
        };
        ALL.iter().find(|(_, known)| known == name).map(|(mode, _)| *mode)
    }

    /// What minijinja carries along.
    pub fn escape(self) -> AutoEscape {
        AutoEscape::Custom(self.name().into())
    }

    /// The mode in a message.
    pub fn name(self) -> &'static str {
        ALL.iter().find(|(mode, _)| *mode == self).map_or("", |(_, name)| name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_decides() {
        for (path, mode) in [
            ("cfn/10-network.yaml.j2", Some(Mode::CloudFormation)),
            ("tf/network.tf.j2", Some(Mode::Terraform)),
            ("dagster/dagster.yaml.j2", Some(Mode::Plain)),
            ("compose/compose.yaml.j2", Some(Mode::Compose)),
            ("compose/_service.yaml.j2", Some(Mode::Compose)),
            ("compose/dagster.yaml.j2", Some(Mode::Plain)),
            ("github/deploy.yml.j2", Some(Mode::Workflow)),
            ("ops/ops.sh.j2", Some(Mode::Shell)),
            ("README.md.j2", Some(Mode::Markdown)),
            ("images/core/Dockerfile.j2", Some(Mode::Bare)),
            ("tf/network.tf", None),
            ("notes.j2", None),
        ] {
            assert_eq!(Mode::of_path(path), mode, "{path}");
        }
    }

    #[test]
    fn a_mode_survives_minijinja() {
        for (mode, _) in ALL {
            assert_eq!(Mode::of_escape(&mode.escape()), Some(mode));
        }
        assert_eq!(Mode::of_escape(&AutoEscape::None), None);
    }
}
