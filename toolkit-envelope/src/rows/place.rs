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
        cut(&mut pointer);
        pointer
    }

    fn write(&self, pointer: &mut String) {
        if let Some(parent) = self.parent {
            parent.write(pointer);
        }
        match self.step {
            Step::Document => {}
            Step::Column(name) | Step::Field(name) => {
                pointer.push('/');
                // A name may be as long as the whole text, and stand in a thousand pointers.
                for character in name.chars().take((LONGEST + 1).saturating_sub(pointer.len())) {
                    match character {
                        '~' => pointer.push_str("~0"),
                        '/' => pointer.push_str("~1"),
                        other => pointer.push(other),
                    }
                }
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
        outer.or_else(|| if let Step::Column(name) = self.step { Some(shortened(name)) } else { None })
    }
}

/// So many bytes of a pointer or a name are told.
const LONGEST: usize = 512;

fn cut(text: &mut String) {
    if text.len() > LONGEST {
        text.truncate(text.floor_char_boundary(LONGEST));
        text.push('…');
    }
}

fn shortened(name: &str) -> String {
    let mut text = name[..name.floor_char_boundary(LONGEST + 4)].to_owned();
    cut(&mut text);
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
        assert!(place.pointer().ends_with("é…") && place.field("further").pointer().ends_with("é…"));
        assert!(place.column().unwrap().len() < 520);
        assert_eq!(Place::DOCUMENT.column_named("é").column().as_deref(), Some("é"));
    }

    #[test]
    fn a_long_name_is_not_written_before_it_is_cut() {
        let name = "n".repeat(1_000_000);
        let mut pointer = String::new();
        Place::DOCUMENT.field(&name).item(7).write(&mut pointer);
        assert!(pointer.capacity() < 2000, "{}", pointer.capacity());
    }
}
