//! What is not seen from outside: which versions are kept, and who is asked before another one serves.

use std::{
    path::Path,
    sync::{
        Arc, Weak,
        atomic::{AtomicUsize, Ordering},
    },
};

use serde_json::json;
use tempfile::TempDir;
use toolkit_envelope::{Envelope, OnnxModel};

use super::onnx_writer::{Parts, node, tensor, value};
use super::{
    Follower, ModelHandler,
    deployment::{Deployment, Guard},
    swap::Refused,
    version::Version,
};

/// A model that multiplies with `factor`.
pub(super) fn version(factor: f32) -> Envelope {
    called("scale", factor)
}

fn called(name: &str, factor: f32) -> Envelope {
    let (inputs, outputs) = (vec![value("x", 1, &[2])], vec![value("y", 1, &[2])]);
    let weights = vec![tensor("w", &[2], &[factor, factor])];
    let parts = Parts { nodes: vec![node("Mul", &["x", "w"], &["y"])], initializers: weights, inputs, outputs };
    let rows = vec![json!({ "a": 1, "b": 2 })];
    let builder = OnnxModel::new(name, parts.model(10, 21)).example(rows).into_builder().unwrap();
    // The moment is part of what is digested: the same version has the same id whenever it is made.
    builder.created_at("2026-01-31T12:00:00Z".parse().unwrap()).build().unwrap()
}

/// A folder with the version whose factor is 2, and a handler that serves it.
pub(super) fn folder() -> (TempDir, ModelHandler) {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("scale.envelope");
    version(2.0).save_archive(&source).unwrap();
    (folder, ModelHandler::new(source))
}

pub(super) fn put(folder: &Path, envelope: &Envelope) {
    let next = folder.join("next.envelope");
    envelope.save_archive(&next).unwrap();
    std::fs::rename(next, folder.join("scale.envelope")).unwrap();
}

#[test]
fn nothing_is_kept_of_the_versions_that_served_before() {
    let (folder, handler) = folder();
    let deployment = Deployment::open(&handler).unwrap();
    let versions = [version(2.0), version(3.0)];
    let mut before: Vec<Weak<Version>> = Vec::new();
    for swap in 1..=100 {
        before.push(Arc::downgrade(&deployment.current()));
        put(folder.path(), &versions[swap % 2]);
        let swapped = deployment.swap_blocking(false).unwrap();
        assert_ne!(swapped.from, swapped.to);
    }
    assert!(before.iter().all(|version| version.strong_count() == 0));
    assert_eq!(Arc::strong_count(&deployment.current()), 2);
}

