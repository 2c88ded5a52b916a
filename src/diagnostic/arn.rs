//! Findings about ARNs: of another account, region, partition or service than the deployment needs.

use super::code::codes;
use super::{Diagnostics, Place, Severity};
use crate::spec::path::SpecPath;

codes! {
    FOREIGN_PARTITION = "foreign-partition": "An ARN belongs to another partition (`aws`, `aws-cn`, `aws-us-gov`) than the \
        deployment's region. Partitions share nothing."
        => "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html";
    PARTITION_OF_REGION = "partition-of-region": "A region belongs to one partition, so `partition` decides nothing: it is there to \
        have it checked, like `account`. The two contradict each other, and one of them is a mistake."
        => "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html";
    FOREIGN_REGION = "foreign-region": "An ARN belongs to another region than the deployment, and AWS takes only one of \
        the same region there."
        => "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html";
    FOREIGN_ACCOUNT = "foreign-account": "An ARN belongs to another account than the spec's `account`. For certificates and \
        policies AWS refuses that; elsewhere the other account has to share the resource, so it is most often the \
        wrong environment's."
        => "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html";
    WRONG_ARN = "wrong-arn": "An ARN names another kind of thing than its key takes."
        => "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html";
}

impl Diagnostics {
    /// Another partition.
    pub fn foreign_partition(&mut self, at: &SpecPath, found: &str, own: &str, region: &str) {
        let message = format!("this ARN is of the partition `{found}`, and {region} is in `{own}`");
        self.error(FOREIGN_PARTITION, Place::value(at), message).help(format!("it begins with `arn:{own}:`"));
    }

    /// The partition is not that of the region.
    pub fn partition_of_region(&mut self, at: &SpecPath, written: &str, own: &str, region: &str) {
        let message = format!("{region} is in the partition `{own}`, not in `{written}`");
        self.error(PARTITION_OF_REGION, Place::value(at), message)
            .help(format!("write `{own}`, or leave the key out; or take a region of `{written}`"));
    }

    /// Another region.
    pub fn foreign_region(&mut self, at: &SpecPath, found: &str, region: &str, what: &str) {
        let message = format!("{what} is in {found}, and the deployment is in {region}");
        self.error(FOREIGN_REGION, Place::value(at), message).help(format!("use one of {region}"));
    }

    /// Another account.
    pub fn foreign_account(&mut self, at: &SpecPath, found: &str, account: &str, severity: Severity) {
        let message = format!("this ARN is of the account {found}, and the deployment belongs to {account}");
        self.add(severity, FOREIGN_ACCOUNT, Place::value(at), message).help(match severity {
            Severity::Error => format!("use one of {account}: AWS refuses another account's here"),
            Severity::Warning => format!("use one of {account}, or make sure that {found} shares it"),
        });
    }

    /// Another kind of thing.
    pub fn wrong_arn(&mut self, at: &SpecPath, expected: &str, form: &str) {
        self.error(WRONG_ARN, Place::value(at), format!("this is not the ARN of {expected}"))
            .help(format!("it looks like `{form}`"));
    }
}
