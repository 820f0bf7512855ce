//! Arguments out of a request. A parameter is read by its name from the path, query, headers, cookies or a form; a
//! body is read as a whole. What is wrong is gathered, so that one answer can tell all of it.

mod argument;
mod body;
pub(crate) mod decoding;
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
mod way;

pub use argument::Argument;
pub use body::BodyArgument;
pub use json::JsonBody;
#[cfg(feature = "model")]
pub(crate) use json::is_json;
pub use multipart::Upload;
pub use named::{Found, Named, ReadByItself};
pub use parameter::{Parameter, Segment};
pub use reading::{Reading, Refusal};
pub use scalar::{Expected, Scalar, scalar_by_serde};
pub(crate) use schema_check::SchemaCheck;
pub(crate) use texts::{is_type, value_by_schema};
pub use way::{
    ArgumentWay, BodyWay, NamedWay, document_argument, document_body, document_named, finish_argument,
    head_of_argument, place_of_argument, place_of_named, read_body, read_named, reads_body, way_of_argument,
    way_of_body, way_of_named,
};
