//! The operators of ai.onnx.

mod arithmetic;
mod elementwise;
mod matmul;
mod shape;
mod types;

use super::table::Operator;

/// The operators, by file.
pub(super) const TABLES: &[&[Operator]] = &[arithmetic::OPERATORS, matmul::OPERATORS, shape::OPERATORS];
