//! What is read is what was opened, and what is recorded is what was read.

use std::cell::Cell;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::cells::Missing;
use super::cells::ReadAs;
use super::{Format, Input, InputSource, Passes, Sha256Digest, Wanted};
use crate::Result;
use crate::data::{ReadOptions, Table};

/// More than one block.
fn rows(cell: &str) -> String {
    format!("a,y\n{}", format!("{cell},no\n2,yes\n").repeat(200_000))
}

fn table(folder: &TempDir, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
    let path = folder.path().join(name);
    fs::write(&path, content).unwrap();
    path
}

fn sha256(bytes: impl AsRef<[u8]>) -> Sha256Digest {
    Sha256Digest::of(bytes.as_ref()).unwrap()
}

fn open(path: &Path) -> Input {
    let source = InputSource::open(path).unwrap();
    Input::open(source, Format::of(path), Some(b','), Passes::Several).unwrap()
}

/// Reads the first column; `meanwhile` is done once, when the first rows have been read.
fn read(input: &mut Input, meanwhile: impl Fn()) -> Result<usize> {
    let missing = Missing::default();
    let wanted = Wanted { columns: &[(0, ReadAs::Found)], missing: &missing };
    let (n_rows, once) = (Cell::new(0), Cell::new(false));
    input.for_each(&wanted, Ok, |chunk| {
        if !once.replace(true) {
            meanwhile();
        }
        n_rows.set(n_rows.get() + chunk.into_parts().0.len());
        Ok(())
    })?;
    Ok(n_rows.get())
}

#[cfg(unix)]
#[test]
fn a_file_that_is_replaced_while_it_is_read_is_the_one_that_was_opened() {
    let folder = TempDir::new().unwrap();
    let path = table(&folder, "t.csv", rows("1"));
    let other = table(&folder, "other.csv", "a,b,y\n1,2,3\n");
    let mut input = open(&path);
    assert_eq!(read(&mut input, || fs::rename(&other, &path).unwrap()).unwrap(), 400_000);
    assert_eq!(input.digest().unwrap(), sha256(rows("1")));
    // And when it is read again.
    input.rewind().unwrap();
    assert_eq!(read(&mut input, || ()).unwrap(), 400_000);
}

#[cfg(all(unix, feature = "arrow"))]
#[test]
fn the_digest_of_a_parquet_file_is_that_of_the_file_that_was_read() {
    let fixture = fs::read("tests/fixtures/formats/penguins.parquet").unwrap();
    let folder = TempDir::new().unwrap();
    let path = table(&folder, "t.parquet", &fixture);
    let other = table(&folder, "other.parquet", "something else");
    let mut input = open(&path);
    fs::rename(&other, &path).unwrap();
    assert_eq!(read(&mut input, || ()).unwrap(), 344);
    assert_eq!(input.digest().unwrap(), sha256(fixture));
}

#[test]
fn a_file_that_is_written_to_while_it_is_read_is_refused_by_name() {
    let folder = TempDir::new().unwrap();
    let path = table(&folder, "t.csv", rows("1"));
    let append = || {
        let longer = [fs::read(&path).unwrap(), b"3,no\n".to_vec()].concat();
        fs::write(&path, longer).unwrap();
    };
    // As long as before: only the time tells.
    let touch = || {
        let time = std::time::SystemTime::UNIX_EPOCH;
        File::options().write(true).open(&path).unwrap().set_modified(time).unwrap();
    };
    // What is read then is no table: that it changed says more.
    let cut = || fs::write(&path, &rows("1")[..1_500_001]).unwrap();
    for change in [&append as &dyn Fn(), &touch, &cut] {
        let error = read(&mut open(&path), change).unwrap_err();
        assert_eq!(error.message().to_string(), "the file changed while it was read");
        assert_eq!(error.file(), path.to_str());
        assert_eq!(error.help().unwrap().to_string(), "read it when nothing writes to it");
    }
}

#[test]
fn a_second_pass_over_other_bytes_is_refused_also_where_length_and_time_are_the_same() {
    let folder = TempDir::new().unwrap();
    let path = table(&folder, "t.csv", rows("1"));
    let modified = fs::metadata(&path).unwrap().modified().unwrap();
    let rewrite = |content: String| {
        fs::write(&path, content).unwrap();
        File::options().write(true).open(&path).unwrap().set_modified(modified).unwrap();
    };
    for (content, at_header) in [(rows("9"), false), (rows("1").replacen('a', "b", 1), true)] {
        rewrite(rows("1"));
        let mut input = open(&path);
        read(&mut input, || ()).unwrap();
        rewrite(content);
        let again = input.rewind();
        assert_eq!(again.is_err(), at_header);
        let error = again.and_then(|()| read(&mut input, || ())).unwrap_err();
        assert_eq!(error.message().to_string(), "the file changed while it was read");
    }
}

#[test]
fn a_table_that_turns_out_mixed_records_the_bytes_that_it_was_read_from() {
    let folder = TempDir::new().unwrap();
    let text = rows("1") + "x,no\n";
    let path = table(&folder, "t.csv", &text);
    let read = Table::read(&path, &ReadOptions::new("y")).unwrap();
    assert_eq!(read.source.sha256(), sha256(text));
    let again = read.source.reopen(Some(&path), &[]).unwrap();
    assert_eq!((again.features, again.target.values), (read.features, read.target.values));
}
