//! Files that are damaged or cut off: an error, or other cells, and never more than that.

use super::{fixture, kind_of, open};
use crate::data::input::arrow::{Kind, cells};
use crate::data::input::cells::Missing;
use crate::data::input::cells::ReadAs;
use crate::{ErrorKind, Result};

const FILES: [&str; 6] = [
    "pyarrow_lz4.arrow",
    "pyarrow_zstd.arrow",
    "pyarrow_stream.arrow",
    "pyarrow_snappy.parquet",
    "pyarrow_gzip.parquet",
    "pyarrow_zstd.parquet",
];

/// Reads all that can be read of a file, and gives the number of rows.
fn read(bytes: &[u8], kind: Kind) -> Result<usize> {
    let mut batches = open(bytes, kind)?;
    let n_columns = batches.header().len();
    let readable = (0..n_columns).filter(|&position| batches.select(&[position]).is_ok());
    let readable: Vec<usize> = readable.collect();
    batches.select(&readable)?;
    let mut n_rows = 0;
    while let Some(batch) = batches.next()? {
        n_rows += batch.num_rows();
        for column in batch.columns() {
            for read_as in [ReadAs::Found, ReadAs::Text] {
                cells(column, read_as, &Missing::default()).map_err(|(_, error)| error)?;
            }
        }
    }
    Ok(n_rows)
}

/// As many ends or places as make the test short: all of a small file, some of a larger one.
fn places(n_bytes: usize) -> impl Iterator<Item = usize> {
    (0..n_bytes).step_by(n_bytes.div_ceil(1500))
}

#[test]
fn a_file_that_is_cut_off_is_refused() {
    for name in FILES {
        let bytes = fixture(name);
        // A stream ends where it ends: after its schema and between its batches, too.
        let is_stream = name == "pyarrow_stream.arrow";
        for end in places(bytes.len()) {
            match read(&bytes[..end], kind_of(name)) {
                Ok(n_rows) => assert!(is_stream && n_rows % 3 == 0, "{name}: {end}"),
                Err(error) => {
                    assert_eq!((error.kind(), error.file()), (ErrorKind::Data, Some("table")));
                }
            }
        }
    }
}

#[test]
fn a_byte_that_is_another_one_gives_an_error_or_other_cells() {
    for name in FILES {
        let bytes = fixture(name);
        for at in places(bytes.len()) {
            for flip in [1, 0x80, 0xff] {
                let mut bytes = bytes.clone();
                bytes[at] ^= flip;
                if let Err(error) = read(&bytes, kind_of(name)) {
                    assert_eq!(error.kind(), ErrorKind::Data, "{name}: {at}: {error}");
                }
            }
        }
    }
}

#[test]
fn a_buffer_that_claims_to_unpack_to_more_than_it_can_is_refused() {
    let bytes = fixture("pyarrow_zstd.arrow");
    // A packed buffer is its length in 8 bytes, then a zstd frame; those that did not pack well have
    // a length of -1.
    let magic = [0x28, 0xb5, 0x2f, 0xfd];
    let claims = (8..bytes.len() - 4).filter(|&at| bytes[at..at + 4] == magic);
    let mut n_claims = 0;
    for at in claims {
        let mut bytes = bytes.clone();
        bytes[at - 8..at].copy_from_slice(&(1_i64 << 40).to_le_bytes());
        let error = read(&bytes, Kind::Arrow).unwrap_err();
        assert!(error.message().to_string().ends_with("a buffer's length cannot be"), "{error}");
        n_claims += 1;
    }
    assert!(n_claims > 0);
}

#[test]
fn what_is_no_such_file_is_refused() {
    for kind in [Kind::Parquet, Kind::Arrow] {
        for bytes in [&b""[..], b"a,b\n1,2\n", b"ARROW1\0\0", b"PAR1", b"PAR1PAR1"] {
            assert_eq!(read(bytes, kind).unwrap_err().kind(), ErrorKind::Data);
        }
    }
    let error = read(b"FEA1....FEA1", Kind::Arrow).unwrap_err();
    assert!(error.help().unwrap().to_string().contains("version 2"), "{error}");
}
