//! Models that are replaced while the program is killed, while others write the same file, while they
//! are read, and where there is no room.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::yield_now;
use std::time::Instant;

use forest::Model;
use rustix::process::{Pid, Signal, kill_process};

use crate::support::{Folder, Ran};

const FAILED: i32 = 1;

const TRAIN: &str = "train --quiet --trees 20 --samples 50 --features 3 --redundant 0 --out m.bin";

/// The models of two seeds, and a folder with the first in `m.bin`.
fn two_models() -> (Folder, [Vec<u8>; 2]) {
    let folder = Folder::new();
    let models = [2, 1].map(|seed| {
        folder.forest(&format!("{TRAIN} --force --seed {seed}")).succeeds();
        folder.read("m.bin")
    });
    let [second, first] = models;
    assert!(first != second);
    (folder, [first, second])
}

fn start(folder: &Folder, args: &str) -> Child {
    let mut command = folder.command();
    command.args(args.split_whitespace()).stdout(Stdio::null()).stderr(Stdio::piped());
    command.spawn().unwrap()
}

/// Sends a training so many signals, one each time, spread over the time that it takes. Returns how
/// often there was the new model by then, and how often something was left.
fn interrupt(signal: Signal, times: u32) -> (u32, u32) {
    let (folder, [old, new]) = two_models();
    let replace = format!("{TRAIN} --force --seed 2");
    let started = Instant::now();
    folder.forest(&replace).succeeds();
    let span = started.elapsed();
    let (mut n_new, mut n_left) = (0, 0);
    for moment in 0..times {
        folder.write("m.bin", &old);
        let mut child = start(&folder, &replace);
        let started = Instant::now();
        let wait = span * moment / times;
        while started.elapsed() < wait {
            yield_now();
        }
        // It may have ended by itself, or be about to.
        let _ = kill_process(Pid::from_child(&child), signal);
        let status = child.wait().unwrap();
        let what = format!("{signal:?} after {wait:?}: {status}");
        assert!(status.success() || status.signal() == Some(signal.as_raw()), "{what}");

        let found = folder.read("m.bin");
        assert!(found == old || found == new, "{what}: {} bytes", found.len());
        assert!(!status.success() || found == new, "{what}: the old model");
        Model::load(folder.path("m.bin")).unwrap();
        n_new += u32::from(found == new);
        let mut left = folder.contents();
        left.remove("m.bin");
        if !left.is_empty() {
            let is_temporary = |name: &String| {
                name.starts_with(".forest-") && name.strip_suffix(".part").is_some()
            };
            assert!(signal == Signal::KILL && left.keys().all(is_temporary), "{what}: {left:?}");
            folder.forest(&replace).succeeds();
            assert_eq!(folder.contents().len(), 1, "{what}: it is not removed");
            n_left += 1;
        }
    }
    (n_new, n_left)
}

#[test]
fn a_training_that_is_killed_at_any_moment_leaves_the_old_model_or_the_new_one() {
    let (n_new, n_left) = interrupt(Signal::KILL, 200);
    eprintln!("{n_new} times the new model, {n_left} times something left");
}

#[test]
fn a_training_that_is_ended_at_any_moment_leaves_the_old_model_or_the_new_one_and_nothing_else() {
    let (n_new, _) = interrupt(Signal::TERM, 100);
    eprintln!("{n_new} times the new model");
}

#[test]
fn of_two_programs_that_replace_a_model_at_once_both_succeed_and_one_is_last() {
    let (folder, models) = two_models();
    std::thread::scope(|scope| {
        let writers = [1, 2].map(|seed| {
            let folder = &folder;
            scope.spawn(move || {
                for _ in 0..20 {
                    folder.forest(&format!("{TRAIN} --force --seed {seed}")).succeeds();
                }
            })
        });
        while !writers.iter().all(std::thread::ScopedJoinHandle::is_finished) {
            assert!(models.contains(&folder.read("m.bin")));
            yield_now();
        }
    });
    assert_eq!(folder.contents().len(), 1, "{:?}", folder.contents().keys());
}

