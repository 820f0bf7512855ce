//! The schema language as JSON Schema (2020-12), the language of OpenAPI 3.1, and back.
//!
//! Everything that JSON Schema has a word for is said with it, so that any tool understands it. What it has none for
//! (that a number has 16 bits, what was observed) stands under the keyword `x-envelope`, in the schema language's own
//! words. The formats are those of the OpenAPI Initiative's registry.

mod natural;
mod read;
mod write;

use serde_json::{Value, json};

use super::{Field, Kind, Schema};

/// Where a schema keeps what JSON Schema has no word for.
const OWN: &str = "x-envelope";

/// The arguments of a function, an object with its parameters by name, as a JSON Schema.
///
/// `example` is the arguments of one call, for the documentation.
///
/// ```
/// use serde_json::json;
/// use toolkit_envelope::schema::{Field, Kind, Schema, json_schema};
///
/// let params = [Field::new("age", Schema::new(Kind::Int64))];
/// assert_eq!(json_schema::of_arguments(&params, Some(&json!({ "age": 37 }))), json!({
///     "type": "object",
///     "properties": { "age": { "type": "integer", "format": "int64" } },
///     "required": ["age"],
///     "additionalProperties": false,
///     "examples": [{ "age": 37 }],
/// }));
/// ```
pub fn of_arguments(params: &[Field], example: Option<&Value>) -> Value {
    let mut schema = Schema::new(Kind::Struct { fields: params.to_vec() }).to_json_schema();
    if let Some(example) = example {
        schema["examples"] = json!([example]);
    }
    schema
}
