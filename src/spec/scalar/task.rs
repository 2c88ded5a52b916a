//! What tasks are started with: a repository without a revision, a package, a schedule.

use super::{Flaw, Scalar, malformed, text_scalar};

text_scalar! {
    /// An image repository, without tag or digest.
    RepositoryName
}

text_scalar! {
    /// Key of an archive in the code bucket.
    PackageKey
}

text_scalar! {
    /// An expression of EventBridge Scheduler: `cron(…)` or `rate(…)`.
    ScheduleExpression
}

text_scalar! {
    /// Name of a time zone, such as `Europe/Berlin`.
    TimeZone
}

/// Stands for the revision in a package's key.
pub const REVISION: &str = "{gitrev}";

impl RepositoryName {
    /// Whether the name begins with a registry's host; without one it is a repository of the deployment's own account.
    pub fn has_registry(&self) -> bool {
        self.0.split_once('/').is_some_and(|(host, _)| host.contains(['.', ':']))
    }
}

impl Scalar for RepositoryName {
    const FORMAT: &'static str = "image-repository";
    const WHAT: &'static str = "an image repository";
    const PATTERN: &'static str = "^[a-z0-9]+([._-][a-z0-9]+)*(:[0-9]+)?(/[a-z0-9]+([._-]+[a-z0-9]+)*)*$";

    fn parse(text: &str) -> Result<Self, Flaw> {
        const FORM: &str = "a repository of the account is `acme/dbt`, any other `ghcr.io/acme/dbt`";
        let (host, path) = match text.split_once('/') {
            Some((host, path)) if host.contains(['.', ':']) => (host, path),
            _ => ("host", text),
        };
        let (host, port) = host.split_once(':').unwrap_or((host, "0"));
        let good = |it: &str| {
            let edge = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit();
            it.starts_with(edge) && it.ends_with(edge) && it.chars().all(|it| edge(it) || "._-".contains(it))
        };
        let port_is_good = !port.is_empty() && port.bytes().all(|it| it.is_ascii_digit());
        if good(host) && port_is_good && path.split('/').all(good) && text.len() <= 256 {
            return Ok(Self(text.to_owned()));
        }
        let flaw = malformed::<Self>(text, FORM);
        Err(match path.split_once([':', '@']) {
            Some(_) => flaw.help("the tag is the revision; an image with a tag of its own goes directly below `image`"),
            None => flaw,
        })
    }
}

impl Scalar for PackageKey {
    const FORMAT: &'static str = "package-key";
    const WHAT: &'static str = "the key of a package";
    const PATTERN: &'static str = r"^([A-Za-z0-9_.=-]|\{gitrev\}|/)+\.(tar\.gz|tgz)$";

    fn parse(text: &str) -> Result<Self, Flaw> {
        const FORM: &str = "it is a path inside the code bucket that ends in `.tar.gz`: `packages/sales.tar.gz`";
        let bare = text.replace(REVISION, "r");
        let good = |it: &str| {
            !it.is_empty() && it != ".." && it.chars().all(|it| it.is_ascii_alphanumeric() || "_.=-".contains(it))
        };
        let archive = [".tar.gz", ".tgz"].iter().any(|it| bare.len() > it.len() && bare.ends_with(it));
        if archive && bare.split('/').all(good) && text.len() <= 1000 {
            return Ok(Self(text.to_owned()));
        }
        let flaw = malformed::<Self>(text, FORM);
        Err(match text.strip_prefix("s3://").and_then(|it| it.split_once('/')) {
            Some((_, path)) => flaw.help(format!("the bucket is `storage.code_bucket`; write `{path}`")),
            None => flaw,
        })
    }
}

impl ScheduleExpression {
    /// Whether it is a `rate(…)`, for which a time zone means nothing.
    pub fn is_rate(&self) -> bool {
        self.0.starts_with("rate(")
    }
}

impl Scalar for ScheduleExpression {
    const FORMAT: &'static str = "schedule-expression";
    const WHAT: &'static str = "a schedule";
    const PATTERN: &'static str = r"^(cron\([^()]+\)|rate\([1-9][0-9]* (minute|hour|day)s?\))$";

    fn parse(text: &str) -> Result<Self, Flaw> {
        const FORM: &str = "it is `cron(0 3 * * ? *)` or `rate(6 hours)`";
        let inner = |kind: &str| text.strip_prefix(kind)?.strip_prefix('(')?.strip_suffix(')');
        let problem = match (inner("cron"), inner("rate")) {
            (Some(fields), _) => cron(fields),
            (_, Some(rate)) => self::rate(rate),
            _ => Some(FORM),
        };
        let Some(problem) = problem else { return Ok(Self(text.to_owned())) };
        let flaw = malformed::<Self>(text, problem);
        let fields = text.split_whitespace().count();
        Err(if fields == 5 && !text.contains('(') {
            flaw.help("EventBridge has a sixth field, the year, and a `?` in one of the two fields for days")
        } else {
            flaw
        })
    }
}

