//! Reading what may be anything: it is kept as its text.

use super::{place::Place, read::Reader, scanner::Syntax};
use crate::tensor::Strings;

impl Reader<'_, '_> {
    /// Reads a value of any kind; whether it was added to the texts.
    pub(super) fn any(&mut self, texts: &mut Strings, place: &Place<'_>) -> Result<bool, Syntax> {
        let start = self.scan;
        let mut whole = true;
        let text = self.scan.skip(&mut self.scratch.memory, &mut whole)?;
        if !whole {
            self.half_surrogate(place);
            return Ok(false);
        }
        texts.push(text);
        if text.contains('{') {
            let end = std::mem::replace(&mut self.scan, start);
            self.no_duplicates(place)?;
            self.scan = end;
        }
        Ok(true)
    }

    /// Goes over a value that was gone over before, and notes the members that an object has twice: of those, one reader
    /// takes the first and another the last.
    fn no_duplicates(&mut self, place: &Place<'_>) -> Result<(), Syntax> {
        let first = self.scan.peek()?;
        if first == b'{' {
            self.scan.step();
            if self.scan.is_empty(b'}')? {
                return Ok(());
            }
            let mut names: Vec<Box<str>> = Vec::new();
            loop {
                let name: Box<str> = self.scan.key(&mut self.scratch.memory)?.unwrap_or_default().into();
                self.no_duplicates(&place.field(&name))?;
                names.push(name);
                if !self.scan.another(b'}')? {
                    break;
                }
            }
            names.sort_unstable();
            for pair in names.windows(2).filter(|pair| pair[0] == pair[1]) {
                self.duplicate(&place.field(&pair[0]));
            }
        } else if first == b'[' {
            self.scan.step();
            let mut index = 0;
            let mut more = !self.scan.is_empty(b']')?;
            while more {
                self.no_duplicates(&place.item(index))?;
                index += 1;
                more = self.scan.another(b']')?;
            }
        } else {
            self.skip()?;
        }
        Ok(())
    }
}
