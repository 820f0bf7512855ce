//! What keeps one request, endpoint or client from taking the whole service: timeouts, body limits, concurrency,
//! rates, and the pool of threads for functions that are not async.

mod endpoint;
mod pool;
mod quantity;
mod shown;

pub use endpoint::DeclaredLimits;
pub(crate) use endpoint::{EndpointLimits, Limited, busy};
pub use pool::Pool;
pub use quantity::{Rate, bytes, duration, rate};
