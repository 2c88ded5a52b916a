//! Rules about the sizes of tasks: CPU, memory, ephemeral storage, and the task definition itself.

use super::owners::task_at;
use super::{Rule, Subject, fargate, location_at, measure};
use crate::diagnostic::Diagnostics;
use crate::plan::task::TaskDefinition;
use crate::spec::path::SpecPath;

pub(super) const RULES: &[Rule] = &[pairs, ephemeral, definitions];

/// Largest task definition in bytes
/// (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-quotas.html>).
const DEFINITION_LIMIT: usize = 64 * 1024;

/// CPU and memory of every task are a pair that Fargate sells.
fn pairs(subject: &Subject, found: &mut Diagnostics) {
    let Subject { spec, plan, .. } = subject;
    let web = spec.web.as_ref().map(|it| (it.cpu, it.memory));
    pair("web".into(), web, &plan.rooms.ui.webserver.task, found);
    let daemon = spec.daemon.as_ref().map(|it| (it.cpu, it.memory));
    pair("daemon".into(), daemon, &plan.rooms.platform.daemon.task, found);
    for (key, location) in &spec.code_locations {
        let planned = plan.rooms.locations.iter().find(|it| it.key.as_str() == key.as_str());
        let server = location.server.as_ref().map(|it| (it.cpu, it.memory));
        if let Some(task) = planned.and_then(|it| it.server.as_ref()) {
            pair(location_at(key.as_str()).key("server"), server, &task.task, found);
        }
        let run = location.run.as_ref().map(|it| (it.cpu, it.memory));
        let shared = plan.rooms.platform.in_process.as_ref().map(|it| &it.run);
        if let Some(task) = planned.map(|it| &it.run).or(shared) {
            pair(location_at(key.as_str()).key("run"), run, task, found);
        }
    }
    for ((key, task), planned) in spec.tasks.iter().flatten().zip(&plan.rooms.tasks) {
        pair(task_at(key.as_str()), Some((task.cpu, task.memory)), &planned.definition, found);
    }
}

/// What is written of a size: one half may be a default.
type Written = (Option<u32>, Option<u32>);

fn pair(at: SpecPath, written: Option<Written>, task: &TaskDefinition, found: &mut Diagnostics) {
    let (Ok(cpu), Ok(memory)) = (task.cpu.parse(), task.memory.parse()) else { return };
    let Some((written_cpu, written_memory)) = written.filter(|_| !fargate::offers(cpu, memory)) else { return };
    let cpu_is_sold = fargate::pairs().any(|it| it.0 == cpu);
    let blamed = match written_cpu {
        Some(_) if !cpu_is_sold || written_memory.is_none() => "cpu",
        _ => "memory",
    };
    let choices = fargate::choices(cpu, memory);
    found.fargate_size(&at.key(blamed), cpu, memory, &choices, fargate::nearest(cpu, memory));
}

/// Fargate's own 20 GiB come without asking.
fn ephemeral(subject: &Subject, found: &mut Diagnostics) {
    let locations = subject.spec.code_locations.iter().flat_map(|(key, it)| {
        let at = location_at(key.as_str());
        let server = it.server.as_ref().and_then(|it| it.ephemeral_gib);
        [(at.key("server"), server), (at.key("run"), it.run.as_ref().and_then(|it| it.ephemeral_gib))]
    });
    let tasks = subject.spec.tasks.iter().flatten().map(|(key, it)| (task_at(key.as_str()), it.ephemeral_gib));
    for (at, gib) in locations.chain(tasks) {
        let Some(gib) = gib else { continue };
        if !(21..=200).contains(&gib) {
            let at = at.key("ephemeral_gib");
            found.beyond(&at, gib.into(), (21, 200), "Fargate has 20 GiB without asking, and 200 at most");
        }
    }
}

/// Task definitions that ECS would refuse for their size.
fn definitions(subject: &Subject, found: &mut Diagnostics) {
    for owner in subject.planned() {
        for task in &owner.definitions {
            let size = measure::json(task);
            if size > DEFINITION_LIMIT {
                found.definition_size(&owner.at.key("env"), &task.family, size, DEFINITION_LIMIT);
            }
        }
    }
}
