//! What the library's callers cannot time: a file that appears between the check and the end.

use std::fs;

use tempfile::TempDir;

use super::{Destination, Versions};

#[test]
fn a_file_that_appears_is_replaced_where_that_was_said() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("m.bin");
    let destination = Destination::new(&path, true).unwrap();
    fs::write(&path, "theirs").unwrap();
    assert!(destination.write(b"ours").unwrap().doubts.is_empty());
    assert_eq!(fs::read(&path).unwrap(), b"ours");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn a_file_that_appears_is_kept_otherwise_and_so_is_the_result() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("m.bin");
    let destination = Destination::new(&path, false).unwrap();
    fs::write(&path, "theirs").unwrap();
    let error = destination.write(b"ours").unwrap_err();
    assert!(error.message().to_string().contains("m.bin.1"), "{error}");
    assert_eq!(fs::read(&path).unwrap(), b"theirs");
    assert_eq!(fs::read(path.with_extension("bin.1")).unwrap(), b"ours");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
}

#[test]
fn a_version_gets_the_number_after_all_that_are_there_when_it_is_finished() {
    let folder = TempDir::new().unwrap();
    let versions = Versions::of(&folder.path().join("m_v{n}.bin")).unwrap().unwrap();
    let [early, late] = [0, 1].map(|_| Destination::version(versions.clone()).unwrap());
    fs::write(versions.path(1), "theirs").unwrap();
    let opened = late.open().unwrap();
    let first = early.write(b"ours").unwrap();
    let second = opened.finish().unwrap();
    assert_eq!([first.version, second.version], [2, 3].map(|n| Some(versions.path(n))));
    assert_eq!(fs::read(versions.path(1)).unwrap(), b"theirs");
    assert_eq!(fs::read(versions.path(2)).unwrap(), b"ours");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 3);
}

#[test]
fn a_file_that_disappears_needs_no_replacing() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("m.bin");
    fs::write(&path, "theirs").unwrap();
    let destination = Destination::new(&path, true).unwrap();
    fs::remove_file(&path).unwrap();
    assert!(destination.write(b"ours").unwrap().doubts.is_empty());
    assert_eq!(fs::read(&path).unwrap(), b"ours");
}

#[test]
fn a_result_that_is_not_finished_leaves_nothing() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("m.bin");
    for replace in [false, true] {
        drop(Destination::new(&path, replace).unwrap().open().unwrap());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
