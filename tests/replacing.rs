//! What becomes of the file that was there: kept, replaced, and by what kind of file.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::Write;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::process::Stdio;

use crate::support::{Folder, Ran};

const TRAIN: &str = "train --trees 20 --samples 50 --features 3 --redundant 0";

/// A user that owns nothing.
const NOBODY: u32 = 65534;

/// Trains on a table that comes down a pipe, after `meanwhile` was done in the folder: where the
/// model goes was looked at before.
fn train_while(folder: &Folder, args: &str, meanwhile: impl FnOnce(&Folder)) -> Ran {
    folder.shell("mkfifo pipe").succeeds();
    let args = format!("train --trees 20 --data pipe --target species {args}");
    let mut command = folder.command();
    command.args(args.split_whitespace()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().unwrap();
    // This waits until the program opens it as well.
    let mut pipe = OpenOptions::new().write(true).open(folder.path("pipe")).unwrap();
    meanwhile(folder);
    pipe.write_all(&fs::read("examples/data/iris.csv").unwrap()).unwrap();
    drop(pipe);
    let ran = Ran::new(&args, &child.wait_with_output().unwrap());
    fs::remove_file(folder.path("pipe")).unwrap();
    ran
}

/// What is in a folder, by name.
fn names(folder: &Folder) -> Vec<String> {
    folder.contents().into_keys().collect()
}

/// Runs `forest` as a user who is nobody; `None`, and says so, if that cannot be.
fn as_nobody(folder: &Folder, args: &str) -> Option<Ran> {
    if fs::metadata(folder.path(".")).unwrap().uid() != 0 {
        eprintln!("skipped, as only root runs a program as another user: forest {args}");
        return None;
    }
    fs::set_permissions(folder.path("."), Permissions::from_mode(0o755)).unwrap();
    let mut command = folder.command();
    command.args(args.split_whitespace()).uid(NOBODY).gid(NOBODY);
    Some(Ran::new(args, &command.output().unwrap()))
}

/// A folder in a folder that all may write to.
fn shared(mode: u32) -> Folder {
    let folder = Folder::new();
    fs::create_dir(folder.path("all")).unwrap();
    fs::set_permissions(folder.path("all"), Permissions::from_mode(mode)).unwrap();
    folder
}

#[test]
fn force_replaces_a_file_that_appears_during_training() {
    let folder = Folder::new();
    let ran = train_while(&folder, "--out m.bin --force", |folder| {
        folder.write("m.bin", "theirs");
        fs::set_permissions(folder.path("m.bin"), Permissions::from_mode(0o604)).unwrap();
    });
    ran.succeeds();
    folder.forest("verify m.bin").succeeds();
    assert_eq!(fs::metadata(folder.path("m.bin")).unwrap().mode() & 0o7777, 0o604);
    assert_eq!(names(&folder), ["m.bin"]);
}

#[test]
fn a_model_whose_place_is_taken_during_training_is_kept_beside_it() {
    // Of a name that is too long for two characters more, another is made.
    let long = "m".repeat(254);
    for (name, other, kept) in [
        ("m.bin", None, "m.bin.1"),
        ("m.bin", Some("m.bin.1"), "m.bin.2"),
        (long.as_str(), None, "forest-result.1"),
    ] {
        let folder = Folder::new();
        let ran = train_while(&folder, &format!("--out {name}"), |folder| {
            for name in other.into_iter().chain([name]) {
                folder.write(name, "theirs");
            }
        });
        ran.fails(1, &[name, "has appeared", &format!("'{kept}'"), "--force"]);
        folder.forest(&format!("verify {kept}")).succeeds();
        assert_eq!(folder.read(name), b"theirs");
        assert_eq!(names(&folder).len(), 2 + usize::from(other.is_some()));
    }
}

#[test]
fn a_model_whose_place_has_become_a_folder_is_kept_beside_it() {
    for force in ["", "--force"] {
        let folder = Folder::new();
        let ran = train_while(&folder, &format!("--out m.bin {force}"), |folder| {
            fs::create_dir(folder.path("m.bin")).unwrap();
        });
        ran.fails(1, &["m.bin: ", "complete in 'm.bin.1'"]);
        folder.forest("verify m.bin.1").succeeds();
        assert_eq!(names(&folder), ["m.bin", "m.bin.1"]);
    }
}

#[test]
fn a_link_that_appears_during_training_stays_a_link() {
    let folder = Folder::new();
    fs::create_dir(folder.path("models")).unwrap();
    let ran = train_while(&folder, "--out m.bin --force", |folder| {
        fs::write(folder.path("models/m.bin"), "theirs").unwrap();
        std::os::unix::fs::symlink("models/m.bin", folder.path("m.bin")).unwrap();
    });
    ran.succeeds();
    assert!(folder.path("m.bin").is_symlink());
    folder.forest("verify models/m.bin").succeeds();
}

#[test]
fn a_folder_that_cannot_be_synced_is_a_warning() {
    let folder = shared(0o333);
    for (force, out) in [("", "all/m.bin"), ("--force", "all/m.bin")] {
        let Some(ran) = as_nobody(&folder, &format!("{TRAIN} --out {out} {force}")) else { return };
        let ran = ran.succeeds();
        assert!(ran.stderr.contains("warning: all/m.bin: "), "{}", ran.stderr);
        assert!(ran.stderr.contains("cannot be synced: Permission denied"), "{}", ran.stderr);
        folder.forest("verify all/m.bin").succeeds();
    }
}

#[test]
fn a_file_of_someone_else_in_a_sticky_folder_is_refused_before_the_work_begins() {
    let folder = shared(0o1777);
    for mode in [0o666, 0o600] {
        fs::write(folder.path("all/m.bin"), "old").unwrap();
        fs::set_permissions(folder.path("all/m.bin"), Permissions::from_mode(mode)).unwrap();
        let train = "train --data no.csv --target y --out all/m.bin --force";
        let Some(ran) = as_nobody(&folder, train) else { return };
        ran.fails(1, &["all/m.bin: ", "sticky", "another user"]);
    }
    // One's own file is replaced, and root replaces any.
    for uid in [NOBODY, 0] {
        chown(folder.path("all/m.bin"), Some(uid), None).unwrap();
        let train = format!("{TRAIN} --out all/m.bin --force");
        match uid {
            0 => folder.forest(&train).succeeds(),
            _ => as_nobody(&folder, &train).unwrap().succeeds(),
        };
    }
}

#[test]
fn a_name_that_no_file_can_have_is_refused_before_the_work_begins() {
    let name = "m".repeat(256);
    for force in ["", "--force"] {
        let train = format!("train --data no.csv --target y --out {name} {force}");
        Folder::new().refuses(&train, 1, &[&name, "name", "too long"]);
    }
}

/// A file or folder that even root cannot change, until this is dropped.
#[cfg(target_os = "linux")]
struct Fixed(std::path::PathBuf, &'static str);

#[cfg(target_os = "linux")]
impl Fixed {
    /// `None`, and says so, where that cannot be.
    fn new(path: std::path::PathBuf, attribute: &'static str) -> Option<Self> {
        let fixed = chattr(&format!("+{attribute}"), &path).then_some(Self(path, attribute));
        if fixed.is_none() {
            eprintln!("skipped, as chattr +{attribute} does not work here");
        }
        fixed
    }
}

#[cfg(target_os = "linux")]
impl Drop for Fixed {
    fn drop(&mut self) {
        chattr(&format!("-{}", self.1), &self.0);
    }
}

#[cfg(target_os = "linux")]
fn chattr(change: &str, path: &std::path::Path) -> bool {
    let output = std::process::Command::new("chattr").arg(change).arg(path).output();
    output.is_ok_and(|output| output.status.success())
}

#[cfg(target_os = "linux")]
#[test]
fn what_chattr_protects_is_refused_before_the_work_begins() {
    let later = "train --data no.csv --target y";
    let folder = shared(0o755);
    fs::write(folder.path("all/m.bin"), "old").unwrap();
    for (name, attribute, out, word) in [
        ("all/m.bin", "i", "all/m.bin --force", "immutable"),
        ("all/m.bin", "a", "all/m.bin --force", "append-only"),
        ("all", "i", "all/new.bin", "no file can be made"),
        ("all", "a", "all/m.bin --force", "append-only"),
    ] {
        let Some(_fixed) = Fixed::new(folder.path(name), attribute) else { return };
        folder.refuses(&format!("{later} --out {out}"), 1, &[word]);
        assert_eq!(fs::read_dir(folder.path("all")).unwrap().count(), 1, "{out}");
    }
    // A new file needs no other to be removed.
    let Some(_fixed) = Fixed::new(folder.path("all"), "a") else { return };
    folder.forest(&format!("{TRAIN} --out all/new.bin")).succeeds();
    assert_eq!(fs::read_dir(folder.path("all")).unwrap().count(), 2);
}

#[cfg(target_os = "linux")]
#[test]
fn what_is_mounted_is_refused_before_the_work_begins() {
    let folder = shared(0o755);
    folder.write("one", "").write("other", "");
    let mounts = "mount -t tmpfs -o ro none all && mount --bind one other";
    if folder.shell(&format!("unshare -m sh -c '{mounts}'")).code != Some(0) {
        eprintln!("skipped, as nothing can be mounted here");
        return;
    }
    let later = "exec $FOREST train --data no.csv --target y";
    for (out, word) in [("all/m.bin", "Read-only"), ("other --force", "mounted")] {
        let ran = folder.shell(&format!("unshare -m sh -c '{mounts} && {later} --out {out}'"));
        ran.fails(1, &["error: ", word]);
    }
}

#[test]
fn a_file_that_another_user_replaces_gives_nobody_more_rights() {
    let folder = shared(0o777);
    // Modes by hand: the group has what the old group and the others both had, and the others too;
    // nothing lends the rights of another owner.
    for (old, new) in [(0o640, 0o600), (0o664, 0o644), (0o604, 0o600), (0o6755, 0o755)] {
        fs::write(folder.path("all/m.bin"), "old").unwrap();
        chown(folder.path("all/m.bin"), None, None).unwrap();
        fs::set_permissions(folder.path("all/m.bin"), Permissions::from_mode(old)).unwrap();
        let train = format!("{TRAIN} --out all/m.bin --force");
        let Some(ran) = as_nobody(&folder, &train) else { return };
        let ran = ran.succeeds();
        let found = fs::metadata(folder.path("all/m.bin")).unwrap();
        assert_eq!((found.uid(), found.mode() & 0o7777), (NOBODY, new), "{old:o}");
        for word in ["warning: all/m.bin: ", "owner, group"] {
            assert!(ran.stderr.contains(word), "{old:o}: {}", ran.stderr);
        }
        fs::remove_file(folder.path("all/m.bin")).unwrap();
    }
}

#[test]
fn root_leaves_a_file_to_its_owner_and_group() {
    let folder = Folder::new();
    folder.write("m.bin", "old");
    if chown(folder.path("m.bin"), Some(NOBODY), Some(1234)).is_err() {
        eprintln!("skipped, as only root gives files away");
        return;
    }
    for mode in [0o600, 0o640, 0o2750] {
        fs::set_permissions(folder.path("m.bin"), Permissions::from_mode(mode)).unwrap();
        let ran = folder.forest(&format!("{TRAIN} --out m.bin --force")).succeeds();
        assert_eq!(ran.stderr, "");
        let found = fs::metadata(folder.path("m.bin")).unwrap();
        assert_eq!((found.uid(), found.gid(), found.mode() & 0o7777), (NOBODY, 1234, mode));
    }
}

/// An access list, as Linux keeps it, that lets user 1234 read.
#[cfg(target_os = "linux")]
fn access_list() -> Vec<u8> {
    const NO_ID: u32 = u32::MAX;
    // Tag (owner, a user, group, the most for all but owner and others, others), rights, user.
    let entries: [(u16, u16, u32); 5] =
        [(0x01, 6, NO_ID), (0x02, 4, 1234), (0x04, 0, NO_ID), (0x10, 4, NO_ID), (0x20, 0, NO_ID)];
    let entries = entries.iter().flat_map(|(tag, rights, id)| {
        [&tag.to_le_bytes()[..], &rights.to_le_bytes(), &id.to_le_bytes()].concat()
    });
    2_u32.to_le_bytes().into_iter().chain(entries).collect()
}

#[cfg(target_os = "linux")]
fn set_attribute(file: &File, name: &str, value: &[u8]) -> bool {
    let set = rustix::fs::fsetxattr(file, name, value, rustix::fs::XattrFlags::empty());
    if let Err(error) = set {
        eprintln!("skipped, as the attribute {name} cannot be set here: {error}");
    }
    set.is_ok()
}

#[cfg(target_os = "linux")]
fn attribute(file: &File, name: &str) -> Option<Vec<u8>> {
    let mut value = Vec::with_capacity(1000);
    rustix::fs::fgetxattr(file, name, rustix::buffer::spare_capacity(&mut value)).ok()?;
    Some(value)
}

#[cfg(target_os = "linux")]
#[test]
fn a_replaced_file_keeps_its_extended_attributes_and_access_list() {
    let folder = Folder::new();
    folder.write("m.bin", "old");
    let attributes =
        [("user.note", b"of ours".to_vec()), ("system.posix_acl_access", access_list())];
    let old = File::open(folder.path("m.bin")).unwrap();
    if !attributes.iter().all(|(name, value)| set_attribute(&old, name, value)) {
        return;
    }
    let ran = folder.forest(&format!("{TRAIN} --out m.bin --force")).succeeds();
    assert_eq!(ran.stderr, "");
    let new = File::open(folder.path("m.bin")).unwrap();
    assert_ne!(new.metadata().unwrap().ino(), old.metadata().unwrap().ino());
    for (name, value) in attributes {
        assert_eq!(attribute(&new, name), Some(value), "{name}");
    }
    assert_eq!(new.metadata().unwrap().mode() & 0o777, 0o640);
}

#[cfg(target_os = "linux")]
#[test]
fn a_replaced_file_takes_no_access_list_from_its_folder() {
    let folder = Folder::new();
    let here = File::open(folder.path(".")).unwrap();
    folder.write("m.bin", "old");
    fs::set_permissions(folder.path("m.bin"), Permissions::from_mode(0o640)).unwrap();
    if !set_attribute(&here, "system.posix_acl_default", &access_list()) {
        return;
    }
    folder.forest(&format!("{TRAIN} --out m.bin --force")).succeeds();
    folder.forest(&format!("{TRAIN} --out new.bin")).succeeds();
    let list_of =
        |name| attribute(&File::open(folder.path(name)).unwrap(), "system.posix_acl_access");
    assert_eq!(list_of("m.bin"), None);
    assert_eq!(fs::metadata(folder.path("m.bin")).unwrap().mode() & 0o777, 0o640);
    assert!(list_of("new.bin").is_some());
}
