//! The data folder: the database, the root key, and a lock that keeps two stacks from sharing them.

use std::{
    fs::{self, DirBuilder, File, OpenOptions, Permissions, TryLockError},
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};

use shared::{
    entropy::Entropy,
    key::{KeyId, KeyPrefix, PlainKey, PresentedKey},
};

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
    /// Makes the folder if need be, readable by its owner alone, and locks it.
    pub(crate) fn open(folder: &Path) -> Result<Self, DataError> {
        let failed = |cause| DataError::Folder { folder: folder.to_owned(), cause };
        DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(failed)?;
        let lock = OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(folder.join("lock"));
        let lock = lock.map_err(failed)?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { folder: folder.to_owned(), _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(DataError::InUse(folder.to_owned())),
            Err(TryLockError::Error(cause)) => Err(failed(cause)),
        }
    }

    fn database(&self) -> PathBuf {
        self.folder.join("dynamodb.sqlite")
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
        self.folder.join("root-key")
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
