//! Extended attributes of files, among them lists of who may use a file: on Linux.

use std::fs::File;
use std::path::Path;

#[cfg(target_os = "linux")]
pub(super) use linux::Extended;

#[cfg(target_os = "linux")]
mod linux {
    use rustix::buffer::spare_capacity;
    use rustix::fs::{XattrFlags, fgetxattr, fremovexattr, fsetxattr, getxattr, listxattr};
    use rustix::io::Errno;

    use super::{File, Path};
    use crate::io::steps::step;

    /// Linux has no longer ones, and no longer list of names.
    const MAX_LEN: usize = 1 << 16;

    /// Who may use a file, beyond its mode.
    const ACCESS_LIST: &[u8] = b"system.posix_acl_access";

    /// These speak of the content, which is another: that it is a program with privileges, and its
    /// signatures.
    const OF_CONTENT: [&[u8]; 3] = [b"security.capability", b"security.ima", b"security.evm"];

    /// Names with values, of which `None` cannot be read.
    pub(crate) struct Extended(Vec<(Vec<u8>, Option<Vec<u8>>)>);

    impl Extended {
        /// Those of a file: none where the file system has none.
        pub(crate) fn of(path: &Path) -> Self {
            let mut names = Vec::with_capacity(MAX_LEN);
            // A list that cannot be read is left empty.
            let _ = listxattr(path, spare_capacity(&mut names));
            let names = names.split(|byte| *byte == 0).filter(|name| !name.is_empty());
            let names = names.filter(|name| !OF_CONTENT.contains(name));
            let read = |name: &[u8]| {
                let mut value = Vec::with_capacity(MAX_LEN);
                let found = getxattr(path, name, spare_capacity(&mut value));
                (name.to_vec(), found.is_ok().then_some(value))
            };
            Self(names.map(read).collect())
        }

        pub(crate) fn has_access_list(&self) -> bool {
            self.0.iter().any(|(name, _)| name == ACCESS_LIST)
        }

        /// Gives a file the access list; without one, removes the list that the file has inherited from its folder.
        /// Returns whether that was done.
        pub(crate) fn give_access_list(&self, file: &File) -> bool {
            if let Some((name, value)) = self.0.iter().find(|(name, _)| name == ACCESS_LIST) {
                return give(file, name, value.as_deref());
            }
            // None there, or none in this file system.
            step("removexattr").is_ok()
                && matches!(
                    fremovexattr(file, ACCESS_LIST),
                    Ok(()) | Err(Errno::NODATA | Errno::OPNOTSUPP)
                )
        }

        /// Gives a file the others. Returns the names of those that it does not have.
        pub(crate) fn give_others(&self, file: &File) -> Vec<String> {
            let others = self.0.iter().filter(|(name, _)| name != ACCESS_LIST);
            others
                .filter(|(name, value)| !give(file, name, value.as_deref()))
                .map(|(name, _)| String::from_utf8_lossy(name).into_owned())
                .collect()
        }
    }

    fn give(file: &File, name: &[u8], value: Option<&[u8]>) -> bool {
        let Some(value) = value else { return false };
        let mut now = Vec::with_capacity(MAX_LEN);
        let is_there = fgetxattr(file, name, spare_capacity(&mut now)).is_ok() && now == value;
        is_there
            || step("setxattr").is_ok() && fsetxattr(file, name, value, XattrFlags::empty()).is_ok()
    }
}

/// Nothing is known of them.
#[cfg(not(target_os = "linux"))]
pub(super) struct Extended;

#[cfg(not(target_os = "linux"))]
#[expect(clippy::unused_self, reason = "on Linux there is something to look at")]
impl Extended {
    pub(super) fn of(_: &Path) -> Self {
        Self
    }

    pub(super) fn has_access_list(&self) -> bool {
        false
    }

    pub(super) fn give_access_list(&self, _: &File) -> bool {
        true
    }

    pub(super) fn give_others(&self, _: &File) -> Vec<String> {
        Vec::new()
    }
}
