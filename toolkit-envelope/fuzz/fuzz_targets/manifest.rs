//! Any bytes as a manifest: refused, or its one form, which is what is written of it.

#![no_main]

use libfuzzer_sys::fuzz_target;
use toolkit_envelope::Manifest;

fuzz_target!(|bytes: &[u8]| {
    let Ok(manifest) = Manifest::read(bytes) else { return };
    let written = manifest.to_json().expect("what was read can be written");
    assert_eq!(written, bytes, "a manifest has one form");
    assert_eq!(Manifest::read(&written).as_ref(), Ok(&manifest), "what is written is what was read");
});
