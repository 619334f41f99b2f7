//! Where results go: whole or not at all, never over a file that nobody said to replace, and down a
//! pipe as long as somebody reads.

use std::process::Stdio;

use serde_json::Value;

use crate::support::{Folder, Ran};

/// A file cannot be read, written or used.
const FAILED: i32 = 1;

/// A flag is wrong, by itself or for this table.
const USAGE: i32 = 2;

/// A gate was not met.
const GATE: i32 = 3;

/// A small training.
const TRAIN: &str = "train --trees 20 --samples 50 --features 3 --redundant 0";

/// What every verb that writes a file has to be told first.
const WRITERS: [&str; 3] = [TRAIN, "predict --model m.bin", "generate --samples 50"];

/// A folder with a small model in `m.bin`.
fn small_model() -> Folder {
    let folder = Folder::new();
    folder.forest(&format!("{TRAIN} --out m.bin")).succeeds();
    folder
}

#[test]
fn a_place_where_nothing_can_be_written_is_refused_before_the_work_begins() {
    let folder = small_model();
    std::fs::create_dir(folder.path("results")).unwrap();
    folder.write("there.bin", "old");
    // Each of these would fail as well, but later.
    let later =
        ["train --data no.csv --target y", "predict --model no.bin", "generate --samples 0"];
    for (out, words) in [
        ("results", ["results", "folder"]),
        (".", [".", "folder"]),
        ("no/new.bin", ["no/new.bin", "folder 'no'"]),
        ("there.bin", ["there.bin", "--force"]),
        ("there.bin/new.bin", ["there.bin/new.bin", "folder 'there.bin'"]),
    ] {
        for verb in WRITERS.iter().chain(&later) {
            folder.refuses(&format!("{verb} --out {out}"), FAILED, &words);
        }
    }
}

