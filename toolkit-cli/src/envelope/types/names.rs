use std::collections::HashSet;

use crate::keywords::KEYWORDS;

/// The most characters of a name that is made of a longer text.
const LONGEST: usize = 40;

/// The most characters that all names of a model's types begin with.
const LONGEST_PREFIX: usize = 30;

/// Names that differ.
#[derive(Debug, Default)]
pub(super) struct Names(HashSet<String>);

impl Names {
    /// The name of a field, in snake case.
    pub(super) fn field(&mut self, text: &str) -> String {
        let words: Vec<_> = words(text).iter().map(|word| word.to_lowercase()).collect();
        let mut name = cut(&words.join("_"), "field", "field_");
        if KEYWORDS.contains(&name.as_str()) {
            name.push('_');
        }
        self.differing(name, "_")
    }

    /// The name of a type, in Pascal case, after `prefix`.
    pub(super) fn of_type(&mut self, prefix: &str, text: &str) -> String {
        self.differing(format!("{prefix}{}", pascal(text, "Value", "")), "")
    }

    /// The name of a variant, in Pascal case.
    pub(super) fn variant(&mut self, text: &str) -> String {
        let mut name = pascal(text, "Value", "Value");
        if KEYWORDS.contains(&name.as_str()) {
            name.push('_');
        }
        self.differing(name, "")
    }

    fn differing(&mut self, name: String, between: &str) -> String {
        // A `_` in a keyword's place is none between a letter and a number.
        let bare = name.trim_end_matches('_');
        let numbered = (2..).map(|number| {
            let between = if bare.ends_with(is_digit) { "_" } else { between };
            format!("{bare}{between}{number}")
        });
        let mut names = std::iter::once(name.clone()).chain(numbered);
        let free = names.find(|name| !self.0.contains(name)).unwrap_or(name);
        self.0.insert(free.clone());
        free
    }
}

/// What the names of a model's types begin with.
pub(super) fn prefix(model: &str) -> String {
    let name: String = pascal(model, "Model", "Model").chars().take(LONGEST_PREFIX).collect();
    name.trim_end_matches('_').to_owned()
}

/// Words in Pascal case; `none` if there are none, and after `before` if they begin with a digit.
fn pascal(text: &str, none: &str, before: &str) -> String {
    let mut name = String::new();
    for word in words(text) {
        if name.ends_with(is_digit) && word.starts_with(is_digit) {
            name.push('_');
        }
        let mut characters = word.chars();
        name.extend(characters.next().into_iter().flat_map(char::to_uppercase));
        name.push_str(&characters.as_str().to_lowercase());
    }
    cut(&name, none, before)
}

fn cut(name: &str, none: &str, before: &str) -> String {
    let short: String = name.chars().take(LONGEST).collect();
    match short.trim_end_matches('_') {
        "" => none.to_owned(),
        digits if digits.starts_with(is_digit) => format!("{before}{digits}"),
        name => name.to_owned(),
    }
}

fn is_digit(character: char) -> bool {
    character.is_ascii_digit()
}

/// The words of a text: `sepal length (cm)`, `sepalLength`, `SEPAL_LENGTH`.
pub(super) fn words(text: &str) -> Vec<String> {
    let characters: Vec<char> = text.chars().collect();
    let mut words = vec![String::new()];
    for (index, &character) in characters.iter().enumerate() {
        let last = words.last_mut().filter(|word| !word.is_empty());
        if let Some(sign) = sign(character) {
            words.extend([sign.to_owned(), String::new()]);
        } else if !is_of_name(character) {
            words.push(String::new());
        } else {
            let before = index.checked_sub(1).map(|before| characters[before]);
            let begins = before.is_some_and(|before| begins_word(before, character, characters.get(index + 1)));
            match last {
                Some(word) if !begins => word.push(character),
                _ => words.push(character.to_string()),
            }
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Whether a capital begins a word: `lengthCm`, and the `R` of `HTTPReply`.
fn begins_word(before: char, character: char, after: Option<&char>) -> bool {
    let is_last_capital = before.is_uppercase() && after.is_some_and(|after| after.is_lowercase());
    character.is_uppercase() && (before.is_lowercase() || is_last_capital)
}

/// The letters of western Europe; those of other scripts look like one another, which rustc warns of.
fn is_of_name(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, 'À'..='ÿ') && !matches!(character, '×' | '÷')
}

/// Signs that tell one class from another: `<=50K` and `>50K`.
fn sign(character: char) -> Option<&'static str> {
    Some(match character {
        '<' => "less",
        '>' => "more",
        '=' => "equal",
        '+' => "plus",
        '%' => "percent",
        '&' => "and",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As rustc takes it: a `_` is between two digits, or at the end.
    fn assert_upper_camel_case(name: &str) {
        let characters: Vec<char> = name.trim_end_matches('_').chars().collect();
        let underscores = (0..characters.len()).filter(|&index| characters[index] == '_');
        let mut around = underscores.map(|index| (index > 0, characters[index - 1], characters[index + 1]));
        assert!(around.all(|(inside, before, after)| inside && is_digit(before) && is_digit(after)), "{name}");
        assert!(characters.first().is_some_and(|first| first.is_uppercase()), "{name}");
    }

    #[test]
    fn a_prefix_is_cut_where_a_type_s_name_goes_on() {
        assert_eq!(prefix("chur-2024-10-12-13-15-17-19-21-22"), "Chur2024_10_12_13_15_17_19_21");
        for length in 0..60 {
            let model: String = "a-1-22-333-bc-4-5-6-7-8-9-10-11-12-13-14-15-16-17".chars().skip(length / 4).collect();
            assert_upper_camel_case(&format!("{}Input", prefix(&model)));
            assert_upper_camel_case(&format!("{}Input", prefix(&format!("{}{model}", "x".repeat(length)))));
        }
    }

    #[test]
    fn names_that_would_be_the_same_differ_by_a_number() {
        let of = |words: &[&str], name: fn(&mut Names, &str) -> String| {
            let mut names = Names::default();
            words.iter().map(|word| name(&mut names, word)).collect::<Vec<_>>()
        };
        let variants = of(&["Self", "self", "SELF", "a1", "A1", "18-24", "18 24", "self 2"], Names::variant);
        for name in &variants {
            assert_upper_camel_case(name);
        }
        assert_eq!(variants[..3], ["Self_", "Self2", "Self3"]);
        assert_eq!(of(&["type", "Type", "a", "A"], Names::field), ["type_", "type_2", "a", "a_2"]);
    }
}
