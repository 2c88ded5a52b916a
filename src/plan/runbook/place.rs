//! Where a task is started by hand: commands that set two variables of the shell.

use serde::Serialize;

use crate::plan::Rooms;

/// Where a task is started by hand.
#[derive(Clone, Debug, Serialize)]
pub struct Place {
    /// Command that sets `SUBNETS`.
    pub subnets: String,
    /// Command that sets `GROUP`.
    pub security_group: String,
}

impl Place {
    /// The private subnets, and the security group with this id.
    pub(super) fn resolve(rooms: &Rooms, group: &str) -> Self {
        let groups = &rooms.platform.security.groups;
        let name = groups.iter().find(|it| it.id == group).map_or("", |it| it.name.as_str());
        Self {
            subnets: subnets(rooms),
            security_group: format!(
                "GROUP=$(aws ec2 describe-security-groups --filters \"Name=tag:Name,Values={name}\" --query 'SecurityGroups[0].GroupId' --output text)"
            ),
        }
    }
}

fn subnets(rooms: &Rooms) -> String {
    let Some(created) = &rooms.network.created else {
        let ids: Vec<&str> = rooms.network.private_subnets.iter().filter_map(|it| it.as_literal()).collect();
        return format!("SUBNETS={}", ids.join(","));
    };
    let names: Vec<&str> = created.private.iter().map(|it| it.name.as_str()).collect();
    format!(
        "SUBNETS=$(aws ec2 describe-subnets --filters \"Name=tag:Name,Values={}\" --query \"join(',', Subnets[].SubnetId)\" --output text)",
        names.join(",")
    )
}
