//! The rotation of a secret that holds a key, as far as the key goes.
//!
//! Secrets Manager calls a rotation in steps, and repeats all of them when one fails or is cut off. So each step can be
//! repeated, and each looks at what stands instead of trusting that an earlier one was done: a new text is *proposed*,
//! *added* beside the present one, *proven*, and after the secret has moved to it *settled* as the present one. Until then
//! the old text works as before.

use crate::{
    audit::{Action, Origin},
    change::{ChangeError, Write},
    clock::Clock,
    credential::Credential,
    decision::{Bearer, Class, Code, Request, decide},
    entropy::{Entropy, EntropyError},
    expiry::{Expiry, Overlap},
    grant::ApiSets,
    key::{KeyId, KeyPrefix, PlainKey, PresentedKey},
    label::Actor,
    presented::Presented,
    record::{KeyRecord, Refused},
    root::{self, RootError},
    scope::Deployment,
    store::{KeyTable, StoreError},
    timestamp::Timestamp,
};

/// Why a step was not done.
#[derive(Debug, thiserror::Error)]
pub enum SecretRotationError {
    /// The secret holds no key.
    #[error("the secret holds no key, and is not the one of the root key")]
    Empty,
    /// The secret is to prove that it holds the key, and does not.
    #[error("the secret's text is not the present one of the key {0}")]
    Unproven(KeyId),
    /// The root key is in a secret that is not its own.
    #[error("the root key is rotated with its own secret alone")]
    RootElsewhere,
    /// A text opens nothing.
    #[error("the text of the key {0} is refused as {1}")]
    Refused(KeyId, Code),
    /// The new text names another key than the secret.
    #[error("the new text is not one of the key {0}")]
    OtherKey(KeyId),
    /// The key cannot be changed.
    #[error(transparent)]
    Change(#[from] ChangeError),
    /// The root key cannot be made.
    #[error(transparent)]
    Root(#[from] RootError),
}

impl SecretRotationError {
    /// Whether it is what the secret holds that is wrong, and nothing else.
    const fn is_about_the_text(&self) -> bool {
        matches!(self, Self::Empty | Self::Unproven(_) | Self::Refused(..))
    }
}

impl From<EntropyError> for SecretRotationError {
    fn from(error: EntropyError) -> Self {
        ChangeError::from(error).into()
    }
}

impl From<StoreError> for SecretRotationError {
    fn from(error: StoreError) -> Self {
        ChangeError::from(error).into()
    }
}

/// The secret that is being rotated, as it is at present.
#[derive(Debug, Clone, Copy)]
pub struct Holder<'t> {
    /// The key that it holds, and its text. To be proven, except for the root key's secret: whoever may write that one
    /// decides on the root key, and gets a new one where the old one is lost.
    pub present: Option<(KeyId, PresentedKey<'t>)>,
    /// Whether it is the secret of the deployment's root key.
    pub is_root: bool,
}

/// What a rotation has at hand.
#[derive(Clone, Copy)]
pub struct SecretRotation<'r> {
    /// Where the key is used.
    pub deployment: Deployment,
    /// What a text begins with where nothing else says so.
    pub prefix: &'r KeyPrefix,
    /// How long a text works after another one has followed it.
    pub overlap: Overlap,
    /// The table.
    pub table: &'r KeyTable,
    /// The time.
    pub clock: &'r dyn Clock,
    /// Randomness.
    pub entropy: &'r dyn Entropy,
}

impl SecretRotation<'_> {
    /// A new text for the key that the secret holds, and when it ends. Nothing of it is in the table yet; for the first root
    /// key, its id is.
    ///
    /// # Errors
    /// When the secret does not hold a key that is in force, or the table does not answer.
    pub async fn propose(self, holder: Holder<'_>) -> Result<(PlainKey, Expiry), SecretRotationError> {
        let (id, standing) = if let Some(standing) = self.held(holder).await? {
            (standing.record.id, Some(standing))
        } else {
            let id = self.table.root_id(KeyId::generate(self.entropy)?).await?;
            (id, self.root(id).await?)
        };
        let record = standing.as_ref().map(|standing| &standing.record);
        let prefix = record.and_then(|record| record.prefix.as_ref()).unwrap_or(self.prefix);
        let expiry = record.map_or(Expiry::Never, |record| record.terms.expiry);
        Ok((PlainKey::generate(prefix, id, self.entropy)?, expiry))
    }

    /// Puts a proposed text beside the present one, where it works at once. Doing it again changes nothing.
    ///
    /// # Errors
    /// When the secret does not hold a key that is in force, another rotation of the key is under way, or the table does not
    /// answer.
    pub async fn add(self, holder: Holder<'_>, new: &PresentedKey<'_>) -> Result<(), SecretRotationError> {
        let (id, is_made) = if let Some(standing) = self.held(holder).await? {
            (standing.record.id, true)
        } else {
            let id = new.id().ok_or(RootError::Brought)?;
            let is_made = self.root(id).await?.is_some();
            root::claim(id, self.table).await?;
            (id, is_made)
        };
        if new.id() != Some(id) {
            return Err(SecretRotationError::OtherKey(id));
        }
        if !is_made {
            return Ok(root::ensure(new, self.deployment, self.table, self.clock, self.entropy).await?);
        }
        if let Some((_, present)) = holder.present {
            self.catch_up(id, &present, new).await?;
        }
        let staged = |before: &Credential, now| before.staged(new, now);
        self.write(id, Action::KeyStaged, staged).await
    }

