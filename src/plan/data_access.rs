//! A code location's share of the data bucket: what is below its prefix, and nothing else.

use super::data::Data;
use super::iam::{Statement, s3_arn};
use super::task::{Variable, variable};
use super::text::Text;
use crate::spec::compute::CodeLocation;

/// The bucket and the location's prefix in it.
fn share<'a>(data: &'a Data, location: &'a CodeLocation) -> Option<(&'a Text, &'a str)> {
    data.data_bucket.as_ref().zip(location.s3_prefix.as_ref().map(|it| it.as_str()))
}

/// Objects below the prefix can be read, written and deleted, and their names listed. The prefix ends where a folder does:
/// `repos/sales` has no part in `repos/sales-archive`.
pub fn statements(data: &Data, location: &CodeLocation) -> Vec<Statement> {
    let Some((bucket, prefix)) = share(data, location) else { return Vec::new() };
    let actions = ["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:PutObject"];
    vec![
        Statement::allow("UseData", actions, [s3_arn(bucket, &format!("/{prefix}/*"))]),
        Statement::allow("ListData", ["s3:ListBucket"], [s3_arn(bucket, "")]).when(
            "StringLike",
            "s3:prefix",
            format!("{prefix}/*"),
        ),
    ]
}

/// Where the location finds its data.
pub fn environment(data: &Data, location: &CodeLocation) -> Vec<Variable> {
    let Some((bucket, prefix)) = share(data, location) else { return Vec::new() };
    vec![variable("DAGFORGE_DATA_BUCKET", bucket), variable("DAGFORGE_DATA_PREFIX", format!("{prefix}/"))]
}
