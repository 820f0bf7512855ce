use std::collections::BTreeMap;

use serde_json::Value;
use utoipa::openapi::{
    Components, HttpMethod, OpenApi, OpenApiBuilder, PathItem, RefOr,
    info::{InfoBuilder, LicenseBuilder},
    path::{Operation, PathsBuilder},
    security::SecurityScheme,
};

use super::{OperationDoc, Schemas, difference::differences};
use crate::endpoint::Mount;

/// What the document says of the service as a whole.
#[derive(Clone, Copy, Debug)]
pub struct Info {
    /// The service's name.
    pub title: &'static str,
    /// The service's version.
    pub version: &'static str,
    /// What the service is for; may be empty.
    pub description: &'static str,
    /// The SPDX identifier of the service's licence; may be empty.
    pub license: &'static str,
}

/// A service's OpenAPI document: [`App::openapi`](crate::App::openapi). See the [guide](crate::guide::openapi).
#[derive(Clone, Debug, PartialEq)]
pub struct Document(Value);

/// The operations of a document, gathered one by one.
#[derive(Debug)]
pub(crate) struct Operations {
    schemas: Schemas,
    paths: BTreeMap<String, Vec<(HttpMethod, Operation)>>,
    security_schemes: BTreeMap<String, SecurityScheme>,
}

impl Operations {
    pub(crate) fn new() -> Self {
        Self { schemas: Schemas::new(), paths: BTreeMap::new(), security_schemes: BTreeMap::new() }
    }

    pub(crate) fn add(&mut self, endpoint: &dyn Mount) {
        let declared = endpoint.declaration();
        let mut doc = OperationDoc::new(&mut self.schemas);
        endpoint.document(&mut doc);
        let (operation, schemes) = doc.build(declared);
        self.security_schemes.extend(schemes);
        if let Some(method) = shown_method(&declared.method) {
            let path = declared.path.replace("{*", "{");
            self.paths.entry(path).or_default().push((method, operation));
        }
    }

    /// The document.
    ///
    /// # Errors
    ///
    /// A sentence for every two types that have one name.
    pub(crate) fn document(self, info: &Info) -> Result<Document, Vec<String>> {
        let paths = self.paths.into_iter().fold(PathsBuilder::new(), |paths, (path, operations)| {
            let item = operations.into_iter().fold(PathItem::default(), |mut item, (method, operation)| {
                item.merge_operations(PathItem::new(method, operation));
                item
            });
            paths.path(path, item)
        });
        let mut components = Components::new();
        let schemes = self.security_schemes.into_iter().map(|(name, scheme)| (name, RefOr::T(scheme)));
        components.security_schemes.extend(schemes);
        let empty = components.security_schemes.is_empty();
        let openapi: OpenApi = OpenApiBuilder::new()
            .info(info.build())
            .paths(paths.build())
            .components(Some(components).filter(|_| !empty))
            .build();
        // utoipa's own types always serialise.
        let mut document = serde_json::to_value(&openapi).unwrap_or_default();
        self.schemas.splice(&mut document)?;
        Ok(Document(document))
    }
}

impl Info {
    fn build(&self) -> utoipa::openapi::Info {
        let given = |text: &'static str| Some(text).filter(|text| !text.is_empty());
        let license = given(self.license).map(|spdx| LicenseBuilder::new().name(spdx).identifier(Some(spdx)));
        InfoBuilder::new()
            .title(self.title)
            .version(self.version)
            .description(given(self.description))
            .license(license.map(LicenseBuilder::build))
            .build()
    }
}

impl Document {
    /// The document as indented JSON, with a line feed at its end.
    #[must_use]
    pub fn to_json(&self) -> String {
        // A JSON value always serialises.
        let mut text = serde_json::to_string_pretty(&self.0).unwrap_or_default();
        text.push('\n');
        text
    }

    /// The document as YAML.
    #[must_use]
    pub fn to_yaml(&self) -> String {
        // What is JSON is YAML too.
        yaml_serde::to_string(&self.0).unwrap_or_default()
    }

    /// The document as a JSON value.
    #[must_use]
    pub fn as_value(&self) -> &Value {
        &self.0
    }

    /// Where this document differs from another one, a line each; empty if it says the same.
    ///
    /// # Errors
    ///
    /// When `other` is neither JSON nor YAML.
    pub fn differences_from(&self, other: &str) -> crate::Result<Vec<String>> {
        let other: Value = match serde_json::from_str(other) {
            Ok(other) => other,
            Err(_) => yaml_serde::from_str(other)
                .map_err(|error| anyhow::anyhow!("neither JSON nor YAML can be read from it: {error}"))?,
        };
        Ok(differences(&other, &self.0))
    }
}

/// The first paragraph of a doc comment in one line, and the rest as it is.
pub(super) fn split_docs(docs: &str) -> (Option<String>, Option<String>) {
    let docs = docs.trim();
    let (first, rest) = docs.split_once("\n\n").unwrap_or((docs, ""));
    let summary = first.split_whitespace().collect::<Vec<_>>().join(" ");
    let summary = summary.strip_suffix('.').unwrap_or(&summary).to_owned();
    let given = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    (given(&summary), given(rest.trim()))
}

fn shown_method(method: &http::Method) -> Option<HttpMethod> {
    Some(match method.as_str() {
        "GET" => HttpMethod::Get,
        "POST" => HttpMethod::Post,
        "PUT" => HttpMethod::Put,
        "PATCH" => HttpMethod::Patch,
        "DELETE" => HttpMethod::Delete,
        "HEAD" => HttpMethod::Head,
        "OPTIONS" => HttpMethod::Options,
        _ => return None,
    })
}