#[test]
fn a_call_in_progress_keeps_its_version_until_it_ends() {
    let (folder, handler) = folder();
    let deployment = Deployment::open(&handler).unwrap();
    let called = deployment.current();
    put(folder.path(), &version(3.0));
    deployment.swap_blocking(false).unwrap();
    let mut call = called.runner("predict").unwrap().function().begin();
    call.read(br#"{"rows": [{"a": 1, "b": 2}]}"#).unwrap();
    call.run().unwrap();
    let mut answer = Vec::new();
    call.write(toolkit_envelope::rows::Layout::Rows, &mut answer).unwrap();
    assert_eq!(answer, b"[[2.0,4.0]]");
    let freed = Arc::downgrade(&called);
    drop(called);
    assert_eq!(freed.strong_count(), 0);
}

#[test]
fn one_source_is_one_deployment_while_it_lives_even_if_two_open_it_at_once() {
    let (_folder, handler) = folder();
    let open = || Deployment::open(&handler).unwrap();
    let opened: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(open)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(opened.iter().all(|deployment| Arc::ptr_eq(deployment, &opened[0])));
    // Served in another way, it is another one; whoever says nothing of the way takes what is there.
    let other = Deployment::open(&handler.clone().max_rows(1)).unwrap();
    assert!(!Arc::ptr_eq(&other, &opened[0]));
    assert!(Arc::ptr_eq(&opened[0], &Deployment::share(&handler).unwrap()));
    drop(opened);
    assert!(Arc::ptr_eq(&other, &Deployment::share(&handler).unwrap()));
    assert!(!Arc::ptr_eq(&other, &Deployment::share(&handler.max_rows(2)).unwrap()));
}

#[test]
fn a_guard_keeps_out_what_it_finds_something_wrong_with() {
    let (folder, handler) = folder();
    let deployment = Deployment::open(&handler).unwrap();
    let three = version(3.0);
    let id = three.id();
    let guard: Arc<Guard> =
        Arc::new(
            move |version: &Version| {
                if version.described.id == id { vec!["`a` is no `u8`".to_owned()] } else { Vec::new() }
            },
        );
    assert!(deployment.guard(&guard).is_empty());
    put(folder.path(), &three);
    let refused = deployment.swap_blocking(true).unwrap_err();
    assert_eq!(refused.reasons(), ["`a` is no `u8`"]);
    assert!(matches!(refused, Refused::Incompatible { .. }));
    put(folder.path(), &version(4.0));
    deployment.swap_blocking(false).unwrap();
    // What does not fit the version that serves is told at once, and does not stay.
    let unsuited: Arc<Guard> = Arc::new(|_: &Version| vec!["no".to_owned()]);
    assert_eq!(deployment.guard(&unsuited), ["no"]);
    put(folder.path(), &version(5.0));
    deployment.swap_blocking(false).unwrap();
    // It has its say as long as somebody holds it.
    put(folder.path(), &three);
    deployment.swap_blocking(false).unwrap_err();
    drop(guard);
    deployment.swap_blocking(false).unwrap();
}

#[test]
fn a_version_of_another_name_is_known_by_the_one_that_the_model_is_deployed_under() {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("scale.envelope");
    called("first name", 2.0).save_archive(&source).unwrap();
    let deployment = Deployment::open(&ModelHandler::new(source)).unwrap();
    let next = called("second name", 3.0);
    let serving = |name: &str| -> Vec<String> {
        let all = crate::telemetry::models::serving().into_iter();
        all.filter(|(model, _)| &**model == name).map(|(_, version)| version.to_string()).collect()
    };
    assert_eq!(serving("first name"), [called("first name", 2.0).id().to_string()]);
    put(folder.path(), &next);
    assert!(matches!(deployment.swap_blocking(false), Err(Refused::Incompatible { .. })));
    assert_eq!(serving("first name"), [called("first name", 2.0).id().to_string()]);
    deployment.swap_blocking(true).unwrap();
    assert_eq!(serving("first name"), [next.id().to_string()]);
    assert_eq!(deployment.name(), "first name");
    assert_eq!(serving("second name"), [""; 0]);
}

#[test]
fn a_panic_while_another_version_is_loaded_is_a_refusal_and_the_next_swap_is_made() {
    let (folder, handler) = folder();
    let deployment = Deployment::open(&handler).unwrap();
    let asked = AtomicUsize::new(0);
    let guard: Arc<Guard> = Arc::new(move |_: &Version| {
        assert_ne!(asked.fetch_add(1, Ordering::Relaxed), 1, "out of order");
        Vec::new()
    });
    deployment.guard(&guard);
    let before = deployment.current();
    put(folder.path(), &version(3.0));
    assert!(matches!(deployment.swap_blocking(false), Err(Refused::Panicked(words)) if words.contains("out of order")));
    assert!(Arc::ptr_eq(&before, &deployment.current()));
    deployment.swap_blocking(false).unwrap();
}

#[test]
fn while_one_swap_is_made_another_is_refused() {
    let (folder, handler) = folder();
    let deployment = Deployment::open(&handler).unwrap();
    let turn = deployment.turn.clone().try_lock_owned().unwrap();
    put(folder.path(), &version(3.0));
    assert!(matches!(deployment.swap_blocking(false), Err(Refused::InProgress)));
    drop(turn);
    deployment.swap_blocking(false).unwrap();
}

struct Counting(AtomicUsize);

impl Follower for Counting {
    fn swapped(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

#[test]
fn followers_are_told_of_swaps_and_are_not_kept() {
    let (folder, handler) = folder();
    let deployment = Deployment::open(&handler).unwrap();
    let counting = Arc::new(Counting(AtomicUsize::new(0)));
    let follower: Arc<dyn Follower> = counting.clone();
    deployment.follow(Arc::downgrade(&follower));
    drop(follower);
    deployment.swap_blocking(false).unwrap();
    assert_eq!(counting.0.load(Ordering::Relaxed), 0);
    put(folder.path(), &version(3.0));
    deployment.swap_blocking(false).unwrap();
    assert_eq!(counting.0.load(Ordering::Relaxed), 1);
    assert!(Arc::into_inner(counting).is_some());
}
