//! A small envelope, for tests.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use super::{Envelope, blob::Blob};
use crate::{
    digest::Digest,
    manifest::testing::{FILES, sample},
};

/// The envelope of [`sample`], in memory.
pub(crate) fn envelope() -> Envelope {
    let manifest = sample();
    let json = manifest.to_json().unwrap();
    let blobs = FILES.iter().map(|(_, bytes)| (Digest::of(bytes), Blob::Bytes(Arc::from(*bytes))));
    Envelope::verified(manifest, json, Path::new("memory"), blobs.collect(), BTreeMap::new()).unwrap()
}
