//! Rows that come as a table with named columns, as CSV and Arrow have them.

use super::{
    fields::Fields,
    node::{Form, Node, Unknown},
    place::Place,
    plan::{Arguments, Plan},
    violation::Violations,
};
use crate::table::Table;

/// Which of a table's columns each field is read from.
#[derive(Clone, Debug)]
pub(super) struct Mapping(pub(super) Vec<Option<usize>>);

impl Mapping {
    /// Finds the fields among the names of a table's columns.
    ///
    /// # Errors
    ///
    /// Names that nobody knows, that are there twice, or that are missing.
    pub(super) fn new<'n>(
        fields: &Fields,
        names: impl Iterator<Item = &'n str>,
        unknown: Unknown,
        table: &Place<'_>,
    ) -> Result<Self, Violations> {
        let mut violations = Violations::default();
        let mut sources = vec![None; fields.list.len()];
        for (source, name) in names.enumerate() {
            let place = table.column_named(name);
            match fields.names.get(name).and_then(|index| sources.get_mut(index as usize)) {
                Some(found @ None) => *found = Some(source),
                Some(Some(_)) => violations.note(&place, "duplicate", || "is there twice".into()),
                None if unknown == Unknown::Refuse => {
                    violations.note(&place, "unknown", || "is not known here".into());
                }
                None => {}
            }
        }
        for (field, source) in fields.list.iter().zip(&sources) {
            if source.is_none() && field.is_needed() {
                violations.note(&table.column_named(&field.name), "required", || "is required".into());
            }
        }
        if violations.is_empty() { Ok(Self(sources)) } else { Err(violations) }
    }
}

impl Plan {
    /// The frame that a table is taken for: the only parameter that has to be given, or the only one there is.
    ///
    /// # Errors
    ///
    /// That the function does not take one table.
    pub(super) fn frame(&self) -> Result<(usize, &Fields), Violations> {
        let all = &self.fields.list;
        let index = self.only.or((all.len() == 1).then_some(0));
        if let Some(index) = index
            && let Some(Node { form: Form::Frame(fields), .. }) = all.get(index).map(|field| &field.node)
        {
            return Ok((index, fields));
        }
        let names: Vec<_> = all.iter().map(|field| format!("`{}`", field.name)).collect();
        let mut violations = Violations::default();
        violations.note(&Place::DOCUMENT, "type", || {
            format!("must be JSON: the function takes {}, and not one frame", names.join(", ")).into()
        });
        Err(violations)
    }

    /// Empties the arguments, lets a table be filled, and gives all other parameters their defaults.
    pub(super) fn fill(
        &self,
        into: &mut Arguments,
        index: usize,
        fill: impl FnOnce(&mut Table, &mut Violations),
    ) -> Result<(), Violations> {
        self.prepare(into);
        let mut violations = Violations::default();
        if let Some(table) = into.tables.get_mut(index) {
            table.present = true;
            fill(table, &mut violations);
        }
        for (other, default) in self.defaults.iter().enumerate() {
            if let (Some(default), true) = (default, other != index) {
                into.tables[other].clone_from(default);
            }
        }
        if violations.is_empty() {
            return Ok(());
        }
        into.clear();
        Err(violations)
    }
}
