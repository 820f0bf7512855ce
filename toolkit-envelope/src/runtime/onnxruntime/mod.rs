//! ONNX Runtime, loaded when it is needed: for models with operators that the native runtime does not have.
//!
//! The library is not part of the program. It is looked for at `ORT_DYLIB_PATH`; in the toolkit's data directory; in the
//! virtual environment of Python that is active; and where the system keeps its libraries. Version 1.24 or newer.

mod library;
mod session;

pub(crate) use session::Sessions;