/// What is wrong with the six fields of `cron(…)`
/// (<https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html>).
fn cron(text: &str) -> Option<&'static str> {
    let fields: Vec<&str> = text.split(' ').collect();
    let [minute, hour, day, month, weekday, year] = fields.as_slice() else {
        return Some("`cron` has six fields: minute, hour, day of month, month, day of week, year");
    };
    let good = |it: &str, more: &str| {
        !it.is_empty() && it.chars().all(|it| it.is_ascii_digit() || "*,-/".contains(it) || more.contains(it))
    };
    let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    let plain = [minute, hour, year].iter().all(|it| good(it, "")) && good(month, letters);
    if !plain || !good(day, "?LW") || !good(weekday, "?#ABCDEFGHIJKLMNOPQRSTUVWXYZ") {
        return Some(
            "the fields of `cron` have digits, names in capital letters, and `*`, `,`, `-`, `/`, `?`, `L`, `W`, `#`",
        );
    }
    ((**day == *"?") == (**weekday == *"?"))
        .then_some("exactly one of the two fields for days is `?`: day of month, or day of week")
}

/// What is wrong with `rate(…)`.
fn rate(text: &str) -> Option<&'static str> {
    let (count, unit) = text.split_once(' ').unwrap_or((text, ""));
    let counts = count.len() <= 9 && count.bytes().all(|it| it.is_ascii_digit()) && !count.starts_with('0');
    let singular = ["minute", "hour", "day"].contains(&unit);
    let plural = ["minutes", "hours", "days"].contains(&unit);
    let good = counts && !count.is_empty() && if count == "1" { singular } else { plural };
    (!good).then_some("`rate` has a number and a unit: `rate(1 day)`, `rate(6 hours)`")
}

impl Scalar for TimeZone {
    const FORMAT: &'static str = "time-zone";
    const WHAT: &'static str = "a time zone";
    const PATTERN: &'static str = "^[A-Z][A-Za-z0-9_+-]*(/[A-Z][A-Za-z0-9_+-]*)*$";

    fn parse(text: &str) -> Result<Self, Flaw> {
        let good = |it: &str| {
            it.starts_with(|it: char| it.is_ascii_uppercase())
                && it.chars().all(|it| it.is_ascii_alphanumeric() || "_+-".contains(it))
        };
        if text.split('/').all(good) && text.len() <= 50 {
            return Ok(Self(text.to_owned()));
        }
        Err(malformed::<Self>(text, "it is a name of the time zone database: `Europe/Berlin`, `UTC`"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repositories_have_no_revision() {
        for good in
            ["dbt", "acme/dbt", "ghcr.io/acme/dbt-core", "localhost:5000/a", "1.dkr.ecr.eu-central-1.amazonaws.com/a"]
        {
            assert!(RepositoryName::parse(good).is_ok(), "{good}");
        }
        for bad in ["", "dbt:1", "dbt@sha256:00", "/dbt", "dbt/", "Dbt", "a//b", "host.example:/a"] {
            assert!(RepositoryName::parse(bad).is_err(), "{bad}");
        }
        assert!(RepositoryName::parse("ghcr.io/a").unwrap().has_registry());
        assert!(!RepositoryName::parse("acme/dbt").unwrap().has_registry());
    }

    #[test]
    fn packages_are_archives_inside_the_bucket() {
        for good in ["a.tar.gz", "packages/sales-{gitrev}.tar.gz", "a/b=c/d.tgz"] {
            assert!(PackageKey::parse(good).is_ok(), "{good}");
        }
        for bad in ["", ".tar.gz", "/a.tar.gz", "a.zip", "a/../b.tgz", "a b.tgz", "a//b.tgz", "{rev}.tgz", "$(a).tgz"] {
            assert!(PackageKey::parse(bad).is_err(), "{bad}");
        }
        let flaw = PackageKey::parse("s3://acme-code/a.tar.gz").unwrap_err();
        assert_eq!(flaw.help[1], "the bucket is `storage.code_bucket`; write `a.tar.gz`");
    }

    #[test]
    fn schedules() {
        for good in
            ["cron(0 3 * * ? *)", "cron(0/15 8-18 ? * MON-FRI *)", "cron(0 3 L * ? *)", "rate(1 day)", "rate(6 hours)"]
        {
            assert!(ScheduleExpression::parse(good).is_ok(), "{good}");
        }
        let bad = [
            "",
            "cron(0 3 * * *)",
            "cron(0 3 * * * *)",
            "cron(0 3 ? * ? *)",
            "0 3 * * *",
            "rate(1 days)",
            "rate(0 days)",
        ];
        assert!(bad.iter().all(|it| ScheduleExpression::parse(it).is_err()));
        let bad = [
            "rate(2 day)",
            "rate(two days)",
            "at(2026-01-01T00:00:00)",
            "cron(a b c d e f)",
            "cron(0  3 * ? *)",
            "rate()",
        ];
        assert!(bad.iter().all(|it| ScheduleExpression::parse(it).is_err()));
        assert!(ScheduleExpression::parse("0 3 * * *").unwrap_err().help[1].contains("sixth field"));
    }

    #[test]
    fn time_zones() {
        for good in ["UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires", "Etc/GMT+3"] {
            assert!(TimeZone::parse(good).is_ok(), "{good}");
        }
        assert!(
            ["", "europe/berlin", "+01:00", "Europe/", "Europe Berlin"].iter().all(|it| TimeZone::parse(it).is_err())
        );
    }
}
