//! The operators of ai.onnx.

mod activations;
mod arithmetic;
mod compare;
mod create;
mod elementwise;
mod functions;
mod matmul;
mod moves;
mod pick;
mod shape;
mod types;
mod walk;

use super::table::Operator;

/// The operators, by file.
pub(super) const TABLES: &[&[Operator]] = &[
    activations::OPERATORS,
    arithmetic::OPERATORS,
    compare::OPERATORS,
    create::OPERATORS,
    functions::OPERATORS,
    matmul::OPERATORS,
    moves::OPERATORS,
    pick::OPERATORS,
    shape::OPERATORS,
];
