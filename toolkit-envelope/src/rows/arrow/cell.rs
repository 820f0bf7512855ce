use std::borrow::Cow;

use super::source::{Cells, Source};
use crate::{
    rows::{
        fields::FieldNode,
        node::{Form, Node},
        number::Unfit,
        place::Place,
        violation::Violations,
        words::wrong_length,
    },
    schema::{
        TimeUnit,
        scalar::{Refused, decimal, number},
    },
    table::{Column, Values},
};

impl Source<'_> {
    /// Adds the value at `index` to the column of a field, which may be missing there.
    #[inline]
    pub(super) fn push_field(
        &self,
        index: usize,
        field: &FieldNode,
        column: &mut Column,
        place: &Place<'_>,
        violations: &mut Violations,
    ) {
        if field.null_is_missing() && (self.is_null(index) || self.cells.is_nan(index)) {
            return field.push_missing(column, 1);
        }
        self.push(index, &field.node, column, place, violations);
    }

    /// Adds the value at `index` to `column`; a null if it breaks a rule.
    pub(super) fn push(
        &self,
        index: usize,
        node: &Node,
        column: &mut Column,
        place: &Place<'_>,
        violations: &mut Violations,
    ) {
        if let Cells::Dictionary(keys, values) = &self.cells
            && !self.is_null(index)
        {
            return values.push(keys[index], node, column, place, violations);
        }
        // What pandas has for a number that is missing.
        if self.is_null(index) || self.cells.is_nan(index) {
            if !node.nullable {
                violations
                    .note(place, "null", || format!("must not be null, expected {}", node.form.expected()).into());
            }
            return column.push_null();
        }
        let pushed = self.push_scalar(index, &node.form, &mut column.values);
        let pushed = pushed.map_or_else(|| self.push_parts(index, node, &mut column.values, place, violations), Some);
        match pushed {
            Some(Ok(())) => {
                column.validity.push();
                node.check_domain(column, place, violations);
            }
            Some(Err(Refused { code, message })) => {
                violations.note(place, code, || message);
                column.push_null();
            }
            // The types were found to fit.
            None => column.push_null(),
        }
    }

    /// Nothing if it is no value without parts.
    #[inline]
    fn push_scalar(&self, index: usize, form: &Form, values: &mut Values) -> Option<Result<(), Refused>> {
        macro_rules! number {
            ($vec:expr, $number:expr) => {
                $number.map(|number| $vec.push(number)).map_err(|unfit| refused(form, unfit))
            };
        }
        let cells = &self.cells;
        Some(match (form, values) {
            (Form::Float64, Values::Float64(vec)) => number!(vec, cells.float(index, f64_of_integer, |value| value)?),
            (Form::Float32, Values::Float32(vec)) => {
                number!(vec, cells.float(index, f32_of_integer, |value| value as f32)?)
            }
            (Form::Float16, Values::Float16(vec)) => {
                let half = |value| number::half(value).unwrap_or(f32::INFINITY);
                number!(vec, cells.float(index, f16_of_integer, half)?)
            }
            (Form::Int64, Values::Int64(vec)) => number!(vec, cells.integer(index)?),
            (Form::Int32, Values::Int32(vec)) => number!(vec, cells.integer(index)?),
            (Form::Int16, Values::Int16(vec)) => number!(vec, cells.integer(index)?),
            (Form::Int8, Values::Int8(vec)) => number!(vec, cells.integer(index)?),
            (Form::UInt64, Values::UInt64(vec)) => number!(vec, cells.integer(index)?),
            (Form::UInt32, Values::UInt32(vec)) => number!(vec, cells.integer(index)?),
            (Form::UInt16, Values::UInt16(vec)) => number!(vec, cells.integer(index)?),
            (Form::UInt8, Values::UInt8(vec)) => number!(vec, cells.integer(index)?),
            (Form::Bool, Values::Bool(vec)) => {
                let Cells::Bool(array) = cells else { return None };
                vec.push(array.value(index));
                Ok(())
            }
            (Form::Categorical(categories), Values::Categorical(codes)) => {
                let code = match cells {
                    Cells::Bool(array) => categories.boolean(array.value(index)),
                    cells => match cells.text(index) {
                        Some(text) => categories.string(text),
                        None => cells.integer(index)?.ok().and_then(|integer| categories.integer(integer)),
                    },
                };
                let refused = || Refused::enum_(format!("must be {}", categories.expected()));
                code.map(|code| codes.push(code)).ok_or_else(refused)
            }
            (Form::Decimal { precision, scale }, Values::Decimal(units)) if cells.text(index).is_none() => {
                let (value, digits) = match cells {
                    Cells::Decimal(units, digits) => (units[index], *digits),
                    cells => (cells.integer::<i128>(index)?.ok()?, 0),
                };
                rescaled(value, digits, *precision, *scale).map(|value| units.push(value))
            }
            (form, values) if form.is_text() => match cells.text(index) {
                Some(text) => form.push_text(values, text),
                None => return self.push_native(index, form, values),
            },
            _ => return None,
        })
    }

    /// Adds what stands in JSON as a text, and in Arrow as a number or as bytes.
    fn push_native(&self, index: usize, form: &Form, values: &mut Values) -> Option<Result<(), Refused>> {
        let cells = &self.cells;
        let added = match (form, values, cells) {
            (Form::Date, Values::Date(days), Cells::Days(array)) => {
                days.push(array[index]);
                true
            }
            (Form::Date, Values::Date(days), Cells::DayMilliseconds(array)) => {
                const DAY: i64 = 86_400_000;
                let day = i32::try_from(array[index].div_euclid(DAY)).ok();
                push_some(days, day.filter(|_| array[index] % DAY == 0))
            }
            (Form::Time(unit), Values::Time(times), Cells::Time32(array, found)) => {
                push_some(times, in_unit(array[index].into(), *found, *unit))
            }
            (Form::Time(unit), Values::Time(times), Cells::Time(array, found))
            | (Form::Timestamp { unit, .. }, Values::Timestamp(times), Cells::Timestamp(array, found, _))
            | (Form::Duration(unit), Values::Duration(times), Cells::Duration(array, found)) => {
                push_some(times, in_unit(array[index], *found, *unit))
            }
            (Form::Uuid, Values::Uuid(uuids), cells) => push_some(uuids, cells.bytes(index)?.try_into().ok()),
            (Form::Binary, Values::Binary(offsets, bytes), cells) => {
                bytes.extend_from_slice(cells.bytes(index)?);
                offsets.push(bytes.len());
                true
            }
            _ => return None,
        };
        let wrong: Cow<'static, str> = match form {
            Form::Uuid => "must be a UUID of 16 bytes".into(),
            Form::Date => "must be a day without a time".into(),
            _ => "must be one that the schema's unit holds exactly".into(),
        };
        Some(if added { Ok(()) } else { Err(Refused { code: "range", message: wrong }) })
    }

    fn push_parts(
        &self,
        index: usize,
        node: &Node,
        values: &mut Values,
        place: &Place<'_>,
        violations: &mut Violations,
    ) -> Option<Result<(), Refused>> {
        match (&node.form, values, &self.cells) {
            (
                Form::List { items, .. } | Form::Series(items),
                Values::List(offsets, column),
                Cells::List(found, source),
            ) => {
                let range = found[index]..found[index + 1];
                if let Form::List { min, max, .. } = node.form
                    && let Some(message) = wrong_length(range.len(), min, max)
                {
                    violations.note(place, "length", || message.into());
                }
                for (count, item) in range.enumerate() {
                    source.push(item, items, column, &place.item(count), violations);
                }
                offsets.push(column.len());
            }
            (Form::Map(items), Values::List(offsets, entries), Cells::Map(found, keys, source)) => {
                let Values::Struct(count, columns) = &mut entries.values else { return None };
                let [names, column] = columns.as_mut_slice() else { return None };
                let key = Node { form: Form::String, nullable: false, domain: None };
                for entry in found[index]..found[index + 1] {
                    let name = keys.cells.text(entry).unwrap_or_default();
                    let here = place.field(name);
                    keys.push(entry, &key, names, &here, violations);
                    source.push(entry, items, column, &here, violations);
                    *count += 1;
                }
                offsets.push(*count);
            }
            (Form::Struct(fields), Values::Struct(count, columns), Cells::Struct(sources)) => {
                for ((field, source), column) in fields.list.iter().zip(sources).zip(columns) {
                    match source {
                        Some(source) => source.push_field(index, field, column, &place.field(&field.name), violations),
                        None => field.push_missing(column, 1),
                    }
                }
                *count += 1;
            }
            _ => return None,
        }
        Some(Ok(()))
    }
}

