use std::{
    any::TypeId,
    collections::{BTreeMap, HashSet},
};

use http::StatusCode;
use schemars::{JsonSchema, Schema};
use serde_json::{Map, Value, json};
use utoipa::openapi::{
    Content, Deprecated, Header, Required, Response, ResponseBuilder,
    path::{Operation, OperationBuilder, Parameter as ShownParameter, ParameterBuilder, ParameterIn},
    request_body::{RequestBody, RequestBodyBuilder},
    security::{SecurityRequirement, SecurityScheme},
};

use super::Schemas;
use crate::{
    check::Location,
    endpoint::Declaration,
    problem::{PROBLEM_JSON, ProblemDocument, ProblemForm, ProblemSchema, ValidationProblem},
    request::Parameter,
};

/// One operation of the document, while its parameters and replies add themselves.
#[derive(Debug)]
pub struct OperationDoc<'s> {
    schemas: &'s mut Schemas,
    parameters: Vec<ShownParameter>,
    body: Option<RequestBody>,
    form: Option<Form>,
    replies: BTreeMap<String, Response>,
    problems: BTreeMap<String, Vec<ProblemSchema>>,
    /// The security schemes' names, and whether each is optional.
    security: BTreeMap<String, bool>,
    security_schemes: BTreeMap<String, SecurityScheme>,
    reads_body: bool,
    can_be_invalid: bool,
    problem_form: ProblemForm,
    dependencies: HashSet<TypeId>,
    docs: Option<String>,
}

/// What a declaration adds to a parameter's type.
pub struct ParameterDoc<'a> {
    /// The parameter.
    pub parameter: &'a Parameter,
    /// Writes the parameter's own rules into its schema.
    pub refine: &'a dyn Fn(&mut Schema),
    /// What stands for an absent parameter.
    pub default: Option<Value>,
    /// A value to show.
    pub example: Option<Value>,
}

impl std::fmt::Debug for ParameterDoc<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ParameterDoc").field("parameter", self.parameter).finish_non_exhaustive()
    }
}

#[derive(Debug)]
struct Form {
    media_type: &'static str,
    properties: Map<String, Value>,
    required: Vec<String>,
}

impl<'s> OperationDoc<'s> {
    pub(crate) fn new(schemas: &'s mut Schemas) -> Self {
        Self {
            schemas,
            parameters: Vec::new(),
            body: None,
            form: None,
            replies: BTreeMap::new(),
            problems: BTreeMap::new(),
            security: BTreeMap::new(),
            security_schemes: BTreeMap::new(),
            reads_body: false,
            can_be_invalid: false,
            problem_form: ProblemForm::Document,
            dependencies: HashSet::new(),
            docs: None,
        }
    }

    /// Says something else of the operation than what was declared.
    #[cfg(feature = "model")]
    pub(crate) fn docs(&mut self, docs: String) {
        self.docs = Some(docs);
    }

