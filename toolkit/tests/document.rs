//! The OpenAPI document, as a golden and by what matters in it.
//!
//! `UPDATE_GOLDENS=1 cargo test -p toolkit --test document` writes the golden again.

#![allow(clippy::unnecessary_wraps, clippy::unwrap_used, reason = "one of each; a test fails by panicking")]

use std::{
    collections::{BTreeMap, HashMap},
    path::Path,
};

use toolkit::{
    Document,
    jiff::civil::Date,
    prelude::*,
    serde_json::{Value, json},
};

/// Who may be shown what.
#[data]
#[serde(rename_all = "snake_case")]
enum Audience {
    /// Everybody.
    Public,
    Staff,
}

/// A comment, and the answers to it.
#[data]
#[serde(rename_all = "camelCase")]
#[example(Comment { text: "Nice".to_owned(), written_on: None, answers: vec![], marks: BTreeMap::new() })]
struct Comment {
    /// What it says.
    #[validate(length(min = 1, max = 500))]
    text: String,
    written_on: Option<Date>,
    /// Comments on the comment.
    #[serde(default)]
    answers: Vec<Comment>,
    #[serde(default)]
    marks: BTreeMap<String, u8>,
}

/// A part of a longer list.
#[data]
struct Page<T> {
    /// The elements.
    #[validate(length(max = 100))]
    items: Vec<T>,
    /// Where the next part begins.
    next: Option<u64>,
}

/// What happened.
#[data]
#[serde(tag = "kind", rename_all = "kebab-case")]
enum Event {
    /// Somebody came.
    Came {
        #[validate(range(min = 1))]
        customer: i64,
    },
    /// Somebody left.
    #[serde(rename_all = "camelCase")]
    Left {
        last_page: String,
    },
    Nothing,
}

/// When and by whom.
#[data]
struct Stamp {
    by: String,
}

/// An entry of the log.
#[data]
struct Entry {
    event: Event,
    #[serde(flatten)]
    stamp: Stamp,
    #[validate(range(min = 0.0, exclusive_max = 1.0))]
    #[default(0.5)]
    weight: f64,
    #[validate(email)]
    mail: Option<String>,
    audience: Audience,
}

/// A number that only this service gives out.
#[data]
struct EntryId(#[validate(range(min = 1))] u64);

/// Why there is no entry.
#[problem]
enum EntryError {
    /// No entry has this id.
    #[status(404)]
    Unknown { id: u64 },
    /// The entry was taken back.
    #[status(410)]
    Gone,
    /// The entry is not yours.
    #[status(404)]
    Hidden,
}

/// Finds entries.
///
/// Newest first. *Markdown* goes along.
#[get("/entries", tags("entries", "lists"), rate_limit = "100/s", timeout = "2s")]
async fn list_entries(
    /// Only these kinds.
    #[validate(length(max = 3), inner(length(max = 10)))]
    #[example(vec!["came"])]
    kind: Vec<String>,
    #[default(Audience::Public)] audience: Audience,
    /// How many.
    #[default(10)]
    #[validate(range(min = 1, max = 100))]
    limit: u32,
    after: Option<EntryId>,
    since: Option<Date>,
    /// What asks.
    #[header]
    x_request_source: Option<String>,
    #[cookie] session: Option<String>,
    #[header("X-Api-Key")] key: ApiKey,
) -> Page<Entry> {
    let _ = (kind, audience, limit, after, since, x_request_source, session, key);
    Page { items: Vec::new(), next: None }
}

/// Gets one entry
#[get("/entries/{id}", operation_id = "entry")]
fn get_entry(id: EntryId) -> Result<Entry, EntryError> {
    Err(if id.0 == 1 { EntryError::Hidden } else { EntryError::Unknown { id: id.0 } })
}

/// Writes a comment.
#[post("/entries/{id}/comments")]
fn add_comment(
    id: u64,
    /// The comment.
    comment: Comment,
) -> Result<Created<Comment>, EntryError> {
    if id == 0 { Err(EntryError::Gone) } else { Ok(Created::new(comment)) }
}

/// Writes many comments.
#[deprecated]
#[put("/comments", inline)]
fn put_comments(comments: HashMap<String, Comment>) -> toolkit::Result<HashMap<String, Comment>> {
    Ok(comments)
}

/// Takes a picture.
#[post("/pictures", body_limit = "5 MiB", concurrency = 4)]
async fn add_picture(
    /// What it shows.
    #[multipart]
    #[validate(length(max = 100))]
    caption: Option<String>,
    #[multipart] picture: Upload,
) -> Accepted<u64> {
    let _ = caption;
    Accepted(picture.size())
}

/// Lists comments.
#[get("/comments", inline)]
fn list_comments() -> Page<Comment> {
    Page { items: Vec::new(), next: None }
}

/// Follows what happens.
#[get("/events", inline)]
fn follow() -> Sse<Event> {
    Sse::new(futures_util::stream::empty())
}

/// Shows a file.
#[get("/files/{*path}", inline)]
fn get_file(path: String) -> Text {
    Text(path)
}

fn document() -> Document {
    toolkit::app!().openapi().unwrap_or_else(|error| panic!("{error}"))
}

fn at<'a>(document: &'a Document, pointer: &str) -> &'a Value {
    document.as_value().pointer(pointer).unwrap_or_else(|| panic!("nothing at {pointer}"))
}

