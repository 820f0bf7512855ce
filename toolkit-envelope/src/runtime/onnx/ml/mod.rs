//! The operators of ai.onnx.ml: encoders, scalers, linear models, support vectors, trees.
//!
//! Where the standard leaves a question open, or ONNX Runtime answers it in its own way, the answer here is that of
//! ONNX Runtime; comments say where.

mod classes;
mod encoder;
mod ensemble;
mod features;
mod imputer;
mod linear;
mod one_hot;
mod rows;
mod scale;
mod svm;
mod svm_classifier;
mod svm_regressor;
#[cfg(test)]
mod tests;
mod zip_map;

use super::table::Operator;

/// The operators, by file.
pub(super) const TABLES: &[&[Operator]] = &[
    encoder::OPERATORS,
    ensemble::OPERATORS,
    features::OPERATORS,
    imputer::OPERATORS,
    linear::OPERATORS,
    one_hot::OPERATORS,
    scale::OPERATORS,
    svm_classifier::OPERATORS,
    svm_regressor::OPERATORS,
    zip_map::OPERATORS,
];
