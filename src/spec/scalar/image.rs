//! What containers are made from: revisions, image references, Dagster's version, folders.

use super::{Flaw, Scalar, malformed, text_scalar};

text_scalar! {
    /// A revision that tags images: whatever an image tag can be, except `latest`.
    GitRev
}

text_scalar! {
    /// A reference to one unchanging image: with a tag other than `latest`, or a digest, or both.
    ImageRef
}

text_scalar! {
    /// A version of Dagster, such as `1.13.27`.
    DagsterVersion
}

text_scalar! {
    /// A folder in a container, such as `/opt/dagster/home`.
    FolderPath
}

/// Why `latest` is refused.
const LATEST: &str = "`latest` names another image every day, so nothing that uses it can be reviewed or rolled back";

impl Scalar for GitRev {
    const FORMAT: &'static str = "git-revision";
    const WHAT: &'static str = "a revision";
    const PATTERN: &'static str = "^(?!latest$)[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$";

    fn parse(text: &str) -> Result<Self, Flaw> {
        if text == "latest" {
            return Err(Flaw::new("`latest` is not a revision").help(LATEST));
        }
        if tag(text) {
            return Ok(Self(text.to_owned()));
        }
        let flaw = malformed::<Self>(text, "it is an image tag: up to 128 letters, digits, `.`, `_` and `-`");
        Err(if text.contains('/') {
            flaw.help("a branch is not a revision: use the commit it points at")
        } else {
            flaw
        })
    }
}

/// The grammar of image tags.
fn tag(text: &str) -> bool {
    let word = |it: char| it.is_ascii_alphanumeric() || it == '_';
    text.len() <= 128 && text.starts_with(word) && text.chars().all(|it| word(it) || it == '.' || it == '-')
}

impl ImageRef {
    /// Everything before tag and digest.
    pub fn repository(&self) -> &str {
        split(&self.0).0
    }

    /// The tag, when there is one.
    pub fn tag(&self) -> Option<&str> {
        split(&self.0).1
    }

    /// The digest, `sha256:…`, when there is one.
    pub fn digest(&self) -> Option<&str> {
        split(&self.0).2
    }

    /// The registry's host, when the reference names one.
    pub fn registry(&self) -> Option<&str> {
        let (first, _) = self.repository().split_once('/')?;
        (first.contains(['.', ':']) || first == "localhost").then_some(first)
    }
}

/// Repository, tag and digest. A colon before a slash belongs to a registry's port.
fn split(text: &str) -> (&str, Option<&str>, Option<&str>) {
    let (rest, digest) = match text.split_once('@') {
        Some((rest, digest)) => (rest, Some(digest)),
        None => (text, None),
    };
    match rest.rsplit_once(':') {
        Some((repository, tag)) if !tag.contains('/') => (repository, Some(tag), digest),
        _ => (rest, None, digest),
    }
}

impl Scalar for ImageRef {
    const FORMAT: &'static str = "image";
    const WHAT: &'static str = "an image reference";
    const PATTERN: &'static str =
        "^[a-z0-9][a-z0-9._:/-]*(:[A-Za-z0-9_][A-Za-z0-9._-]{0,127})?(@sha256:[0-9a-f]{64})?$";

    fn parse(text: &str) -> Result<Self, Flaw> {
        const FORM: &str = "it looks like `repository:tag` or `repository@sha256:…`";
        let (repository, version, digest) = split(text);
        let path = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit() || "._:/-".contains(it);
        let part = |it: &str| it.starts_with(|it: char| it.is_ascii_lowercase() || it.is_ascii_digit());
        if !repository.split('/').all(part) || !repository.chars().all(path) || version.is_some_and(|it| !tag(it)) {
            return Err(malformed::<Self>(text, FORM));
        }
        if let Some(digest) = digest {
            let hex = digest.strip_prefix("sha256:").unwrap_or_default();
            if hex.len() != 64 || !hex.bytes().all(|it| matches!(it, b'0'..=b'9' | b'a'..=b'f')) {
                return Err(Flaw::new(format!("`{digest}` is not an image digest"))
                    .help("it is `sha256:` and 64 hexadecimal digits"));
            }
        }
        match (version, digest) {
            (None, None) => Err(Flaw::new(format!("`{text}` has neither tag nor digest")).help(FORM).help(LATEST)),
            (Some("latest"), None) => Err(Flaw::new(format!("`{text}` is no fixed image")).help(LATEST)),
            _ => Ok(Self(text.to_owned())),
        }
    }
}

impl DagsterVersion {
    /// Major, minor and patch number, to compare versions.
    pub fn numbers(&self) -> (u32, u32, u32) {
        release(&self.0).map_or((0, 0, 0), |(numbers, _)| numbers)
    }
}