fn schema(name: &str) -> Value {
    at(&document(), &format!("/components/schemas/{name}")).clone()
}

fn parameter(path: &str, name: &str) -> Value {
    let parameters = at(&document(), &format!("/paths/{}/get/parameters", path.replace('/', "~1"))).clone();
    let found = parameters.as_array().into_iter().flatten().find(|parameter| parameter["name"] == name);
    found.unwrap_or_else(|| panic!("no {name} in {parameters}")).clone()
}

#[test]
fn the_document_is_as_it_was() {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/document/openapi.json");
    if std::env::var_os("UPDATE_GOLDENS").is_some() {
        std::fs::create_dir_all(golden.parent().unwrap()).unwrap();
        std::fs::write(&golden, document().to_json()).unwrap();
    }
    let known = std::fs::read_to_string(&golden).unwrap();
    let differences = document().differences_from(&known).unwrap();
    assert!(differences.is_empty(), "\n{}", differences.join("\n"));
}

#[test]
fn no_stand_in_and_no_origin_is_left() {
    let text = document().to_json();
    for inside in ["toolkit:inline", "x-toolkit", "/components/written"] {
        assert!(!text.contains(inside), "{inside}");
    }
}

#[test]
fn every_reference_leads_somewhere() {
    fn visit(value: &Value, document: &Document) {
        if let Some(target) = value.get("$ref").and_then(Value::as_str) {
            at(document, target.strip_prefix('#').unwrap());
        }
        match value {
            Value::Object(object) => object.values().for_each(|value| visit(value, document)),
            Value::Array(array) => array.iter().for_each(|value| visit(value, document)),
            _ => {}
        }
    }
    let document = document();
    visit(document.as_value(), &document);
}

#[test]
fn constraints_defaults_and_examples_are_shown() {
    assert_eq!(
        parameter("/entries", "kind"),
        json!({"name": "kind", "in": "query", "description": "Only these kinds.", "required": false, "example": ["came"],
               "schema": {"type": "array", "maxItems": 3, "items": {"type": "string", "maxLength": 10}}})
    );
    assert_eq!(
        parameter("/entries", "limit")["schema"],
        json!({"type": "integer", "format": "uint32", "minimum": 1, "maximum": 100, "default": 10})
    );
    assert_eq!(
        parameter("/entries", "audience")["schema"],
        json!({"$ref": "#/components/schemas/Audience", "default": "public"})
    );
    assert_eq!(parameter("/entries", "since")["schema"], json!({"type": "string", "format": "date"}));
    assert_eq!(parameter("/entries", "x-request-source")["in"], "header");
    assert_eq!(parameter("/entries", "session")["in"], "cookie");
    assert_eq!(schema("EntryId")["minimum"], 1);
    assert_eq!(schema("Entry")["properties"]["weight"]["exclusiveMaximum"], 1.0);
    assert_eq!(schema("Entry")["properties"]["mail"]["format"], "email");
    assert_eq!(schema("Comment")["properties"]["text"]["maxLength"], 500);
}

#[test]
fn names_are_a_choice_and_keep_their_descriptions() {
    assert_eq!(
        schema("Audience"),
        json!({"type": "string", "enum": ["staff", "public"],
               "description": "Who may be shown what.\n\n- `public`: Everybody."})
    );
}