#[test]
fn a_folder_that_is_not_there_is_refused_before_the_work_begins() {
    let train = "train --data no.csv --target y --out results/";
    Folder::new().refuses(train, FAILED, &["results/", "folder"]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_folder_that_cannot_be_written_to_is_refused() {
    // Not even root can make a file there.
    for verb in WRITERS {
        let words = ["/proc/new.bin", "folder '/proc'"];
        small_model().refuses(&format!("{verb} --out /proc/new.bin"), FAILED, &words);
    }
}

#[test]
fn a_file_is_replaced_only_when_that_is_said() {
    for verb in WRITERS {
        let folder = small_model();
        folder.forest(&format!("{verb} --out new.bin")).succeeds();
        let new = folder.read("new.bin");
        folder.write("new.bin", "old");
        folder.refuses(&format!("{verb} --out new.bin"), FAILED, &["new.bin", "--force"]);
        folder.forest(&format!("{verb} --out new.bin --force")).succeeds();
        assert!(folder.read("new.bin") == new, "{verb}");
        assert_eq!(folder.contents().len(), 2, "{verb}");
    }
}

#[test]
fn force_keeps_the_old_file_when_there_is_no_new_one() {
    let folder = small_model();
    folder.write("there.bin", "old").write("t.csv", "a,y\n1,0\n2,1\ninf,0\n");
    for (args, code, word) in [
        ("train --data t.csv --target y", FAILED, "line 4"),
        ("train --data no.csv --target y", FAILED, "no.csv"),
        ("train --trees 0", USAGE, "--trees"),
        ("predict --model t.csv", FAILED, "t.csv"),
        ("predict --model m.bin --data t.csv", FAILED, "columns"),
        ("generate --classes 0", USAGE, "--classes"),
    ] {
        folder.refuses(&format!("{args} --out there.bin --force"), code, &["error: ", word]);
    }
}

#[cfg(unix)]
#[test]
fn the_file_that_a_link_leads_to_is_replaced_and_not_the_link() {
    let folder = small_model();
    let new = folder.read("m.bin");
    std::fs::create_dir(folder.path("models")).unwrap();
    std::fs::write(folder.path("models/m.bin"), "old").unwrap();
    std::os::unix::fs::symlink("models/m.bin", folder.path("link.bin")).unwrap();
    folder.forest(&format!("{TRAIN} --out link.bin")).fails(FAILED, &["link.bin", "--force"]);
    folder.forest(&format!("{TRAIN} --out link.bin --force")).succeeds();
    assert!(folder.path("link.bin").is_symlink());
    assert!(std::fs::read(folder.path("models/m.bin")).unwrap() == new);
}

#[cfg(unix)]
#[test]
fn a_replaced_file_keeps_its_permissions_and_a_link_to_nothing_is_left_alone() {
    let folder = small_model();
    folder.shell("chmod 640 m.bin; ln -s nowhere.bin link.bin").succeeds();
    folder.forest(&format!("{TRAIN} --out m.bin --force")).succeeds();
    assert_eq!(folder.shell("stat -c %a m.bin").succeeds().text(), "640\n");
    for force in ["", "--force"] {
        let train = format!("{TRAIN} --out link.bin {force}");
        folder.forest(&train).fails(FAILED, &["link.bin", "not there"]);
    }
}

#[test]
fn what_is_read_is_not_written_over() {
    let folder = small_model();
    folder.example("iris.csv");
    for args in [
        "train --data iris.csv --target species --out iris.csv",
        "predict --model m.bin --data iris.csv --out iris.csv",
        "predict --model m.bin --out m.bin",
    ] {
        folder.refuses(&format!("{args} --force"), USAGE, &["--out", "which is read"]);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_fills_up_leaves_the_old_file_and_no_other() {
    let limits = WRITERS.map(|verb| (verb, 0)).into_iter().chain([(TRAIN, 1)]);
    // A file may have so many blocks; the signal that says so may be ignored, or not.
    for ((verb, blocks), trap) in limits.flat_map(|limit| [(limit, "trap '' XFSZ"), (limit, ":")]) {
        let folder = small_model();
        folder.write("there.bin", "old");
        let before = folder.contents();
        for (name, force) in [("there.bin", "--force"), ("new.bin", "")] {
            let limit = format!("{trap}; ulimit -f {blocks}");
            let ran = folder.shell(&format!("{limit}; exec $FOREST {verb} --out {name} {force}"));
            let ran = ran.fails(FAILED, &[name, "cannot write", "too large"]);
            assert_eq!(ran.text(), "");
            assert!(folder.contents() == before, "{verb}: {:?}", folder.contents().keys());
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_device_without_space_is_a_failure() {
    let folder = small_model();
    for verb in WRITERS {
        folder.refuses(&format!("{verb} --out /dev/full"), FAILED, &["/dev/full", "space"]);
        let ran = folder.shell(&format!("exec $FOREST {verb} --out - > /dev/full"));
        ran.fails(FAILED, &["standard output", "space"]);
    }
    for verb in ["inspect m.bin", "verify m.bin", "evaluate --model m.bin", "generate"] {
        let ran = folder.shell(&format!("exec $FOREST {verb} > /dev/full"));
        ran.fails(FAILED, &["standard output", "space"]);
    }
}

#[test]
fn a_dash_is_standard_output_and_has_nothing_but_the_result() {
    let folder = small_model();
    for verb in WRITERS {
        folder.forest(&format!("{verb} --out new")).succeeds();
        let ran = folder.forest(&format!("{verb} --out - --force")).succeeds();
        assert!(ran.stdout == folder.read("new"), "{verb}");
        std::fs::remove_file(folder.path("new")).unwrap();
    }
    assert_eq!(folder.contents().len(), 1);
}

#[cfg(target_os = "linux")]
#[test]
fn standard_output_by_its_name_has_nothing_but_the_result() {
    let folder = small_model();
    for verb in WRITERS {
        folder.forest(&format!("{verb} --out new --force")).succeeds();
        let ran = folder.forest(&format!("{verb} --out /dev/stdout")).succeeds();
        assert!(ran.stdout == folder.read("new"), "{verb}");
    }
}

#[cfg(unix)]
#[test]
fn a_model_goes_through_a_pipe() {
    let folder = small_model();
    folder.shell(&format!("$FOREST {TRAIN} --out - | $FOREST verify -")).succeeds();
    let ran = folder.shell("$FOREST predict --model - < m.bin").succeeds();
    assert_eq!(ran.text(), folder.forest("predict --model m.bin").succeeds().text());
}

/// What happens when nobody reads the output.
fn unread(folder: &Folder, args: &str) -> Ran {
    let mut command = folder.command();
    command.args(args.split(' ')).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    drop(child.stdout.take());
    Ran::new(args, &child.wait_with_output().unwrap())
}

#[test]
fn a_reader_who_has_had_enough_is_not_an_error() {
    let folder = Folder::new();
    let train = "train --trees 1 --max-depth 2 --samples 5000 --test-size 0.9 --out m.bin";
    folder.forest(train).succeeds();
    let rows = folder.forest("predict --model m.bin --proba").succeeds().stdout.len();
    assert!(rows > 1 << 16, "{rows} bytes fit into a pipe");
    for args in [
        "predict --model m.bin --proba",
        "predict --model m.bin --proba --json",
        "generate",
        "inspect m.bin",
        "verify m.bin",
        "evaluate --model m.bin --json",
        "train --help",
    ] {
        let ran = unread(&folder, args).succeeds();
        assert_eq!(ran.stderr, "", "{args}");
    }
    #[cfg(target_os = "linux")]
    unread(&folder, "generate --out /dev/stdout").succeeds();
}

#[cfg(unix)]
#[test]
fn closed_streams_change_no_exit_code() {
    let folder = small_model();
    for (line, code) in [
        ("predict --model m.bin 2>&-", 0),
        ("train --samples 50 --out new.bin <&- >&- 2>&-", 0),
        ("verify new.bin", 0),
        ("train --samples 50 --out new.bin 2>&-", FAILED),
        ("predict --model no.bin 2>&-", FAILED),
        ("train --samples 50 --trees 0 --out newer.bin 2>&-", USAGE),
        ("train --nonsense 2>&-", USAGE),
        ("evaluate --model m.bin --min-accuracy 1 2>&- >&-", GATE),
    ] {
        let ran = folder.shell(&format!("exec $FOREST {line}"));
        assert_eq!(ran.code, Some(code), "{line}\n{}", ran.stderr);
    }
}

#[test]
fn a_gate_that_is_not_met_saves_nothing() {
    let folder = Folder::new();
    folder.write("old.bin", "old");
    let before = folder.contents();
    for out in ["new.bin", "old.bin --force", "-"] {
        // Labels that are drawn at random cannot be predicted.
        let ran =
            folder.forest(&format!("train --flip-y 1 --trees 5 --min-accuracy 1 --out {out}"));
        assert_eq!(ran.code, Some(GATE), "{}", ran.stderr);
        for word in ["gate not met", "--min-accuracy 1", "nothing was saved"] {
            assert!(ran.stderr.contains(word), "{word}: {}", ran.stderr);
        }
        assert!(folder.contents() == before);
    }
    folder.forest("train --flip-y 1 --trees 5 --min-accuracy 0 --out m.bin").succeeds();
    let ran = folder.forest("evaluate --model m.bin --min-accuracy 1");
    assert_eq!(ran.code, Some(GATE), "{}", ran.stderr);
    assert!(ran.stderr.contains("gate not met"), "{}", ran.stderr);
    folder.forest("evaluate --model m.bin --min-accuracy 0").succeeds();
}

#[test]
fn a_gate_that_is_not_met_leaves_standard_output_to_the_model() {
    let ran = Folder::new().forest("train --flip-y 1 --trees 5 --min-accuracy 1 --out -");
    assert_eq!((ran.code, ran.text()), (Some(GATE), ""));
}

#[test]
fn colors_can_be_forced_and_are_the_same_for_all_errors() {
    let folder = small_model();
    let said = |args: &str, variables: &[(&str, &str)]| {
        let mut command = folder.command();
        command.args(args.split(' ')).env_remove("NO_COLOR").env("TERM", "xterm-256color");
        let output = command.envs(variables.iter().copied()).output().unwrap();
        String::from_utf8(output.stderr).unwrap()
    };
    for args in ["train --trees many --out new.bin", "verify no.bin", "train --out m.bin"] {
        let forced = said(args, &[("CLICOLOR_FORCE", "1")]);
        assert!(forced.starts_with("\u{1b}[1m\u{1b}[31merror:\u{1b}[0m "), "{args}: {forced:?}");
        // Who wants none is asked first.
        let refused = said(args, &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]);
        assert!(refused.starts_with("error: "), "{args}: {refused:?}");
    }
    let noted = said("train --data no.csv --json --out new.bin", &[("CLICOLOR_FORCE", "1")]);
    assert!(!noted.contains('\u{1b}'), "JSON is never colored: {noted:?}");
}

#[test]
fn help_fits_on_a_screen() {
    let help = Folder::new().forest("--help").succeeds();
    let n_lines = help.text().lines().count();
    assert!(n_lines <= 50, "{n_lines} lines");
    let widest = help.text().lines().map(|line| line.chars().count()).max();
    assert!(widest <= Some(100), "{widest:?}");
}

#[test]
fn progress_goes_to_a_log_as_lines() {
    let folder = Folder::new();
    let train = "train --samples 100 --trees 7 --out m.bin --force --progress plain";
    let lines = |ran: &Ran, things: &str| -> Vec<String> {
        let lines = ran.stderr.lines().filter(|line| line.contains(things));
        lines.map(str::to_owned).collect()
    };
    let ran = folder.forest(train).succeeds();
    let [line] = &lines(&ran, "trees")[..] else { panic!("{}", ran.stderr) };
    assert!(line.starts_with("progress: 7/7 trees, 0."), "{line}");
    folder.forest("generate --samples 100 --out t.csv").succeeds();
    let n_bytes = folder.read("t.csv").len();
    for args in
        ["train --data t.csv --target y --trees 2 --out n.bin", "predict m.bin --data t.csv"]
    {
        let ran = folder.forest(&format!("{args} --progress plain --json")).succeeds();
        let [line] = &lines(&ran, "\"things\":\"rows\"")[..] else { panic!("{}", ran.stderr) };
        let line: Value = serde_json::from_str(line).unwrap();
        let line = &line["progress"];
        assert_eq!((&line["done"], &line["bytes_read"]), (&100.into(), &n_bytes.into()), "{line}");
    }
    for how in ["--progress plain --quiet", "--progress none", ""] {
        let ran = folder.forest(&format!("predict m.bin --data t.csv {how}")).succeeds();
        assert!(!ran.stderr.contains("progress"), "{how}: {}", ran.stderr);
    }
}

#[test]
fn what_goes_into_a_file_or_a_pipe_has_no_escape_codes() {
    let folder = small_model();
    for args in [
        "--help",
        "train --help",
        "train --out new.bin",
        "train --out m.bin",
        "train --trees many",
        "tran",
        "inspect m.bin",
        "evaluate --model m.bin",
        "predict --model m.bin",
        "verify no.bin",
    ] {
        for (name, value) in [("NO_COLOR", "1"), ("TERM", "xterm-256color")] {
            let mut command = folder.command();
            command.args(args.split(' ')).env(name, value).env_remove("CLICOLOR_FORCE");
            let output = command.output().unwrap();
            let said = [output.stdout, output.stderr].concat();
            assert!(!said.is_empty(), "{args}");
            assert!(!said.contains(&0x1b), "{args}: {}", said.escape_ascii());
        }
    }
}