    /// Whether `D` adds itself for the first time: what it reads is documented once.
    pub(crate) fn first_time<D: 'static>(&mut self) -> bool {
        self.dependencies.insert(TypeId::of::<D>())
    }

    /// Adds a parameter that is read as a `T`.
    pub fn parameter<T: JsonSchema>(&mut self, documented: &ParameterDoc<'_>, required: bool) {
        let schema = self.schemas.read::<T>();
        let name = documented.parameter.name;
        self.add_parameter(name, schema, required && documented.default.is_none(), documented);
    }

    /// Adds a parameter for each field of `T`.
    pub fn spread<T: JsonSchema>(&mut self, documented: &ParameterDoc<'_>) {
        self.can_be_invalid = true;
        for (field, schema, required) in self.schemas.properties::<T>() {
            let name = documented.parameter.location.wire_name(&field).into_owned();
            let description = schema.get("description").and_then(Value::as_str).unwrap_or("").to_owned();
            let parameter = Parameter { description: "", name: "", ..*documented.parameter };
            let of_field = ParameterDoc { parameter: &parameter, refine: &|_| {}, default: None, example: None };
            self.add_described(&name, &description, schema, required, &of_field);
        }
    }

    fn add_parameter(&mut self, name: &str, schema: Schema, required: bool, documented: &ParameterDoc<'_>) {
        self.add_described(name, documented.parameter.description, schema, required, documented);
    }

    fn add_described(
        &mut self,
        name: &str,
        description: &str,
        mut schema: Schema,
        required: bool,
        documented: &ParameterDoc<'_>,
    ) {
        self.can_be_invalid = true;
        without_null(&mut schema);
        (documented.refine)(&mut schema);
        if let Some(default) = &documented.default {
            schema.insert("default".to_owned(), default.clone());
        }
        if documented.parameter.location == Location::Form {
            if let Some(example) = &documented.example {
                schema.insert("examples".to_owned(), json!([example]));
            }
            return self.add_form_field(name, description, schema.into(), required);
        }
        schema.remove("description");
        let location = match documented.parameter.location {
            Location::Path => ParameterIn::Path,
            Location::Header => ParameterIn::Header,
            Location::Cookie => ParameterIn::Cookie,
            _ => ParameterIn::Query,
        };
        let is_same = |other: &ShownParameter| other.name == name && other.parameter_in == location;
        if self.parameters.iter().any(is_same) {
            // An endpoint and its dependency may read the same; a document has each parameter once.
            return;
        }
        let required = required || location == ParameterIn::Path;
        let parameter = ParameterBuilder::new()
            .name(name)
            .parameter_in(location)
            .required(if required { Required::True } else { Required::False })
            .description(Some(description).filter(|text| !text.is_empty()))
            .schema(Some(self.schemas.stand_in(schema)))
            .example(documented.example.clone());
        self.parameters.push(parameter.build());
    }

    fn add_form_field(&mut self, name: &str, description: &str, mut schema: Value, required: bool) {
        if !description.is_empty() {
            schema["description"] = description.into();
        }
        if let Some(form) = &mut self.form {
            form.properties.insert(name.to_owned(), schema);
            form.required.extend(required.then(|| name.to_owned()));
        }
    }

    /// Begins a form body of that media type; parameters of the form add themselves to it.
    pub fn form(&mut self, media_type: &'static str) {
        self.reads_body = true;
        self.form.get_or_insert(Form { media_type, properties: Map::new(), required: Vec::new() });
    }

    /// Adds a file, or a list of files, of a multipart form.
    pub fn upload(&mut self, documented: &ParameterDoc<'_>, required: bool, many: bool) {
        self.can_be_invalid = true;
        // A property without type is binary in a multipart body (OpenAPI 3.1.1 §4.8.14.4); tools show the format.
        let file = json!({ "type": "string", "format": "binary" });
        let schema = if many { json!({ "type": "array", "items": file }) } else { file };
        self.add_form_field(documented.parameter.name, documented.parameter.description, schema, required);
    }

    /// Adds a JSON body that is read as a `T`.
    pub fn json_body<T: JsonSchema>(&mut self, documented: &ParameterDoc<'_>) {
        self.can_be_invalid = true;
        let mut schema = self.schemas.read::<T>();
        (documented.refine)(&mut schema);
        let content =
            Content::builder().schema(Some(self.schemas.stand_in(schema))).example(documented.example.clone()).build();
        self.add_body("application/json", content, documented.parameter.description);
    }

    /// Adds a JSON body of a schema that is no Rust type's; the document has it under `name`.
    #[cfg(feature = "model")]
    pub(crate) fn json_body_of(&mut self, name: &str, schema: Value) {
        self.can_be_invalid = true;
        let schema = self.schemas.named(name, schema);
        let content = Content::builder().schema(Some(schema)).build();
        self.add_body("application/json", content, "");
    }

    /// Says that the body, and the replies so far, may be bytes too.
    #[cfg(feature = "model")]
    pub(crate) fn or_bytes(&mut self) {
        let schema = self.schemas.stand_in(json!({ "type": "string", "format": "binary" }));
        let content = Content::builder().schema(Some(schema)).build();
        if let Some(body) = &mut self.body {
            body.content.insert("application/octet-stream".to_owned(), content.clone().into());
        }
        for reply in self.replies.values_mut() {
            reply.content.insert("application/octet-stream".to_owned(), content.clone().into());
        }
    }

    /// Adds a body that is taken as it is.
    pub fn raw_body(&mut self, documented: &ParameterDoc<'_>) {
        let schema = self.schemas.stand_in(json!({ "type": "string", "format": "binary" }));
        let content = Content::builder().schema(Some(schema)).build();
        self.add_body("application/octet-stream", content, documented.parameter.description);
    }

    fn add_body(&mut self, media_type: &str, content: Content, description: &str) {
        self.reads_body = true;
        let description = Some(description).filter(|text| !text.is_empty());
        let body = RequestBodyBuilder::new().content(media_type, content).description(description);
        self.body = Some(body.required(Some(Required::True)).build());
    }

    /// Adds a way to say who is asking; absence is answered with 401 unless it is optional.
    pub fn security(&mut self, name: &str, scheme: SecurityScheme, optional: bool) {
        self.security_schemes.insert(name.to_owned(), scheme);
        if !optional {
            self.problem(StatusCode::UNAUTHORIZED);
        }
        let known = self.security.entry(name.to_owned()).or_insert(optional);
        *known = *known && optional;
    }

    /// Adds a reply with a body that is written from a `T`.
    pub fn reply<T: JsonSchema + ?Sized>(&mut self, status: StatusCode, media_type: &str) {
        let schema = self.schemas.written::<T>();
        self.reply_of(status.as_str(), media_type, Some(schema.into()));
    }

    /// Adds a reply of that status, or range of statuses such as `3XX`.
    pub fn reply_of(&mut self, status: &str, media_type: &str, schema: Option<Value>) {
        let schema = schema.map(|schema| self.schemas.stand_in(schema));
        let content = Content::builder().schema(schema).build();
        let response = ResponseBuilder::new().description(phrase(status)).content(media_type, content).build();
        self.replies.insert(status.to_owned(), response);
    }

    /// Adds a reply without a body.
    pub fn empty_reply(&mut self, status: &str) {
        self.replies.insert(status.to_owned(), ResponseBuilder::new().description(phrase(status)).build());
    }

    /// Adds a header to the replies so far.
    pub fn reply_header(&mut self, name: &str, description: &str) {
        for response in self.replies.values_mut() {
            let schema = self.schemas.stand_in(json!({ "type": "string" }));
            let mut header = Header::new(schema);
            header.description = Some(description.to_owned());
            response.headers.insert(name.to_owned(), utoipa::openapi::RefOr::T(header));
        }
    }

    /// Tells problems as `{"error": "…"}`, and what is not valid with 400.
    #[cfg(feature = "model")]
    pub(crate) fn tell_errors(&mut self) {
        self.problem_form = ProblemForm::Error;
    }

    /// Adds the problem that a status alone tells.
    pub fn problem(&mut self, status: StatusCode) {
        self.problems.entry(status.as_str().to_owned()).or_default();
    }

    /// Adds the answer of a pool of threads whose queue is full.
    pub fn pooled(&mut self) {
        self.problem(StatusCode::SERVICE_UNAVAILABLE);
    }

    /// Adds problems of statuses that are not known beforehand.
    pub fn any_problem(&mut self) {
        self.problems.entry("default".to_owned()).or_default();
    }

    /// Adds a declared problem.
    pub fn declared_problem(&mut self, problem: ProblemSchema) {
        self.problems.entry(problem.status.to_string()).or_default().push(problem);
    }

    /// The schemas, for a problem's own members.
    pub fn schema_of<T: JsonSchema>(&mut self) -> Value {
        self.schemas.written::<T>().into()
    }

    /// The finished operation, and the security schemes that it names.
    pub(crate) fn build(mut self, declared: &Declaration) -> (Operation, BTreeMap<String, SecurityScheme>) {
        self.add_form_body();
        self.add_implied_problems(declared);
        let mut operation = OperationBuilder::new()
            .operation_id(Some(declared.operation_id))
            .request_body(self.body.take())
            .deprecated(declared.deprecated.map(|_| Deprecated::True));
        let (summary, description) = super::document::split_docs(self.docs.as_deref().unwrap_or(declared.docs));
        operation = operation.summary(summary).description(description);
        if !declared.tags.is_empty() {
            operation = operation.tags(Some(declared.tags.iter().copied()));
        }
        if !self.parameters.is_empty() {
            operation = operation.parameters(Some(std::mem::take(&mut self.parameters)));
        }
        if !self.security.is_empty() {
            operation = operation.securities(Some(self.security_requirements()));
        }
        for (status, response) in std::mem::take(&mut self.replies) {
            operation = operation.response(status, response);
        }
        for (status, problems) in std::mem::take(&mut self.problems) {
            operation = operation.response(status.clone(), self.problem_response(&status, &problems));
        }
        (operation.build(), self.security_schemes)
    }

    /// What is required goes together; each optional scheme may go along.
    fn security_requirements(&self) -> Vec<SecurityRequirement> {
        let empty = vec![SecurityRequirement::default()];
        self.security.iter().fold(empty, |requirements, (name, optional)| {
            let with = requirements.iter().map(|before| before.clone().add(name, Vec::<String>::new()));
            let with: Vec<_> = with.collect();
            if *optional { [requirements, with].concat() } else { with }
        })
    }

    fn add_form_body(&mut self) {
        let Some(Form { media_type, properties, required }) = self.form.take() else { return };
        let mut schema = json!({ "type": "object", "properties": properties });
        if !required.is_empty() {
            schema["required"] = required.into();
        }
        let content = Content::builder().schema(Some(self.schemas.stand_in(schema))).build();
        self.add_body(media_type, content, "");
    }

    fn add_implied_problems(&mut self, declared: &Declaration) {
        if self.can_be_invalid && self.problem_form == ProblemForm::Document {
            self.problem(StatusCode::UNPROCESSABLE_ENTITY);
        }
        if self.reads_body {
            self.problem(StatusCode::BAD_REQUEST);
            self.problem(StatusCode::PAYLOAD_TOO_LARGE);
        }
        let typed = self.body.as_ref().is_some_and(|body| !body.content.contains_key("application/octet-stream"));
        if typed {
            self.problem(StatusCode::UNSUPPORTED_MEDIA_TYPE);
        }
        if declared.limits.rate.is_some() {
            self.problem(StatusCode::TOO_MANY_REQUESTS);
        }
        if declared.limits.concurrency.is_some() || declared.pooled {
            self.problem(StatusCode::SERVICE_UNAVAILABLE);
        }
        if declared.limits.timeout.is_some() {
            self.problem(StatusCode::GATEWAY_TIMEOUT);
        }
    }

    fn problem_response(&mut self, status: &str, declared: &[ProblemSchema]) -> Response {
        if self.problem_form == ProblemForm::Error {
            let schema =
                json!({ "type": "object", "properties": { "error": { "type": "string" } }, "required": ["error"] });
            let content = Content::builder().schema(Some(self.schemas.stand_in(schema))).build();
            return ResponseBuilder::new().description(phrase(status)).content("application/json", content).build();
        }
        let schema = match declared {
            [] if status == "422" => Value::from(self.schemas.written::<ValidationProblem>()),
            [] => self.schemas.written::<ProblemDocument>().into(),
            declared => self.any_of_declared(status, declared),
        };
        let titles: Vec<_> = declared.iter().map(|problem| problem.title.as_str()).collect();
        let description = if titles.is_empty() { phrase(status) } else { titles.join(" / ") };
        let content = Content::builder().schema(Some(self.schemas.stand_in(schema))).build();
        ResponseBuilder::new().description(description).content(PROBLEM_JSON, content).build()
    }

    /// Declared problems, beside the one that the toolkit itself answers with under the same status.
    fn any_of_declared(&mut self, status: &str, declared: &[ProblemSchema]) -> Value {
        let base = Value::from(self.schemas.written::<ProblemDocument>());
        let mut forms: Vec<_> = declared.iter().map(|problem| problem_schema(&base, problem)).collect();
        if status == "422" {
            forms.push(self.schemas.written::<ValidationProblem>().into());
        } else if matches!(status, "400" | "401" | "413" | "415" | "429" | "503" | "504") {
            forms.push(base);
        }
        if forms.len() == 1 { forms.remove(0) } else { json!({ "anyOf": forms }) }
    }
}

