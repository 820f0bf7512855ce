//! Reading JSON text into columns, cell by cell.

use std::borrow::Cow;

use super::{
    fields::KeyOrder,
    node::{Form, Node, Unknown},
    number::Unfit,
    place::Place,
    room::Room,
    scanner::{Scanner, Syntax},
    violation::Violations,
};
use crate::table::{Column, Values};

/// Memory that reading needs besides the columns; it can be used again.
#[derive(Clone, Debug, Default)]
pub(super) struct Scratch {
    /// The last string with escapes.
    pub(super) memory: String,
    /// For each list of fields in the plan: which key came behind which.
    pub(super) orders: Vec<KeyOrder>,
    /// For each union in the plan: a column for each alternative, to try it.
    pub(super) trials: Vec<Vec<Column>>,
}

/// A text that is being read.
pub(super) struct Reader<'s, 'j> {
    pub(super) scan: Scanner<'j>,
    pub(super) scratch: &'s mut Scratch,
    pub(super) unknown: Unknown,
    pub(super) violations: Violations,
    /// While an alternative of a union is tried: whether it takes the value.
    pub(super) trial: Option<bool>,
    /// How much may still be filled.
    pub(super) room: Room,
}

impl<'s, 'j> Reader<'s, 'j> {
    pub(super) fn new(text: &'j str, scratch: &'s mut Scratch, unknown: Unknown) -> Self {
        let (scan, violations) = (Scanner::new(text), Violations::default());
        Self { scan, scratch, unknown, violations, trial: None, room: Room::default() }
    }

    #[cold]
    pub(super) fn note(&mut self, place: &Place<'_>, code: &'static str, message: impl FnOnce() -> Cow<'static, str>) {
        match &mut self.trial {
            Some(taken) => *taken = false,
            None => self.violations.note(place, code, message),
        }
    }

    /// Goes over a value that is of another type, and says so.
    #[cold]
    pub(super) fn wrong(&mut self, expected: &str, place: &Place<'_>) -> Result<(), Syntax> {
        let found = match self.scan.peek()? {
            b'n' => "null",
            b't' | b'f' => "a boolean",
            b'"' => "a string",
            b'[' => "an array",
            b'{' => "an object",
            _ => "a number",
        };
        self.skip()?;
        self.note(place, "type", || format!("must be {expected}, found {found}").into());
        Ok(())
    }

    /// Goes over a value that is not kept.
    pub(super) fn skip(&mut self) -> Result<(), Syntax> {
        self.scan.skip(&mut self.scratch.memory, &mut true).map(|_| ())
    }

    /// Reads one value, and adds it to `column`; a null if it breaks a rule.
    pub(super) fn value(&mut self, node: &Node, column: &mut Column, place: &Place<'_>) -> Result<(), Syntax> {
        let first = self.scan.peek()?;
        if first == b'n' {
            self.scan.word("null")?;
            if !node.nullable {
                self.note(place, "null", || format!("must not be null, expected {}", node.form.expected()).into());
            }
            let width = node.width();
            if width == 1 || self.take_room(width, place) {
                column.push_null();
            }
            return Ok(());
        }
        if self.scalar(node, &mut column.values, first, place)? {
            column.validity.push();
            if let Some(domain) = &node.domain
                && let Err(outside) = domain.check(&column.values, column.values.len() - 1)
            {
                let (code, message) = domain.told(outside);
                self.note(place, code, || message);
            }
        } else {
            column.push_null();
        }
        Ok(())
    }

