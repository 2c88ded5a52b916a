//! Findings that any part of a spec can have: numbers and names beyond a limit, things said twice or in vain.

use super::code::codes;
use super::{Diagnostics, Place};
use crate::spec::path::SpecPath;

codes! {
    AMBIGUOUS_NAME = "ambiguous-name": "The stack of a code location is called `<deployment>-location-<key>`, and those of \
        registries and tasks likewise. A deployment with such a word in its own name could meet another one's stacks, and \
        the role that releases the other one could deploy its stacks."
        => "A rule of dagforge's own: names are made so that no two deployments of an account share one.";
    FARGATE_SIZE = "fargate-size": "Fargate sells CPU and memory in fixed pairs, and ECS refuses every other pair. The \
        help names the nearest pair with at least as much of both."
        => "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-cpu-memory-error.html";
    NAME_TOO_LONG = "name-too-long": "A name in AWS that is made from the deployment's name would be longer than AWS \
        allows. Such names are not cut, because two deployments could then share one; the name they are made from has \
        to be shorter."
        => "https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html, \
        https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Limits.html, \
        https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html and \
        https://docs.aws.amazon.com/acm/latest/APIReference/API_RequestCertificate.html";
    REPEATED_ITEM = "repeated-item": "A list has the same item twice. AWS refuses most such lists, and in the others \
        one of the two was meant to be something else."
        => "A rule of dagforge's own: a list is a set wherever AWS reads it as one.";
    NO_EFFECT = "no-effect": "A key is set that does nothing, because another key decides otherwise. It is harmless, \
        but whoever reads the spec expects something that does not happen."
        => "A rule of dagforge's own: nothing that is asked for is ignored silently.";
    DEFINITION_SIZE = "definition-size": "ECS accepts task definitions of up to 64 KiB, most of which is environment. \
        Large values belong in a file of the image, in S3 or in a parameter."
        => "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-quotas.html";
}

impl Diagnostics {
    /// A number beyond a limit of AWS or Dagster, with the nearest one within and the reason for the limit.
    pub fn beyond(&mut self, at: &SpecPath, found: u64, (least, most): (u64, u64), reason: &str) {
        let limits = if most == u64::MAX { format!("at least {least}") } else { format!("{least} to {most}") };
        self.out_of_range(at, &found.to_string(), &limits);
        self.last_help(format!("the nearest is {}: {reason}", found.clamp(least, most)));
    }

    /// A list that is too short or too long, and the reason.
    pub fn wrong_count(&mut self, at: &SpecPath, found: usize, (least, most): (usize, usize), reason: &str) {
        let limits = if most == usize::MAX { format!("at least {least}") } else { format!("{least} to {most}") };
        self.out_of_range(at, &format!("a list of {found}"), &format!("a list of {limits}"));
        self.last_help(reason.to_owned());
    }

    /// CPU and memory that Fargate does not sell together; `nearest` has both.
    pub fn fargate_size(
        &mut self,
        at: &SpecPath,
        cpu: u32,
        memory: u32,
        choices: &[String],
        nearest: Option<(u32, u32)>,
    ) {
        let message = format!("Fargate does not offer {memory} MiB of memory with {cpu} CPU units");
        let finding = self.error(FARGATE_SIZE, Place::value(at), message);
        for line in choices {
            finding.help(line.as_str());
        }
        if let Some((cpu, memory)) = nearest {
            finding.help(format!("the nearest pair with as much of both is `cpu: {cpu}, memory: {memory}`"));
        }
    }

    /// A derived name that AWS would refuse; `fix` says what to shorten.
    pub fn name_too_long(&mut self, at: &SpecPath, what: &str, name: &str, length: usize, limit: usize, fix: &str) {
        let message = format!("{what} `{name}` would have {length} characters, more than {limit}");
        self.error(NAME_TOO_LONG, Place::value(at), message).help(fix);
    }

    /// A name whose stacks another deployment could have; `other` is the name of that one.
    pub fn ambiguous_name(&mut self, at: &SpecPath, name: &str, other: &str, kind: &str) {
        let message = format!("stacks of `{name}` would be called like those of a {kind} of `{other}`");
        self.warning(AMBIGUOUS_NAME, Place::value(at), message).help(format!(
            "take a name without `-{kind}` in it, unless there is never a deployment `{other}` beside it"
        ));
    }

    /// The second of two equal items.
    pub fn repeated_item(&mut self, at: &SpecPath, item: &str, first: &SpecPath, fix: Option<&str>) {
        let finding = self.error(REPEATED_ITEM, Place::value(at), format!("`{item}` is in the list already"));
        finding.help(fix.map_or_else(|| format!("`{first}` is the same: remove one of the two"), str::to_owned));
    }

    /// A key that another one makes meaningless.
    pub fn no_effect(&mut self, at: &SpecPath, because: &str, fix: &str) {
        self.warning(NO_EFFECT, Place::key(at), format!("`{at}` has no effect: {because}")).help(fix);
    }

    /// A task definition beyond 64 KiB.
    pub fn definition_size(&mut self, at: &SpecPath, family: &str, size: usize, limit: usize) {
        let message = format!("the task definition `{family}` would have some {size} bytes, more than {limit}");
        self.error(DEFINITION_SIZE, Place::key(at), message)
            .help("move large values into a file of the image, into S3, or into a parameter named in `secrets`");
    }

    /// Another line of help for the finding that was made last.
    fn last_help(&mut self, line: String) {
        if let Some(finding) = self.found.last_mut() {
            finding.help(line);
        }
    }
}