/// The three numbers of a version, and what follows.
fn release(text: &str) -> Option<((u32, u32, u32), &str)> {
    let number = |it: &str| if it.starts_with('+') { None } else { it.parse::<u32>().ok() };
    let (major, rest) = text.split_once('.')?;
    let (minor, rest) = rest.split_once('.')?;
    let end = rest.find(|it: char| !it.is_ascii_digit()).unwrap_or(rest.len());
    Some(((number(major)?, number(minor)?, number(&rest[..end])?), &rest[end..]))
}

/// `rc1`, `.post2` and the like, of PEP 440.
fn suffix(text: &str) -> bool {
    let numbered = |prefix: &str| {
        text.strip_prefix(prefix).is_some_and(|it| !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit()))
    };
    text.is_empty() || ["a", "b", "rc", ".post"].into_iter().any(numbered)
}

impl Scalar for DagsterVersion {
    const FORMAT: &'static str = "dagster-version";
    const WHAT: &'static str = "a version of Dagster";
    const PATTERN: &'static str = r"^[0-9]+\.[0-9]+\.[0-9]+((a|b|rc|\.post)[0-9]+)?$";

    fn parse(text: &str) -> Result<Self, Flaw> {
        match release(text) {
            Some((_, rest)) if suffix(rest) => Ok(Self(text.to_owned())),
            _ => Err(malformed::<Self>(
                text,
                "it has three numbers, `1.13.27`: images are built with exactly this version",
            )),
        }
    }
}

impl FolderPath {
    /// Folders that every container needs as they are: the system's, and the volume at `/tmp`.
    pub const TAKEN: [&str; 5] = ["/tmp", "/dev", "/proc", "/sys", "/etc"];
}

impl Scalar for FolderPath {
    const FORMAT: &'static str = "folder";
    const WHAT: &'static str = "a folder in a container";
    const PATTERN: &'static str = "^(?!/(tmp|dev|proc|sys|etc)(/|$))(/[A-Za-z0-9_.-]+)+$";

    fn parse(text: &str) -> Result<Self, Flaw> {
        let plain = |it: &str| {
            !matches!(it, "" | "." | "..") && it.chars().all(|it| it.is_ascii_alphanumeric() || "_.-".contains(it))
        };
        if text.len() > 255 || !text.strip_prefix('/').is_some_and(|it| it.split('/').all(plain)) {
            return Err(malformed::<Self>(text, "it looks like `/opt/dagster/home`: `/` in front, none at the end"));
        }
        let within = |it: &&&str| text.strip_prefix(**it).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        match Self::TAKEN.iter().find(within) {
            Some(taken) => Err(Flaw::new(format!("`{text}` would hide what the container needs in `{taken}`"))
                .help("take a folder of its own, such as `/opt/dagster/home`")),
            None => Ok(Self(text.to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn revisions() {
        assert!(["9f1c2d3", "v1.2.3", "_x", "a-b.c"].iter().all(|it| GitRev::parse(it).is_ok()));
        assert!(
            ["", "latest", "-a", ".a", "a b", "feature/x", &"a".repeat(129)]
                .iter()
                .all(|it| GitRev::parse(it).is_err())
        );
    }

    #[test]
    fn images_do_not_move() {
        let digest = format!("sha256:{}", "0".repeat(64));
        let image = ImageRef::parse(&format!("localhost:5000/a/b:1@{digest}")).unwrap();
        assert_eq!(image.repository(), "localhost:5000/a/b");
        assert_eq!((image.tag(), image.digest()), (Some("1"), Some(digest.as_str())));
        assert_eq!(image.registry(), Some("localhost:5000"));
        assert_eq!(ImageRef::parse("redis:7-alpine").unwrap().registry(), None);
        assert_eq!(
            ImageRef::parse("public.ecr.aws/aws-cli/aws-cli:2.31.0").unwrap().registry(),
            Some("public.ecr.aws")
        );
        let bad =
            ["", "redis", "redis:latest", "redis:", ":7", "redis@sha256:12", "Redis:7", "localhost:5000/a", "a//b:1"];
        assert!(bad.iter().all(|it| ImageRef::parse(it).is_err()));
    }

    #[test]
    fn versions() {
        assert_eq!(DagsterVersion::parse("1.13.27").unwrap().numbers(), (1, 13, 27));
        assert!(DagsterVersion::parse("1.13.0rc2").is_ok());
        assert!(
            ["", "1.13", "1.13.x", ">=1.13.0", "1.13.0-beta", "v1.2.3"]
                .iter()
                .all(|it| DagsterVersion::parse(it).is_err())
        );
    }

    #[test]
    fn a_folder_is_absolute_and_its_own() {
        for good in ["/opt/dagster/home", "/home", "/etcetera", "/tmp-2"] {
            assert!(FolderPath::parse(good).is_ok(), "{good}");
        }
        for bad in
            ["", "/", "opt", "/opt/", "/opt//home", "/opt/../etc", "/tmp", "/etc/dagster", "/opt/$(id)", "/opt/a b"]
        {
            assert!(FolderPath::parse(bad).is_err(), "{bad}");
        }
    }
}
