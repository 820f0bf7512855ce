use std::collections::HashMap;

use regex::{Regex, RegexBuilder};

/// The patterns of a schema, each compiled once.
///
/// What `\w{60}` takes six bytes to say takes megabytes to compile, and a schema may come from anybody: so the length, the
/// size and the number of patterns are bounded.
#[derive(Clone, Debug, Default)]
pub(crate) struct Patterns(HashMap<String, Result<Regex, String>>);

impl Patterns {
    /// The most bytes of one.
    const LONGEST: usize = 1000;
    /// The most bytes of a compiled one: some classes of the letters of all scripts, or thousands of characters.
    const LARGEST: usize = 256 << 10;
    /// The most of them in a schema that differ.
    const MOST: usize = 100;

    /// The pattern, ready to be asked.
    ///
    /// # Errors
    ///
    /// Why it is not taken.
    pub(crate) fn get(&mut self, pattern: &str) -> Result<&Regex, &str> {
        if !self.0.contains_key(pattern) {
            if self.0.len() >= Self::MOST {
                return Err("is one pattern too many, expected at most 100 that differ");
            }
            self.0.insert(pattern.to_owned(), compiled(pattern));
        }
        match &self.0[pattern] {
            Ok(regex) => Ok(regex),
            Err(why) => Err(why),
        }
    }
}

fn compiled(pattern: &str) -> Result<Regex, String> {
    if pattern.len() > Patterns::LONGEST {
        return Err(format!("has {} bytes, expected at most {}", pattern.len(), Patterns::LONGEST));
    }
    RegexBuilder::new(pattern).size_limit(Patterns::LARGEST).build().map_err(|error| match error {
        regex::Error::CompiledTooBig(_) => {
            "takes too much memory, expected fewer repetitions, or `[0-9]` in place of `\\d` and `[A-Za-z]` of `\\w`"
                .to_owned()
        }
        error => {
            // The last line says what is wrong; those before draw where.
            let error = error.to_string();
            let why = error.lines().last().unwrap_or_default().trim_start_matches("error: ");
            format!("is no regular expression: {why}")
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_write_is_taken() {
        for pattern in [
            r"^[\w.+-]+@\w+(\.\w+)+$",
            r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?Z$",
            r"^(?i)[a-z]{2}\d{2}( ?[a-z0-9]{4}){3,7}$",
            r"^\w{1,5}$",
        ] {
            assert!(Patterns::default().get(pattern).is_ok(), "{pattern}: {:?}", Patterns::default().get(pattern));
        }
    }

    #[test]
    fn what_would_take_long_is_refused() {
        for pattern in [r"\w{60}", r"((a{100}){100}){100}", r"\p{L}{1000}", &"a".repeat(1001)] {
            let mut patterns = Patterns::default();
            let why = patterns.get(pattern).unwrap_err();
            assert!(why.contains(", expected "), "{why}");
        }
        let mut patterns = Patterns::default();
        for index in 0..100 {
            assert!(patterns.get(&index.to_string()).is_ok());
        }
        assert_eq!(patterns.get("100").unwrap_err(), ("is one pattern too many, expected at most 100 that differ"));
        assert!(patterns.get("99").is_ok());
    }
}
