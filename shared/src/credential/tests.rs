use super::*;
use crate::record::tests::{example, revocation};

const ONE: &str = "lk_ExampleKey000001_ThisIsAnExampleAndOpensNothing001VupU3";
const NOON: &str = "2026-11-21T12:00:00Z";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn later(seconds: u64) -> Timestamp {
    at(NOON).plus_seconds(seconds).unwrap()
}

fn new() -> PresentedKey<'static> {
    PresentedKey::parse(ONE).unwrap()
}

/// A text that somebody brought.
fn text(text: &'static str) -> PresentedKey<'static> {
    PresentedKey::parse(text).unwrap()
}

fn old() -> PresentedKey<'static> {
    text("the-old-text-of-it")
}

fn admits(credential: &Credential, text: &PresentedKey<'_>, now: Timestamp) -> bool {
    credential.admits(credential.recognise(&(*text).into()), now)
}

fn knows(credential: &Credential, text: &PresentedKey<'_>) -> bool {
    credential.recognise(&(*text).into()).is_known()
}

fn day() -> Overlap {
    "24h".parse().unwrap()
}

fn key() -> Credential {
    Credential { record: example(), texts: Texts::only(old().imprint()) }
}

fn rotated(before: &Credential, overlap: &str, ends_others: bool, now: Timestamp) -> Result<Credential, Refused> {
    before.rotated(&new(), before.record.terms.expiry, overlap.parse().unwrap(), ends_others, now)
}

#[test]
fn a_rotated_key_has_two_texts_until_the_overlap_ends() {
    let after = rotated(&key(), "1h", false, at(NOON)).unwrap();
    assert!(admits(&after, &new(), at(NOON)));
    assert!(admits(&after, &old(), later(3599)));
    assert!(!admits(&after, &old(), later(3600)));
    assert!(admits(&after, &new(), later(1_000_000)));
    assert!(!admits(&after, &text("another-text-entirely"), at(NOON)));
    assert_eq!(after.record.previous_until(at(NOON)), Some(later(3600)));
    assert_eq!(after.record.previous_until(later(3600)), None);
    assert_eq!(key().differences(&after), ["rotation", "key"]);
    assert_eq!((after.record.id, &after.record.terms), (key().record.id, &key().record.terms));
}

#[test]
fn a_text_that_has_ended_is_known_and_opens_nothing() {
    let after = rotated(&key(), "1h", false, at(NOON)).unwrap();
    assert!(knows(&after, &old()) && !admits(&after, &old(), later(3600)));
    assert!(knows(&after, &new()) && !knows(&key(), &new()));
}

#[test]
fn without_an_overlap_the_old_text_ends_at_once() {
    let after = rotated(&key(), "0s", false, at(NOON)).unwrap();
    assert!(!admits(&after, &old(), at(NOON)));
    assert!(after.texts.previous.is_none());
    assert_eq!(key().differences(&after), ["key"]);
}

#[test]
fn no_text_works_past_the_end_of_the_key() {
    let mut before = key();
    before.record.terms.expiry = Expiry::At(later(60));
    let after = rotated(&before, "1h", false, at(NOON)).unwrap();
    assert_eq!(after.record.rotation.previous_until, Some(later(60)));
    assert_eq!(after.record.terms.expiry, Expiry::At(later(60)), "a rotation does not lengthen a life");
    let renewed = before.rotated(&new(), Expiry::Never, day(), false, at(NOON)).unwrap();
    assert_eq!(renewed.record.rotation.previous_until, Some(later(60)), "the old text keeps its own end");
    // Nor when the end is moved closer afterwards.
    let mut shortened = rotated(&key(), "1h", false, at(NOON)).unwrap();
    shortened.record.terms.expiry = Expiry::At(later(30));
    assert_eq!(shortened.record.previous_until(at(NOON)), Some(later(30)));
    assert!(!admits(&shortened, &old(), later(30)));
}

#[test]
fn a_text_that_was_promised_to_work_is_ended_only_when_asked() {
    let mut once = rotated(&key(), "1h", false, at(NOON)).unwrap();
    once.texts.current = text("the-text-in-between").imprint();
    assert_eq!(rotated(&once, "1h", false, later(10)).unwrap_err(), Refused::PreviousWorks(later(3600)));
    assert!(rotated(&once, "1h", false, later(3600)).is_ok());
    let twice = rotated(&once, "1h", true, later(10)).unwrap();
    assert!(!admits(&twice, &old(), later(10)));
    assert!(admits(&twice, &text("the-text-in-between"), later(10)));
}