#[test]
fn recursive_generic_flattened_and_tagged_types_are_right() {
    assert_eq!(schema("Comment")["properties"]["answers"]["items"]["$ref"], "#/components/schemas/Comment");
    assert_eq!(schema("Comment")["properties"]["writtenOn"]["type"], json!(["string", "null"]));
    assert_eq!(schema("PageOfEntry")["properties"]["items"]["items"]["$ref"], "#/components/schemas/Entry");
    assert_eq!(schema("Entry")["properties"]["by"]["type"], "string");
    assert!(schema("Entry")["required"].as_array().unwrap().contains(&json!("by")));
    let forms = schema("Event")["oneOf"].clone();
    let tags: Vec<_> = (0..3).map(|form| forms[form]["properties"]["kind"]["const"].clone()).collect();
    assert_eq!(tags, ["came", "left", "nothing"]);
    assert_eq!(forms[1]["properties"]["lastPage"]["type"], "string");
    assert_eq!(forms[0]["properties"]["customer"]["minimum"], 1);
}

#[test]
fn what_is_read_and_what_is_written_differ_where_a_field_has_a_default() {
    let required = |name: &str| schema(name)["required"].clone();
    assert_eq!(required("Comment"), json!(["text"]));
    assert_eq!(required("CommentReply"), json!(["text", "writtenOn", "answers", "marks"]));
    let answers = schema("CommentReply")["properties"]["answers"]["items"]["$ref"].clone();
    assert_eq!(answers, "#/components/schemas/CommentReply");
    let document = document();
    let post = "/paths/~1entries~1{id}~1comments/post";
    let sent = at(&document, &format!("{post}/requestBody/content/application~1json/schema/$ref"));
    let got = at(&document, &format!("{post}/responses/201/content/application~1json/schema/$ref"));
    assert_eq!((sent, got), (&json!("#/components/schemas/Comment"), &json!("#/components/schemas/CommentReply")));
}

#[test]
fn names_docs_and_deprecation_are_taken_over() {
    let document = document();
    let list = at(&document, "/paths/~1entries/get");
    assert_eq!(list["operationId"], "list_entries");
    assert_eq!(list["summary"], "Finds entries");
    assert_eq!(list["description"], "Newest first. *Markdown* goes along.");
    assert_eq!(list["tags"], json!(["entries", "lists"]));
    assert_eq!(list["deprecated"], Value::Null);
    assert_eq!(at(&document, "/paths/~1entries~1{id}/get/operationId"), "entry");
    assert_eq!(at(&document, "/paths/~1comments/put/deprecated"), true);
    assert_eq!(at(&document, "/info/title"), "toolkit");
    at(&document, "/paths/~1files~1{path}/get");
}

#[test]
fn every_status_that_can_be_answered_is_documented() {
    let document = document();
    let statuses = |pointer: &str| {
        let mut statuses: Vec<_> =
            at(&document, &format!("/paths/{pointer}/responses")).as_object().unwrap().keys().collect();
        statuses.sort();
        statuses.into_iter().map(String::as_str).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(statuses("~1entries/get"), "200 401 422 429 504");
    assert_eq!(statuses("~1entries~1{id}/get"), "200 404 410 422 503");
    assert_eq!(statuses("~1entries~1{id}~1comments/post"), "201 400 404 410 413 415 422 503");
    assert_eq!(statuses("~1comments/put"), "200 400 413 415 422 500");
    assert_eq!(statuses("~1pictures/post"), "202 400 413 415 422 503");
    assert_eq!(statuses("~1events/get"), "200");
}

#[test]
fn problems_of_one_status_are_shown_side_by_side() {
    let document = document();
    let problem = at(&document, "/paths/~1entries~1{id}/get/responses/404");
    assert_eq!(problem["description"], "No entry has this id / The entry is not yours");
    let forms = &problem["content"]["application/problem+json"]["schema"]["anyOf"];
    assert_eq!(forms[0]["properties"]["code"]["const"], "unknown");
    assert_eq!(forms[0]["properties"]["id"]["type"], "integer");
    assert_eq!(forms[1]["properties"]["code"]["const"], "hidden");
}

#[test]
fn files_forms_and_streams_have_their_media_types() {
    let document = document();
    let form = at(&document, "/paths/~1pictures/post/requestBody/content/multipart~1form-data/schema");
    assert_eq!(form["required"], json!(["picture"]));
    assert_eq!(form["properties"]["caption"]["maxLength"], 100);
    at(&document, "/paths/~1events/get/responses/200/content/text~1event-stream/schema");
}

#[test]
fn the_yaml_says_the_same() {
    assert_eq!(document().differences_from(&document().to_yaml()).unwrap(), Vec::<String>::new());
}

#[test]
fn the_document_is_the_same_every_time() {
    assert_eq!(document().to_json(), document().to_json());
}
