use serde_json::Value;

use crate::json::{Decoder, Entries};

/// A call of a function with what came out of it, run again whenever the envelope is loaded.
#[derive(Clone, Debug, PartialEq)]
pub struct Example {
    /// The function's name.
    pub function: String,
    /// The path of the arguments: a JSON object of the function's parameters.
    pub input: String,
    /// The path of the result as JSON.
    pub output: String,
    /// How far numbers may be off.
    pub tolerance: Tolerance,
}

/// How far a number `b` may be off from the recorded `a`: `|a − b| ≤ absolute + relative · |a|`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tolerance {
    /// In the number's own unit.
    pub absolute: f64,
    /// As a part of the number.
    pub relative: f64,
}

impl Default for Tolerance {
    fn default() -> Self {
        Self { absolute: 1e-5, relative: 1e-4 }
    }
}

impl Example {
    pub(super) fn decode(decoder: &Decoder) -> Option<Self> {
        let object = decoder.object()?;
        let (function, input, output) = (object.text("function"), object.text("input"), object.text("output"));
        let tolerance = object.field("tolerance", Tolerance::decode);
        object.no_others();
        Some(Self { function: function?, input: input?, output: output?, tolerance: tolerance? })
    }

    pub(super) fn to_value(&self) -> Value {
        Entries::default()
            .with("function", self.function.as_str())
            .with("input", self.input.as_str())
            .with("output", self.output.as_str())
            .with("tolerance", self.tolerance.to_value())
            .finish()
    }
}

impl Tolerance {
    fn decode(decoder: &Decoder) -> Option<Self> {
        let object = decoder.object()?;
        let (absolute, relative) =
            (object.field("absolute", Decoder::number), object.field("relative", Decoder::number));
        object.no_others();
        Some(Self { absolute: absolute?, relative: relative? })
    }

    fn to_value(self) -> Value {
        Entries::default().with("absolute", self.absolute).with("relative", self.relative).finish()
    }
}
