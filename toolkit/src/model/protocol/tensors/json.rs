//! The elements of a tensor in JSON text: an array of them, or arrays in arrays as the shape says.

/// The text of each element, row by row; what stands otherwise than the shape says, in words.
///
/// The text is JSON; elements may be anything but arrays.
pub(super) fn elements<'t>(text: &'t str, shape: &[usize]) -> Result<Vec<&'t str>, String> {
    if !text.starts_with('[') {
        return Err("`data` must be an array".to_owned());
    }
    let bytes = text.as_bytes();
    let is_nested = bytes.iter().skip(1).find(|byte| !byte.is_ascii_whitespace()) == Some(&b'[');
    let rank = if is_nested { shape.len().max(1) } else { 1 };
    let mut elements = Vec::new();
    // For each open array: how many items it has.
    let mut counts: Vec<usize> = Vec::new();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'[' => {
                if let Some(count) = counts.last_mut() {
                    *count += 1;
                }
                if counts.len() == rank {
                    return Err(format!("data is nested deeper than the {rank} axes of the shape"));
                }
                counts.push(0);
                at += 1;
            }
            b']' => {
                let count = counts.pop().unwrap_or_default();
                if is_nested && shape.get(counts.len()).is_none_or(|length| *length != count) {
                    let (axis, expected) = (counts.len(), shape.get(counts.len()).copied().unwrap_or_default());
                    return Err(format!("data has {count} items on axis {axis}, expected {expected} as in the shape"));
                }
                at += 1;
            }
            b',' | b' ' | b'\n' | b'\r' | b'\t' => at += 1,
            _ => {
                if counts.len() != rank {
                    return Err(format!("data is nested less deeply than the {rank} axes of the shape"));
                }
                let end = end_of_element(bytes, at);
                if let Some(count) = counts.last_mut() {
                    *count += 1;
                }
                elements.push(text[at..end].trim_ascii_end());
                at = end;
            }
        }
    }
    Ok(elements)
}

/// Where the element that begins there ends, and perhaps some white space behind it.
fn end_of_element(bytes: &[u8], start: usize) -> usize {
    let (mut depth, mut at) = (0_usize, start);
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => at = end_of_string(bytes, at),
            b'{' | b'[' => (depth, at) = (depth + 1, at + 1),
            b'}' | b']' if depth > 0 => (depth, at) = (depth - 1, at + 1),
            b',' | b']' if depth == 0 => break,
            _ => at += 1,
        }
    }
    at.min(bytes.len())
}

fn end_of_string(bytes: &[u8], quote: usize) -> usize {
    let mut at = quote + 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    at
}

/// One array of the elements, with another text for those that are not valid.
pub(super) fn array(elements: &[&str], valid: Option<&[bool]>, other: &str) -> String {
    let length = elements.iter().map(|element| element.len() + 1).sum::<usize>();
    let mut text = String::with_capacity(length + 2);
    text.push('[');
    for (index, element) in elements.iter().enumerate() {
        if index > 0 {
            text.push(',');
        }
        let is_valid = valid.is_none_or(|valid| valid.get(index).copied().unwrap_or(true));
        text.push_str(if is_valid { element } else { other });
    }
    text.push(']');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flat_and_nested_data_have_the_same_elements() {
        let expected = Ok(vec!["1", "\"[,\\\"\"", "-3e1", "{\"a\":[1,\"]\"]}"]);
        assert_eq!(elements(r#"[1,"[,\"",-3e1,{"a":[1,"]"]}]"#, &[2, 2]), expected);
        assert_eq!(elements("[ [1 , \"[,\\\"\"],\n[ -3e1, {\"a\":[1,\"]\"]} ] ]", &[2, 2]), expected);
    }

    #[test]
    fn arrays_that_are_not_as_the_shape_says_are_told() {
        for (text, shape) in [
            ("[[1,2],[3]]", &[2, 2][..]),
            ("[[1,2],3]", &[2, 2]),
            ("[1,[2]]", &[2]),
            ("[[1],[2]]", &[2]),
            ("[[[1]]]", &[1, 1]),
            ("[[1]]", &[]),
            ("[[],[]]", &[2, 1]),
        ] {
            assert!(elements(text, shape).is_err(), "{text}");
        }
        assert_eq!(elements("[]", &[0, 4]), Ok(vec![]));
        assert_eq!(elements("[[],[]]", &[2, 0]), Ok(vec![]));
    }
}
