use std::{fs, path::Path, process::Command};

use serde_json::json;
use tempfile::tempdir;

use super::{EnvelopeBuilder, job, media_type};
use crate::{
    Envelope,
    manifest::{Provenance, Role, Tolerance, testing::sample},
    store::Error,
};

/// The sample's parts, without its files and its example.
fn builder() -> EnvelopeBuilder {
    let sample = sample();
    let mut builder = EnvelopeBuilder::new("churn").runtime(sample.runtime).provenance(sample.provenance);
    for function in sample.functions {
        builder = builder.function(function);
    }
    builder
}

#[test]
fn what_was_built_is_saved_and_opened_as_the_same() {
    let root = tempdir().unwrap();
    let model = root.path().join("a graph");
    fs::write(&model, "graph").unwrap();
    let built = builder()
        .file_at("model.onnx", Role::Model, &model)
        .file("README.md", Role::Doc, "Read me.")
        .example("predict_proba", &json!({"rows": [{"age": i64::MAX}]}), &json!([{"No": 0.5}]), Tolerance::default())
        .hyperparameter("rate", 1.0)
        .tag("team", "growth")
        .metric("auc", 0.5, None)
        .extension("x-note", json!([1.0]))
        .build()
        .unwrap();
    let place = root.path().join("churn");
    built.save(&place).unwrap();
    let opened = Envelope::open(&place).unwrap();
    assert_eq!(opened.id(), built.id());
    assert_eq!(opened.manifest(), built.manifest());
    assert_eq!(opened.read("model.onnx").unwrap(), b"graph");
    assert_eq!(opened.read("examples/0.input.json").unwrap(), br#"{"rows":[{"age":9223372036854775807}]}"#);
    let types: Vec<_> = opened.manifest().files.iter().map(|file| file.media_type.as_str()).collect();
    assert_eq!(types, ["text/markdown", "application/json", "application/json", "application/octet-stream"]);
}

#[test]
fn the_same_parts_make_the_same_envelope() {
    let built = || builder().file("model.onnx", Role::Model, "graph").build().unwrap();
    assert_eq!(built().id(), built().id());
    let later = builder().file("model.onnx", Role::Model, "graph").created_at("2026-02-01T00:00:00Z".parse().unwrap());
    let later = later.build().unwrap();
    assert_ne!(later.id(), built().id());
    assert_eq!(later.payload_id(), built().payload_id());
}

#[test]
fn all_that_is_wrong_is_told_at_once() {
    let missing = EnvelopeBuilder::new("").file_at("a", Role::Doc, "no/such/file").file_at("b", Role::Doc, ".").build();
    let Err(Error::Invalid { faults }) = missing else { panic!("{missing:?}") };
    let told: Vec<_> = faults.iter().map(ToString::to_string).collect();
    assert!(told[0].starts_with("/files: `a` cannot be read from no/such/file: "), "{told:?}");
    assert!(told[1].starts_with("/files: `b` cannot be read from .: "), "{told:?}");
    assert_eq!(told[2], "/runtime: is missing; say what runs the model");

    let wrong = builder().file("../model.onnx", Role::Model, "graph").hyperparameter("seed", i64::MAX).build();
    let told = wrong.unwrap_err().to_string();
    for part in ["/files/0/path: `../model.onnx`", "/runtime/model: `model.onnx` is none", "/hyperparameters/seed"] {
        assert!(told.contains(part), "{part}\n{told}");
    }
}

#[test]
fn a_file_that_changes_before_it_is_saved_is_told_and_nothing_is_saved() {
    let root = tempdir().unwrap();
    let model = root.path().join("graph");
    fs::write(&model, "graph").unwrap();
    let built = builder().file_at("model.onnx", Role::Model, &model).build().unwrap();
    fs::write(&model, "grAph").unwrap();
    for result in [built.save(root.path().join("a")), built.save_archive(root.path().join("b"))] {
        assert!(result.unwrap_err().to_string().contains("model.onnx (blobs/sha256/"));
    }
    assert_eq!(fs::read_dir(root.path()).unwrap().count(), 1);
}

#[test]
fn the_provenance_tells_of_git_without_credentials() {
    let root = tempdir().unwrap();
    assert_eq!(Provenance::inferred(root.path()).git, None);
    let git = |arguments: &[&str]| {
        let mut git = Command::new("git");
        git.arg("-C").arg(root.path()).args(["-c", "user.name=A", "-c", "user.email=a@example.org"]).args(arguments);
        assert!(git.output().unwrap().status.success(), "{arguments:?}");
    };
    git(&["init", "--quiet", "--initial-branch=main"]);
    git(&["remote", "add", "origin", "https://me:secret@example.org/team/churn.git"]);
    assert_eq!(Provenance::inferred(root.path()).git, None, "there is no commit yet");
    git(&["commit", "--quiet", "--allow-empty", "--message=Begin"]);
    let found = Provenance::inferred(root.path()).git.unwrap();
    assert_eq!(found.remote.as_deref(), Some("https://example.org/team/churn.git"));
    assert_eq!((found.branch.as_deref(), found.dirty, found.commit.len()), (Some("main"), false, 40));
    fs::write(root.path().join("new"), "").unwrap();
    git(&["checkout", "--quiet", "--detach"]);
    let found = Provenance::inferred(root.path()).git.unwrap();
    assert_eq!((found.branch, found.dirty), (None, true));
}

#[test]
fn jobs_are_known_by_their_systems_variables() {
    let job = |variables: &[(&str, &str)]| {
        let found =
            |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        job::inferred(found).map(|job| (job.system, job.id, job.url.unwrap_or_default()))
    };
    let expected = |system: &str, id: &str, url: &str| Some((system.to_owned(), id.to_owned(), url.to_owned()));
    assert_eq!(job(&[]), None);
    assert_eq!(job(&[("GITHUB_RUN_ID", "7")]), None, "the system does not say that it is there");
    let github = [
        ("GITHUB_ACTIONS", "true"),
        ("GITHUB_RUN_ID", "7"),
        ("GITHUB_SERVER_URL", "https://example.org"),
        ("GITHUB_REPOSITORY", "team/churn"),
    ];
    assert_eq!(job(&github), expected("github", "7", "https://example.org/team/churn/actions/runs/7"));
    let gitlab = [("GITLAB_CI", "true"), ("CI_JOB_ID", "8"), ("CI_JOB_URL", "https://x:y@example.org/8?job_token=z")];
    assert_eq!(job(&gitlab), expected("gitlab", "8", "https://example.org/8"));
    let jenkins = [("JENKINS_URL", "u"), ("BUILD_TAG", "jenkins-churn-9"), ("BUILD_URL", "https://example.org/9")];
    assert_eq!(job(&jenkins), expected("jenkins", "jenkins-churn-9", "https://example.org/9"));
    let airflow =
        [("AIRFLOW_CTX_DAG_ID", "churn"), ("AIRFLOW_CTX_DAG_RUN_ID", "today"), ("AIRFLOW_CTX_TASK_ID", "train")];
    assert_eq!(job(&airflow), expected("airflow", "churn/today/train", ""));
}

#[test]
fn the_provenance_has_the_time_and_the_crate() {
    let before = jiff::Timestamp::now();
    let inferred = Provenance::inferred(Path::new("."));
    assert!(inferred.created_at.as_second() >= before.as_second());
    assert_eq!(inferred.created_at.subsec_nanosecond(), 0);
    assert_eq!(inferred.sdk.name, "toolkit-envelope");
}

#[test]
fn media_types_follow_from_names() {
    assert_eq!(media_type::of("a/b.JSON"), "application/json");
    assert_eq!(media_type::of("a.json/b"), "application/octet-stream");
    assert_eq!(media_type::of("json"), "application/octet-stream");
    assert_eq!(media_type::of("model.onnx"), "application/octet-stream");
}
