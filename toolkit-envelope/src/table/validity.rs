/// Which values of a column are null.
///
/// It costs nothing until the first null comes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Validity {
    /// For each value whether there is one; empty as long as none is null.
    flags: Vec<bool>,
}

impl Validity {
    /// Whether no value is null.
    pub fn all(&self) -> bool {
        self.flags.is_empty()
    }

    /// Whether the value at `index` is not null.
    pub fn get(&self, index: usize) -> bool {
        self.flags.get(index).copied().unwrap_or(true)
    }

    /// For each value whether there is one; nothing if none is null.
    pub fn flags(&self) -> Option<&[bool]> {
        (!self.flags.is_empty()).then_some(&self.flags)
    }

    /// How many values are null.
    pub fn nulls(&self) -> usize {
        self.flags.iter().filter(|valid| !**valid).count()
    }

    /// Notes that a value was added.
    #[inline]
    pub(crate) fn push(&mut self) {
        if !self.flags.is_empty() {
            self.flags.push(true);
        }
    }

    /// Notes that nulls were added, so that the column has `length` values now, `before` of them before.
    pub(crate) fn push_nulls(&mut self, before: usize, length: usize) {
        if self.flags.is_empty() {
            self.flags.resize(before, true);
        }
        self.flags.resize(length, false);
    }

    /// Notes that the values `range` of a column with `other` were added behind `before` values.
    pub(crate) fn append(&mut self, before: usize, other: &Self, range: std::ops::Range<usize>) {
        let added = other.flags.get(range.clone()).filter(|flags| flags.contains(&false));
        match added {
            Some(flags) => {
                if self.flags.is_empty() {
                    self.flags.resize(before, true);
                }
                self.flags.extend_from_slice(flags);
            }
            None if !self.flags.is_empty() => self.flags.resize(before + range.len(), true),
            None => {}
        }
    }

    /// Forgets all values, and keeps the memory.
    pub(crate) fn clear(&mut self) {
        self.flags.clear();
    }
}

/// From one flag for each value: true where there is one.
impl From<Vec<bool>> for Validity {
    fn from(flags: Vec<bool>) -> Self {
        if flags.contains(&false) { Self { flags } } else { Self::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_without_nulls_has_no_flags_however_it_came_to_be() {
        let mut some = Validity::default();
        some.push();
        some.append(1, &Validity::from(vec![true, false]), 0..1);
        assert_eq!(some, Validity::default());
        assert_eq!(Validity::from(vec![true, true]), Validity::default());
    }

    #[test]
    fn values_before_the_first_null_are_not_null() {
        let mut some = Validity::default();
        some.push_nulls(2, 3);
        some.push();
        assert_eq!(some.flags(), Some(&[true, true, false, true][..]));
        assert_eq!(some.nulls(), 1);
    }
}
