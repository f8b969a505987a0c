//! The data folder: the database, the secrets, the root key, and a lock that keeps two stacks from sharing them.
//!
//! The root key's text is kept twice: in the secrets, which say what is true, and in a file of its own for its owner.

use std::{
    fs::{self, DirBuilder, File, OpenOptions, Permissions, TryLockError},
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};

use serde_json::Value;
use shared::{
    entropy::Entropy,
    key::{KeyId, KeyPrefix, PlainKey, PresentedKey},
};

use crate::secretsmanager::View;

/// Why the data folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    /// The operating system says no.
    #[error("cannot use the data folder {}: {cause}", folder.display())]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// What it says.
        cause: io::Error,
    },
    /// Another stack runs on it.
    #[error("the data folder {} is in use by another latchkey", .0.display())]
    InUse(PathBuf),
    /// No stack ever ran on it.
    #[error("there is no latchkey in {}: start one there, or choose another --data-dir", .0.display())]
    Empty(PathBuf),
    /// There are keys, but the key to them is gone.
    #[error("{} is missing, though {} is there: put it back, or choose another --data-dir", .key.display(), .database.display())]
    RootKeyMissing {
        /// Where the root key was kept.
        key: PathBuf,
        /// The database.
        database: PathBuf,
    },
    /// The file does not hold a key.
    #[error("{} holds no key: put it back, or choose another --data-dir", .0.display())]
    RootKeyMalformed(PathBuf),
    /// The secrets do not read as such.
    #[error("{} holds no secrets: put it back, or move it away; the root key is kept beside it", .0.display())]
    SecretsMalformed(PathBuf),
    /// There is no randomness for a new one.
    #[error("no root key can be made: {0}")]
    Entropy(#[from] shared::entropy::EntropyError),
}

/// The root key's text.
pub(crate) struct RootKey {
    pub(crate) text: String,
    /// Whether it was made just now.
    pub(crate) is_new: bool,
}

/// A new root key.
pub(crate) fn new_root_key(prefix: &KeyPrefix, entropy: &dyn Entropy) -> Result<RootKey, DataError> {
    let key = PlainKey::generate(prefix, KeyId::generate(entropy)?, entropy)?;
    Ok(RootKey { text: key.reveal().to_owned(), is_new: true })
}

/// A data folder that this process alone uses, until it is dropped.
#[derive(Debug)]
pub(crate) struct DataFolder {
    folder: PathBuf,
    _lock: File,
}

impl DataFolder {
    /// The folder, locked, if a stack ran on it before.
    pub(crate) fn open_used(folder: &Path) -> Result<Self, DataError> {
        let is_used = root_key_file(folder).exists() || database(folder).exists();
        if is_used { Self::open(folder) } else { Err(DataError::Empty(folder.to_owned())) }
    }

    /// Makes the folder if need be, readable by its owner alone, and locks it.
    pub(crate) fn open(folder: &Path) -> Result<Self, DataError> {
        let failed = |cause| DataError::Folder { folder: folder.to_owned(), cause };
        DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(failed)?;
        let lock = OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(folder.join("lock"));
        let lock = lock.map_err(failed)?;
        match lock.try_lock() {
            Ok(()) => {
                let opened = Self { folder: folder.to_owned(), _lock: lock };
                // One that was killed could not do it, and something else may answer there by now.
                opened.withdraw().map_err(failed)?;
                Ok(opened)
            }
            Err(TryLockError::WouldBlock) => Err(DataError::InUse(folder.to_owned())),
            Err(TryLockError::Error(cause)) => Err(failed(cause)),
        }
    }

    fn database(&self) -> PathBuf {
        database(&self.folder)
    }

    /// The database's file, made if need be and readable by its owner alone; `SQLite` gives its other files the same mode.
    pub(crate) fn private_database(&self) -> Result<PathBuf, DataError> {
        let file = self.database();
        let opened = OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(&file);
        let made_private = opened.and_then(|opened| opened.set_permissions(Permissions::from_mode(0o600)));
        made_private.map_err(|cause| DataError::Folder { folder: self.folder.clone(), cause })?;
        Ok(file)
    }

    pub(crate) fn root_key_file(&self) -> PathBuf {
        root_key_file(&self.folder)
    }

