//! What a file is that is not an ONNX model, for those who gave the wrong one.

/// What the bytes look like, and what to do; nothing if they look like nothing that is known.
pub(super) fn recognise(bytes: &[u8]) -> Option<String> {
    const EXPORT: &str = "export the model to ONNX first (skl2onnx, onnxmltools, torch.onnx.export)";
    let found = match bytes {
        [] => return Some("the file is empty".to_owned()),
        [0x80, 2..=5, ..] => "a Python pickle",
        [b'P', b'K', 3, 4, ..] => "a zip archive, as PyTorch, Keras and NumPy write",
        [0x89, b'H', b'D', b'F', ..] => "an HDF5 file, as Keras writes",
        [0x1f, 0x8b, ..] => return Some("the file is compressed by gzip: unpack it first".to_owned()),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => return Some("the file is compressed by zstd: unpack it first".to_owned()),
        [0x93, b'N', b'U', b'M', b'P', b'Y', ..] => "a NumPy array",
        [b'P', b'A', b'R', b'1', ..] => "a Parquet file",
        [_, _, _, _, b'T', b'F', b'L', b'3', ..] => "a TensorFlow Lite model",
        [_, _, _, _, b'O', b'R', b'T', b'M', ..] => "a model in the own format of ONNX Runtime",
        [_, _, _, _, _, _, 0, 0, b'{', ..] => "a file of weights, as safetensors writes",
        _ if bytes.starts_with(b"version https://git-lfs") => {
            return Some("the file is a pointer of Git LFS: fetch the file itself (`git lfs pull`)".to_owned());
        }
        _ if bytes.starts_with(b"tree\nversion=") => "a LightGBM model as text",
        [b'{', ..] if bytes.windows(7).take(4096).any(|seven| seven == b"learner") => "an XGBoost model",
        [b'{' | b'[', ..] if is_text(bytes) => "a JSON document",
        _ if is_text(bytes) => "a text file",
        _ => return None,
    };
    Some(format!("the file is {found}: {EXPORT}"))
}

fn is_text(bytes: &[u8]) -> bool {
    let beginning = &bytes[..bytes.len().min(512)];
    let text = match str::from_utf8(beginning) {
        Ok(text) => text,
        // A character may be cut by the end of what is looked at.
        Err(error) if error.error_len().is_none() && beginning.len() < bytes.len() => {
            str::from_utf8(&beginning[..error.valid_up_to()]).unwrap_or_default()
        }
        Err(_) => return false,
    };
    !text.chars().any(|character| character.is_control() && !matches!(character, '\n' | '\r' | '\t'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_other_kinds_are_named() {
        let told = |bytes: &[u8]| recognise(bytes).unwrap_or_default();
        assert_eq!(told(b""), "the file is empty");
        assert!(told(b"\x80\x04\x95\x10").contains("a Python pickle: export the model"));
        assert!(told(b"PK\x03\x04....").contains("zip archive"));
        assert!(told(b"\x89HDF\r\n\x1a\n").contains("HDF5"));
        assert!(told(b"{\"learner\": {}}").contains("XGBoost"));
        assert!(told(b"tree\nversion=v4\n").contains("LightGBM"));
        assert!(told("größer\n".repeat(100).as_bytes()).contains("a text file"));
        assert_eq!(recognise(b"\x08\x0a\x12\x04"), None);
    }
}
