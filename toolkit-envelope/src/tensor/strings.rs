/// Many strings in one piece of memory: as Arrow has them, so that a thousand need two allocations and not a thousand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Strings {
    text: String,
    /// Where each begins, and the end of the last.
    offsets: Vec<usize>,
}

impl Default for Strings {
    fn default() -> Self {
        Self { text: String::new(), offsets: vec![0] }
    }
}

impl Strings {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.offsets.len() - 1
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The string at `index`, if there are so many.
    pub fn get(&self, index: usize) -> Option<&str> {
        let (start, end) = (*self.offsets.get(index)?, *self.offsets.get(index + 1)?);
        Some(&self.text[start..end])
    }

    /// All of them, in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &str> {
        self.offsets.windows(2).map(|ends| &self.text[ends[0]..ends[1]])
    }

    /// Adds one at the end.
    pub fn push(&mut self, string: &str) {
        self.text.push_str(string);
        self.offsets.push(self.text.len());
    }

    /// Adds those of `other` that stand in `range`, so far as there are so many.
    pub fn append(&mut self, other: &Self, range: std::ops::Range<usize>) {
        let end = range.end.min(other.len());
        let first = range.start.min(end);
        let (start, here) = (other.offsets[first], self.text.len());
        self.text.push_str(&other.text[start..other.offsets[end]]);
        self.offsets.extend(other.offsets[first + 1..=end].iter().map(|offset| here + offset - start));
    }

    /// How much memory they hold, in bytes, used or not.
    pub(crate) fn reserved(&self) -> usize {
        self.text.capacity() + self.offsets.capacity() * size_of::<usize>()
    }

    /// Removes all, and keeps the memory.
    pub fn clear(&mut self) {
        self.text.clear();
        self.offsets.truncate(1);
    }
}

impl<'a> FromIterator<&'a str> for Strings {
    fn from_iter<I: IntoIterator<Item = &'a str>>(strings: I) -> Self {
        let mut all = Self::default();
        strings.into_iter().for_each(|string| all.push(string));
        all
    }
}
