//! Any bytes are a model of scikit-learn, which can be saved, or an error; and what they would import is listed.

#![no_main]

use forest::interchange::{Contents, ImportOptions, import};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = Contents::read(bytes);
    if let Ok(model) = import(bytes, "model.pkl", &ImportOptions::default()) {
        let _ = model.verify();
        assert!(model.to_bytes().is_ok(), "it cannot be saved");
    }
});
