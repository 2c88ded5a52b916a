//! Work on every core, handed over in order: what is written does not depend on which thread was faster.

use std::collections::BTreeMap;
use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

/// Fewer things than this for each thread are made sooner than the thread is.
const WORTH_A_THREAD: usize = 8;

/// Makes the things numbered `0..count` and takes them one by one, in order, on the calling thread.
///
/// What is made and not yet taken is limited, so memory does not grow with `count`. After the first error nothing more is taken.
pub fn in_order<T: Send, E>(
    count: usize,
    make: impl Fn(usize) -> T + Sync,
    mut take: impl FnMut(T) -> Result<(), E>,
) -> Result<(), E> {
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    let workers = cores.min(count / WORTH_A_THREAD);
    if workers < 2 {
        return (0..count).try_for_each(|idx| take(make(idx)));
    }
    let next = AtomicUsize::new(0);
    thread::scope(|scope| {
        let (sender, receiver) = mpsc::sync_channel(2 * workers);
        for _ in 0..workers {
            let (sender, next, make) = (sender.clone(), &next, &make);
            scope.spawn(move || {
                let claimed = std::iter::repeat_with(|| next.fetch_add(1, Ordering::Relaxed));
                // Nobody receives any more once something could not be taken.
                claimed.take_while(|idx| *idx < count).all(|idx| sender.send((idx, make(idx))).is_ok())
            });
        }
        drop(sender);
        let mut early = BTreeMap::new();
        let mut due = 0;
        for (idx, made) in receiver {
            early.insert(idx, made);
            while let Some(made) = early.remove(&due) {
                due += 1;
                take(made)?;
            }
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_everything_in_order() {
        for count in [0, 1, 7, 64, 1000] {
            let mut taken = Vec::new();
            let make = |idx: usize| {
                if idx.is_multiple_of(7) {
                    thread::yield_now();
                }
                idx * 2
            };
            let done: Result<(), ()> = in_order(count, make, |made| {
                taken.push(made);
                Ok(())
            });
            assert_eq!((done, taken), (Ok(()), (0..count).map(|idx| idx * 2).collect()));
        }
    }

    #[test]
    fn the_first_error_in_order_ends_it() {
        let mut taken = 0;
        let done = in_order(
            1000,
            |idx| idx,
            |made| {
                taken += 1;
                if made >= 100 { Err(made) } else { Ok(()) }
            },
        );
        assert_eq!((done, taken), (Err(100), 101));
    }
}