impl Cells<'_> {
    fn is_nan(&self, index: usize) -> bool {
        match self {
            Self::Float64(array) => array[index].is_nan(),
            Self::Float32(array) => array[index].is_nan(),
            Self::Float16(array) => array.value(index).is_nan(),
            _ => false,
        }
    }

    pub(super) fn text(&self, index: usize) -> Option<&str> {
        Some(match self {
            Self::Text(array) => array.value(index),
            Self::LargeText(array) => array.value(index),
            Self::TextView(array) => array.value(index),
            _ => return None,
        })
    }

    fn bytes(&self, index: usize) -> Option<&[u8]> {
        Some(match self {
            Self::Bytes(array) => array.value(index),
            Self::LargeBytes(array) => array.value(index),
            Self::BytesView(array) => array.value(index),
            Self::FixedBytes(array) => array.value(index),
            _ => return None,
        })
    }

    /// The integer of a column of integers.
    #[inline]
    fn whole(&self, index: usize) -> Option<i128> {
        Some(match self {
            Self::Int64(array) => array[index].into(),
            Self::Int32(array) => array[index].into(),
            Self::Int16(array) => array[index].into(),
            Self::Int8(array) => array[index].into(),
            Self::UInt64(array) => array[index].into(),
            Self::UInt32(array) => array[index].into(),
            Self::UInt16(array) => array[index].into(),
            Self::UInt8(array) => array[index].into(),
            _ => return None,
        })
    }

    /// The number of a column of floats.
    #[inline]
    fn fraction(&self, index: usize) -> Option<f64> {
        Some(match self {
            Self::Float64(array) => array[index],
            Self::Float32(array) => array[index].into(),
            Self::Float16(array) => array.value(index).to_f64(),
            _ => return None,
        })
    }

    /// The integer that a number is; nothing if it is none.
    #[inline]
    fn integer<T: TryFrom<i128>>(&self, index: usize) -> Option<Result<T, Unfit>> {
        let integer = match self.whole(index) {
            Some(integer) => integer,
            None => match self.fraction(index)? {
                value if value.fract() != 0.0 => return Some(Err(Unfit::Fraction)),
                // Beyond the range of 128 bits, this is the greatest or the least, which no kind holds.
                value => value as i128,
            },
        };
        Some(T::try_from(integer).map_err(|_| Unfit::Range))
    }

    /// The float that a number is: an integer exactly, another float rounded to the nearest.
    #[inline]
    fn float<F: Into<f64> + Copy>(
        &self,
        index: usize,
        of_integer: fn(i128) -> Option<F>,
        of_float: impl Fn(f64) -> F,
    ) -> Option<Result<F, Unfit>> {
        if let Some(value) = self.fraction(index) {
            let value = of_float(value);
            return Some(if value.into().is_finite() { Ok(value) } else { Err(Unfit::Range) });
        }
        Some(of_integer(self.whole(index)?).ok_or(Unfit::Inexact))
    }
}

