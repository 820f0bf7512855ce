/// A text as a literal of Rust.
pub(super) fn literal(text: &str) -> String {
    let mut literal = String::from('"');
    for character in text.chars() {
        match character {
            '\'' => literal.push(character),
            character if is_harmful(character) => literal.extend(character.escape_unicode()),
            character => literal.extend(character.escape_debug()),
        }
    }
    literal + "\""
}

/// The first paragraph of a text, in one line of a comment.
pub(super) fn line(text: &str) -> String {
    let paragraph = text.trim().lines().take_while(|line| !line.trim().is_empty());
    let shown = |line: &str| line.chars().filter(|letter| !is_harmful(*letter)).collect::<String>();
    let lines: Vec<_> = paragraph.map(shown).collect();
    let words: Vec<_> = lines
        .iter()
        .flat_map(|line| line.split(|letter: char| letter.is_whitespace() || letter.is_control()))
        .collect();
    words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// A name in a comment.
pub(super) fn code(name: &str) -> String {
    format!("`{}`", line(name).replace('`', "'"))
}

/// Whether a character has no shape of its own, or turns the text around it (CVE-2021-42574).
fn is_harmful(character: char) -> bool {
    matches!(character, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{AD}' | '\u{FEFF}')
}