fn problem_schema(base: &Value, problem: &ProblemSchema) -> Value {
    let mut properties = Map::new();
    let mut required = Vec::new();
    if let Some(code) = problem.code {
        properties.insert("code".to_owned(), json!({ "const": code }));
        required.push("code");
    }
    for (name, schema) in &problem.members {
        properties.insert((*name).to_owned(), schema.clone());
        required.push(name);
    }
    json!({
        "title": problem.title, "type": "object", "allOf": [base], "properties": properties, "required": required
    })
}

fn phrase(status: &str) -> String {
    let known = StatusCode::from_bytes(status.as_bytes()).ok().and_then(|status| status.canonical_reason());
    match (known, status) {
        (Some(phrase), _) => phrase.to_owned(),
        (None, "default") => "Any other problem".to_owned(),
        (None, "3XX") => "Redirection".to_owned(),
        (None, status) => format!("Status {status}"),
    }
}

/// An optional parameter is left out, never `null`.
fn without_null(schema: &mut Schema) {
    let Some(object) = schema.as_object_mut() else { return };
    if let Some(Value::Array(types)) = object.get_mut("type") {
        types.retain(|ty| ty != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            object.insert("type".to_owned(), only);
        }
    }
    if let Some(Value::Array(forms)) = object.get_mut("anyOf") {
        forms.retain(|form| form.get("type").is_none_or(|ty| ty != "null"));
        if let [Value::Object(only)] = forms.as_slice() {
            let only = only.clone();
            object.shift_remove("anyOf");
            object.extend(only);
        }
    }
    if object.get("default") == Some(&Value::Null) {
        object.shift_remove("default");
    }
}
