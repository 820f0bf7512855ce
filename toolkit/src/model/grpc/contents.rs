//! The two ways that elements travel in: raw, as they lie in memory, and in a repeated field of their type.

use toolkit_envelope::schema::inference_protocol::Datatype;

use super::generated::InferTensorContents;

/// Typed contents as the raw ones that say the same: little endian, each element of `BYTES` behind its length.
///
/// # Errors
///
/// What does not fit the datatype or the shape.
pub(super) fn to_raw(contents: &InferTensorContents, datatype: Datatype, shape: &[i64]) -> Result<Vec<u8>, String> {
    let fields = fields(contents);
    let Some(own) = field(datatype) else {
        return Err(format!("has typed contents; `{datatype}` travels in `raw_input_contents` only"));
    };
    if let Some((other, _)) = fields.iter().find(|(name, count)| *count > 0 && *name != own) {
        return Err(format!("has values in `{other}`, expected them in `{own}` for `{datatype}`"));
    }
    let found = fields.iter().map(|(_, count)| count).sum::<usize>();
    let expected = shape.iter().try_fold(1_i64, |all, length| all.checked_mul(*length));
    if expected.and_then(|expected| usize::try_from(expected).ok()) != Some(found) {
        return Err(format!("has {found} values in `{own}`, which is not what its shape says"));
    }
    let InferTensorContents { int_contents: ints, uint_contents: uints, .. } = contents;
    match datatype {
        Datatype::Bool => Ok(contents.bool_contents.iter().map(|value| u8::from(*value)).collect()),
        Datatype::Int8 => narrowed(ints, datatype, i8::to_le_bytes),
        Datatype::Int16 => narrowed(ints, datatype, i16::to_le_bytes),
        Datatype::Int32 => Ok(joined(ints, i32::to_le_bytes)),
        Datatype::Int64 => Ok(joined(&contents.int64_contents, i64::to_le_bytes)),
        Datatype::UInt8 => narrowed(uints, datatype, u8::to_le_bytes),
        Datatype::UInt16 => narrowed(uints, datatype, u16::to_le_bytes),
        Datatype::UInt32 => Ok(joined(uints, u32::to_le_bytes)),
        Datatype::UInt64 => Ok(joined(&contents.uint64_contents, u64::to_le_bytes)),
        Datatype::Fp32 => Ok(joined(&contents.fp32_contents, f32::to_le_bytes)),
        Datatype::Fp64 => Ok(joined(&contents.fp64_contents, f64::to_le_bytes)),
        Datatype::Fp16 => Ok(Vec::new()),
        Datatype::Bytes => {
            let mut raw = Vec::new();
            for element in &contents.bytes_contents {
                // A message is smaller than four gibibytes.
                raw.extend_from_slice(&(element.len() as u32).to_le_bytes());
                raw.extend_from_slice(element);
            }
            Ok(raw)
        }
    }
}

/// Raw contents as typed ones; nothing for a datatype that has none.
pub(super) fn to_typed(raw: &[u8], datatype: Datatype) -> Option<InferTensorContents> {
    let mut contents = InferTensorContents::default();
    match datatype {
        Datatype::Bool => contents.bool_contents = raw.iter().map(|byte| *byte != 0).collect(),
        Datatype::Int8 => contents.int_contents = split(raw, |bytes| i8::from_le_bytes(bytes).into()),
        Datatype::Int16 => contents.int_contents = split(raw, |bytes| i16::from_le_bytes(bytes).into()),
        Datatype::Int32 => contents.int_contents = split(raw, i32::from_le_bytes),
        Datatype::Int64 => contents.int64_contents = split(raw, i64::from_le_bytes),
        Datatype::UInt8 => contents.uint_contents = split(raw, |bytes| u8::from_le_bytes(bytes).into()),
        Datatype::UInt16 => contents.uint_contents = split(raw, |bytes| u16::from_le_bytes(bytes).into()),
        Datatype::UInt32 => contents.uint_contents = split(raw, u32::from_le_bytes),
        Datatype::UInt64 => contents.uint64_contents = split(raw, u64::from_le_bytes),
        Datatype::Fp32 => contents.fp32_contents = split(raw, f32::from_le_bytes),
        Datatype::Fp64 => contents.fp64_contents = split(raw, f64::from_le_bytes),
        Datatype::Fp16 => return None,
        Datatype::Bytes => {
            let mut rest = raw;
            while let Some((length, after)) = rest.split_first_chunk() {
                let (element, after) = after.split_at_checked(u32::from_le_bytes(*length) as usize)?;
                contents.bytes_contents.push(bytes::Bytes::copy_from_slice(element));
                rest = after;
            }
        }
    }
    Some(contents)
}