fn f64_of_integer(integer: i128) -> Option<f64> {
    let value = integer as f64;
    (value as i128 == integer).then_some(value)
}

fn f32_of_integer(integer: i128) -> Option<f32> {
    let value = integer as f32;
    (value as i128 == integer).then_some(value)
}

fn f16_of_integer(integer: i128) -> Option<f32> {
    number::half(integer as f64).filter(|value| *value as i128 == integer)
}

fn refused(form: &Form, unfit: Unfit) -> Refused {
    let code = if unfit == Unfit::Fraction { "type" } else { "range" };
    Refused { code, message: form.unfit(unfit) }
}

fn push_some<T>(vec: &mut Vec<T>, value: Option<T>) -> bool {
    value.map(|value| vec.push(value)).is_some()
}

/// A time of one unit in another, if that holds it exactly.
fn in_unit(time: i64, found: TimeUnit, wanted: TimeUnit) -> Option<i64> {
    let (found, wanted) = (found.per_second(), wanted.per_second());
    if wanted >= found {
        return time.checked_mul(wanted / found);
    }
    let factor = found / wanted;
    (time % factor == 0).then_some(time / factor)
}

/// A decimal in units of another last digit.
fn rescaled(units: i128, digits: i8, precision: u8, scale: u8) -> Result<i128, Refused> {
    let places = i32::from(scale) - i32::from(digits);
    let factor = 10_i128.checked_pow(places.unsigned_abs());
    let units = match factor {
        Some(factor) if places >= 0 => units.checked_mul(factor),
        Some(factor) if units % factor != 0 => {
            return Err(Refused::range(format!("must have at most {scale} digits after the point")));
        }
        Some(factor) => Some(units / factor),
        None => None,
    };
    let most = 10_u128.saturating_pow(precision.min(decimal::DIGITS).into());
    units.filter(|units| units.unsigned_abs() < most).ok_or_else(|| {
        Refused::range(format!("must have at most {} digits before the point", precision.saturating_sub(scale)))
    })
}
