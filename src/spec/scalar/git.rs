//! Names of git: where a repository is, a commit, a branch.

use super::{Flaw, Scalar, malformed, text_scalar};

text_scalar! {
    /// A git repository, reached over HTTPS.
    GitUrl
}

text_scalar! {
    /// The whole hash of a commit.
    CommitHash
}

text_scalar! {
    /// A branch, or a name like one.
    RefName
}

text_scalar! {
    /// A repository on GitHub, by owner and name.
    GithubRepository
}

impl Scalar for GithubRepository {
    const FORMAT: &'static str = "github-repository";
    const WHAT: &'static str = "a repository on GitHub";
    const PATTERN: &'static str = r"^[A-Za-z0-9-]{1,39}(@[0-9]+)?/[A-Za-z0-9._-]{1,100}(@[0-9]+)?$";

    /// An asterisk would let other repositories in. Ids stand behind an `@`, with both names or with neither
    /// (<https://docs.github.com/en/actions/reference/openid-connect-reference>).
    fn parse(text: &str) -> Result<Self, Flaw> {
        const FORM: &str =
            "it is an owner and a name, `acme/dagster`, or both with their ids, `acme@1234/dagster@5678`";
        let named = |it: &str, most: usize, marks: &str| {
            (1..=most).contains(&it.len()) && it.chars().all(|c| c.is_ascii_alphanumeric() || marks.contains(c))
        };
        let id = |it: &str| {
            it.strip_prefix('@').is_some_and(|it| !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit()))
        };
        let split = |it: &str| {
            let at = it.find('@').unwrap_or(it.len());
            (it[..at].to_owned(), it[at..].to_owned())
        };
        let good = text.split_once('/').is_some_and(|(owner, name)| {
            let ((owner, owner_id), (name, name_id)) = (split(owner), split(name));
            let ids = (owner_id.is_empty() && name_id.is_empty()) || (id(&owner_id) && id(&name_id));
            named(&owner, 39, "-") && named(&name, 100, "._-") && ids
        });
        if good { Ok(Self(text.to_owned())) } else { Err(malformed::<Self>(text, FORM)) }
    }
}

impl Scalar for GitUrl {
    const FORMAT: &'static str = "git-url";
    const WHAT: &'static str = "a git repository";
    const PATTERN: &'static str = r"^https://[A-Za-z0-9.-]+(:[0-9]+)?(/[A-Za-z0-9._~-]+)+$";

    fn parse(text: &str) -> Result<Self, Flaw> {
        const FORM: &str = "it is `https://`, a host and a path, without a user or password";
        let path = |it: &str| !it.is_empty() && it.chars().all(|c| c.is_ascii_alphanumeric() || "._~-".contains(c));
        let host = |it: &str| {
            let (name, port) = it.split_once(':').unwrap_or((it, "0"));
            let good = name.chars().all(|c| c.is_ascii_alphanumeric() || ".-".contains(c));
            good && !name.is_empty() && !port.is_empty() && port.bytes().all(|it| it.is_ascii_digit())
        };
        match text.strip_prefix("https://").and_then(|it| it.split_once('/')) {
            Some((name, rest)) if host(name) && rest.split('/').all(path) => Ok(Self(text.to_owned())),
            _ => Err(malformed::<Self>(text, FORM)),
        }
    }
}

impl Scalar for CommitHash {
    const FORMAT: &'static str = "commit-hash";
    const WHAT: &'static str = "the hash of a commit";
    const PATTERN: &'static str = "^[0-9a-f]{40}$";

    fn parse(text: &str) -> Result<Self, Flaw> {
        const FORM: &str = "it is all 40 digits, as `git rev-parse HEAD` prints them: a tag or branch can be moved";
        let good = text.len() == 40 && text.bytes().all(|it| matches!(it, b'0'..=b'9' | b'a'..=b'f'));
        if good { Ok(Self(text.to_owned())) } else { Err(malformed::<Self>(text, FORM)) }
    }
}

impl Scalar for RefName {
    const FORMAT: &'static str = "ref-name";
    const WHAT: &'static str = "a branch or a name like one";
    const PATTERN: &'static str = r"^[A-Za-z0-9_][A-Za-z0-9._-]*(/[A-Za-z0-9_][A-Za-z0-9._-]*)*$";

    fn parse(text: &str) -> Result<Self, Flaw> {
        const FORM: &str = "it is made of letters, digits, `.`, `-`, `_` and `/`: `release/2026`";
        let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let good = |it: &str| it.starts_with(word) && it.chars().all(|c| word(c) || matches!(c, '.' | '-'));
        let all = text.split('/').all(good) && text.len() <= 100;
        if all { Ok(Self(text.to_owned())) } else { Err(malformed::<Self>(text, FORM)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repository_has_no_credentials() {
        for good in ["https://example.com/acme/dagforge", "https://git.example.com:8443/a/b.git"] {
            assert!(GitUrl::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "https://",
            "https://example.com",
            "https://u:p@example.com/a",
            "http://example.com/a",
            "git@example.com:a/b",
            "https://example.com/a b",
            "https://example.com//a",
        ] {
            assert!(GitUrl::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_repository_on_github_is_one_repository() {
        for good in ["acme/dagster", "acme-1/dagster.pipelines_2", "acme@1234/dagster@5678"] {
            assert!(GithubRepository::parse(good).is_ok(), "{good}");
        }
        for bad in
            ["", "acme", "acme/", "acme/*", "*/dagster", "acme/a/b", "acme@1/dagster", "acme@x/dagster@2", "a@/b@"]
        {
            assert!(GithubRepository::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_commit_is_its_whole_hash() {
        assert!(CommitHash::parse(&"0123456789".repeat(4)).is_ok());
        for bad in ["", "v1.0.0", "main", "0123abc", &"A".repeat(40), &"0".repeat(64)] {
            assert!(CommitHash::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_branch_needs_no_quotes() {
        for good in ["main", "release/2026", "ubuntu-24.04", "acme-prod"] {
            assert!(RefName::parse(good).is_ok(), "{good}");
        }
        for bad in ["", "/", "a//b", "-a", "a b", "${{ x }}", "a*", "a/", ".a"] {
            assert!(RefName::parse(bad).is_err(), "{bad}");
        }
    }
}