    /// Reads a value that is not null; whether it was added to the values.
    #[inline]
    fn scalar(&mut self, node: &Node, values: &mut Values, first: u8, place: &Place<'_>) -> Result<bool, Syntax> {
        macro_rules! push {
            ($vec:expr, $method:ident) => {
                Ok(match self.$method(node, first, place)? {
                    Some(value) => {
                        $vec.push(value);
                        true
                    }
                    None => false,
                })
            };
        }
        match (&node.form, values) {
            (Form::Float64, Values::Float64(vec)) => push!(vec, float64),
            (Form::Int64, Values::Int64(vec)) => push!(vec, integer),
            (Form::Categorical(_), Values::Categorical(vec)) => push!(vec, category),
            (Form::String, Values::String(strings)) => {
                if first != b'"' {
                    self.wrong(&node.form.expected(), place)?;
                    return Ok(false);
                }
                match self.scan.string(&mut self.scratch.memory)? {
                    Some(string) => strings.push(string),
                    None => {
                        self.half_surrogate(place);
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            (Form::Bool, Values::Bool(vec)) => push!(vec, boolean),
            (Form::Float32, Values::Float32(vec)) => push!(vec, float32),
            (Form::Float16, Values::Float16(vec)) => push!(vec, float16),
            (Form::Int8, Values::Int8(vec)) => push!(vec, integer),
            (Form::Int16, Values::Int16(vec)) => push!(vec, integer),
            (Form::Int32, Values::Int32(vec)) => push!(vec, integer),
            (Form::UInt8, Values::UInt8(vec)) => push!(vec, integer),
            (Form::UInt16, Values::UInt16(vec)) => push!(vec, integer),
            (Form::UInt32, Values::UInt32(vec)) => push!(vec, integer),
            (Form::UInt64, Values::UInt64(vec)) => push!(vec, integer),
            (_, values) => self.texts(node, values, first, place),
        }
    }

    fn boolean(&mut self, node: &Node, first: u8, place: &Place<'_>) -> Result<Option<bool>, Syntax> {
        match first {
            b't' => self.scan.word("true")?,
            b'f' => self.scan.word("false")?,
            _ => {
                self.wrong(&node.form.expected(), place)?;
                return Ok(None);
            }
        }
        Ok(Some(first == b't'))
    }

    #[inline]
    fn integer<T: TryFrom<i128>>(&mut self, node: &Node, first: u8, place: &Place<'_>) -> Result<Option<T>, Syntax> {
        if is_number(first) {
            let number = self.scan.number()?;
            return Ok(self.fit(number.integer(), &node.form, place));
        }
        self.wrong(&node.form.expected(), place)?;
        Ok(None)
    }

    #[inline]
    fn float64(&mut self, node: &Node, first: u8, place: &Place<'_>) -> Result<Option<f64>, Syntax> {
        if !is_number(first) {
            self.wrong(&node.form.expected(), place)?;
            return Ok(None);
        }
        let number = self.scan.number()?;
        Ok(self.fit(number.float64(), &node.form, place))
    }

    #[inline]
    fn float32(&mut self, node: &Node, first: u8, place: &Place<'_>) -> Result<Option<f32>, Syntax> {
        if !is_number(first) {
            self.wrong(&node.form.expected(), place)?;
            return Ok(None);
        }
        let number = self.scan.number()?;
        Ok(self.fit(number.float32(), &node.form, place))
    }

    fn float16(&mut self, node: &Node, first: u8, place: &Place<'_>) -> Result<Option<f32>, Syntax> {
        if !is_number(first) {
            self.wrong(&node.form.expected(), place)?;
            return Ok(None);
        }
        let number = self.scan.number()?;
        Ok(self.fit(number.float16(), &node.form, place))
    }

    /// The number, or the violation that there is none.
    #[inline]
    fn fit<T>(&mut self, number: Result<T, Unfit>, form: &Form, place: &Place<'_>) -> Option<T> {
        match number {
            Ok(number) => Some(number),
            Err(unfit) => {
                let code = if unfit == Unfit::Fraction { "type" } else { "range" };
                self.note(place, code, || form.unfit(unfit));
                None
            }
        }
    }

    #[inline]
    fn category(&mut self, node: &Node, first: u8, place: &Place<'_>) -> Result<Option<u32>, Syntax> {
        let Form::Categorical(categories) = &node.form else { return Ok(None) };
        let found = match first {
            b'"' => self.scan.string(&mut self.scratch.memory)?.and_then(|string| categories.string(string)),
            b't' => {
                self.scan.word("true")?;
                categories.boolean(true)
            }
            b'f' => {
                self.scan.word("false")?;
                categories.boolean(false)
            }
            b'-' | b'0'..=b'9' => self.scan.number()?.integer().ok().and_then(|integer| categories.integer(integer)),
            _ => {
                self.skip()?;
                None
            }
        };
        if found.is_none() {
            self.note(place, "enum", || format!("must be {}", categories.expected()).into());
        }
        Ok(found)
    }

    #[cold]
    pub(super) fn half_surrogate(&mut self, place: &Place<'_>) {
        self.note(place, "type", || "must be text, found one half of a surrogate pair (`\\ud800` to `\\udfff`)".into());
    }
}

#[inline]
fn is_number(first: u8) -> bool {
    first.is_ascii_digit() || first == b'-'
}
