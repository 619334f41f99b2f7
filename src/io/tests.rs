//! What the library's callers cannot time: a file that appears between the check and the end, and any
//! call of the operating system that fails, or that the program does not live to make.

use std::fs;
use std::io::Write;
use std::path::Path;

use tempfile::TempDir;

use super::steps::{Fault, with_fault};
use super::{Destination, Versions, Written, write_note};
use crate::Result;

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

/// More than is buffered.
static NEW: [u8; 150_000] = [b'n'; 150_000];

/// Files without a name, or, where there are none, files with one.
const DENIED: [Option<&str>; 2] = [None, Some("open without a name")];

/// Ways to write [`NEW`].
type Writer = fn(&Path, replace: bool) -> Result<Written>;

fn at_once(path: &Path, replace: bool) -> Result<Written> {
    Destination::new(path, replace)?.write(&NEW)
}

fn in_pieces(path: &Path, replace: bool) -> Result<Written> {
    let mut out = Destination::new(path, replace)?.open()?;
    for piece in NEW.chunks(60_000) {
        out.write_all(piece).map_err(|error| out.error(error))?;
    }
    out.finish()
}

fn as_note(path: &Path, _: bool) -> Result<Written> {
    write_note(path, std::str::from_utf8(&NEW).unwrap()).map(|()| Written::default())
}

/// A folder with a file, or without.
fn folder(old: Option<&[u8]>) -> TempDir {
    let folder = TempDir::new().unwrap();
    if let Some(old) = old {
        let path = folder.path().join("m.bin");
        fs::write(&path, old).unwrap();
        #[cfg(unix)]
        fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o640)).unwrap();
    }
    folder
}

/// What is in a folder beside the file: temporary files, and others.
fn others(folder: &TempDir) -> (Vec<String>, Vec<String>) {
    let names = fs::read_dir(folder.path()).unwrap();
    let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names
        .filter(|name| name != "m.bin")
        .partition(|name| name.starts_with(".forest-") && name.strip_suffix(".part").is_some())
}

/// Requires that a write where nothing fails leaves its file alone in the folder.
fn recovers(folder: &TempDir, what: &str) {
    let path = folder.path().join("m.bin");
    let is_clean = || {
        let written = Destination::new(&path, true).unwrap().write(b"next").unwrap();
        assert!(written.doubts.is_empty(), "{what}: {:?}", written.doubts);
        others(folder).0.is_empty()
    };
    // A program that another test is just starting may hold the lock of what is left for a moment.
    assert!((0..1000).any(|_| is_clean()), "{what}: {:?}", others(folder));
    assert_eq!(fs::read(&path).unwrap(), b"next", "{what}");
}

#[test]
fn whichever_call_fails_the_file_is_the_old_or_the_new_one_and_what_is_said_is_true() {
    let faults: [fn(usize) -> Fault; 2] = [Fault::Once, Fault::From];
    let (mut n_faults, mut calls) = (0, std::collections::BTreeSet::new());
    // A note is for its writer alone.
    for (writer, keeps_mode) in [(at_once as Writer, true), (in_pieces, true), (as_note, false)] {
        for (denied, fault) in DENIED.iter().flat_map(|denied| faults.map(|fault| (denied, fault)))
        {
            for old in [None, Some(&b"old"[..])] {
                for step in 0.. {
                    let folder = folder(old);
                    let path = folder.path().join("m.bin");
                    let write = || writer(&path, old.is_some());
                    let (written, failed) = with_fault(fault(step), *denied, write);
                    let what =
                        format!("{old:?}, without {denied:?}, {:?}: {failed:?}", fault(step));
                    if failed.is_empty() {
                        assert!(written.unwrap().doubts.is_empty() && step > 8, "{what}");
                        break;
                    }
                    is_as_said(&folder, old, &written, &failed, keeps_mode, &what);
                    recovers(&folder, &what);
                    n_faults += 1;
                    calls.extend(failed);
                }
            }
        }
    }
    println!("{n_faults} times, of {calls:?}");
    if cfg!(target_os = "linux") {
        for call in ["open", "lock", "chmod", "write", "flush", "sync", "link", "rename", "unlink"]
        {
            assert!(calls.contains(call), "{call} never fails");
        }
    }
}

