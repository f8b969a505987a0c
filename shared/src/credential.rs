//! A key with the hashes of its texts, and how texts come and go.
//!
//! A key has one present text. While it is being replaced there are others beside it: the *previous* one, which works until
//! a fixed second, and a *pending* one, which a rotation of the secret that holds it brings in before it becomes the present
//! one. A text stops working by a decision that is written here, never by being forgotten.

use crate::{
    expiry::{Expiry, Overlap},
    key::PresentedKey,
    record::{KeyRecord, Refused},
    secret::SecretHash,
    timestamp::Timestamp,
};

/// For so long nobody but the rotation that brought in a pending text takes it away, in seconds. Secrets Manager's steps
/// follow one another within seconds, or the rotation is repeated, which starts this time anew once half of it is over.
const UNDISTURBED: u64 = 3600;
/// So much of it must be left when the secret moves to the text, in seconds: the key follows within that.
const TO_FINISH: u64 = 300;

/// The hashes of the texts of one key.
#[derive(Debug, Clone, Copy)]
pub struct Texts {
    /// Of the present text.
    pub current: SecretHash,
    /// Of the one before it. [`Rotation::previous_until`] says how long it works.
    pub previous: Option<SecretHash>,
    /// Of the one that is to follow it.
    pub pending: Option<SecretHash>,
}

/// Which texts a key has beside its present one. The hashes are in [`Texts`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rotation {
    /// The second from which on the previous text does not work any more.
    pub previous_until: Option<Timestamp>,
    /// When the pending text was brought in.
    pub pending_since: Option<Timestamp>,
}

/// A record with the hashes that prove it.
#[derive(Debug, Clone)]
pub struct Credential {
    /// What is known of the key.
    pub record: KeyRecord,
    /// What its texts are recognised by.
    pub texts: Texts,
}

impl Texts {
    /// Those of a key that was never rotated.
    #[must_use]
    pub const fn only(current: SecretHash) -> Self {
        Self { current, previous: None, pending: None }
    }

    /// Whether both are the same texts.
    fn are(&self, others: &Self) -> bool {
        let same = |one: Option<SecretHash>, other: Option<SecretHash>| match (one, other) {
            (Some(one), Some(other)) => one.matches(&other),
            (None, None) => true,
            _ => false,
        };
        self.current.matches(&others.current)
            && same(self.previous, others.previous)
            && same(self.pending, others.pending)
    }
}

impl Credential {
    /// Whether a text with this hash is one of the key's that work at `now`, as far as texts go. How long it takes does not
    /// depend on which of them it is, nor on where it differs.
    #[must_use]
    pub fn admits(&self, presented: &SecretHash, now: Timestamp) -> bool {
        let [current, previous, pending] = self.matches(presented);
        current | (previous & self.record.previous_until(now).is_some()) | pending
    }

    /// Whether a text with this hash is, or lately was, one of the key's; of any other it cannot be said that it never will be.
    #[must_use]
    pub fn knows(&self, presented: &SecretHash) -> bool {
        let [current, previous, pending] = self.matches(presented);
        current | previous | pending
    }

    /// Which of the present, the previous and the pending text has this hash. All are looked at, whichever it is.
    fn matches(&self, presented: &SecretHash) -> [bool; 3] {
        let Texts { current, previous, pending } = self.texts;
        [Some(current), previous, pending].map(|hash| hash.is_some_and(|hash| hash.matches(presented)))
    }

    /// Whether a text is the present or the pending one, and not on its way out.
    #[must_use]
    pub fn holds(&self, text: &SecretHash) -> bool {
        let [current, _, pending] = self.matches(text);
        current | pending
    }

    /// Whether a text is the pending one.
    #[must_use]
    pub fn awaits(&self, text: &SecretHash) -> bool {
        self.texts.pending.is_some_and(|pending| pending.matches(text))
    }

