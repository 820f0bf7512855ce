use serde_json::{Number, Value};

use super::form::{Body, Form, Types};
use super::text;

/// The numbers that clippy takes for a constant of mathematics when it finds them.
const CONSTANTS: [f64; 20] = [
    std::f64::consts::E,
    std::f64::consts::FRAC_1_PI,
    std::f64::consts::FRAC_1_SQRT_2,
    std::f64::consts::FRAC_2_PI,
    std::f64::consts::FRAC_2_SQRT_PI,
    std::f64::consts::FRAC_PI_2,
    std::f64::consts::FRAC_PI_3,
    std::f64::consts::FRAC_PI_4,
    std::f64::consts::FRAC_PI_6,
    std::f64::consts::FRAC_PI_8,
    std::f64::consts::LN_2,
    std::f64::consts::LN_10,
    std::f64::consts::LOG2_10,
    std::f64::consts::LOG2_E,
    std::f64::consts::LOG10_2,
    std::f64::consts::LOG10_E,
    std::f64::consts::PI,
    std::f64::consts::SQRT_2,
    std::f64::consts::TAU,
    1.618_033_988_749_895,
];

/// A value of a type, as Rust writes it; nothing if it is none.
pub(super) fn expression(types: &Types, form: &Form, value: &Value) -> Option<String> {
    Some(match (form, value) {
        (Form::Option(_), Value::Null) => "None".to_owned(),
        (Form::Option(inner), value) => format!("Some({})", expression(types, inner, value)?),
        (Form::Bool, Value::Bool(value)) => value.to_string(),
        (Form::Integer(_), Value::Number(number)) => {
            grouped(&number.as_i128().filter(|_| is_whole(number))?.to_string())
        }
        (Form::Float(name), Value::Number(number)) => float(name, number)?,
        (Form::Text, Value::String(value)) => format!("{}.to_owned()", text::literal(value)),
        (Form::List(items), Value::Array(values)) => {
            let values = values.iter().map(|value| expression(types, items, value)).collect::<Option<Vec<_>>>()?;
            list(&values)
        }
        (Form::Named(index), value) => named(types, *index, value)?,
        _ => return None,
    })
}

/// The most characters of a list in one line.
const WIDTH: usize = 80;

fn list(values: &[String]) -> String {
    let mut lines = vec![String::new()];
    for value in values {
        match lines.last_mut() {
            Some(line) if line.is_empty() => line.push_str(value),
            Some(line) if line.len() + value.len() < WIDTH => {
                line.push_str(", ");
                line.push_str(value);
            }
            _ => lines.push(value.clone()),
        }
    }
    match lines.as_slice() {
        [line] if !line.contains('\n') => format!("vec![{line}]"),
        lines => format!("vec![\n    {},\n]", lines.join(",\n").replace('\n', "\n    ")),
    }
}

fn named(types: &Types, index: usize, value: &Value) -> Option<String> {
    let declared = types.declared(index);
    let name = &declared.name;
    match &declared.body {
        Body::Choice(variants) => {
            let variant = variants.iter().find(|variant| Some(variant.text.as_str()) == value.as_str())?;
            Some(format!("{name}::{}", variant.name))
        }
        Body::Whole(field) => Some(format!("{name} {{ {}: {} }}", field.name, expression(types, &field.form, value)?)),
        Body::Fields(fields) => {
            let entries = value.as_object()?;
            let mut lines = Vec::new();
            for field in fields {
                let value = match entries.get(&field.text) {
                    Some(value) => expression(types, &field.form, value)?,
                    None => field.default.clone().or_else(|| expression(types, &field.form, &Value::Null))?,
                };
                lines.push(format!("    {}: {},\n", field.name, value.replace('\n', "\n    ")));
            }
            Some(format!("{name} {{\n{}}}", lines.concat()))
        }
    }
}

fn is_whole(number: &Number) -> bool {
    number.is_i64() || number.is_u64()
}

/// A float as the type has it, with a point: `5.1`, `7.0`, `1e-8`.
pub(super) fn float(name: &str, number: &Number) -> Option<String> {
    let double = number.as_f64()?;
    if name == "f32" {
        let single = double as f32;
        return single.is_finite().then(|| grouped(&format!("{single:?}")));
    }
    Some(grouped(&format!("{double:?}")))
}

/// Whether a literal looks like a constant of mathematics.
pub(super) fn is_near_constant(literal: &str) -> bool {
    let number = literal.replace('_', "").parse::<f64>().unwrap_or_default();
    literal.len() > "3.1".len() && CONSTANTS.iter().any(|constant| (number / constant - 1.0).abs() < 0.003)
}

/// The digits of a long number in groups of three, away from the point.
pub(super) fn grouped(number: &str) -> String {
    let (sign, number) = number.split_at(usize::from(number.starts_with('-')));
    let (mantissa, exponent) = number.split_at(number.find('e').unwrap_or(number.len()));
    let (whole, fraction) = mantissa.split_at(mantissa.find('.').unwrap_or(mantissa.len()));
    let mut out = sign.to_owned();
    for (index, digit) in whole.char_indices() {
        if whole.len() > 5 && index > 0 && (whole.len() - index).is_multiple_of(3) {
            out.push('_');
        }
        out.push(digit);
    }
    for (index, digit) in fraction.char_indices() {
        if fraction.len() > 6 && index > 1 && (index - 1).is_multiple_of(3) {
            out.push('_');
        }
        out.push(digit);
    }
    out + exponent
}
