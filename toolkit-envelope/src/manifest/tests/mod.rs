mod paths;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{
    File, Job, Manifest, Python, Role, Runtime, Serializer,
    testing::{any_manifest, sample},
};
use crate::{
    json::{canonical, parse},
    schema::{Field, Kind, Schema},
};

/// The faults of the sample after `change`, as it would be read.
fn faults(change: impl FnOnce(&mut Value)) -> Vec<String> {
    let mut value = parse(&sample().to_json().unwrap(), 1 << 20).unwrap();
    change(&mut value);
    let faults = Manifest::read(&canonical(&value).unwrap()).unwrap_err();
    faults.iter().map(ToString::to_string).collect()
}

/// The faults of the sample after `change`, when it is to be saved.
fn checked(change: impl FnOnce(&mut Manifest)) -> Vec<String> {
    let mut manifest = sample();
    change(&mut manifest);
    manifest.check().iter().map(ToString::to_string).collect()
}

#[test]
fn the_sample_is_whole() {
    assert_eq!(checked(|_| ()), [""; 0]);
    assert_eq!(Manifest::read(&sample().to_json().unwrap()).unwrap(), sample());
}

#[test]
fn the_ids_are_those_that_were_written_down() {
    // Once envelopes exist, a change here means that they are no longer found by their id.
    let manifest = sample();
    let payload = format!(
        r#"{{"environment":{},"files":{},"functions":{},"runtime":{}}}"#,
        part("/environment"),
        part("/files"),
        part("/functions"),
        part("/runtime"),
    );
    assert_eq!(manifest.payload_id().unwrap(), crate::Digest::of(payload.as_bytes()));
    assert_eq!(manifest.envelope_id().unwrap(), crate::Digest::of(&manifest.to_json().unwrap()));
    let environment = br#"{"platform":{"arch":"x86_64","os":"linux"},"requires":[]}"#;
    assert_eq!(manifest.environment.env_digest().unwrap(), crate::Digest::of(environment));
}

fn part(pointer: &str) -> String {
    let value = parse(&sample().to_json().unwrap(), 1 << 20).unwrap();
    String::from_utf8(canonical(value.pointer(pointer).unwrap()).unwrap()).unwrap()
}

#[test]
fn only_what_makes_the_model_changes_the_payload_id() {
    let id = sample().payload_id().unwrap();
    let changed = |change: fn(&mut Manifest)| {
        let mut manifest = sample();
        change(&mut manifest);
        assert_ne!(manifest.envelope_id().unwrap(), sample().envelope_id().unwrap());
        manifest.payload_id().unwrap()
    };
    assert_eq!(changed(|manifest| manifest.name.push('2')), id);
    assert_eq!(changed(|manifest| manifest.initial.tags.clear()), id);
    assert_ne!(changed(|manifest| manifest.functions[0].doc.push('!')), id);
    assert_ne!(changed(|manifest| manifest.files[0].size += 1), id);
    assert_ne!(changed(|manifest| manifest.environment.requires.push("numpy".to_owned())), id);
}

#[test]
fn a_manifest_from_the_future_says_so_and_nothing_else() {
    let found = faults(|value| {
        value["spec"] = json!("envelope/v7");
        value["quantum"] = json!(true);
        value["files"] = json!(7);
    });
    assert_eq!(found, ["/spec: is envelope/v7, this reads envelope/v1: use a newer toolkit"]);
    assert_eq!(faults(|value| value["spec"] = json!("bento/v1")), ["/spec: found `bento/v1`, expected `envelope/v1`"]);
    assert_eq!(faults(|value| value["spec"] = json!(1)), ["/spec: found a number, expected a string"]);
    let without = faults(|value| drop(value.as_object_mut().unwrap().remove("spec")));
    assert_eq!(without, ["/: `spec` is missing; this is not the manifest of an envelope"]);
}

