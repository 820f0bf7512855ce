//! Products of matrices.
use crate::runtime::onnx::table::Operator;
pub(super) const OPERATORS: &[Operator] = &[];
