//! The operators of ai.onnx.

mod activations;
mod arithmetic;
mod cast;
mod compare;
mod create;
mod dropout;
mod elementwise;
mod functions;
mod limits;
mod matmul;
mod moves;
mod pick;
mod rank;
mod reduce;
mod scan;
mod select;
mod shape;
mod softmax;
mod types;
mod walk;

use super::table::Operator;

/// The operators, by file.
pub(super) const TABLES: &[&[Operator]] = &[
    activations::OPERATORS,
    arithmetic::OPERATORS,
    cast::OPERATORS,
    compare::OPERATORS,
    create::OPERATORS,
    dropout::OPERATORS,
    functions::OPERATORS,
    limits::OPERATORS,
    matmul::OPERATORS,
    moves::OPERATORS,
    pick::OPERATORS,
    rank::OPERATORS,
    reduce::OPERATORS,
    scan::OPERATORS,
    select::OPERATORS,
    shape::OPERATORS,
    softmax::OPERATORS,
];
