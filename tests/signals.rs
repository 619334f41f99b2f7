//! What signals leave: nothing, in the middle of writing a file; and what a program that was killed
//! has left is removed by the next.

use std::fs::{self, File, Permissions};
use std::io::Write;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::thread::yield_now;
use std::time::{Duration, Instant};

use crate::support::{Folder, Ran};

const SIGNALS: [(&str, i32); 3] = [("HUP", 1), ("INT", 2), ("TERM", 15)];

const SIGKILL: i32 = 9;

/// In this shell the program finds no file without a name: what it would find one by is hidden.
const HIDE: &str = "mount -t tmpfs none /proc/$$/fd && ";

/// A folder with a small model in `m.bin` and an old file in `p.csv`, for its owner alone.
fn small_model() -> Folder {
    let folder = Folder::new();
    let train = "train --trees 1 --samples 50 --features 3 --redundant 0 --out m.bin";
    folder.forest(train).succeeds();
    folder.write("p.csv", "old");
    fs::set_permissions(folder.path("p.csv"), Permissions::from_mode(0o600)).unwrap();
    folder
}

/// A program that has written a part of its result and waits for more to read.
struct Writing<'a> {
    folder: &'a Folder,
    child: Child,
    input: ChildStdin,
}

impl<'a> Writing<'a> {
    /// `before` is done in the shell that becomes the program.
    fn new(folder: &'a Folder, before: &str, out: &str) -> Self {
        let line = format!("{before}exec $FOREST predict --model m.bin --data - --out {out}");
        let mut command = folder.in_here(if before == HIDE { "unshare" } else { "sh" });
        if before == HIDE {
            command.args(["-m", "sh"]);
        }
        let command = command.args(["-c", &line]).stdin(Stdio::piped());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut input = child.stdin.take().unwrap();
        input.write_all(b"x0,x1,x2\n").unwrap();
        // Several of the blocks that a table is read in.
        input.write_all(&b"0.5,-0.5,1.5\n".repeat(1 << 19)).unwrap();
        Self { folder, child, input }
    }

    /// Waits until it has made its temporary file, and returns a way to it.
    fn temporary(&self) -> std::path::PathBuf {
        let started = Instant::now();
        while started.elapsed() < Duration::from_mins(1) {
            if let Some(found) = self.open_file().or_else(|| self.named_file()) {
                return found;
            }
            yield_now();
        }
        panic!("there is no temporary file");
    }

    /// A file without a name, which only the program has.
    fn open_file(&self) -> Option<std::path::PathBuf> {
        let here = fs::canonicalize(self.folder.path(".")).unwrap();
        let open = fs::read_dir(format!("/proc/{}/fd", self.child.id())).ok()?;
        let leads_here = |path: &std::path::PathBuf| {
            fs::read_link(path).is_ok_and(|led_to| {
                led_to.starts_with(&here) && led_to.to_string_lossy().ends_with(" (deleted)")
            })
        };
        open.flatten().map(|entry| entry.path()).find(leads_here)
    }

    fn named_file(&self) -> Option<std::path::PathBuf> {
        self.folder
            .contents()
            .into_keys()
            .find(|name| name.starts_with(".forest-"))
            .map(|name| self.folder.path(&name))
    }

    fn send(&self, signal: &str) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-s", signal, &id]).status().unwrap().success());
    }

    /// The signal that ended it.
    fn ended_by(mut self) -> Option<i32> {
        let status = self.child.wait().unwrap();
        // Only now the input ends.
        drop(self.input);
        status.signal()
    }

    fn finish(self) -> Ran {
        drop(self.input);
        Ran::new("predict", &self.child.wait_with_output().unwrap())
    }
}

/// Whether files without a name can be kept from the program.
fn can_hide(folder: &Folder) -> bool {
    let can = folder.shell(&format!("unshare -m sh -c '{HIDE} true'")).code == Some(0);
    if !can {
        eprintln!("skipped, as nothing can be mounted here: files that have a name");
    }
    can
}

#[test]
fn a_signal_leaves_the_folder_as_it_was_and_is_the_exit_status() {
    let folder = small_model();
    let before = folder.contents();
    let ways = if can_hide(&folder) { vec!["", HIDE] } else { vec![""] };
    for (way, out) in ways.iter().flat_map(|way| [(way, "new.csv"), (way, "p.csv --force")]) {
        for (name, signal) in SIGNALS {
            let writing = Writing::new(&folder, way, out);
            let is_named = writing.temporary().starts_with(folder.path(""));
            assert_eq!(is_named, !way.is_empty());
            writing.send(name);
            assert_eq!(writing.ended_by(), Some(signal), "{name}, {out}");
            assert!(folder.contents() == before, "{name}: {:?}", folder.contents().keys());
        }
    }
}

#[test]
fn what_a_kill_leaves_is_nothing_or_removed_by_the_next_save() {
    let folder = small_model();
    let before = folder.contents();
    let writing = Writing::new(&folder, "", "new.csv");
    writing.temporary();
    writing.send("KILL");
    assert_eq!(writing.ended_by(), Some(SIGKILL));
    assert!(folder.contents() == before, "{:?}", folder.contents().keys());
    if !can_hide(&folder) {
        return;
    }
    let writing = Writing::new(&folder, HIDE, "new.csv");
    let left = writing.temporary();
    // It is not left yet.
    folder.forest("predict --model m.bin --out other.csv").succeeds();
    assert!(left.exists());
    writing.send("KILL");
    assert_eq!(writing.ended_by(), Some(SIGKILL));
    assert!(left.exists());
    folder.forest("predict --model m.bin --out other.csv --force").succeeds();
    assert!(!left.exists());
}

