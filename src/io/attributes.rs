//! What a file that replaces another keeps of it: owner, group, permissions, extended attributes.

use std::fs::{self, File, Permissions};
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt, fchown};
use std::path::Path;

use super::extended::Extended;
use super::steps::step;

/// The bits of a mode that say who may do what.
const RIGHTS: u32 = 0o777;

/// Those of them that speak of the owner.
const OWNER_RIGHTS: u32 = 0o700;

/// The bits that lend a program the rights of its file's owner and group.
const SET_ID: u32 = 0o6000;

/// The attributes of a file.
pub(super) struct Attributes {
    uid: u32,
    gid: u32,
    mode: u32,
    extended: Extended,
}

impl Attributes {
    /// # Errors
    /// There is no such file, or something else.
    pub(super) fn of(path: &Path) -> io::Result<Self> {
        step("stat")?;
        let found = fs::metadata(path)?;
        if !found.is_file() {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        let extended = Extended::of(path);
        Ok(Self { uid: found.uid(), gid: found.gid(), mode: found.mode(), extended })
    }

    /// Gives them to a file, as far as the system lets us: nobody else may do more with it than with
    /// the file that they are of. Returns what that file had otherwise.
    pub(super) fn give(&self, file: &File) -> Vec<String> {
        // Nothing is open to others before all is set; and only an owner may set all.
        set_mode(file, 0o600);
        set_owner(file, None, Some(self.gid));
        let has_group = metadata(file).is_ok_and(|now| now.gid() == self.gid);
        let has_access_list = has_group && self.extended.give_access_list(file);
        let mut lost = self.extended.give_others(file);
        set_mode(file, self.rights(has_group, has_access_list));
        set_owner(file, Some(self.uid), None);
        if metadata(file).is_ok_and(|now| (now.uid(), now.gid()) == (self.uid, self.gid)) {
            let set_id = self.mode & SET_ID;
            if set_id != 0 {
                set_mode(file, self.rights(has_group, has_access_list) | set_id);
            }
        }

        let Ok(now) = metadata(file) else { return lost };
        let differs = [
            (now.uid() != self.uid, "owner"),
            (now.gid() != self.gid, "group"),
            ((now.mode() ^ self.mode) & (RIGHTS | SET_ID) != 0, "permissions"),
            (!has_access_list && self.extended.has_access_list(), "access control list"),
        ];
        lost.extend(
            differs.into_iter().filter(|(differs, _)| *differs).map(|(_, what)| what.into()),
        );
        lost
    }

    /// The rights that nobody gains by.
    fn rights(&self, has_group: bool, has_access_list: bool) -> u32 {
        if has_group && has_access_list {
            return self.mode & RIGHTS;
        }
        // What a list says of the one or the other is not in these bits.
        if self.extended.has_access_list() {
            return self.mode & OWNER_RIGHTS;
        }
        // The old group is among the others now, and others are in the new group.
        let common = (self.mode >> 3) & self.mode & 0o7;
        self.mode & OWNER_RIGHTS | common << 3 | common
    }
}

fn metadata(file: &File) -> io::Result<fs::Metadata> {
    step("stat")?;
    file.metadata()
}

/// Whether it worked is for the caller to look at.
fn set_mode(file: &File, mode: u32) {
    let _ = step("chmod").and_then(|()| file.set_permissions(Permissions::from_mode(mode)));
}

/// Likewise.
fn set_owner(file: &File, uid: Option<u32>, gid: Option<u32>) {
    let _ = step("chown").and_then(|()| fchown(file, uid, gid));
}
