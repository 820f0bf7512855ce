//! Signatures beside an envelope; what is in them is nothing to the store.

use std::{fs, path::Path, thread};

use tempfile::tempdir;

use super::{archived, files, refused, saved};
use crate::{
    digest::Digest,
    store::{Envelope, Error, Store, archive, layout, testing::envelope},
};

/// The sample with these signatures, each by the key with this number.
fn signed(signatures: impl IntoIterator<Item = (usize, Vec<u8>)>) -> Envelope {
    let mut envelope = envelope();
    for (key, bytes) in signatures {
        envelope.add_signature(key_id(key), bytes);
    }
    envelope
}

fn key_id(key: usize) -> Digest {
    Digest::of(&key.to_be_bytes())
}

#[test]
fn more_signatures_than_there_is_room_for_are_refused() {
    for signatures in [vec![vec![0; 15 << 20]; 5], vec![Vec::new(); 1001]] {
        let (root, path) = saved();
        fs::create_dir(path.join("signatures")).unwrap();
        for (key, bytes) in signatures.iter().enumerate() {
            fs::write(path.join(layout::signature(key_id(key))), bytes).unwrap();
        }
        let envelope = signed(signatures.into_iter().enumerate());
        let archive = root.path().join("signed.envelope");
        archive::write(&envelope, &mut fs::File::create(&archive).unwrap()).unwrap().unwrap();
        for place in [&path, &archive] {
            let told = refused(place);
            assert!(told.contains("at most 1000 signatures, of 67108864 bytes together; remove some"), "{told}");
        }
        // What could not be opened again is not saved.
        let new = root.path().join("new");
        let store = Store::at(&new);
        for result in [envelope.save(&new), envelope.save_archive(&new), store.put(&envelope)] {
            assert!(matches!(result, Err(Error::Signatures { .. })), "{result:?}");
        }
        assert!(!new.join("envelopes").join(envelope.id().hex()).exists());
        let two = signed([(0, vec![0; 24 << 20]), (1, vec![0; 24 << 20])]);
        let place = root.path().join("two");
        two.save(&place).unwrap();
        let third = signed([(2, vec![0; 24 << 20])]).save(&place);
        assert!(matches!(third, Err(Error::Signatures { .. })), "{third:?}");
        Envelope::open(&place).unwrap();
    }
}

#[test]
fn a_signature_is_never_replaced_by_another_of_the_same_key() {
    let root = tempdir().unwrap();
    let (directory, archive) = (root.path().join("a"), root.path().join("b"));
    let store = Store::at(root.path().join("store"));
    let good = signed([(0, b"good".to_vec())]);
    good.save(&directory).unwrap();
    good.save_archive(&archive).unwrap();
    store.put(&good).unwrap();
    let before: Vec<_> = files(root.path()).iter().map(|file| fs::read(file).unwrap()).collect();
    let other = signed([(0, b"garbage".to_vec()), (1, b"new".to_vec())]);
    for result in [other.save(&directory), other.save_archive(&archive), store.put(&other)] {
        let told = result.unwrap_err().to_string();
        assert!(told.contains(&layout::signature(key_id(0))) && told.contains("differs from"), "{told}");
    }
    let after: Vec<_> = files(root.path()).iter().map(|file| fs::read(file).unwrap()).collect();
    assert!(before == after, "nothing has changed");
}

#[cfg(unix)]
#[test]
fn no_signature_is_lost_when_several_are_saved_at_once() {
    type Save = fn(&Envelope, &Path) -> Result<(), Error>;
    let forms: [Save; 2] = [|envelope, place| envelope.save(place), |envelope, place| envelope.save_archive(place)];
    for save in forms {
        let root = tempdir().unwrap();
        let place = root.path().join("churn");
        thread::scope(|scope| {
            for key in 0..8 {
                let place = &place;
                scope.spawn(move || save(&signed([(key, vec![0; 10])]), place).unwrap());
            }
        });
        assert_eq!(Envelope::open(&place).unwrap().signatures().len(), 8);
        assert_eq!(fs::read_dir(root.path()).unwrap().count(), 1, "nothing else is left");
    }
}

#[test]
fn an_envelope_that_is_there_in_the_other_form_is_told() {
    let ((_a, directory), (_b, archive)) = (saved(), archived());
    for envelope in [envelope(), signed([(0, Vec::new())])] {
        let told = envelope.save(&archive).unwrap_err().to_string();
        assert!(told.contains("is an archive of this envelope already; save a directory"), "{told}");
        let told = envelope.save_archive(&directory).unwrap_err().to_string();
        assert!(told.contains("is a directory of this envelope already; save an archive"), "{told}");
    }
}

#[cfg(unix)]
#[test]
fn what_a_link_leads_to_gets_the_signatures() {
    let (root, archive) = archived();
    let link = root.path().join("current");
    std::os::unix::fs::symlink("churn.envelope", &link).unwrap();
    signed([(0, Vec::new())]).save_archive(&link).unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(Envelope::open(&archive).unwrap().signatures().len(), 1);
}

#[cfg(unix)]
#[test]
fn an_empty_directory_becomes_the_envelope() {
    let root = tempdir().unwrap();
    envelope().save(root.path().join("a")).unwrap();
    fs::create_dir(root.path().join("b")).unwrap();
    envelope().save(root.path().join("b")).unwrap();
    Envelope::open(root.path().join("b")).unwrap();
    fs::create_dir(root.path().join("c")).unwrap();
    fs::write(root.path().join("c/mine"), "").unwrap();
    assert!(envelope().save(root.path().join("c")).is_err());
    assert!(root.path().join("c/mine").exists());
}
