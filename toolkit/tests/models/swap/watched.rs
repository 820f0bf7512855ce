//! As the source changes.

use std::{
    fs,
    time::{Duration, Instant},
};

use serde_json::Value;
use toolkit::{Client, model::ModelHandler};

use super::{OFTEN, Source, client, factor, incompatible, version};

/// Waits until the model multiplies with `expected`.
async fn becomes(client: &Client, expected: f64) {
    let begun = Instant::now();
    while factor(client).await != expected {
        assert!(begun.elapsed() < Duration::from_mins(1), "it does not come to serve");
        tokio::time::sleep(OFTEN).await;
    }
}

#[toolkit::test]
async fn a_handler_may_allow_what_breaks_callers() {
    let source = Source::of(&version(2.0));
    let client = client(source.handler().allow_breaking().watch_every(OFTEN));
    assert_eq!(factor(&client).await, 2.0);
    let next = incompatible(3.0);
    source.put(&next);
    let begun = Instant::now();
    while client.get("/scale").await.json::<Value>()["id"] != next.id().to_string() {
        assert!(begun.elapsed() < Duration::from_mins(1), "it does not come to serve");
        tokio::time::sleep(OFTEN).await;
    }
}

#[toolkit::test]
async fn a_watched_source_is_followed_through_renames() {
    let source = Source::of(&version(2.0));
    let client = client(source.handler().watch_every(OFTEN));
    assert_eq!(factor(&client).await, 2.0);
    for next in [3.0, 4.0, 2.0] {
        source.put(&version(next as f32));
        becomes(&client, next).await;
    }
}

/// As volumes of Kubernetes are written: files are links to `..data`, which is a link that flips.
#[cfg(unix)]
#[toolkit::test]
async fn a_watched_source_is_followed_through_links_that_flip() {
    use std::os::unix::fs::symlink;

    let source = Source::of(&version(2.0));
    let flip = |factor: f32| {
        let (folder, link) = (format!("..{factor}"), source.at("..next"));
        fs::create_dir(source.at(&folder)).unwrap();
        version(factor).save_archive(source.at(&folder).join("linked.envelope")).unwrap();
        symlink(&folder, &link).unwrap();
        fs::rename(link, source.at("..data")).unwrap();
    };
    flip(2.0);
    symlink("..data/linked.envelope", source.at("linked.envelope")).unwrap();
    let client = client(ModelHandler::new(source.at("linked.envelope")).watch_every(OFTEN));
    assert_eq!(factor(&client).await, 2.0);
    flip(3.0);
    fs::remove_dir_all(source.at("..2")).unwrap();
    becomes(&client, 3.0).await;

    // A directory behind a link.
    version(4.0).save(source.at("four")).unwrap();
    version(5.0).save(source.at("five")).unwrap();
    symlink("four", source.at("current")).unwrap();
    let client = self::client(ModelHandler::new(source.at("current")).watch_every(OFTEN));
    assert_eq!(factor(&client).await, 4.0);
    symlink("five", source.at("..next")).unwrap();
    fs::rename(source.at("..next"), source.at("current")).unwrap();
    becomes(&client, 5.0).await;
}
