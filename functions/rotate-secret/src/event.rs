//! What Secrets Manager sends. The ready-made type drops `RotationToken`, without which a secret of another account cannot be
//! written.

use std::fmt;

use serde::Deserialize;

/// A step of a rotation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(crate) enum Step {
    /// Make the new value.
    #[serde(rename = "createSecret")]
    Create,
    /// Tell the service of it.
    #[serde(rename = "setSecret")]
    Set,
    /// See that it works.
    #[serde(rename = "testSecret")]
    Test,
    /// Move to it.
    #[serde(rename = "finishSecret")]
    Finish,
}

/// One step to be done.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Event {
    /// Which.
    pub(crate) step: Step,
    /// The secret's ARN.
    pub(crate) secret_id: String,
    /// The id of the version that the rotation makes.
    pub(crate) client_request_token: String,
    /// Proof that Secrets Manager asked, to be passed on to it.
    pub(crate) rotation_token: Option<String>,
}

impl fmt::Debug for Event {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:?} of version {} of {}", self.step, self.client_request_token, self.secret_id)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_rotation_token_is_kept_and_not_printed() {
        let event = json!({"Step": "setSecret", "SecretId": "a", "ClientRequestToken": "b", "RotationToken": "proof"});
        let event: Event = serde_json::from_value(event).unwrap();
        assert_eq!((event.step, event.rotation_token.as_deref()), (Step::Set, Some("proof")));
        assert!(!format!("{event:?}").contains("proof"));
    }

    #[test]
    fn an_unknown_step_and_half_an_event_are_refused() {
        let whole = json!({"Step": "testSecret", "SecretId": "a", "ClientRequestToken": "b"});
        assert!(serde_json::from_value::<Event>(whole.clone()).is_ok());
        for (field, value) in [("Step", json!("dropSecret")), ("Step", json!(null)), ("SecretId", json!(null))] {
            let mut half = whole.clone();
            half[field] = value;
            assert!(serde_json::from_value::<Event>(half).is_err(), "{field}");
        }
    }
}
