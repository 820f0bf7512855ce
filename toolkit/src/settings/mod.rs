//! Settings: read from `toolkit.toml`, then `TOOLKIT_*` environment variables, then flags; the later wins.

mod server;
mod sources;

pub(crate) use server::BindSettings;
pub use server::ServerSettings;
#[cfg(feature = "model")]
pub(crate) use server::Token;
#[cfg(feature = "trace-viewer")]
pub(crate) use server::ViewerAccess;
pub(crate) use sources::{FILE, env_name, flag_name, linked};
pub use sources::{SettingsEntry, Sources};
