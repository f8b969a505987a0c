//! Which processor a thread runs on, with all that it starts from then on.
//!
//! Two sides that take turns, such as a function and its Runtime API, wake each other at every step. Where they sleep on
//! processors of their own, that takes several times as long as what a function does, or no time at all, as the scheduler
//! happens to place them. On one processor there is nothing to wake, and a function with 512 MB has less than one on Lambda.
//! <https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html>

use std::io;

use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

/// The processors that this process may use.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Processors {
    first: usize,
    last: usize,
}

impl Processors {
    /// Those that the present thread may use.
    pub(crate) fn available() -> io::Result<Self> {
        let all = sched_getaffinity(None)?;
        let mut numbers = (0..CpuSet::MAX_CPU).filter(|number| all.is_set(*number));
        let first = numbers.next().ok_or(io::ErrorKind::NotFound)?;
        Ok(Self { first, last: numbers.next_back().unwrap_or(first) })
    }

    /// Holds the present thread, and what it starts, to the one that is for what is measured.
    pub(crate) fn measure_here(self) -> io::Result<()> {
        hold_to(self.first)
    }

    /// Holds the present thread, and what it starts, to the one that is for everything else: another one, if there is.
    pub(crate) fn serve_here(self) -> io::Result<()> {
        hold_to(self.last)
    }
}

fn hold_to(number: usize) -> io::Result<()> {
    let mut one = CpuSet::new();
    one.set(number);
    Ok(sched_setaffinity(None, &one)?)
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    #[test]
    fn a_thread_and_what_it_starts_stay_where_they_are_held() {
        let processors = Processors::available().unwrap();
        let seen = thread::spawn(move || {
            processors.measure_here().unwrap();
            thread::spawn(|| Processors::available().unwrap()).join().unwrap()
        });
        let seen = seen.join().unwrap();
        assert_eq!((seen.first, seen.last), (processors.first, processors.first));
        let after = Processors::available().unwrap();
        assert_eq!((after.first, after.last), (processors.first, processors.last), "this thread is as it was");
    }
}
