//! What a function declares about itself, and the list, made at link time, of all that are declared.

mod data;
mod declaration;
mod entry;
mod glue;
mod service;

pub use data::{BodyData, Data};
pub use declaration::{Declaration, Origin};
pub use entry::{Endpoint, EndpointEntry, Endpoints, Mounting};
pub(crate) use entry::{Mount, Requests, linked};
#[cfg(feature = "model")]
pub(crate) use glue::mount_telling;
pub use glue::{Mounted, check_argument, mount, present, run_in_pool};
