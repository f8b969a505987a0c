//! A table that let a read wait in vain: for a moment, what is stale is served after a short wait instead of a whole one.
//!
//! It takes [`Patience`](crate::store::Patience) to give a read up. While the table hangs, each request would have that
//! patience, with an answer at hand that it gets in the end anyway, and the door would stand still under load. So a read
//! that comes to no end is remembered, and those after it go on behind a request that does not wait for them. Each is
//! still begun, and kept when it succeeds: the first one that does ends the silence for all.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use jiff::{SignedDuration, Timestamp as Moment};

use crate::store::{Patience, StoreError};

/// How long a request waits while it is silent: whatever an attempt takes for an answer is waited for.
const SHORT: Duration = Patience::Door.attempt();
/// For so long after the beginning of a read that came to no end. Then one is waited for again: Lambda stops an instance
/// between two requests, and with it a read that goes on behind one, so that these alone might never find the table well.
const REMEMBERED: SignedDuration = SignedDuration::from_secs(2);

/// Whether the table lately let a read wait in vain.
#[derive(Debug, Default)]
pub(super) struct Silence(Mutex<Said>);

/// When reads were begun.
#[derive(Debug, Default)]
struct Said {
    /// One that the table said nothing to.
    nothing: Option<Moment>,
    /// The latest that it said something to.
    something: Option<Moment>,
}

impl Silence {
    /// Whether it does at `now`. A clock that was set back ends it.
    pub(super) fn is_on(&self, now: Moment) -> bool {
        self.said().nothing.is_some_and(|since| {
            let elapsed = now.duration_since(since);
            !elapsed.is_negative() && elapsed < REMEMBERED
        })
    }

    /// Notes what became of a read that was begun at this moment. That the table answered a later one counts for more than that
    /// it did not answer this one.
    pub(super) fn note<T>(&self, read: &Result<T, StoreError>, begun: Moment) {
        let is_on = self.is_on(begun);
        let mut said = self.said();
        if !matches!(read, Err(StoreError::TimedOut(_))) {
            *said = Said { nothing: None, something: said.something.max(Some(begun)) };
        } else if !is_on && said.something.is_none_or(|answered| answered <= begun) {
            said.nothing = Some(begun);
        }
    }

    fn said(&self) -> MutexGuard<'_, Said> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a read says if it says so soon. It goes on in any case.
pub(super) async fn soon<T: Send + 'static>(
    read: impl Future<Output = Result<T, StoreError>> + Send + 'static,
) -> Result<T, StoreError> {
    match tokio::time::timeout(SHORT, tokio::spawn(read)).await {
        Ok(Ok(read)) => read,
        // It panicked. That is no silence, and nothing stale is served for it.
        Ok(Err(_)) => Err(StoreError::Refused("the read broke down".to_owned())),
        Err(_) => Err(StoreError::TimedOut("it was silent before, and is waited for no longer".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use std::{future, sync::Arc, task::Poll};

    use tokio::sync::Notify;

    use super::*;

    fn at(second: i64) -> Moment {
        Moment::from_second(1_000_000 + second).unwrap()
    }

    fn in_vain() -> Result<(), StoreError> {
        Err(StoreError::TimedOut(String::new()))
    }

    #[test]
    fn a_read_in_vain_is_remembered_for_a_while_that_others_do_not_lengthen() {
        let silence = Silence::default();
        assert!(!silence.is_on(at(0)));
        silence.note(&in_vain(), at(0));
        silence.note(&in_vain(), at(1));
        assert!(silence.is_on(at(0)) && silence.is_on(at(1)));
        assert!(!silence.is_on(at(2)) && !silence.is_on(at(-1)));
        silence.note(&in_vain(), at(2));
        assert!(silence.is_on(at(3)));
    }

    #[test]
    fn a_read_in_vain_says_nothing_where_a_later_one_was_answered() {
        let silence = Silence::default();
        silence.note(&Ok(()), at(1));
        silence.note(&in_vain(), at(0));
        assert!(!silence.is_on(at(1)));
        silence.note(&Ok(()), at(0));
        silence.note(&in_vain(), at(0));
        assert!(!silence.is_on(at(1)), "an earlier answer took the later one's place");
        silence.note(&in_vain(), at(1));
        assert!(silence.is_on(at(1)));
    }

    #[test]
    fn whatever_the_table_says_ends_the_silence() {
        let refused = || Err(StoreError::Refused(String::new()));
        let unavailable = || Err(StoreError::Unavailable(String::new()));
        for said in [Ok(()), refused(), unavailable()] {
            let silence = Silence::default();
            silence.note(&in_vain(), at(0));
            silence.note(&said, at(1));
            assert!(!silence.is_on(at(1)), "{said:?}");
        }
    }

    #[tokio::test]
    async fn a_read_that_panics_is_not_taken_for_a_silent_table() {
        let broken = future::poll_fn(|_| -> Poll<Result<(), StoreError>> { panic!("broken") });
        assert!(matches!(soon(broken).await, Err(StoreError::Refused(_))));
    }

    #[tokio::test]
    async fn a_read_that_is_not_waited_for_goes_on() {
        let (goes_on, is_done) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let read = {
            let (goes_on, is_done) = (Arc::clone(&goes_on), Arc::clone(&is_done));
            async move {
                goes_on.notified().await;
                is_done.notify_one();
                Ok(())
            }
        };
        assert!(matches!(soon(read).await, Err(StoreError::TimedOut(_))));
        goes_on.notify_one();
        is_done.notified().await;
        assert!(soon(future::ready(Ok(()))).await.is_ok());
    }
}