    /// The names of the fields in which two of one key differ, but for what every write changes.
    #[must_use]
    pub fn differences(&self, other: &Self) -> Vec<&'static str> {
        let mut fields = self.record.differences(&other.record);
        if !self.texts.are(&other.texts) {
            fields.push("key");
        }
        fields
    }

    /// The key with another record.
    #[must_use]
    pub fn with(&self, record: KeyRecord) -> Self {
        Self { record, texts: self.texts }
    }

    /// The key with a new text that works at once; the present one works for `overlap` more. With `ends_others`, the other
    /// texts that it has end.
    ///
    /// # Errors
    /// When it is revoked, expired or the root key, or has other texts that are to go on.
    pub fn rotated(
        &self,
        new: &PresentedKey<'_>,
        expiry: Expiry,
        overlap: Overlap,
        ends_others: bool,
        now: Timestamp,
    ) -> Result<Self, Refused> {
        let record = &self.record;
        if record.is_root {
            return Err(Refused::RootText);
        }
        if record.revocation.is_some() {
            return Err(Refused::Revoked);
        }
        if expiry.is_past(now) {
            return Err(Refused::Expired);
        }
        if self.is_undisturbed(now) {
            return Err(Refused::UnderRotation);
        }
        if let Some(until) = record.previous_until(now).filter(|_| !ends_others) {
            return Err(Refused::PreviousWorks(until));
        }
        if self.texts.pending.is_some() && !ends_others {
            return Err(Refused::PendingWorks);
        }
        let mut after = self.followed_by(new, overlap, now);
        after.record.terms.expiry = expiry;
        Ok(after)
    }

    /// The key with a new text beside the present one, until [`Credential::promoted`].
    ///
    /// # Errors
    /// When it is revoked or expired, or another rotation is under way.
    pub fn staged(&self, new: &SecretHash, now: Timestamp) -> Result<Self, Refused> {
        if self.texts.current.matches(new) || (self.awaits(new) && self.is_fresh(now)) {
            return Ok(self.clone());
        }
        if self.record.revocation.is_some() {
            return Err(Refused::Revoked);
        }
        if self.record.terms.expiry.is_past(now) {
            return Err(Refused::Expired);
        }
        if !self.awaits(new) && self.is_undisturbed(now) {
            return Err(Refused::UnderRotation);
        }
        let mut staged = self.clone();
        staged.texts.pending = Some(*new);
        staged.record.rotation.pending_since = Some(now);
        Ok(staged)
    }

    /// Checks that a secret can move to a text, and the key after it: that it is pending and will be, or present already.
    ///
    /// # Errors
    /// When it is neither, or has been pending for so long that somebody may end it meanwhile.
    pub fn can_move_to(&self, new: &SecretHash, now: Timestamp) -> Result<(), Refused> {
        if self.texts.current.matches(new) {
            Ok(())
        } else if !self.awaits(new) {
            Err(Refused::OtherTexts)
        } else if self.is_pending_for_less_than(UNDISTURBED - TO_FINISH, now) {
            Ok(())
        } else {
            Err(Refused::TooLateToFinish)
        }
    }

    /// The key with its pending text as the present one; the one that was works for `overlap` more. Nothing of this asks
    /// whether the key may be used: a revoked one is to be left whole, too. One that has gone on to yet another text stays.
    ///
    /// # Errors
    /// When the text is none of the key's.
    pub fn promoted(&self, new: &PresentedKey<'_>, overlap: Overlap, now: Timestamp) -> Result<Self, Refused> {
        if self.awaits(&new.hash()) {
            Ok(self.followed_by(new, overlap, now))
        } else if self.knows(&new.hash()) {
            Ok(self.clone())
        } else {
            Err(Refused::OtherTexts)
        }
    }

    /// The key whose present text is followed by another one. The text that was never works past the end that the key had.
    fn followed_by(&self, new: &PresentedKey<'_>, overlap: Overlap, now: Timestamp) -> Self {
        let previous_until =
            overlap.end(now).map(|end| self.record.terms.expiry.at().map_or(end, |last| last.min(end)));
        let previous = previous_until.map(|_| self.texts.current);
        let record = KeyRecord {
            hint: new.hint(),
            prefix: new.prefix(),
            is_brought: false,
            rotation: Rotation { previous_until, pending_since: None },
            ..self.record.clone()
        };
        Self { record, texts: Texts { current: new.hash(), previous, pending: None } }
    }

    /// Whether a rotation is under way that nobody may disturb.
    fn is_undisturbed(&self, now: Timestamp) -> bool {
        self.is_pending_for_less_than(UNDISTURBED, now)
    }

    /// Whether the pending text will be left alone for as long as a rotation may take.
    fn is_fresh(&self, now: Timestamp) -> bool {
        self.is_pending_for_less_than(UNDISTURBED / 2, now)
    }

    fn is_pending_for_less_than(&self, seconds: u64, now: Timestamp) -> bool {
        let end = self.record.rotation.pending_since.and_then(|since| since.plus_seconds(seconds));
        end.is_some_and(|end| now < end)
    }
}

#[cfg(test)]
mod tests;