    /// Proves that a text opens the key, by the decision that the authorizer takes. From where and for which place it opens
    /// is for the key to say, and no matter here.
    ///
    /// # Errors
    /// When it does not, or the table does not answer.
    pub async fn prove(self, id: KeyId, text: &PresentedKey<'_>) -> Result<(), SecretRotationError> {
        self.opened(id, text).await.map(drop)
    }

    /// Proves that the secret can move to a text: that it opens the key, and goes on doing so.
    ///
    /// # Errors
    /// When it does not, or the table does not answer.
    pub async fn check(self, id: KeyId, new: &PresentedKey<'_>) -> Result<(), SecretRotationError> {
        let standing = self.opened(id, new).await?;
        Ok(standing.can_move_to(new, self.now()).map_err(ChangeError::from)?)
    }

    /// Makes the text that the secret has moved to the present one; the one before it works for the overlap. Doing it again
    /// changes nothing.
    ///
    /// # Errors
    /// When the key does not have this text any more, or the table does not answer.
    pub async fn settle(self, id: KeyId, new: &PresentedKey<'_>) -> Result<(), SecretRotationError> {
        let promoted = |before: &Credential, now| before.promoted(new, self.overlap, now);
        self.write(id, Action::KeyRotated, promoted).await
    }

    /// Settles the text that the secret holds if the secret moved to it in an earlier rotation and the key was not told.
    async fn catch_up(
        self,
        id: KeyId,
        present: &PresentedKey<'_>,
        new: &PresentedKey<'_>,
    ) -> Result<(), SecretRotationError> {
        let standing = self.table.credential(id).await?;
        let is_behind = standing.is_some_and(|standing| standing.awaits(present));
        if is_behind && !present.hash().matches(&new.hash()) { self.settle(id, present).await } else { Ok(()) }
    }

    /// The key that the secret holds, as proven by its text; none for a secret of the root key that does not hold it.
    async fn held(self, holder: Holder<'_>) -> Result<Option<Credential>, SecretRotationError> {
        let proven = match holder.present {
            Some((id, present)) => self.proven(id, &present).await,
            None => Err(SecretRotationError::Empty),
        };
        match proven {
            Ok(standing) if standing.record.is_root == holder.is_root => Ok(Some(standing)),
            Ok(_) if !holder.is_root => Err(SecretRotationError::RootElsewhere),
            Ok(_) => Ok(None),
            Err(error) if holder.is_root && error.is_about_the_text() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The root key of this id, if it is made.
    async fn root(self, id: KeyId) -> Result<Option<Credential>, SecretRotationError> {
        let standing = self.table.credential(id).await?;
        let is_ours = |record: &KeyRecord| record.is_root && record.scope.covers(self.deployment);
        match &standing {
            Some(standing) if !is_ours(&standing.record) => Err(RootError::OtherDeployment.into()),
            _ => Ok(standing),
        }
    }

    /// The key, if the text that the secret holds opens it, and is not on its way out: one that was followed by another has
    /// no say in what comes next.
    async fn proven(self, id: KeyId, text: &PresentedKey<'_>) -> Result<Credential, SecretRotationError> {
        match self.opened(id, text).await {
            Ok(standing) if standing.holds(text) => Ok(standing),
            Ok(_) | Err(SecretRotationError::Refused(_, Code::NotFound)) => Err(SecretRotationError::Unproven(id)),
            Err(error) => Err(error),
        }
    }

    /// The key, if a text opens it.
    async fn opened(self, id: KeyId, text: &PresentedKey<'_>) -> Result<Credential, SecretRotationError> {
        let standing = self.table.credential(id).await?;
        match (self.decided(text, standing.as_ref()), standing) {
            (code, Some(standing)) if code.class() != Class::Unauthenticated => Ok(standing),
            (code, _) => Err(SecretRotationError::Refused(id, code)),
        }
    }

    fn decided(self, text: &PresentedKey<'_>, standing: Option<&Credential>) -> Code {
        let request = Request { place: self.deployment, source: None, called: None, permissions: &[] };
        let presented = Presented::from(*text);
        let bearer = standing.map(|standing| Bearer::new(&presented, standing, standing.recognise(&presented)));
        decide(bearer.as_ref(), &request, &ApiSets::default(), self.now())
    }

    fn now(self) -> Timestamp {
        self.clock.now().into()
    }

    async fn write(
        self,
        id: KeyId,
        action: Action,
        decide: impl Fn(&Credential, Timestamp) -> Result<Credential, Refused>,
    ) -> Result<(), SecretRotationError> {
        let write = Write { id, table: self.table, clock: self.clock, entropy: self.entropy };
        let who = (Actor::latchkey(), Origin::default());
        let decide = |before: &Credential, now| decide(before, now).map_err(ChangeError::from);
        write.apply::<ChangeError>(who, action, decide).await?;
        Ok(())
    }
}
