//! Work on many inputs at a time whose results come in the order of the inputs.

use std::sync::mpsc;
use std::thread;

/// Results that one thread may be ahead of whoever takes them: enough to go on while a large file is read.
const AHEAD: usize = 8;

/// Does `work` on all `inputs`, on `threads` threads, and gives the results to `take`, in order, on this thread. The
/// first error of `take` ends it.
///
/// Each thread has every `threads`-th input. So nothing is shared, and little waits to be taken.
pub fn in_order<I: Send, O: Send, E>(
    inputs: Vec<I>,
    threads: usize,
    work: impl Fn(I) -> O + Sync,
    mut take: impl FnMut(O) -> Result<(), E>,
) -> Result<(), E> {
    let threads = threads.clamp(1, inputs.len().max(1));
    let mut shares: Vec<Vec<I>> = (0..threads).map(|_| Vec::new()).collect();
    for (n, input) in inputs.into_iter().enumerate() {
        shares[n % threads].push(input);
    }
    let work = &work;
    thread::scope(|scope| {
        let lines: Vec<mpsc::Receiver<O>> = shares
            .into_iter()
            .map(|share| {
                let (give, line) = mpsc::sync_channel(AHEAD);
                // Nobody takes any more when `take` has failed.
                scope.spawn(move || share.into_iter().map(work).try_for_each(|done| give.send(done)));
                line
            })
            .collect();
        // The first line that is empty is that of the last input, and one.
        lines.iter().cycle().map_while(|line| line.recv().ok()).try_for_each(&mut take)
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn results_come_in_the_order_of_the_inputs_however_long_each_takes() {
        for (inputs, threads) in [(0, 4), (1, 4), (100, 1), (100, 3), (101, 7)] {
            let mut taken = Vec::new();
            let work = |n: u64| {
                thread::sleep(Duration::from_micros((n * 7919) % 500));
                n
            };
            let ended: Result<(), ()> = in_order((0..inputs).collect(), threads, work, |n| {
                taken.push(n);
                Ok(())
            });
            assert_eq!(ended, Ok(()));
            assert_eq!(taken, (0..inputs).collect::<Vec<_>>());
        }
    }

    #[test]
    fn whoever_takes_may_end_it_and_no_thread_waits_for_ever() {
        let mut taken = 0;
        let ended = in_order(
            (0..1000).collect(),
            4,
            |n: u64| n,
            |n| {
                taken += 1;
                if n == 10 { Err(n) } else { Ok(()) }
            },
        );
        assert_eq!((ended, taken), (Err(10), 11));
    }
}