#[test]
fn a_key_that_is_over_is_not_rotated() {
    let with = |change: fn(&mut KeyRecord)| {
        let mut before = key();
        change(&mut before.record);
        before
    };
    let revoked = with(|record| record.revocation = Some(revocation()));
    let expired = with(|record| record.terms.expiry = Expiry::At(at(NOON)));
    let root = with(|record| record.is_root = true);
    let disabled = with(|record| record.terms.enabled = false);
    assert_eq!(rotated(&revoked, "1h", true, at(NOON)).unwrap_err(), Refused::Revoked);
    assert_eq!(rotated(&expired, "1h", true, at(NOON)).unwrap_err(), Refused::Expired);
    assert_eq!(rotated(&root, "1h", true, at(NOON)).unwrap_err(), Refused::RootText);
    assert!(!rotated(&disabled, "1h", true, at(NOON)).unwrap().record.terms.enabled);
    let renewed = expired.rotated(&new(), Expiry::At(later(90_000)), day(), false, at(NOON)).unwrap();
    assert!(admits(&renewed, &new(), at(NOON)) && !admits(&renewed, &old(), at(NOON)), "what has ended stays so");
    assert_eq!(revoked.staged(&new(), at(NOON)).unwrap_err(), Refused::Revoked);
    assert_eq!(expired.staged(&new(), at(NOON)).unwrap_err(), Refused::Expired);
    assert!(root.staged(&new(), at(NOON)).is_ok());
}

#[test]
fn a_staged_text_works_beside_the_present_one_until_it_takes_its_place() {
    let staged = key().staged(&new(), at(NOON)).unwrap();
    assert!(admits(&staged, &new(), at(NOON)) && admits(&staged, &old(), later(1_000_000)));
    assert_eq!(staged.record.previous_until(at(NOON)), None);
    let promoted = staged.promoted(&new(), day(), later(5)).unwrap();
    assert!(admits(&promoted, &old(), later(5 + 86_399)) && !admits(&promoted, &old(), later(5 + 86_400)));
    assert!(promoted.texts.pending.is_none() && promoted.record.rotation.pending_since.is_none());
    assert_eq!(promoted.record.hint, new().hint());
}

#[test]
fn each_step_of_a_secrets_rotation_can_be_repeated() {
    let staged = key().staged(&new(), at(NOON)).unwrap();
    assert!(staged.differences(&staged.staged(&new(), later(60)).unwrap()).is_empty());
    let promoted = staged.promoted(&new(), day(), later(5)).unwrap();
    assert!(promoted.differences(&promoted.promoted(&new(), day(), later(60)).unwrap()).is_empty());
    assert!(promoted.differences(&promoted.staged(&new(), later(60)).unwrap()).is_empty());
    assert_eq!(key().promoted(&new(), day(), at(NOON)).unwrap_err(), Refused::OtherTexts);
    // Somebody has rotated the key again since: the secret's text is on its way out, and nothing is to be done.
    let mut gone_on = promoted.clone();
    (gone_on.texts.previous, gone_on.texts.current) = (Some(new().imprint()), text("a-third-text-of-it").imprint());
    assert!(gone_on.differences(&gone_on.promoted(&new(), day(), later(60)).unwrap()).is_empty());
    assert!(!gone_on.holds(&new()) && gone_on.can_move_to(&new(), later(60)).is_err());
}

#[test]
fn a_secret_moves_to_a_text_only_while_nobody_may_end_it() {
    let staged = key().staged(&new(), at(NOON)).unwrap();
    assert_eq!(staged.can_move_to(&new(), later(3299)), Ok(()));
    assert_eq!(staged.can_move_to(&new(), later(3300)), Err(Refused::TooLateToFinish));
    assert_eq!(key().can_move_to(&new(), at(NOON)), Err(Refused::OtherTexts));
    let promoted = staged.promoted(&new(), day(), later(5)).unwrap();
    assert_eq!(promoted.can_move_to(&new(), later(1_000_000)), Ok(()));
}

#[test]
fn a_revoked_key_is_left_whole() {
    let mut staged = key().staged(&new(), at(NOON)).unwrap();
    staged.record.revocation = Some(revocation());
    let promoted = staged.promoted(&new(), day(), later(5)).unwrap();
    assert!(promoted.texts.pending.is_none());
    assert_eq!(promoted.record.revocation, Some(revocation()));
}

#[test]
fn a_rotation_under_way_is_left_alone_for_an_hour() {
    let other = text("the-text-of-another-rotation");
    let staged = key().staged(&other, at(NOON)).unwrap();
    assert_eq!(rotated(&staged, "1h", true, later(3599)).unwrap_err(), Refused::UnderRotation);
    assert_eq!(staged.staged(&new(), later(3599)).unwrap_err(), Refused::UnderRotation);
    assert_eq!(rotated(&staged, "1h", false, later(3600)).unwrap_err(), Refused::PendingWorks);
    assert!(!admits(&rotated(&staged, "1h", true, later(3600)).unwrap(), &other, later(3600)));
    assert!(!admits(&staged.staged(&new(), later(3600)).unwrap(), &other, later(3600)));
    // One that is repeated gets its time anew.
    let repeated = staged.staged(&other, later(1800)).unwrap();
    assert_eq!(rotated(&repeated, "1h", true, later(5399)).unwrap_err(), Refused::UnderRotation);
}

#[test]
fn a_brought_key_gets_a_text_with_its_id() {
    let mut before = key();
    (before.record.is_brought, before.record.prefix) = (true, None);
    let after = rotated(&before, "1h", false, at(NOON)).unwrap();
    assert!(!after.record.is_brought);
    assert_eq!(after.record.prefix, Some("lk".parse().unwrap()));
    assert!(admits(&after, &old(), later(3599)));
}