#[test]
fn all_faults_are_told_each_with_its_place() {
    let found = faults(|value| {
        value["files"][1]["role"] = json!("modle");
        value["files"][2]["digest"] = json!("sha256:0");
        value["files"][3]["size"] = json!(-1);
        value["functions"][0]["params"][0]["knid"] = json!(1);
        value["environment"]["platform"].as_object_mut().unwrap().remove("os");
        value["provenance"]["created_at"] = json!("2026-01-31T13:00:00+01:00");
        value["initial"]["tags"]["team"] = json!(7);
    });
    assert_eq!(
        found,
        [
            "/files/1/role: found `modle`; did you mean `model`?",
            "/files/2/digest: found `sha256:0`: expected `sha256:` and 64 hexadecimal digits in small letters",
            "/files/3/size: found a number, expected an integer from 0 on",
            "/functions/0/params/0/knid: is unknown; did you mean `kind`?",
            "/environment/platform: `os` is missing",
            "/provenance/created_at: found `2026-01-31T13:00:00+01:00`, expected UTC in the short form: `2026-01-31T12:00:00Z`",
            "/initial/tags/team: found a number, expected a string",
        ]
    );
}

#[test]
fn own_keys_are_kept_where_they_may_be_and_refused_elsewhere() {
    let mut manifest = sample();
    manifest.extensions.insert("x-more".to_owned(), json!([1, {"deep": null}]));
    assert_eq!(Manifest::read(&manifest.to_json().unwrap()).unwrap(), manifest);
    assert!(faults(|value| value["files"][0]["x-note"] = json!(1))[0].starts_with("/files/0/x-note: is unknown"));
    assert!(
        faults(|value| value["note"] = json!(1))[0].starts_with("/note: is unknown, expected one of `spec`, `name`")
    );
    let found = checked(|manifest| drop(manifest.extensions.insert("name".to_owned(), json!(1))));
    assert_eq!(found, ["/name: is an own key that does not start with `x-`; name it so"]);
}

#[test]
fn what_is_not_canonical_is_refused_with_the_first_difference() {
    let text = String::from_utf8(sample().to_json().unwrap()).unwrap();
    for (from, to) in [
        ("\"rows\":7043", "\"rows\":7043.0"),
        ("\"rows\":7043", "\"rows\": 7043"),
        ("\"name\":\"churn\"", "\"name\":\"chur\\u006e\""),
        ("0.84", "0.840"),
        ("\"type\":\"string\"", "\"nullable\":false,\"type\":\"string\""),
    ] {
        let changed = text.replacen(from, to, 1);
        assert_ne!(changed, text);
        let faults = Manifest::read(changed.as_bytes()).unwrap_err();
        assert!(faults[0].message.starts_with("is not canonical JSON (RFC 8785)"), "{to}: {faults:?}");
        assert!(faults[0].message.contains("at byte"), "{faults:?}");
    }
    assert!(Manifest::read(format!("{text}\n").as_bytes()).is_err());
}

#[test]
fn what_names_a_file_names_one_of_its_role() {
    let found = checked(|manifest| {
        manifest.files[2].role = Role::Doc;
        manifest.examples[0].input = "missing.json".to_owned();
        manifest.examples[0].function = "predict".to_owned();
        manifest.baseline = Some("model.onnx".to_owned());
        manifest.environment.lock = Some("uv.lock".to_owned());
        manifest.initial.metrics[0].dataset = Some("other".to_owned());
    });
    assert_eq!(
        found,
        [
            "/runtime/model: `model.onnx` has the role `doc`, expected a file of role `model`",
            "/environment/lock: `uv.lock` is none of the files, expected one of role `environment`",
            "/initial/metrics/0/dataset: `other` is none of the datasets",
            "/examples/0/function: `predict` is none of the functions",
            "/examples/0/input: `missing.json` is none of the files, expected one of role `example`",
            "/baseline: `model.onnx` has the role `doc`, expected a file of role `profile`",
        ]
    );
}

