//! A key with what is kept of its texts, and how texts come and go.
//!
//! A key has one present text. While it is being replaced there are others beside it: the *previous* one, which works until
//! a fixed second, and a *pending* one, which a rotation of the secret that holds it brings in before it becomes the present
//! one. A text stops working by a decision that is written here, never by being forgotten.

use crate::{
    expiry::{Expiry, Overlap},
    imprint::Imprint,
    key::PresentedKey,
    presented::Presented,
    record::{KeyRecord, Refused},
    timestamp::Timestamp,
};

/// For so long nobody but the rotation that brought in a pending text takes it away, in seconds. Secrets Manager's steps
/// follow one another within seconds, or the rotation is repeated, which starts this time anew once half of it is over.
const UNDISTURBED: u64 = 3600;
/// So much of it must be left when the secret moves to the text, in seconds: the key follows within that.
const TO_FINISH: u64 = 300;

/// What is kept of the texts of one key.
#[derive(Debug, Clone, Copy)]
pub struct Texts {
    /// Of the present text.
    pub current: Imprint,
    /// Of the one before it. [`Rotation::previous_until`] says how long it works.
    pub previous: Option<Imprint>,
    /// Of the one that is to follow it.
    pub pending: Option<Imprint>,
}

/// Which of a key's texts was presented, or signed the token that was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recognised {
    current: bool,
    previous: bool,
    pending: bool,
}

impl Recognised {
    /// Whether it is, or lately was, one of the key's; of any other it cannot be said that it never will be.
    #[must_use]
    pub const fn is_known(self) -> bool {
        self.current | self.previous | self.pending
    }
}

/// Which texts a key has beside its present one. What is kept of them is in [`Texts`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rotation {
    /// The second from which on the previous text does not work any more.
    pub previous_until: Option<Timestamp>,
    /// When the pending text was brought in.
    pub pending_since: Option<Timestamp>,
}

/// A record with what its texts are proven by.
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
    pub const fn only(current: Imprint) -> Self {
        Self { current, previous: None, pending: None }
    }

    /// Whether both are the same texts.
    fn are(&self, others: &Self) -> bool {
        let same = |one: Option<Imprint>, other: Option<Imprint>| match (one, other) {
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
    /// Which of the key's texts was presented. All are looked at, whichever it is: how long that takes does not depend on it,
    /// nor on where a text differs.
    #[must_use]
    pub fn recognise(&self, presented: &Presented<'_>) -> Recognised {
        let Texts { current, previous, pending } = self.texts;
        let is = |imprint: Option<Imprint>| imprint.is_some_and(|imprint| imprint.recognises(presented));
        Recognised { current: is(Some(current)), previous: is(previous), pending: is(pending) }
    }

    /// Whether what was presented works at `now`, as far as texts go.
    #[must_use]
    pub fn admits(&self, recognised: Recognised, now: Timestamp) -> bool {
        let Recognised { current, previous, pending } = recognised;
        current | (previous & self.record.previous_until(now).is_some()) | pending
    }

    /// Whether tokens that such a text signs can be verified.
    #[must_use]
    pub fn has_tokens(&self, recognised: Recognised) -> bool {
        let Texts { current, previous, pending } = self.texts;
        let Recognised { current: is_current, previous: is_previous, pending: is_pending } = recognised;
        let imprints = [(is_current, Some(current)), (is_previous, previous), (is_pending, pending)];
        imprints.iter().any(|(is_it, imprint)| *is_it && imprint.is_some_and(|imprint| imprint.public_key.is_some()))
    }

    /// When such a text stops working by itself, if that is known.
    #[must_use]
    pub fn end(&self, recognised: Recognised) -> Option<Timestamp> {
        let Recognised { current, pending, .. } = recognised;
        self.record.rotation.previous_until.filter(|_| !current && !pending)
    }

    /// Whether a text is the present or the pending one, and not on its way out.
    #[must_use]
    pub fn holds(&self, text: &PresentedKey<'_>) -> bool {
        let Recognised { current, pending, .. } = self.recognise(&(*text).into());
        current | pending
    }

    /// Whether a text is the pending one.
    #[must_use]
    pub fn awaits(&self, text: &PresentedKey<'_>) -> bool {
        self.recognise(&(*text).into()).pending
    }

    /// Whether a text is the present one.
    fn has(&self, text: &PresentedKey<'_>) -> bool {
        self.recognise(&(*text).into()).current
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
    pub fn staged(&self, new: &PresentedKey<'_>, now: Timestamp) -> Result<Self, Refused> {
        if self.has(new) || (self.awaits(new) && self.is_fresh(now)) {
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
        staged.texts.pending = Some(new.imprint());
        staged.record.rotation.pending_since = Some(now);
        Ok(staged)
    }

    /// Checks that a secret can move to a text, and the key after it: that it is pending and will be, or present already.
    ///
    /// # Errors
    /// When it is neither, or has been pending for so long that somebody may end it meanwhile.
    pub fn can_move_to(&self, new: &PresentedKey<'_>, now: Timestamp) -> Result<(), Refused> {
        if self.has(new) {
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
        let recognised = self.recognise(&(*new).into());
        if recognised.pending {
            Ok(self.followed_by(new, overlap, now))
        } else if recognised.is_known() {
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
        Self { record, texts: Texts { current: new.imprint(), previous, pending: None } }
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
