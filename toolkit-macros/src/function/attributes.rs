use quote::ToTokens;
use syn::{Attribute, Expr, Ident, LitStr, Meta, Path};

use crate::support::{
    attributes::expression,
    docs::Docs,
    errors::{Errors, listed, nearest},
};

const MARKS: [&str; 8] = ["path", "query", "header", "cookie", "body", "form", "multipart", "depends"];
const ATTRIBUTES: [&str; 12] = [
    "path",
    "query",
    "header",
    "cookie",
    "body",
    "form",
    "multipart",
    "depends",
    "validate",
    "default",
    "example",
    "trace",
];

/// The attributes of one parameter.
pub(super) struct Attributes {
    pub(super) docs: Docs,
    pub(super) mark: Option<Ident>,
    pub(super) rename: Option<LitStr>,
    pub(super) depends: Option<Path>,
    pub(super) validate: Vec<Attribute>,
    pub(super) default: Option<Expr>,
    pub(super) example: Option<Expr>,
    pub(super) is_traced: bool,
}

impl Attributes {
    pub(super) fn read(attributes: Vec<Attribute>, errors: &mut Errors) -> Self {
        let mut read = Self {
            docs: Docs::of(&attributes),
            mark: None,
            rename: None,
            depends: None,
            validate: Vec::new(),
            default: None,
            example: None,
            is_traced: false,
        };
        for attribute in attributes {
            read.add(attribute, errors);
        }
        read
    }

    fn add(&mut self, attribute: Attribute, errors: &mut Errors) {
        let path = attribute.path().clone();
        let word = path.to_token_stream().to_string();
        match word.as_str() {
            "doc" => {}
            "cfg" | "cfg_attr" => errors.at(
                &attribute,
                "`#[cfg]` on a parameter would change the endpoint for its clients: write two functions under `#[cfg]`",
            ),
            "validate" => self.validate.push(attribute),
            "default" => set_once(&mut self.default, &attribute, "default(10)", errors),
            "example" => set_once(&mut self.example, &attribute, "example(7)", errors),
            "trace" => match &attribute.meta {
                Meta::Path(_) => self.is_traced = true,
                meta => errors.at(
                    meta,
                    "`#[trace]` takes nothing: the value is recorded under the name that the parameter has on the wire",
                ),
            },
            "depends" => {
                self.mark_as(&path, errors);
                self.depends = attribute.parse_args().ok();
                if self.depends.is_none() {
                    errors.at(&attribute.meta, "name the `#[dependency]` function: `#[depends(current_user)]`");
                }
            }
            mark if MARKS.contains(&mark) => {
                self.mark_as(&path, errors);
                self.rename(&attribute, mark, errors);
            }
            unknown => errors.at(
                &path,
                format!(
                    "unknown mark `{unknown}`{}\nexpected one of {}",
                    nearest(unknown, &ATTRIBUTES),
                    listed(&ATTRIBUTES)
                ),
            ),
        }
    }

    fn mark_as(&mut self, path: &Path, errors: &mut Errors) {
        if let Some(first) = &self.mark {
            let message = format!("the parameter is marked `{first}` already, and comes from one place: keep one mark");
            errors.at(path, message);
        }
        self.mark = path.get_ident().cloned();
    }

    fn rename(&mut self, attribute: &Attribute, mark: &str, errors: &mut Errors) {
        match &attribute.meta {
            Meta::Path(_) => {}
            meta if mark == "body" => errors.at(meta, "a body has no name on the wire: write `#[body]`"),
            meta => match attribute.parse_args() {
                Ok(name) => self.rename = Some(name),
                Err(_) => errors.at(meta, format!("a mark takes the name on the wire: `#[{mark}(\"name\")]`")),
            },
        }
    }
}

fn set_once(slot: &mut Option<Expr>, attribute: &Attribute, example: &str, errors: &mut Errors) {
    if slot.is_some() {
        errors.at(attribute.path(), format!("`{}` stands here twice: keep one", attribute.path().to_token_stream()));
    }
    if let Some(value) = expression(attribute, example, errors) {
        *slot = Some(value);
    }
}
