//! What a file's bytes are, by its name.

/// The types of the files that envelopes hold. A table of our own: an envelope's id must not depend on the version of
/// somebody else's.
const KNOWN: [(&str, &str); 14] = [
    ("csv", "text/csv"),
    ("html", "text/html"),
    ("ipynb", "application/x-ipynb+json"),
    ("json", "application/json"),
    ("lock", "text/plain"),
    ("md", "text/markdown"),
    ("parquet", "application/vnd.apache.parquet"),
    ("pdf", "application/pdf"),
    ("png", "image/png"),
    ("py", "text/x-python"),
    ("svg", "image/svg+xml"),
    ("toml", "application/toml"),
    ("txt", "text/plain"),
    ("yaml", "application/yaml"),
];

/// The media type of the file at `path`; bytes of any kind when its name does not tell.
pub(super) fn of(path: &str) -> &'static str {
    let name = path.rsplit('/').next().unwrap_or(path);
    let Some((_, extension)) = name.rsplit_once('.') else { return "application/octet-stream" };
    let known = KNOWN.iter().find(|(known, _)| extension.eq_ignore_ascii_case(known));
    known.map_or("application/octet-stream", |(_, media_type)| media_type)
}