    /// The secrets, if any are kept here.
    pub(crate) fn secrets(&self) -> Result<Option<View>, DataError> {
        let file = self.folder.join("secretsmanager.json");
        let failed = |cause| DataError::Folder { folder: self.folder.clone(), cause };
        let json = match fs::read(&file) {
            Ok(json) => json,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed(error)),
        };
        fs::set_permissions(&file, Permissions::from_mode(0o600)).map_err(failed)?;
        // As a list, a struct's fields may all be left out.
        let object = serde_json::from_slice::<serde_json::Map<_, _>>(&json).map(Value::Object);
        object.and_then(serde_json::from_value).map(Some).map_err(|_| DataError::SecretsMalformed(file))
    }

    /// Keeps the secrets. They are whole on the disk when this returns, or as before.
    pub(crate) fn keep_secrets(&self, json: &str) -> io::Result<()> {
        write_private(&self.folder.join("secretsmanager.json"), json)
    }

    /// Keeps another text as the root key's.
    pub(crate) fn keep_root_key(&self, text: &str) -> io::Result<()> {
        write_private(&self.root_key_file(), text)
    }

    /// Has the root key's file hold `text`, where it held another.
    pub(crate) fn put_right(&self, found: &str, text: &str) -> Result<(), DataError> {
        if found == text {
            return Ok(());
        }
        self.keep_root_key(text).map_err(|cause| DataError::Folder { folder: self.folder.clone(), cause })
    }

    /// Tells other commands where this folder's Secrets Manager answers.
    pub(crate) fn announce(&self, url: &str) -> Result<(), DataError> {
        let written = write_private(&announcement(&self.folder), url);
        written.map_err(|cause| DataError::Folder { folder: self.folder.clone(), cause })
    }

    /// Tells them that it no longer does.
    pub(crate) fn withdraw(&self) -> io::Result<()> {
        match fs::remove_file(announcement(&self.folder)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// The root key: the one kept here, or a new one where there is no database yet. It is on the disk before the table
    /// learns of it, so that being killed in between loses nothing.
    pub(crate) fn root_key(&self, prefix: &KeyPrefix, entropy: &dyn Entropy) -> Result<RootKey, DataError> {
        let file = self.root_key_file();
        let failed = |cause| DataError::Folder { folder: self.folder.clone(), cause };
        match fs::read_to_string(&file) {
            Ok(text) => match PresentedKey::parse(text.trim()) {
                Ok(_) => {
                    fs::set_permissions(&file, Permissions::from_mode(0o600)).map_err(failed)?;
                    Ok(RootKey { text: text.trim().to_owned(), is_new: false })
                }
                Err(_) => Err(DataError::RootKeyMalformed(file)),
            },
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                if self.database().exists() {
                    return Err(DataError::RootKeyMissing { key: file, database: self.database() });
                }
                let key = new_root_key(prefix, entropy)?;
                write_private(&file, &key.text).map_err(failed)?;
                Ok(key)
            }
            Err(error) => Err(failed(error)),
        }
    }
}

fn database(folder: &Path) -> PathBuf {
    folder.join("dynamodb.sqlite")
}

/// Where a folder's root key is kept.
pub(crate) fn root_key_file(folder: &Path) -> PathBuf {
    folder.join("root-key")
}

/// Where the Secrets Manager of the stack that runs on a folder answers, if it said so.
pub(crate) fn announced(folder: &Path) -> Option<String> {
    fs::read_to_string(announcement(folder)).ok().map(|url| url.trim().to_owned())
}

fn announcement(folder: &Path) -> PathBuf {
    folder.join("secretsmanager-url")
}

/// Writes a file that only its owner can read: whole, or not at all.
fn write_private(file: &Path, text: &str) -> io::Result<()> {
    let draft = file.with_extension("new");
    // A draft that a killed process left behind may have other rights.
    match fs::remove_file(&draft) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut written = OpenOptions::new().create_new(true).write(true).mode(0o600).open(&draft)?;
    writeln!(written, "{text}")?;
    written.sync_all()?;
    fs::rename(&draft, file)?;
    // Only then does the name survive a loss of power.
    file.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
}
