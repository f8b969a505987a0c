//! The present, as an argument.

/// Tells the time. Everything that depends on the present takes one, so that a test can choose it.
pub trait Clock: Send + Sync {
    /// The present moment, with the precision that the platform has.
    fn now(&self) -> jiff::Timestamp;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place where the real time enters")]
    fn now(&self) -> jiff::Timestamp {
        jiff::Timestamp::now()
    }
}
