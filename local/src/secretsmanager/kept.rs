//! Where the secrets are kept: in the data folder, or nowhere.

use std::{io, sync::Arc};

use super::{View, labels::texts};
use crate::data::DataFolder;

/// A place for the secrets.
#[derive(Clone)]
pub(crate) enum Kept {
    /// In memory alone.
    Nowhere,
    /// In `secretsmanager.json` of this folder, with the root key's current text in `root-key` beside it.
    Folder(Arc<DataFolder>),
    /// In a folder that is no longer this process's own.
    Closed,
}

impl Kept {
    /// Puts the secrets onto the disk. The secrets come first and the root key's file after them: a start puts that right,
    /// should this be cut in between.
    pub(super) async fn keep(&self, before: &View, after: &View) -> io::Result<()> {
        let folder = match self {
            Self::Nowhere => return Ok(()),
            Self::Closed => return Err(io::Error::other("the stack has ended")),
            Self::Folder(folder) => Arc::clone(folder),
        };
        let (earlier, json) = (serde_json::to_string_pretty(before)?, serde_json::to_string_pretty(after)?);
        let (was, is) = (texts(before).0, texts(after).0);
        let written = tokio::task::spawn_blocking(move || {
            folder.keep_secrets(&json)?;
            let moved = is.filter(|text| was.as_ref() != Some(text));
            let Some(Err(error)) = moved.map(|text| folder.keep_root_key(&text)) else { return Ok(()) };
            folder.keep_secrets(&earlier)?;
            Err(error)
        });
        written.await.map_err(io::Error::other)?
    }
}
