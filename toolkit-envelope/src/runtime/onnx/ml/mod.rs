//! The operators of ai.onnx.ml: encoders, scalers, linear models, trees.

use super::table::Operator;

/// The operators, by file.
pub(super) const TABLES: &[&[Operator]] = &[];
