//! How deep schemas lie: no deeper than the rows' plans, which are made when the envelope is loaded.

use crate::schema::Kind;

/// How many levels a schema of the manifest may have.
pub(super) const DEEPEST: usize = 100;

/// Whether `kind` has at most so many levels, a kind without parts being one.
pub(super) fn is_at_most(levels: usize, kind: &Kind) -> bool {
    let Some(below) = levels.checked_sub(1) else { return false };
    match kind {
        Kind::List { items: part, .. } | Kind::Map { values: part } | Kind::Series { values: part } => {
            is_at_most(below, &part.kind)
        }
        Kind::Tuple { items: parts } | Kind::Union { of: parts } => {
            parts.iter().all(|part| is_at_most(below, &part.kind))
        }
        Kind::Struct { fields } => fields.iter().all(|field| is_at_most(below, &field.schema.kind)),
        Kind::Frame { columns, index } => {
            columns.iter().chain(index.iter().flatten()).all(|field| is_at_most(below, &field.schema.kind))
        }
        Kind::Tensor { dtype, .. } => is_at_most(below, dtype),
        _ => true,
    }
}
