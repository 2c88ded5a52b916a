//! Where something stands in a spec: `code_locations.sales.run.cpu`, `subnets[1]`.

use std::fmt;

/// One step of a path.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Step {
    /// Into a map.
    Key(String),
    /// Into a list, counted from 0.
    Index(usize),
}

/// The steps from the top of a spec to a key or value. The empty path is the whole spec.
#[derive(Clone, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub struct SpecPath(Vec<Step>);

impl SpecPath {
    /// The whole spec.
    pub fn root() -> Self {
        Self::default()
    }

    /// The path of a key below this one.
    #[must_use]
    pub fn key(&self, name: impl AsRef<str>) -> Self {
        self.step(Step::Key(name.as_ref().to_owned()))
    }

    /// The path of a list's element below this one.
    #[must_use]
    pub fn index(&self, index: usize) -> Self {
        self.step(Step::Index(index))
    }

    /// The path one step further.
    #[must_use]
    pub fn step(&self, step: Step) -> Self {
        let mut steps = self.0.clone();
        steps.push(step);
        Self(steps)
    }

    /// The path one step back; none for the whole spec.
    pub fn parent(&self) -> Option<Self> {
        let (_, rest) = self.0.split_last()?;
        Some(Self(rest.to_vec()))
    }

    /// This path below another.
    #[must_use]
    pub fn below(&self, base: &Self) -> Self {
        Self(base.0.iter().chain(&self.0).cloned().collect())
    }

    /// The steps, from the top.
    pub fn steps(&self) -> &[Step] {
        &self.0
    }

    /// The last step, when it is a key.
    pub fn last_key(&self) -> Option<&str> {
        match self.0.last()? {
            Step::Key(name) => Some(name),
            Step::Index(_) => None,
        }
    }
}

impl FromIterator<Step> for SpecPath {
    fn from_iter<I: IntoIterator<Item = Step>>(steps: I) -> Self {
        Self(steps.into_iter().collect())
    }
}

/// Keys between dots, for paths that are known when the program is written: `"web.domain".into()`.
impl From<&str> for SpecPath {
    fn from(dotted: &str) -> Self {
        dotted.split('.').filter(|it| !it.is_empty()).map(|it| Step::Key(it.to_owned())).collect()
    }
}

impl fmt::Display for SpecPath {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let simple = |name: &str| !name.is_empty() && name.chars().all(|it| it.is_alphanumeric() || "-_/".contains(it));
        for (at, step) in self.0.iter().enumerate() {
            match step {
                Step::Key(name) if simple(name) && at == 0 => f.write_str(name)?,
                Step::Key(name) if simple(name) => write!(f, ".{name}")?,
                Step::Key(name) => write!(f, "[{name:?}]")?,
                Step::Index(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_as_one_would_say_it() {
        let run = SpecPath::from("code_locations.sales").key("run");
        assert_eq!(run.key("cpu").to_string(), "code_locations.sales.run.cpu");
        assert_eq!(SpecPath::root().key("subnets").index(1).to_string(), "subnets[1]");
        assert_eq!(SpecPath::root().key("tags").key("a b").to_string(), "tags[\"a b\"]");
        assert_eq!(SpecPath::root().to_string(), "");
        assert_eq!(run.parent().unwrap().to_string(), "code_locations.sales");
    }
}
