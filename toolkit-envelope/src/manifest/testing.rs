//! A manifest to start from, and any manifest, for tests.

use proptest::prelude::*;
use serde_json::{Map, json};

use super::*;
use crate::{
    digest::Digest,
    json::testing::any_json_as_read as any_json,
    schema::{Field, Kind, Schema},
};

/// What the files of [`sample`] hold, by path.
pub(crate) const FILES: [(&str, &[u8]); 4] = [
    ("examples/0.input.json", br#"{"rows":[{"age":33,"city":"Bern"}]}"#),
    ("examples/0.output.json", br#"[{"No":0.25,"Yes":0.75}]"#),
    ("model.onnx", b"not a graph, but bytes"),
    ("profile.json", b"{}"),
];

/// A small manifest with one of each thing.
pub(crate) fn sample() -> Manifest {
    let files = FILES.iter().map(|(path, bytes)| file(path, bytes));
    Manifest {
        name: "churn".to_owned(),
        description: "Who leaves.".to_owned(),
        files: files.collect(),
        runtime: Runtime::Onnx(Onnx {
            model: "model.onnx".to_owned(),
            opset: 21,
            ml_opset: Some(3),
            engine: Engine::Native,
            bindings: vec![binding()],
        }),
        functions: vec![function()],
        environment: Environment {
            python: None,
            platform: Platform { os: "linux".to_owned(), arch: "x86_64".to_owned(), libc: None },
            freeze: None,
            conda_list: None,
            lock: None,
            imported: Vec::new(),
            filtered: Vec::new(),
            requires: Vec::new(),
        },
        provenance: Provenance {
            created_at: "2026-01-31T12:00:00Z".parse().unwrap(),
            sdk: Sdk { name: "toolkit-envelope".to_owned(), version: "0.1.0".to_owned() },
            user: None,
            host: None,
            git: Some(Git { remote: None, commit: "0123456789".repeat(4), branch: None, dirty: false }),
            job: None,
        },
        hyperparameters: Map::from_iter([("depth".to_owned(), json!(3))]),
        datasets: vec![Dataset {
            name: "telco".to_owned(),
            role: "training".to_owned(),
            uri: "file:telco.csv".to_owned(),
            digest: Some(Digest::of(b"telco")),
            rows: Some(7043),
            schema: None,
        }],
        examples: vec![Example {
            function: "predict_proba".to_owned(),
            input: "examples/0.input.json".to_owned(),
            output: "examples/0.output.json".to_owned(),
            tolerance: Tolerance::default(),
        }],
        baseline: Some("profile.json".to_owned()),
        initial: Initial {
            tags: [("team".to_owned(), "growth".to_owned())].into(),
            metrics: vec![Metric { name: "auc".to_owned(), value: 0.84, dataset: Some("telco".to_owned()) }],
        },
        extensions: Map::from_iter([("x-note".to_owned(), json!({"any": ["thing", 1.5]}))]),
    }
}

pub(crate) fn file(path: &str, bytes: &[u8]) -> File {
    let (media_type, role) = match path {
        "model.onnx" => ("application/octet-stream", Role::Model),
        "profile.json" => ("application/json", Role::Profile),
        _ => ("application/json", Role::Example),
    };
    File {
        path: path.to_owned(),
        digest: Digest::of(bytes),
        size: bytes.len() as u64,
        media_type: media_type.to_owned(),
        role,
    }
}

fn function() -> Function {
    let columns = vec![Field::new("age", Schema::new(Kind::Int64)), Field::new("city", Schema::new(Kind::String))];
    let probabilities = ["No", "Yes"].map(|name| Field::new(name, Schema::new(Kind::Float32))).to_vec();
    Function {
        name: "predict_proba".to_owned(),
        doc: String::new(),
        params: vec![Parameter {
            name: "rows".to_owned(),
            kind: ParameterKind::PositionalOrKeyword,
            schema: Schema::new(Kind::Frame { columns, index: None }),
            required: true,
            default: None,
        }],
        returns: Schema::new(Kind::Frame { columns: probabilities, index: None }),
        batch: Some(Batch { axis: 0, max: None }),
        source: FunctionSource::Example,
    }
}

fn binding() -> Binding {
    let input = |tensor: &str, column: &str, null| Input {
        tensor: tensor.to_owned(),
        source: Source::Columns { columns: vec![column.to_owned()], null },
    };
    let output = |field: &str, index| Output {
        field: Some(field.to_owned()),
        tensor: "probabilities".to_owned(),
        index: Some(index),
        labels: None,
    };
    Binding {
        function: "predict_proba".to_owned(),
        inputs: vec![input("age", "age", None), input("city", "city", Some(json!("missing")))],
        outputs: vec![output("No", 0), output("Yes", 1)],
    }
}

/// Any manifest that is whole: [`sample`] with other contents in every place that does not have to agree with another.
pub(crate) fn any_manifest() -> impl Strategy<Value = Manifest> {
    let entries = |key: &'static str| {
        prop::collection::btree_map(key, any_json(), 0..3)
            .prop_map(|entries| entries.into_iter().collect::<Map<_, _>>())
    };
    let texts = (any::<String>(), any::<Option<String>>(), any::<Option<String>>(), "[a-z]{1,9}", "[a-z]{1,9}");
    let records = (any_provenance(), any_environment(), any_initial(), prop::collection::vec(any_dataset(), 0..3));
    let runtime = (any_runtime(), any::<Option<u32>>(), any::<Option<u32>>());
    (texts, records, runtime, entries(".{0,6}"), entries("x-.{0,6}")).prop_map(
        |(texts, records, runtime, hyperparameters, extensions)| {
            let mut manifest = sample();
            let (provenance, environment, initial, datasets) = records;
            manifest.description = texts.0;
            manifest.name = texts.3;
            manifest.provenance = Provenance { user: texts.1, host: texts.2, ..provenance };
            manifest.environment = environment;
            manifest.initial = initial;
            for (index, dataset) in datasets.into_iter().enumerate() {
                manifest.datasets.push(Dataset { name: format!("{}{index}", texts.4), ..dataset });
            }
            manifest.datasets.dedup_by(|a, b| a.name == b.name);
            manifest.runtime = runtime.0;
            if matches!(manifest.runtime, Runtime::Python(_)) {
                let python = PythonVersion { version: "3.13.1".to_owned(), implementation: "cpython".to_owned() };
                manifest.environment.python = Some(python);
            }
            manifest.functions[0].batch =
                runtime.1.map(|axis| Batch { axis: axis.into(), max: runtime.2.map(|max| u64::from(max).max(1)) });
            manifest.hyperparameters = hyperparameters;
            manifest.extensions = extensions;
            manifest
        },
    )
}

fn any_runtime() -> impl Strategy<Value = Runtime> {
    let onnx =
        (any::<u32>(), any::<Option<u32>>(), any::<bool>(), any_json(), prop::collection::vec(any_label(), 0..3));
    prop_oneof![
        onnx.prop_map(|(opset, ml_opset, native, null, labels)| {
            let mut binding = binding();
            binding.inputs[0].source = Source::Columns { columns: vec!["age".to_owned()], null: Some(null) };
            binding.outputs[0].labels = Some(labels);
            Runtime::Onnx(Onnx {
                model: "model.onnx".to_owned(),
                opset: opset.into(),
                ml_opset: ml_opset.map(|version| u64::from(version).max(1)),
                engine: if native { Engine::Native } else { Engine::Onnxruntime },
                bindings: vec![binding],
            })
        }),
        any::<String>().prop_map(|version| Runtime::Python(Python {
            object: "model.onnx".to_owned(),
            serializer: Serializer { name: "skops".to_owned(), version },
            import_roots: Vec::new(),
        })),
    ]
}

fn any_label() -> impl Strategy<Value = Value> {
    prop_oneof![
        any::<i32>().prop_map(Into::into),
        any::<bool>().prop_map(Into::into),
        any::<String>().prop_map(Into::into)
    ]
}

fn any_environment() -> impl Strategy<Value = Environment> {
    let python = prop::option::of((any::<String>(), any::<String>()));
    let three = prop::collection::vec((any::<String>(), any::<String>(), any::<String>()), 0..3);
    let requires = prop::collection::btree_set("[a-zé][^@\\pC]{0,9}", 0..4);
    (python, any::<Option<String>>(), three, requires).prop_map(|(python, libc, three, requires)| Environment {
        python: python.map(|(version, implementation)| PythonVersion { version, implementation }),
        platform: Platform { os: "linux".to_owned(), arch: "aarch64".to_owned(), libc },
        freeze: None,
        conda_list: None,
        lock: None,
        filtered: three.iter().cloned().map(|(dist, rule, _)| Filtered { dist, rule }).collect(),
        imported: three.into_iter().map(|(module, dist, version)| Imported { module, dist, version }).collect(),
        requires: requires.into_iter().collect(),
    })
}

fn any_provenance() -> impl Strategy<Value = Provenance> {
    let git = prop::option::of((prop::option::of("[^@]*"), "[0-9a-f]{40}", any::<Option<String>>(), any::<bool>()));
    let job = prop::option::of((any::<String>(), any::<String>(), prop::option::of("[^@]*"), any::<Option<String>>()));
    let moment = (0_i64..4_000_000_000, 0_i32..1_000_000_000);
    (moment, any::<String>(), git, job).prop_map(|((second, nanosecond), version, git, job)| Provenance {
        created_at: jiff::Timestamp::new(second, nanosecond).unwrap(),
        sdk: Sdk { name: "toolkit".to_owned(), version },
        user: None,
        host: None,
        git: git.map(|(remote, commit, branch, dirty)| Git { remote, commit, branch, dirty }),
        job: job.map(|(system, id, url, command)| Job { system, id, url, command }),
    })
}

fn any_initial() -> impl Strategy<Value = Initial> {
    let finite = any::<f64>().prop_filter("JSON has finite numbers", |value| value.is_finite());
    // Zero has one form in canonical JSON.
    let metric = ("[a-z]{1,9}", finite).prop_map(|(name, value)| Metric { name, value: value + 0.0, dataset: None });
    let tags = prop::collection::btree_map(any::<String>(), any::<String>(), 0..3);
    (tags, prop::collection::vec(metric, 0..3)).prop_map(|(tags, metrics)| Initial { tags, metrics })
}

fn any_dataset() -> impl Strategy<Value = Dataset> {
    let schema = prop::option::of(crate::schema::testing::any_schema());
    (any::<String>(), "[^@]*", any::<Option<[u8; 4]>>(), any::<Option<u32>>(), schema).prop_map(
        |(role, uri, digest, rows, schema)| Dataset {
            name: String::new(),
            role,
            uri,
            digest: digest.map(|bytes| Digest::of(&bytes)),
            rows: rows.map(u64::from),
            schema,
        },
    )
}
