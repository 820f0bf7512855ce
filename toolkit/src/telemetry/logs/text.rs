use std::fmt::Write;

use tracing::{Level, Metadata};

use super::{fields::Fields, layer::Line};
use crate::telemetry::hidden::is_hidden;

/// Writes `time LEVEL target: message field=value`. What nobody could see is escaped: what was sent by a client
/// must not look like a line of its own, nor move the cursor.
pub(super) fn write(line: &mut String, metadata: &Metadata<'_>, fields: &Fields, about: &Line, coloured: bool) {
    let (colour, dim, reset) = if coloured { (colour(*metadata.level()), "\x1b[2m", "\x1b[0m") } else { ("", "", "") };
    let (time, level, target) = (about.time, metadata.level(), metadata.target());
    // Writing to a text cannot fail, here and below.
    let _ = write!(line, "{dim}{time:.3}{reset} {colour}{level:>5}{reset} {dim}{target}:{reset} ");
    escape(line, &fields.message);
    for (name, value) in &fields.others {
        let _ = write!(line, " {dim}{name}={reset}");
        escape(line, &value.to_string());
    }
    if let Some((trace_id, _)) = about.span {
        let _ = write!(line, " {dim}trace_id={trace_id}{reset}");
    }
    line.push('\n');
}

fn escape(line: &mut String, text: &str) {
    for character in text.chars() {
        if is_hidden(character) {
            line.extend(character.escape_unicode());
        } else {
            line.push(character);
        }
    }
}

fn colour(level: Level) -> &'static str {
    match level {
        Level::ERROR => "\x1b[31m",
        Level::WARN => "\x1b[33m",
        Level::INFO => "\x1b[32m",
        Level::DEBUG => "\x1b[34m",
        Level::TRACE => "\x1b[35m",
    }
}
