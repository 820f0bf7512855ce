//! How much one call may fill: the memory of a few bytes of text must not be that of millions of values.

use super::{
    node::{Form, Node},
    place::Place,
    read::Reader,
};

/// So many cells, which are rows times columns, are taken if nobody says otherwise: as many as 100,000 rows of 100
/// columns have.
pub const MOST_CELLS: usize = 10_000_000;

/// How many cells may still be filled.
#[derive(Clone, Copy, Debug)]
pub(super) struct Room {
    most: usize,
    left: usize,
    told: bool,
}

impl Room {
    pub(super) fn of(most: usize) -> Self {
        Self { most, left: most, told: false }
    }
}

impl Default for Room {
    fn default() -> Self {
        Self::of(MOST_CELLS)
    }
}

impl Reader<'_, '_> {
    /// Takes the room of some cells; whether there is as much. If there is not, it is told, and nothing more is filled.
    #[inline]
    pub(super) fn take_room(&mut self, cells: usize, place: &Place<'_>) -> bool {
        match self.room.left.checked_sub(cells) {
            Some(left) => {
                self.room.left = left;
                true
            }
            None => self.no_room(place),
        }
    }

    #[cold]
    fn no_room(&mut self, place: &Place<'_>) -> bool {
        let Room { most, told, .. } = self.room;
        if !told {
            self.violations.note(place, "length", || {
                format!("is one too many: expected at most {most} cells (rows times columns) at once").into()
            });
        }
        self.room = Room { most, left: 0, told: true };
        self.trial = self.trial.map(|_| false);
        false
    }
}

impl Node {
    /// How many columns a value has in the end.
    pub(super) fn width(&self) -> usize {
        match &self.form {
            Form::Struct(fields) => fields.list.iter().map(|field| field.node.width()).sum(),
            Form::Tuple(nodes) => nodes.iter().map(Self::width).sum(),
            _ => 1,
        }
    }
}
