//! What the service can be told without being compiled again: in toolkit.toml, the environment, or flags.

use std::path::PathBuf;

use toolkit::prelude::*;

/// The service's own settings. They are checked before it listens.
#[settings]
pub struct Settings {
    /// The file with the garments.
    #[default(concat!(env!("CARGO_MANIFEST_DIR"), "/data/items.json").into())]
    pub items: PathBuf,
    /// How much two garments have in common, at the least, to be recommended together.
    #[default(0.1)]
    #[validate(range(min = 0.0, max = 1.0))]
    pub min_score: f64,
}
