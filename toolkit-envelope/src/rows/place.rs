use std::fmt::Write as _;

/// Where a value stands in a document.
///
/// It lives on the stack and is written out, as a JSON Pointer (RFC 6901), only when something is wrong there.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place<'a> {
    parent: Option<&'a Place<'a>>,
    step: Step<'a>,
}

#[derive(Clone, Copy, Debug)]
enum Step<'a> {
    Document,
    Column(&'a str),
    Row(usize),
    Field(&'a str),
    Item(usize),
}

impl Place<'_> {
    /// The whole document.
    pub(super) const DOCUMENT: Self = Self { parent: None, step: Step::Document };

    /// The column `name` of the frame, or of the row, at this place.
    pub(super) fn column_named<'b>(&'b self, name: &'b str) -> Place<'b> {
        Place { parent: Some(self), step: Step::Column(name) }
    }

    /// The row `index` of the frame, or the value in that row of the column, at this place.
    pub(super) fn in_row(&self, index: usize) -> Place<'_> {
        Place { parent: Some(self), step: Step::Row(index) }
    }

    /// The member `name` of the object at this place.
    pub(super) fn field<'b>(&'b self, name: &'b str) -> Place<'b> {
        Place { parent: Some(self), step: Step::Field(name) }
    }

    /// The element `index` of the array at this place.
    pub(super) fn item(&self, index: usize) -> Place<'_> {
        Place { parent: Some(self), step: Step::Item(index) }
    }

    /// As a JSON Pointer, no longer than a person reads: it repeats names that a client gave.
    pub(super) fn pointer(&self) -> String {
        let mut pointer = String::new();
        self.write(&mut pointer);
        bounded(pointer)
    }

    fn write(&self, pointer: &mut String) {
        if let Some(parent) = self.parent {
            parent.write(pointer);
        }
        match self.step {
            Step::Document => {}
            Step::Column(name) | Step::Field(name) => {
                pointer.push('/');
                pointer.push_str(&name.replace('~', "~0").replace('/', "~1"));
            }
            // Writing into a `String` cannot fail.
            Step::Row(index) | Step::Item(index) => {
                let _ = write!(pointer, "/{index}");
            }
        }
    }

    /// The outermost row.
    pub(super) fn row(&self) -> Option<usize> {
        let outer = self.parent.and_then(Place::row);
        outer.or(if let Step::Row(index) = self.step { Some(index) } else { None })
    }

    /// The outermost column.
    pub(super) fn column(&self) -> Option<String> {
        let outer = self.parent.and_then(Place::column);
        outer.or_else(|| if let Step::Column(name) = self.step { Some(bounded(name.to_owned())) } else { None })
    }
}

fn bounded(mut text: String) -> String {
    const LONGEST: usize = 512;
    if text.len() > LONGEST {
        text.truncate(text.floor_char_boundary(LONGEST));
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_knows_its_pointer_row_and_column() {
        let rows = Place::DOCUMENT.field("rows");
        let row = rows.in_row(3);
        let cell = row.column_named("a/b~c");
        let item = cell.item(7);
        assert_eq!(item.pointer(), "/rows/3/a~1b~0c/7");
        assert_eq!((item.row(), item.column().as_deref()), (Some(3), Some("a/b~c")));
        assert_eq!((rows.row(), rows.column()), (None, None));
    }

    #[test]
    fn a_long_name_is_cut() {
        let name = "é".repeat(1000);
        let place = Place::DOCUMENT.column_named(&name);
        assert!(place.pointer().len() < 520);
        assert!(place.column().unwrap().len() < 520);
    }
}
