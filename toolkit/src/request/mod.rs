//! Arguments out of a request. A parameter is read by its name from the path, query, headers, cookies or a form; a
//! body is read as a whole. What is wrong is gathered, so that one answer can tell all of it.

mod argument;
mod body;
mod decoding;
mod fields;
mod json;
mod multipart;
mod named;
mod parameter;
mod reading;
mod scalar;
mod schema_check;
mod text_deserializer;
mod texts;

pub use argument::{Argument, document_argument, finish_argument, head_of_argument, place_of_argument};
pub use body::{BodyArgument, document_body, read_body};
pub use json::JsonBody;
pub use multipart::Upload;
pub use named::{Found, Named, ReadByItself, document_named, place_of_named, read_named};
pub use parameter::{Parameter, Segment};
pub use reading::{Reading, Refusal};
pub use scalar::{Expected, Scalar, scalar_by_serde};
pub(crate) use schema_check::SchemaCheck;
pub(crate) use texts::{is_type, value_by_schema};
