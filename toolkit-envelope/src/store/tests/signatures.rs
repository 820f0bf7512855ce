//! Signatures beside an envelope; what is in them is nothing to the store.

use std::fs;

use super::{refused, saved};
use crate::{digest::Digest, store::testing::envelope};

#[test]
fn more_signatures_than_there_is_room_for_are_refused() {
    let (root, path) = saved();
    fs::create_dir(path.join("signatures")).unwrap();
    for key in 0..5_u8 {
        let name = format!("{}.dsse", Digest::of(&[key]).hex());
        fs::File::create(path.join("signatures").join(name)).unwrap().set_len(15 << 20).unwrap();
    }
    assert!(refused(&path).contains("is one too many: signatures have at most 67108864 bytes together"));
    let mut envelope = envelope();
    for key in 0..5_u8 {
        envelope.add_signature(Digest::of(&[key]), vec![0; 15 << 20]);
    }
    let archive = root.path().join("signed.envelope");
    envelope.save_archive(&archive).unwrap();
    assert!(refused(&archive).contains("is one too many"));
}