fn is_as_said(
    folder: &TempDir,
    old: Option<&[u8]>,
    written: &Result<Written>,
    failed: &[&str],
    keeps_mode: bool,
    what: &str,
) {
    let path = folder.path().join("m.bin");
    let found = fs::read(&path).ok();
    let (temporary, kept) = others(folder);
    assert!(temporary.is_empty() || failed.contains(&"unlink"), "{what}: {temporary:?}");
    match written {
        Ok(Written { doubts, .. }) => {
            assert!(found.as_deref() == Some(&NEW), "{what}: it is not the new one");
            assert!(kept.is_empty(), "{what}: {kept:?}");
            assert!(!failed.contains(&"sync"), "{what}");
            let is_unsure = failed.iter().any(|call| call.ends_with("the folder"));
            assert_eq!(doubts.iter().any(|doubt| doubt.contains("synced")), is_unsure, "{what}");
            #[cfg(unix)]
            if old.is_some() && doubts.is_empty() && keeps_mode {
                use std::os::unix::fs::PermissionsExt;
                let mode = fs::metadata(&path).unwrap().permissions().mode();
                assert_eq!(mode & 0o7777, 0o640, "{what}");
            }
        }
        Err(error) => {
            assert!(found.as_deref() == old, "{what}: it is not the old one");
            let error = error.to_string();
            assert_eq!(error.contains("complete in"), !kept.is_empty(), "{what}: {error}");
            for name in &kept {
                assert!(error.contains(name.as_str()) && kept.len() == 1, "{what}: {error}");
                assert!(fs::read(folder.path().join(name)).unwrap() == NEW, "{what}: {name}");
            }
        }
    }
}

/// It runs itself, as the program that is killed.
#[cfg(unix)]
#[test]
fn a_program_that_is_killed_before_any_call_leaves_the_old_file_or_the_new_one() {
    const NAME: &str =
        "io::tests::a_program_that_is_killed_before_any_call_leaves_the_old_file_or_the_new_one";
    let of_environment = |name| std::env::var(name).ok();
    if let Some(path) = of_environment("KILLED_WRITING") {
        let step = of_environment("KILLED_AT").unwrap().parse().unwrap();
        let denied = DENIED[usize::from(of_environment("KILLED_WITH_NAME").is_some())];
        let path = Path::new(&path);
        let _ = with_fault(Fault::Kill(step), denied, || in_pieces(path, path.exists())).0.unwrap();
        return;
    }
    let cases = [(None, false), (None, true), (Some(&b"old"[..]), false), (Some(b"old"), true)];
    std::thread::scope(|scope| {
        let kill = |(old, has_name)| scope.spawn(move || kill_at_each_call(NAME, old, has_name));
        for (case, killed) in cases.map(|case| (case, kill(case))) {
            let [n_kills, n_new, n_left] = killed.join().unwrap();
            println!(
                "{case:?}: killed {n_kills} times, new {n_new} times, {n_left} times one left"
            );
            assert!(n_kills > 8 && n_new > 0 && n_left > 0, "{case:?}");
        }
    });
}

/// Returns how often it was killed, how often the new file was there by then, and a temporary one.
#[cfg(unix)]
fn kill_at_each_call(name: &str, old: Option<&[u8]>, has_name: bool) -> [usize; 3] {
    use std::os::unix::process::ExitStatusExt;
    let [mut n_new, mut n_left] = [0; 2];
    for step in 0.. {
        let folder = folder(old);
        let path = folder.path().join("m.bin");
        let mut program = std::process::Command::new("sh");
        program.args(["-c", "exec \"$0\" --exact \"$1\""]);
        program.arg(std::env::current_exe().unwrap()).arg(name);
        program.env("KILLED_WRITING", &path).env("KILLED_AT", step.to_string());
        if has_name {
            program.env("KILLED_WITH_NAME", "1");
        }
        let ran = program.output().unwrap();
        if ran.status.success() {
            assert!(fs::read(&path).unwrap() == NEW);
            return [step, n_new, n_left];
        }
        let what = format!("{old:?}, named: {has_name}, step {step}");
        assert_eq!(ran.status.signal(), Some(9), "{what}: {ran:?}");
        let found = fs::read(&path).ok();
        let is_new = found.as_deref() == Some(&NEW);
        assert!(is_new || found.as_deref() == old, "{what}: neither the old nor the new one");
        let (temporary, others) = others(&folder);
        assert!(temporary.len() <= 1 && others.is_empty(), "{what}: {temporary:?} {others:?}");
        recovers(&folder, &what);
        n_new += usize::from(is_new);
        n_left += temporary.len();
    }
    unreachable!("there are only so many calls")
}
