//! What keeps a service from starting, and what it says; its command line and settings.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod process;

use std::process::Output;

use process::{Service, command};

fn run(arguments: &[&str]) -> (Option<i32>, String, String) {
    let Output { status, stdout, stderr } = command(arguments).output().unwrap();
    (status.code(), String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
}

#[test]
fn a_taken_port_is_a_sentence_that_says_what_to_do() {
    let service = Service::start(&[]);
    let (code, _, errors) = run(&[&format!("--bind={}", service.address())]);
    assert_eq!(code, Some(1));
    assert!(errors.contains("cannot listen on"), "{errors}");
    assert!(errors.contains("--bind"), "{errors}");
    assert!(errors.contains("closed first\ndropped first"), "resources are ended: {errors}");
}

#[test]
fn an_origin_that_is_none_is_refused() {
    let (code, _, errors) = run(&["--cors-origins=https://a.example,ht!tp", "--bind=127.0.0.1:0"]);
    assert_eq!(code, Some(1));
    assert!(errors.contains("`cors_origins.1` must match the pattern"), "{errors}");
}

#[test]
fn a_resource_that_fails_to_build_names_its_function_and_every_cause() {
    let (code, _, errors) = run(&["--broken=true", "--bind=127.0.0.1:0"]);
    assert_eq!(code, Some(1));
    assert!(errors.contains("`first` ("), "{errors}");
    assert!(errors.contains("cannot open the store: the disk is full"), "{errors}");
    assert!(!errors.contains("`second`"), "what borrows from it is no second fault: {errors}");
}

#[test]
fn all_wrong_settings_are_told_at_once_and_never_with_their_value() {
    let mut wrong = command(&["--workers=secret1", "--bind=127.0.0.1:0"]);
    wrong.env("TOOLKIT_SLOW_MS", "70000").env("TOOLKIT_BODY_LIMIT", "secret2");
    let output = wrong.output().unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    for told in [
        "the setting `workers` must be an integer (from the flag --workers)",
        "the setting `slow_ms` must be at most 60000 (from the environment variable TOOLKIT_SLOW_MS)",
        "the setting `body_limit` must match the pattern",
    ] {
        assert!(errors.contains(told), "no {told:?} in {errors}");
    }
    assert!(!errors.contains("secret"), "{errors}");
}

#[test]
fn the_flag_wins_over_the_environment_and_that_over_the_file() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("toolkit.toml"), "slow_ms = 60001\nlog = \"info\"\n").unwrap();
    let wrong_file = |arguments: &[&str], env: Option<&str>| {
        let mut command = command(arguments);
        command.current_dir(folder.path()).arg("--bind=0.0.0.0:1");
        if let Some(value) = env {
            command.env("TOOLKIT_SLOW_MS", value);
        }
        String::from_utf8(command.output().unwrap().stderr).unwrap()
    };
    assert!(wrong_file(&[], None).contains("must be at most 60000 (from toolkit.toml)"));
    assert!(wrong_file(&[], Some("60002")).contains("(from the environment variable TOOLKIT_SLOW_MS)"));
    assert!(wrong_file(&["--slow-ms=60003"], Some("1")).contains("(from the flag --slow-ms)"));
}

#[test]
fn an_unknown_setting_in_the_file_names_the_nearest_known_one() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("toolkit.toml"), "slow_mss = 1\n").unwrap();
    let output = command(&[]).current_dir(folder.path()).output().unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(errors.contains("sets `slow_mss`, which is no setting; is it `slow_ms`?"), "{errors}");
}

#[test]
fn another_crates_endpoints_are_mounted_only_when_it_is_named_and_forgetting_is_told() {
    let forgotten = Service::start(&[]);
    assert_eq!(forgotten.get("/other/greeting").status, 404);
    let told = forgotten.wait_for_log("that are not mounted");
    assert!(told.contains("toolkit_test_endpoints"), "{told}");
    assert!(told.contains("GET /other/greeting"), "{told}");
    assert!(told.contains(".include(toolkit::endpoints!(toolkit_test_endpoints))"), "{told}");

    let named = Service::start(&["--other=true"]);
    assert_eq!(named.get("/other/greeting").body, "\"hello from another crate\"");
    assert_eq!(named.get("/other/nothing").status, 204);
    assert!(!named.log().contains("that are not mounted"), "{}", named.log());
}

#[test]
fn the_document_is_printed_and_checked_without_serving() {
    let (code, document, _) = run(&["openapi"]);
    assert_eq!(code, Some(0));
    let parsed: serde_json::Value = serde_json::from_str(&document).unwrap();
    assert_eq!(parsed["openapi"], "3.1.0");

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("openapi.json");
    std::fs::write(&file, &document).unwrap();
    let (code, _, errors) = run(&["openapi", "--check", file.to_str().unwrap()]);
    assert_eq!((code, errors.as_str()), (Some(0), ""));

    let (_, yaml, _) = run(&["openapi", "--yaml"]);
    std::fs::write(&file, yaml).unwrap();
    assert_eq!(run(&["openapi", "--check", file.to_str().unwrap()]).0, Some(0));

    std::fs::write(&file, document.replace("Answers at once", "Answers sometimes")).unwrap();
    let (code, _, errors) = run(&["openapi", "--check", file.to_str().unwrap()]);
    assert_eq!(code, Some(1));
    assert!(
        errors.contains(r#"changed  paths["/fast"].get.summary: "Answers sometimes" -> "Answers at once""#),
        "{errors}"
    );
    assert!(errors.contains(&format!(" openapi > {}`", file.display())), "{errors}");

    std::fs::write(&file, "openapi: 3.1.0\n").unwrap();
    let (code, _, errors) = run(&["openapi", "--check", file.to_str().unwrap()]);
    assert!(code == Some(1) && errors.contains(&format!(" openapi --yaml > {}`", file.display())), "{errors}");

    let (code, _, errors) = run(&["openapi", "--check", "/nonexistent"]);
    assert_eq!(code, Some(1));
    assert!(errors.contains("the file /nonexistent cannot be read") && errors.lines().count() == 1, "{errors}");
}

#[test]
fn the_routes_are_listed_without_serving() {
    let (code, routes, _) = run(&["routes"]);
    assert_eq!(code, Some(0));
    let header: Vec<_> = routes.lines().next().unwrap().split_whitespace().collect();
    assert_eq!(header, ["METHOD", "PATH", "FUNCTION", "WHERE", "LIMITS"]);
    let fast = routes.lines().find(|line| line.contains("/fast")).unwrap();
    assert!(fast.starts_with("GET"), "{fast}");
    assert!(fast.contains("get_fast") && fast.contains("main.rs:"), "{fast}");
    assert!(fast.ends_with(" -"), "it has no limits: {fast}");
    let late = routes.lines().find(|line| line.contains("/late")).unwrap();
    assert!(late.ends_with(" timeout 50ms"), "{late}");

    let (_, routes, _) = run(&["routes", "--json"]);
    let routes: serde_json::Value = serde_json::from_str(&routes).unwrap();
    let late = routes.as_array().unwrap().iter().find(|route| route["path"] == "/late").unwrap();
    assert_eq!((&late["function"], &late["limits"]), (&"get_late".into(), &"timeout 50ms".into()), "{late}");
}

#[test]
fn help_names_every_setting_with_its_environment_variable() {
    let (code, help, _) = run(&["--help"]);
    assert_eq!(code, Some(0));
    for told in ["--bind", "TOOLKIT_BIND", "--slow-ms", "TOOLKIT_SLOW_MS", "openapi", "routes", "health"] {
        assert!(help.contains(told), "no {told} in {help}");
    }
}
