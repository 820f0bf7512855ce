//! What the service can be told without being compiled again: in toolkit.toml, the environment, or flags.

use std::path::PathBuf;

use toolkit::prelude::*;

/// The service's own settings. They are checked before it listens.
#[settings]
pub struct Settings {
    /// The model's envelope: a file or a directory.
    #[default(concat!(env!("CARGO_MANIFEST_DIR"), "/iris.envelope").into())]
    pub model: PathBuf,
}