#[test]
fn bindings_bind_each_column_and_field_once() {
    let found = faults(|value| {
        let binding = &mut value["runtime"]["bindings"][0];
        binding["inputs"][0]["columns"] = json!(["city", "height"]);
        binding["inputs"][1]["tensor"] = json!("age");
        binding["outputs"][0]["field"] = json!("Yes");
        binding["outputs"].as_array_mut().unwrap().push(json!({"tensor": "label"}));
    });
    assert_eq!(
        found,
        [
            "/runtime/bindings/0/inputs/1/tensor: `age` is there already at /runtime/bindings/0/inputs/0/tensor; give each its own name",
            "/runtime/bindings/0/inputs/0/columns/1: `height` is no column of the function's parameters",
            "/runtime/bindings/0/inputs/1/columns/0: `city` is bound already; bind each once",
            "/runtime/bindings/0/inputs: `age` of `predict_proba` is not bound; bind each once",
            "/runtime/bindings/0/outputs/2: `field` is missing: the result has fields",
            "/runtime/bindings/0/outputs/1/field: `Yes` is there already at /runtime/bindings/0/outputs/0/field; give each its own name",
            "/runtime/bindings/0/outputs: `No` of the result is not bound; bind each once",
        ]
    );
    let found = faults(|value| value["runtime"]["bindings"][0]["function"] = json!("predict"));
    assert_eq!(
        found,
        [
            "/runtime/bindings/0/function: `predict` is none of the functions",
            "/functions/0: `predict_proba` has no binding; add one to /runtime/bindings",
        ]
    );
    let found = faults(|value| value["runtime"]["bindings"][0]["inputs"][0]["parameter"] = json!("rows"));
    assert_eq!(found, ["/runtime/bindings/0/inputs/0: expected either `columns` or `parameter`"]);
}

#[test]
fn functions_and_parameters_have_a_name_of_their_own() {
    let found = checked(|manifest| {
        let function = &mut manifest.functions[0];
        function.params[0].default = Some(json!([]));
        let mut again = function.clone();
        again.name = "2 fast".to_owned();
        again.params.push(again.params[0].clone());
        manifest.functions.push(again);
    });
    assert!(
        found.iter().any(|fault| fault.starts_with("/functions/0/params/0/required: is true, but there is a default"))
    );
    assert!(found.iter().any(|fault| fault.starts_with("/functions/1/name: found `2 fast`, expected ASCII letters")));
    assert!(found.iter().any(|fault| fault.starts_with("/functions/1/params/1/name: `rows` is there already")));
    assert!(
        checked(|manifest| manifest.functions.clear()).iter().any(|fault| fault.starts_with("/functions: is empty"))
    );
}

#[test]
fn an_import_root_is_a_directory_with_code_in_it() {
    let found = checked(|manifest| {
        let code = |path: &str| File { path: path.to_owned(), role: Role::Code, ..manifest.files[0].clone() };
        // By its every directory, the last one would take hours.
        let files = [code("src-x/a.py"), code("src/a/b.py"), code(&"z/".repeat(1 << 20))];
        manifest.files.extend(files);
        let roots = ["src", "src/a", "src-x", "sr", "src/a/b.py", "src/", "", "examples"];
        manifest.runtime = Runtime::Python(Python {
            object: "model.onnx".to_owned(),
            serializer: Serializer { name: "skops".to_owned(), version: "0.13".to_owned() },
            import_roots: roots.map(str::to_owned).to_vec(),
        });
    });
    let wrong: Vec<_> =
        found.iter().filter_map(|fault| fault.strip_prefix("/runtime/import_roots/")?.get(..1)).collect();
    assert_eq!(wrong, ["3", "4", "5", "6", "7"], "{found:?}");
}

#[test]
fn what_a_binding_names_is_a_name() {
    let found = faults(|value| {
        let binding = &mut value["runtime"]["bindings"][0];
        binding["inputs"][0]["tensor"] = json!("");
        binding["outputs"][1]["tensor"] = json!("a\n");
        binding["outputs"][0]["labels"] = json!(["No", 1, true, null, ["No"], {}]);
    });
    let places: Vec<_> = found.iter().filter_map(|fault| fault.split(": ").next()).collect();
    let place = |below: &str| format!("/runtime/bindings/0/{below}");
    let expected =
        ["inputs/0/tensor", "outputs/0/labels/3", "outputs/0/labels/4", "outputs/0/labels/5", "outputs/1/tensor"];
    assert_eq!(places, expected.map(place), "{found:?}");
}