#[test]
fn only_what_a_killed_program_left_is_removed() {
    let folder = small_model();
    let stay =
        [".forest-notes.part", ".forest-abcdef.part.1", "forest-abcdef.part", ".forest-.part"];
    for name in stay.iter().chain(&[".forest-abc123.part", ".forest-locked.part"]) {
        folder.write(name, "");
    }
    fs::create_dir(folder.path(".forest-folder.part")).unwrap();
    std::os::unix::fs::symlink("p.csv", folder.path(".forest-linked.part")).unwrap();
    folder.shell("mkfifo .forest-apipe0.part").succeeds();
    let locked = File::open(folder.path(".forest-locked.part")).unwrap();
    locked.try_lock().unwrap();
    let names = || -> Vec<String> {
        let names = fs::read_dir(folder.path(".")).unwrap().flatten();
        names.map(|entry| entry.file_name().into_string().unwrap()).collect()
    };
    let before = names();
    folder.forest("predict --model m.bin --out p.csv --force").succeeds();
    let after = names();
    let removed: Vec<&String> = before.iter().filter(|name| !after.contains(name)).collect();
    assert_eq!(removed, [".forest-abc123.part"]);
    drop(locked);
}

#[test]
fn a_signal_that_was_ignored_stays_ignored() {
    let folder = small_model();
    for (name, _) in SIGNALS {
        let writing = Writing::new(&folder, &format!("trap '' {name}; "), "p.csv --force");
        writing.temporary();
        writing.send(name);
        writing.finish().succeeds();
        assert!(folder.read("p.csv").starts_with(b"prediction\n"));
    }
}

#[test]
fn a_private_file_is_replaced_by_one_that_is_private_from_its_first_byte() {
    let folder = small_model();
    let ways = if can_hide(&folder) { vec!["", HIDE] } else { vec![""] };
    for way in ways {
        let writing = Writing::new(&folder, way, "p.csv --force");
        let temporary = fs::metadata(writing.temporary()).unwrap();
        assert_eq!(temporary.mode() & 0o7777, 0o600);
        writing.finish().succeeds();
        assert_eq!(fs::metadata(folder.path("p.csv")).unwrap().mode() & 0o7777, 0o600);
        assert!(folder.read("p.csv").starts_with(b"prediction\n"));
    }
}

#[test]
fn a_file_that_has_a_name_while_it_is_written_is_saved_as_well() {
    let folder = small_model();
    if !can_hide(&folder) {
        return;
    }
    folder.forest("predict --model m.bin --out expected.csv").succeeds();
    for (out, code) in [("new.csv", 0), ("new.csv", 1), ("new.csv --force", 0)] {
        let line = format!("{HIDE} exec $FOREST predict --model m.bin --out {out}");
        let output = folder.in_here("unshare").args(["-m", "sh", "-c", &line]).output().unwrap();
        assert_eq!(output.status.code(), Some(code), "{}", String::from_utf8_lossy(&output.stderr));
        assert!(folder.read("new.csv") == folder.read("expected.csv"));
    }
    assert_eq!(folder.contents().len(), 4);
}

#[test]
fn whenever_a_signal_comes_a_file_is_the_old_one_or_the_new_one() {
    let folder = small_model();
    folder.forest("predict --model m.bin --out new.csv").succeeds();
    let new = folder.read("new.csv");
    fs::remove_file(folder.path("new.csv")).unwrap();
    let (mut replaced, mut kept) = (0, 0);
    for (moment, (name, _)) in (0..60).zip(SIGNALS.iter().cycle()) {
        folder.write("p.csv", "old");
        let mut command = folder.command();
        let command = command.args(["predict", "--model", "m.bin", "--out", "p.csv", "--force"]);
        let mut child = command.stderr(Stdio::null()).spawn().unwrap();
        let started = Instant::now();
        while started.elapsed() < Duration::from_micros(300 * moment) {
            yield_now();
        }
        // It may have ended by itself.
        let _ = Command::new("kill").args(["-s", name, &child.id().to_string()]).output();
        child.wait().unwrap();
        let found = folder.read("p.csv");
        *(if found == new { &mut replaced } else { &mut kept }) += 1;
        assert!(found == new || found == b"old", "{name} after {moment}: {}", found.len());
        assert_eq!(folder.contents().len(), 2, "{name}: {:?}", folder.contents().keys());
    }
    eprintln!("{kept} times the old file, {replaced} times the new one");
}

#[test]
fn a_search_that_is_interrupted_leaves_whole_lines_to_go_on_from() {
    let folder = Folder::new();
    let search = "tune --samples 3000 --trees 40 --auto 12";
    let mut command = folder.command();
    command.args(search.split(' ')).args(["--out", "t.jsonl"]).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    let started = Instant::now();
    while !folder.path("t.jsonl").exists() && started.elapsed() < Duration::from_mins(1) {
        yield_now();
    }
    let id = child.id().to_string();
    assert!(Command::new("kill").args(["-s", "INT", &id]).status().unwrap().success());
    assert_eq!(child.wait().unwrap().signal(), Some(2));
    let written = folder.read("t.jsonl");
    assert!(written.is_empty() || written.ends_with(b"\n"));
    folder.forest(&format!("{search} --resume t.jsonl")).succeeds();
    assert!(folder.read("t.jsonl").starts_with(&written));
}
