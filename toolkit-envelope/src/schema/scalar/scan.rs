/// What is left of a text that is read from its start.
pub(super) struct Scan<'a>(&'a [u8]);

impl<'a> Scan<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self(text.as_bytes())
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes the next byte if it is one of these.
    pub(super) fn one_of(&mut self, wanted: &[u8]) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        if !wanted.contains(first) {
            return None;
        }
        self.0 = rest;
        Some(*first)
    }

    /// Takes a number of exactly so many digits.
    pub(super) fn digits(&mut self, count: usize) -> Option<i64> {
        let (digits, rest) = self.0.split_at_checked(count)?;
        let number = digits.iter().try_fold(0_i64, |number, digit| {
            let digit = digit.is_ascii_digit().then(|| i64::from(digit - b'0'))?;
            number.checked_mul(10)?.checked_add(digit)
        })?;
        self.0 = rest;
        Some(number)
    }

    /// Takes a number of at least one digit; nothing if there is none, or it is too large.
    pub(super) fn number(&mut self) -> Option<i64> {
        let count = self.0.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if count == 0 { None } else { self.digits(count) }
    }

    /// Takes the digits after a point, as a number of so many digits; more digits than that must be zeros.
    pub(super) fn fraction(&mut self, digits: u32) -> Result<i64, Fraction> {
        let count = self.0.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (found, rest) = self.0.split_at(count);
        if found.is_empty() {
            return Err(Fraction::Missing);
        }
        let mut number = 0;
        for place in 0..digits as usize {
            number = number * 10 + i64::from(found.get(place).unwrap_or(&b'0') - b'0');
        }
        if found.iter().skip(digits as usize).any(|digit| *digit != b'0') {
            return Err(Fraction::TooFine);
        }
        self.0 = rest;
        Ok(number)
    }
}

/// Why there is no fraction of a second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fraction {
    /// No digit follows the point.
    Missing,
    /// It has digits that the unit does not hold.
    TooFine,
}