#[test]
fn operators_of_which_there_are_none_have_no_version() {
    let found = faults(|value| value["runtime"]["ml_opset"] = json!(0));
    assert_eq!(found, ["/runtime/ml_opset: is 0, expected at least 1; leave it out when there is none"]);
}

#[test]
fn what_is_required_is_one_line_and_no_option() {
    for wrong in ["", " ", "a\n--index-url https://example.org", "--index-url https://example.org", "-e ."] {
        let found = checked(|manifest| manifest.environment.requires.push(wrong.to_owned()));
        assert!(found[0].starts_with("/environment/requires/0: found `"), "{wrong}: {found:?}");
        assert!(!found[0].contains('\n'));
    }
    let found = checked(|manifest| manifest.environment.requires.push("numpy[extra]>=2; os_name == 'nt'".to_owned()));
    assert_eq!(found, [""; 0]);
}

#[test]
fn passwords_in_addresses_are_refused_and_not_shown() {
    let found = checked(|manifest| {
        let git = manifest.provenance.git.as_mut().unwrap();
        git.remote = Some("me:secret@example.org:churn".to_owned());
        let url = Some("https://me:secret@example.org/7".to_owned());
        manifest.provenance.job =
            Some(Job { system: "gitlab".to_owned(), id: "7".to_owned(), url: url.clone(), command: None });
        manifest.datasets[0].uri = "postgres://me:secret@example.org/telco".to_owned();
        let options = "--index-url https://me:secret@example.org".to_owned();
        let direct = "churn @ https://me:secret@example.org/churn.whl".to_owned();
        manifest.environment.requires = vec![options, direct];
    });
    let places: Vec<_> = found.iter().filter_map(|fault| fault.split(": ").next()).collect();
    assert_eq!(
        places,
        [
            "/environment/requires/0",
            "/environment/requires/1",
            "/provenance/git/remote",
            "/provenance/job/url",
            "/datasets/0/uri"
        ]
    );
    assert!(found.iter().all(|fault| fault.contains("has a password") && !fault.contains("secret")), "{found:?}");
}

#[test]
fn schemas_are_no_deeper_than_plans_are_made() {
    let nested = |levels: usize| {
        let deeper = |schema| Schema::new(Kind::List { items: Box::new(schema), min: None, max: None });
        (1..levels).fold(Schema::new(Kind::Bool), |schema, _| deeper(schema))
    };
    let with = |levels: usize| {
        checked(|manifest| {
            manifest.functions[0].params[0].schema = nested(levels);
            manifest.functions[0].returns = nested(levels);
            manifest.datasets[0].schema = Some(nested(levels));
        })
    };
    let deep = |fault: &&String| fault.contains("lies more than 100 levels deep");
    assert_eq!(with(100).iter().filter(deep).count(), 0);
    let found = with(101);
    let places: Vec<_> = found.iter().filter(deep).filter_map(|fault| fault.split(": ").next()).collect();
    assert_eq!(places, ["/functions/0/params/0/schema", "/functions/0/returns", "/datasets/0/schema"]);
    let arguments = Field::new("rows", nested(100));
    crate::rows::Plan::new(&[arguments]).unwrap();
}

#[test]
fn no_more_faults_are_kept_than_are_told() {
    let found = checked(|manifest| {
        let wrong = File { path: format!("/{}", "long".repeat(1000)), ..manifest.files[0].clone() };
        manifest.files.extend(std::iter::repeat_n(wrong, 5000));
    });
    assert_eq!(found.len(), 1000);
}

proptest! {
    #[test]
    fn a_manifest_is_read_as_it_was_written(manifest in any_manifest()) {
        let json = manifest.to_json().unwrap();
        prop_assert_eq!(Manifest::read(&json).map_err(|faults| faults[0].to_string()), Ok(manifest));
    }

    #[test]
    fn any_document_is_read_or_refused_without_panic(value in crate::json::testing::any_json(), place in 0_usize..14) {
        let mut manifest = parse(&sample().to_json().unwrap(), 1 << 20).unwrap();
        if let Some(at) = manifest.as_object_mut().and_then(|entries| entries.values_mut().nth(place)) {
            *at = value;
        }
        let _ = Manifest::read(&canonical(&manifest).unwrap());
    }
}