/// The fields of typed contents, and how many values each has.
fn fields(contents: &InferTensorContents) -> [(&'static str, usize); 8] {
    [
        ("bool_contents", contents.bool_contents.len()),
        ("int_contents", contents.int_contents.len()),
        ("int64_contents", contents.int64_contents.len()),
        ("uint_contents", contents.uint_contents.len()),
        ("uint64_contents", contents.uint64_contents.len()),
        ("fp32_contents", contents.fp32_contents.len()),
        ("fp64_contents", contents.fp64_contents.len()),
        ("bytes_contents", contents.bytes_contents.len()),
    ]
}

/// The field for values of the datatype.
fn field(datatype: Datatype) -> Option<&'static str> {
    Some(match datatype {
        Datatype::Bool => "bool_contents",
        Datatype::Int8 | Datatype::Int16 | Datatype::Int32 => "int_contents",
        Datatype::Int64 => "int64_contents",
        Datatype::UInt8 | Datatype::UInt16 | Datatype::UInt32 => "uint_contents",
        Datatype::UInt64 => "uint64_contents",
        Datatype::Fp16 => return None,
        Datatype::Fp32 => "fp32_contents",
        Datatype::Fp64 => "fp64_contents",
        Datatype::Bytes => "bytes_contents",
    })
}

fn joined<T: Copy, const N: usize>(values: &[T], bytes: impl Fn(T) -> [u8; N]) -> Vec<u8> {
    values.iter().flat_map(|value| bytes(*value)).collect()
}

/// The values as fewer bytes than they travel in.
fn narrowed<T: Copy, S: TryFrom<T>, const N: usize>(
    values: &[T],
    datatype: Datatype,
    bytes: impl Fn(S) -> [u8; N],
) -> Result<Vec<u8>, String> {
    let mut raw = Vec::with_capacity(values.len() * N);
    for (index, value) in values.iter().enumerate() {
        let value = S::try_from(*value).map_err(|_| format!("index {index}: is no number that `{datatype}` holds"))?;
        raw.extend_from_slice(&bytes(value));
    }
    Ok(raw)
}

fn split<T, const N: usize>(raw: &[u8], value: impl Fn([u8; N]) -> T) -> Vec<T> {
    raw.as_chunks().0.iter().map(|bytes| value(*bytes)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn raw_contents_are_the_same_when_they_have_been_typed() {
        let all = [
            (Datatype::Bool, vec![1, 0, 1]),
            (Datatype::Int8, vec![0x80, 0x7f, 0xff]),
            (Datatype::Int16, vec![0, 0x80, 0xff, 0x7f, 0xff, 0xff]),
            (Datatype::UInt8, vec![0, 255, 7]),
            (Datatype::UInt16, vec![0, 0, 0xff, 0xff, 7, 0]),
            (Datatype::Int32, (0..12).collect()),
            (Datatype::UInt32, (200..212).collect()),
            (Datatype::Int64, (100..124).collect()),
            (Datatype::UInt64, (230..254).collect()),
            (Datatype::Fp32, [f32::MIN_POSITIVE, -0.0, f32::INFINITY].iter().flat_map(|x| x.to_le_bytes()).collect()),
            (Datatype::Fp64, [f64::NAN, 0.1, -2.5].iter().flat_map(|x| x.to_le_bytes()).collect()),
            (Datatype::Bytes, vec![2, 0, 0, 0, b'a', b'b', 0, 0, 0, 0, 1, 0, 0, 0, b'c']),
        ];
        for (datatype, raw) in all {
            let typed = to_typed(&raw, datatype).unwrap();
            assert_eq!(to_raw(&typed, datatype, &[3]), Ok(raw), "{datatype}");
        }
        assert_eq!(to_typed(&[0, 0], Datatype::Fp16), None);
    }

    #[test]
    fn what_does_not_fit_its_datatype_or_its_shape_is_told() {
        let ints = InferTensorContents { int_contents: vec![1, 200], ..InferTensorContents::default() };
        let found = |datatype, shape: &[i64]| to_raw(&ints, datatype, shape).unwrap_err();
        assert_eq!(found(Datatype::Int8, &[2]), "index 1: is no number that `INT8` holds");
        assert_eq!(
            found(Datatype::Fp32, &[2]),
            "has values in `int_contents`, expected them in `fp32_contents` for `FP32`"
        );
        assert_eq!(found(Datatype::Fp16, &[2]), "has typed contents; `FP16` travels in `raw_input_contents` only");
        for shape in [&[3_i64][..], &[-2], &[i64::MAX, 2]] {
            assert!(found(Datatype::Int32, shape).starts_with("has 2 values"), "{shape:?}");
        }
    }
}
