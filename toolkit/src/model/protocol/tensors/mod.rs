//! Tensors of the protocol into the arguments of a call, and its result into tensors; whatever they travelled in.
//!
//! An [`Interface`] is made once from a function's declaration. [`Interface::fill`] takes a request's tensors, each with
//! its elements as JSON text or as the raw bytes of the binary extension (little endian, row by row; each element of
//! `BYTES` behind its length in 32 bits), and fills the tables of a call, with everything checked that the function's
//! schema demands. A transport with typed contents writes them as raw bytes first. [`Interface::outputs`] gives the
//! tensors of a result, each of which writes its elements as JSON or as raw bytes.
//!
//! ```text
//! let fill = |call| interface.fill(&inputs, call.arguments_mut());   // Faults: all that is wrong, for people
//! let write = |call| {
//!     for output in interface.outputs(call.result()) {
//!         output.write_raw(&mut bytes)?;                             // or write_json
//!     }
//! };
//! runner.answer_with(bytes_of_request, fill, write).await?;
//! ```
//!
//! What the protocol has no word for is said so:
//! - What may be null stands beside `NAME__valid`; where that is false, anything may stand in `NAME`. Without it, all
//!   values are there. A `null` in JSON data says the same. In a result, 0, false or the empty string stands there.
//! - A column that is not required may be left out: its default stands for it, or nothing. A parameter none of whose
//!   tensors is given has its default, is missing if it is not required, or is null.
//! - Whatever is `BYTES` is the text that stands in the typed JSON: dates, decimals, and binary data as base64.

mod faults;
mod half;
mod interface;
mod json;
mod output;
mod raw;
mod slot;
mod take;
#[cfg(test)]
mod tests;

pub(crate) use faults::Faults;
pub(crate) use interface::{Data, Input, Interface};
pub(crate) use output::Output;
