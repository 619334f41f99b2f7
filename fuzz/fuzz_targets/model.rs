//! Any bytes are a model, which can be checked and saved again, or an error. The digest is made right, so that what
//! lies behind it is reached.

#![no_main]

use forest::{ErrorKind, Model};
use libfuzzer_sys::fuzz_target;
use sha2::{Digest, Sha256};

fuzz_target!(|bytes: &[u8]| {
    let mut bytes = bytes.to_vec();
    if bytes.len() >= 72 {
        let digest = Sha256::new_with_prefix(&bytes[..40]).chain_update(&bytes[72..]).finalize();
        bytes[40..72].copy_from_slice(&digest);
    }
    match Model::from_bytes(&bytes) {
        Ok(model) => {
            let _ = model.verify();
            assert!(model.to_bytes().is_ok(), "it cannot be saved again");
        }
        Err(error) => assert_eq!(error.kind(), ErrorKind::Model, "{error}"),
    }
});
