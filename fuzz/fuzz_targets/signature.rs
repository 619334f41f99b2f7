//! No bytes but a signature by the key are one.

#![no_main]

use forest::signing::{VerifyingKey, verify};
use libfuzzer_sys::fuzz_target;

const KEY: &str = include_str!("../../tests/fixtures/signing/p256.pub.pem");
const MODEL: &[u8] = include_bytes!("../../tests/fixtures/signing/model.bin");
const OTHER: &[u8] = b"another file";

fuzz_target!(|bytes: &[u8]| {
    let key = VerifyingKey::from_pem(KEY).expect("the key is one");
    let _ = verify(MODEL, Some("model.bin"), bytes, &key);
    assert!(verify(OTHER, Some("model.bin"), bytes, &key).is_err(), "a forged signature");
    if let Ok(text) = std::str::from_utf8(bytes) {
        let _ = VerifyingKey::from_pem(text);
    }
});
