use std::fmt::{self, Write};

use maud::{Escaper, Render};

use crate::telemetry::hidden::is_hidden;

/// A text from outside, with every character that a reader could not see told by its number.
///
/// Such characters can turn the reading direction around, hide a part of the text or make two texts look the same.
#[derive(Clone, Copy)]
pub(super) struct Visible<'a>(pub(super) &'a str);

impl fmt::Display for Visible<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0;
        while let Some((at, hidden)) = rest.char_indices().find(|(_, character)| is_out_of_sight(*character)) {
            f.write_str(&rest[..at])?;
            write!(f, "⟨U+{:04X}⟩", u32::from(hidden))?;
            rest = &rest[at + hidden.len_utf8()..];
        }
        f.write_str(rest)
    }
}

impl Render for Visible<'_> {
    fn render_to(&self, buffer: &mut String) {
        // To write to a string cannot fail.
        let _ = write!(Escaper::new(buffer), "{self}");
    }
}

/// On a page, lines and tabs are seen.
fn is_out_of_sight(character: char) -> bool {
    !matches!(character, '\n' | '\t') && is_hidden(character)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_characters_are_shown_and_others_left_alone() {
        let shown = Visible("a\u{202e}b\u{0}c\u{200b}\u{e0041}\u{1b}[31m\r").render().into_string();
        assert_eq!(shown, "a⟨U+202E⟩b⟨U+0000⟩c⟨U+200B⟩⟨U+E0041⟩⟨U+001B⟩[31m⟨U+000D⟩");
        assert_eq!(Visible("größer 日本 🎉\n\t").render().into_string(), "größer 日本 🎉\n\t");
    }

    #[test]
    fn markup_is_escaped() {
        assert_eq!(Visible("<b a=\"&\">").render().into_string(), "&lt;b a=&quot;&amp;&quot;&gt;");
    }
}