#[test]
fn of_two_programs_that_write_a_new_model_at_once_one_takes_its_place() {
    let (folder, [first, second]) = two_models();
    for _ in 0..10 {
        fs::remove_file(folder.path("m.bin")).unwrap();
        let children = [1, 2].map(|seed| start(&folder, &format!("{TRAIN} --seed {seed}")));
        let ended = children.map(|child| Ran::new(TRAIN, &child.wait_with_output().unwrap()));
        let n_first = ended.iter().filter(|ran| ran.code == Some(0)).count();
        assert_eq!(n_first, 1, "{ended:?}");
        let [winner, loser] = match ended[0].code {
            Some(0) => [&first, &second],
            _ => [&second, &first],
        };
        assert!(folder.read("m.bin") == *winner);
        let [one, other] = ended;
        let late = if one.code == Some(0) { other } else { one };
        let late = late.fails(FAILED, &["m.bin", "--force"]);
        // The other saw it before it trained, or kept its own beside it.
        let is_kept = late.stderr.contains("complete in 'm.bin.1'");
        assert_eq!(folder.contents().len(), 1 + usize::from(is_kept), "{}", late.stderr);
        if is_kept {
            assert!(folder.read("m.bin.1") == *loser);
            fs::remove_file(folder.path("m.bin.1")).unwrap();
        }
    }
}

#[test]
fn who_loads_a_model_while_it_is_replaced_gets_the_old_or_the_new_one() {
    let (folder, models) = two_models();
    let models = models.map(|bytes| Model::from_bytes(&bytes).unwrap());
    let path = folder.path("m.bin");
    let is_done = AtomicBool::new(false);
    let n_loaded = std::thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut n_loaded = 0;
            while !is_done.load(Ordering::Relaxed) {
                let found = Model::load(&path).unwrap();
                assert!(models.contains(&found));
                n_loaded += 1;
            }
            n_loaded
        });
        let written = models.iter().cycle().take(200).try_for_each(|model| model.save_over(&path));
        is_done.store(true, Ordering::Relaxed);
        written.unwrap();
        reader.join().unwrap()
    });
    eprintln!("loaded {n_loaded} times");
    assert_eq!(folder.contents().len(), 1);
}

/// To write into the old file would change it under its other names, and not at once.
#[test]
fn a_hard_link_keeps_the_old_model() {
    let (folder, [old, new]) = two_models();
    fs::hard_link(folder.path("m.bin"), folder.path("release.bin")).unwrap();
    folder.forest(&format!("{TRAIN} --force --seed 2")).succeeds();
    assert!(folder.read("m.bin") == new && folder.read("release.bin") == old);
    for name in ["m.bin", "release.bin"] {
        assert_eq!(fs::metadata(folder.path(name)).unwrap().nlink(), 1, "{name}");
    }
}

#[test]
fn a_file_system_that_fills_up_keeps_the_old_file_and_no_other() {
    let folder = Folder::new();
    fs::create_dir(folder.path("all")).unwrap();
    // Two pages: one for the old file, and one that the new file does not fit in.
    let mount = "mount -t tmpfs -o size=8k none all && printf old > all/m.bin";
    if folder.shell(&format!("unshare -m sh -c '{mount}'")).code != Some(0) {
        eprintln!("skipped, as nothing can be mounted here");
        return;
    }
    let train = TRAIN.replace("--out m.bin", "--out all");
    for out in ["m.bin --force", "new.bin"] {
        let line =
            format!("{mount} && $FOREST {train}/{out}; echo $? $(ls -A all) $(cat all/m.bin)");
        let ran = folder.shell(&format!("unshare -m sh -c '{line}'"));
        assert_eq!(ran.text(), "1 m.bin old\n", "{}", ran.stderr);
        let ran = Ran { code: Some(FAILED), ..ran };
        ran.fails(FAILED, &["cannot write", "No space left"]);
    }
}

#[test]
fn a_model_is_saved_through_a_link_with_the_permissions_of_the_file_that_it_leads_to() {
    use std::os::unix::fs::PermissionsExt;
    let (folder, [_, new]) = two_models();
    fs::create_dir(folder.path("models")).unwrap();
    fs::rename(folder.path("m.bin"), folder.path("models/m.bin")).unwrap();
    fs::set_permissions(folder.path("models/m.bin"), fs::Permissions::from_mode(0o640)).unwrap();
    std::os::unix::fs::symlink("models/m.bin", folder.path("link.bin")).unwrap();
    let model = Model::from_bytes(&new).unwrap();
    model.save(folder.path("link.bin")).unwrap_err();
    model.save_over(folder.path("link.bin")).unwrap();
    assert!(folder.path("link.bin").is_symlink() && folder.read("models/m.bin") == new);
    assert_eq!(fs::metadata(folder.path("models/m.bin")).unwrap().mode() & 0o7777, 0o640);
}
