//! Specs of any size.

use std::fmt::Write;

/// A deployment with this many code locations, of different sizes, each with environment, secret and permission.
pub fn with(locations: usize) -> String {
    // The database fits: a finding would be a second thing to measure.
    let database = "database: {create: {class: db.m7g.2xlarge}}";
    let mut spec = format!("dagforge: 1\nname: acme\nregion: eu-central-1\n{database}\ncode_locations:\n");
    for number in 1..=locations {
        let memory = 1024 * (1 + number % 4);
        write!(
            spec,
            "  team-{number}:\n\
             \x20   module: acme.team_{number}.definitions\n\
             \x20   env: {{LOG_LEVEL: info, TEAM: \"{number}\"}}\n\
             \x20   secrets: {{WAREHOUSE_PASSWORD: \"acme/team-{number}/warehouse:password\"}}\n\
             \x20   server: {{cpu: 512, memory: {memory}}}\n\
             \x20   run: {{cpu: 1024, memory: {run}}}\n\
             \x20   permissions:\n\
             \x20     - {{allow: [\"s3:GetObject\", \"s3:PutObject\"], on: [\"arn:aws:s3:::acme-lake/team-{number}/*\"]}}\n",
            run = memory + 1024,
        )
        .unwrap();
    }
    spec
}
