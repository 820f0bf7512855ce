use std::path::Path;

/// How the rows of a file are written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    /// One JSON document.
    Json,
    /// A JSON document a line.
    JsonLines,
    /// Comma-separated values (RFC 4180), the names in the first line.
    Csv,
    /// Apache Parquet.
    Parquet,
}

impl Format {
    /// By the file's extension.
    pub(super) fn of(path: &Path) -> anyhow::Result<Self> {
        let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
        match extension.to_ascii_lowercase().as_str() {
            "json" => Ok(Self::Json),
            "jsonl" | "ndjson" => Ok(Self::JsonLines),
            "csv" => Ok(Self::Csv),
            "parquet" => Ok(Self::Parquet),
            _ => anyhow::bail!(
                "{}: its extension says no format; expected .json, .jsonl, .ndjson, .csv or .parquet",
                path.display()
            ),
        }
    }
}
