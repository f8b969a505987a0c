//! Each error of the domain as the problem that the outside is told of, by matches without a catch-all.

use super::error::{FieldMessage, Problem};
use crate::{
    apis::ApisError,
    caller::Forbidden,
    change::{ChangeError, UnknownApi},
    create::CreateError,
    entropy::EntropyError,
    history::HistoryError,
    issue::IssueError,
    list::ListError,
    page::PageError,
    record::Refused,
    rotate::RotateError,
    store::StoreError,
    update::UpdateError,
};

/// A domain error as a sentence.
fn sentence(error: &dyn std::error::Error) -> String {
    let text = error.to_string();
    let mut characters = text.chars();
    let first = characters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(characters).chain(['.']).collect()
}

impl From<Forbidden> for Problem {
    fn from(error: Forbidden) -> Self {
        let at = |field: &str, message: String| FieldMessage { field: field.to_owned(), message };
        let fields = match &error {
            Forbidden::Excess(excess) => {
                let more = |what: &str| format!("is more than your own key has: {what}");
                excess.iter().map(|excess| at(excess.field, more(&excess.what))).collect()
            }
            Forbidden::Owner => vec![at("owner", "must be your own, as only a super-user can name another".to_owned())],
            Forbidden::Route(route) => vec![at("routes", format!("has what your own key may not call: {route}"))],
            Forbidden::Right(_) | Forbidden::Opening(_) | Forbidden::Token(_) | Forbidden::Force => Vec::new(),
        };
        Self::forbidden_in(fields, sentence(&error))
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(_) | StoreError::TimedOut(_) => Self::unavailable(error.to_string()),
            StoreError::Refused(_) | StoreError::Corrupt(_) => Self::internal(error.to_string()),
        }
    }
}

impl From<EntropyError> for Problem {
    fn from(error: EntropyError) -> Self {
        Self::internal(error.to_string())
    }
}

impl From<UnknownApi> for Problem {
    fn from(error: UnknownApi) -> Self {
        Self::invalid_field("apis", error.to_string())
    }
}

impl From<PageError> for Problem {
    fn from(error: PageError) -> Self {
        match error {
            PageError::Cursor(error) => Self::invalid_field("cursor", error.to_string()),
            PageError::Store(error) => error.into(),
        }
    }
}

impl From<CreateError> for Problem {
    fn from(error: CreateError) -> Self {
        match error {
            CreateError::Forbidden(error) => error.into(),
            CreateError::UnknownApi(error) => error.into(),
            CreateError::Entropy(error) => error.into(),
            CreateError::Store(error) => error.into(),
            CreateError::TextTaken => Self::conflict(sentence(&error)),
            CreateError::Repeated(id) => Self::conflict_with(id, sentence(&error)),
            CreateError::OtherRequest => Self::other_request(sentence(&error)),
            CreateError::IdTaken => Self::internal(error.to_string()),
        }
    }
}

impl From<ChangeError> for Problem {
    fn from(error: ChangeError) -> Self {
        match error {
            ChangeError::Forbidden(error) => error.into(),
            ChangeError::NotFound => Self::not_found(),
            ChangeError::Refused(Refused::TooLate) => Self::gone(sentence(&error)),
            ChangeError::Refused(
                Refused::Root
                | Refused::Revoked
                | Refused::RootText
                | Refused::Expired
                | Refused::PreviousWorks(_)
                | Refused::PendingWorks
                | Refused::UnderRotation
                | Refused::TooLateToFinish
                | Refused::OtherTexts,
            )
            | ChangeError::Busy => Self::conflict(sentence(&error)),
            ChangeError::OtherVersion(_) => Self::precondition_failed(sentence(&error)),
            ChangeError::UnknownApi(error) => error.into(),
            ChangeError::Entropy(error) => error.into(),
            ChangeError::Store(error) => error.into(),
        }
    }
}

impl From<UpdateError<Vec<FieldMessage>>> for Problem {
    fn from(error: UpdateError<Vec<FieldMessage>>) -> Self {
        match error {
            UpdateError::Wrong(errors) => Self::invalid(errors),
            UpdateError::Change(error) => error.into(),
        }
    }
}

impl From<RotateError> for Problem {
    fn from(error: RotateError) -> Self {
        match error {
            RotateError::Lifetime(asked, error) => Self::invalid_field(asked.field(), error.to_string()),
            RotateError::Change(error) => error.into(),
        }
    }
}

impl From<IssueError> for Problem {
    fn from(error: IssueError) -> Self {
        match error {
            IssueError::Forbidden(error) => error.into(),
            IssueError::NoTokens(_) | IssueError::Replaced => Self::conflict(sentence(&error)),
            IssueError::Unsigned => Self::internal(error.to_string()),
            IssueError::Store(error) => error.into(),
        }
    }
}

impl From<ListError> for Problem {
    fn from(error: ListError) -> Self {
        match error {
            ListError::Forbidden(error) => error.into(),
            ListError::Page(error) => error.into(),
            ListError::Store(error) => error.into(),
        }
    }
}

impl From<HistoryError> for Problem {
    fn from(error: HistoryError) -> Self {
        match error {
            HistoryError::Forbidden(error) => error.into(),
            HistoryError::Page(error) => error.into(),
            HistoryError::NotFound => Self::not_found(),
            HistoryError::Store(error) => error.into(),
        }
    }
}

impl From<ApisError> for Problem {
    fn from(error: ApisError) -> Self {
        match error {
            ApisError::Forbidden(error) => error.into(),
            ApisError::NotFound => Self::not_found(),
            ApisError::BuiltIn | ApisError::InUse(_) | ApisError::Full | ApisError::Busy => {
                Self::conflict(sentence(&error))
            }
            ApisError::OtherVersion(_) | ApisError::NotThere => Self::precondition_failed(sentence(&error)),
            ApisError::Entropy(error) => error.into(),
            ApisError::Store(error) => error.into(),
        }
    }
}
