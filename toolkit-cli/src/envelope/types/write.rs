use super::form::{Body, Declared, Form, Member, Types, Variant};
use super::{names, text};

/// The longest line that rustfmt leaves as it is, as scaffolds have set it.
const WIDTH: usize = 120;

/// All types, as rustfmt writes them; the first one has the example.
pub(super) fn written(types: &Types, example: Option<&str>) -> String {
    let mut writer = Writer { types, out: String::new() };
    for (index, declared) in types.all().enumerate() {
        writer.item(declared, example.filter(|_| index == 0));
    }
    writer.out
}

struct Writer<'t> {
    types: &'t Types,
    out: String,
}

impl Writer<'_> {
    fn item(&mut self, declared: &Declared, example: Option<&str>) {
        let name = &declared.name;
        self.line("");
        self.docs("", &declared.docs);
        self.line("#[data]");
        if let Some(example) = example {
            self.line(&format!("#[example({example})]"));
        }
        match &declared.body {
            Body::Fields(fields) if fields.is_empty() => return self.line(&format!("pub(crate) struct {name} {{}}")),
            Body::Fields(fields) => {
                self.line(&format!("pub(crate) struct {name} {{"));
                for field in fields {
                    self.member(field);
                }
            }
            Body::Whole(field) => {
                self.line("#[serde(transparent)]");
                self.line(&format!("pub(crate) struct {name} {{"));
                self.member(field);
            }
            Body::Choice(variants) => {
                if are_alike(variants) {
                    self.line("#[allow(clippy::enum_variant_names, reason = \"words of the model\")]");
                }
                self.line(&format!("pub(crate) enum {name} {{"));
                for variant in variants {
                    self.rename(&variant.name, &variant.text);
                    self.line(&format!("    {},", variant.name));
                }
            }
        }
        self.line("}");
    }

    fn member(&mut self, field: &Member) {
        let Member { name, text, docs, rules, default, form } = field;
        self.docs("    ", docs);
        for rule in rules {
            self.attribute(&format!("validate({rule})"));
        }
        if let Some(default) = default {
            self.attribute(&format!("default({default})"));
        }
        self.rename(name, text);
        let form = self.form(form);
        let line = format!("    pub(crate) {name}: {form},");
        if line.chars().count() > WIDTH {
            self.line(&format!("    pub(crate) {name}:\n        {form},"));
        } else {
            self.line(&line);
        }
    }

    fn form(&self, form: &Form) -> String {
        match form {
            Form::Bool => "bool".to_owned(),
            Form::Integer(name) | Form::Float(name) | Form::Path(name) => (*name).to_owned(),
            Form::Text => "String".to_owned(),
            Form::List(items) => format!("Vec<{}>", self.form(items)),
            Form::Map(values) => format!("std::collections::BTreeMap<String, {}>", self.form(values)),
            Form::Option(inner) => format!("Option<{}>", self.form(inner)),
            Form::Named(index) => self.types.declared(*index).name.clone(),
        }
    }

    /// The name on the wire, if it is another one.
    fn rename(&mut self, name: &str, text: &str) {
        if name != text {
            let name = format!("rename = {}", text::literal(text));
            let attribute = format!("    #[serde({name})]");
            if attribute.chars().count() > WIDTH {
                self.line(&format!("    #[serde(\n        {name}\n    )]"));
            } else {
                self.line(&attribute);
            }
        }
    }

    fn attribute(&mut self, attribute: &str) {
        self.line(&format!("    #[{attribute}]"));
    }

    fn docs(&mut self, indent: &str, docs: &[String]) {
        for doc in docs {
            self.line(format!("{indent}/// {doc}").trim_end());
        }
    }

    fn line(&mut self, line: &str) {
        self.out.push_str(line);
        self.out.push('\n');
    }
}

/// Whether variants begin or end with one word, which clippy takes for a fault of whoever named them.
fn are_alike(variants: &[Variant]) -> bool {
    let words: Vec<_> = variants.iter().map(|variant| names::words(&variant.name)).collect();
    let same = |word: fn(&[String]) -> Option<&String>| words.windows(2).all(|pair| word(&pair[0]) == word(&pair[1]));
    variants.len() > 2 && (same(<[String]>::first) || same(<[String]>::last))
}
