//! The pairs of CPU and memory that Fargate sells.

/// CPU units with the least and the most memory in MiB and the step between
/// (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-cpu-memory-error.html>).
const STEPS: &[(u32, u32, u32, u32)] = &[
    (256, 512, 2048, 512),
    (512, 1024, 4096, 1024),
    (1024, 2048, 8192, 1024),
    (2048, 4096, 16384, 1024),
    (4096, 8192, 30720, 1024),
    (8192, 16384, 61440, 4096),
    (16384, 32768, 122_880, 8192),
];

/// Every pair, smallest first.
pub fn pairs() -> impl Iterator<Item = (u32, u32)> {
    let of = |(cpu, least, most, step): &(u32, u32, u32, u32)| {
        let (cpu, least, step) = (*cpu, *least, *step);
        (0..=(most - least) / step).map(move |it| (cpu, least + it * step))
    };
    // A quarter of a CPU skips the 1536 that its step would have.
    STEPS.iter().flat_map(of).filter(|pair| *pair != (256, 1536))
}

/// Whether a pair is sold.
pub fn offers(cpu: u32, memory: u32) -> bool {
    pairs().any(|it| it == (cpu, memory))
}

/// The smallest pair with at least as much of both.
pub fn nearest(cpu: u32, memory: u32) -> Option<(u32, u32)> {
    pairs().find(|it| it.0 >= cpu && it.1 >= memory)
}

/// What can be chosen: memory with this CPU, and CPU with this memory.
pub fn choices(cpu: u32, memory: u32) -> Vec<String> {
    let memories: Vec<u32> = pairs().filter(|it| it.0 == cpu).map(|it| it.1).collect();
    let cpus: Vec<u32> = pairs().filter(|it| it.1 == memory).map(|it| it.0).collect();
    let mut lines = Vec::new();
    match memories.as_slice() {
        [] => lines.push(format!("`cpu` is one of {}", listed(STEPS.iter().map(|it| it.0)))),
        [first, second, .., last] if memories.len() > 8 => {
            let step = second - first;
            lines.push(format!("with `cpu: {cpu}`, memory is {first} to {last} in steps of {step}"));
        }
        some => lines.push(format!("with `cpu: {cpu}`, memory is one of {}", listed(some.iter().copied()))),
    }
    if !cpus.is_empty() {
        lines.push(format!("with `memory: {memory}`, cpu is one of {}", listed(cpus)));
    }
    lines
}

fn listed(numbers: impl IntoIterator<Item = u32>) -> String {
    let numbers: Vec<String> = numbers.into_iter().map(|it| it.to_string()).collect();
    numbers.join(", ")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn there_are_74_pairs_and_their_neighbours_are_none() {
        let all: BTreeSet<(u32, u32)> = pairs().collect();
        assert_eq!(all.len(), 74);
        let of = |cpu: u32| all.iter().filter(|it| it.0 == cpu).count();
        let counts = [256, 512, 1024, 2048, 4096, 8192, 16384].map(of);
        assert_eq!(counts, [3, 4, 7, 13, 23, 12, 12]);
        for (cpu, memory) in &all {
            for (other_cpu, other_memory) in
                [(*cpu, memory - 1), (*cpu, memory + 1), (cpu - 1, *memory), (cpu + 1, *memory)]
            {
                assert!(!offers(other_cpu, other_memory), "{other_cpu} {other_memory}");
            }
        }
        assert!(!offers(256, 1536) && !offers(4096, 32768) && !offers(16384, 131_072) && !offers(0, 0));
    }

    #[test]
    fn the_nearest_pair_has_as_much_of_both() {
        for (cpu, memory) in pairs() {
            assert_eq!(nearest(cpu, memory), Some((cpu, memory)));
            assert!(nearest(cpu, memory + 1).is_none_or(|it| it.0 >= cpu && it.1 > memory));
        }
        assert_eq!(nearest(512, 900), Some((512, 1024)));
        assert_eq!(nearest(256, 4096), Some((512, 4096)));
        assert_eq!(nearest(1, 1), Some((256, 512)));
        assert_eq!(nearest(16384, 200_000), None);
    }

    #[test]
    fn choices_are_short() {
        assert_eq!(choices(512, 900), ["with `cpu: 512`, memory is one of 1024, 2048, 3072, 4096"]);
        assert_eq!(
            choices(4096, 4096),
            [
                "with `cpu: 4096`, memory is 8192 to 30720 in steps of 1024",
                "with `memory: 4096`, cpu is one of 512, 1024, 2048"
            ]
        );
        assert_eq!(choices(300, 1)[0], "`cpu` is one of 256, 512, 1024, 2048, 4096, 8192, 16384");
    }
}
