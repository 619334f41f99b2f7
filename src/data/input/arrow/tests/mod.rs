//! Tests of whole columns and whole files.

mod columns;
mod damaged;
mod encodings;
mod files;
mod greedy;

use std::io::{Seek, Write};
use std::path::PathBuf;

use super::{Batches, Kind};
use crate::Result;

/// A fixture's bytes.
fn fixture(name: &str) -> Vec<u8> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/arrow");
    std::fs::read(folder.join(name)).unwrap()
}

fn kind_of(name: &str) -> Kind {
    if name.ends_with(".parquet") { Kind::Parquet } else { Kind::Arrow }
}

fn open(bytes: &[u8], kind: Kind) -> Result<Batches> {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(bytes).unwrap();
    file.rewind().unwrap();
    Batches::open(file, kind, "table")
}
