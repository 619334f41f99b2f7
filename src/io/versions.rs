//! Versions of a file: names that differ in a number alone.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::folder::folder_of;
use crate::{Error, Result};

/// What stands for the number.
const NUMBER: &str = "{n}";

/// Files of a folder whose names differ in a number alone, such as `models/churn_v{n}.bin`.
///
/// A number is written in decimal digits, with zeros before it or not.
///
/// ```
/// use std::path::Path;
///
/// use forest::io::Versions;
///
/// let versions = Versions::of(Path::new("models/churn_v{n}.bin"))?.expect("it has a {n}");
/// assert_eq!(versions.path(3), Path::new("models/churn_v3.bin"));
/// assert!(Versions::of(Path::new("models/churn_v3.bin"))?.is_none());
/// # Ok::<(), forest::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Versions {
    pattern: PathBuf,
    /// What a file's name has before the number, and after it.
    around: [String; 2],
}

impl Versions {
    /// Of a path whose file name has a `{n}` for the number; `None` if there is none in the path.
    ///
    /// # Errors
    /// `{n}` is there twice, or in the name of a folder; the name is no UTF-8.
    pub fn of(pattern: &Path) -> Result<Option<Self>> {
        if !pattern.to_string_lossy().contains(NUMBER) {
            return Ok(None);
        }
        let refused = |message: &str| {
            Err(Error::setting(format!("'{}': {message}", pattern.display()))
                .with_help("write it once, in the file's name: models/churn_v{n}.bin"))
        };
        let in_folder = folder_of(pattern).to_string_lossy().contains(NUMBER);
        if in_folder || pattern.to_string_lossy().ends_with(std::path::is_separator) {
            return refused("{n} stands for a number in the name of a file, not of a folder");
        }
        let Some(name) = pattern.file_name().and_then(|name| name.to_str()) else {
            return refused("a name with {n} has to be UTF-8");
        };
        match name.split(NUMBER).collect::<Vec<_>>().as_slice() {
            [before, after] => {
                let around = [before, after].map(|part| (*part).to_owned());
                Ok(Some(Self { pattern: pattern.to_owned(), around }))
            }
            _ => refused("{n} stands for the one number of a file, and is there twice"),
        }
    }

    /// The path with its `{n}`.
    pub fn pattern(&self) -> &Path {
        &self.pattern
    }

    /// The path of a number.
    pub fn path(&self, number: u64) -> PathBuf {
        let [before, after] = &self.around;
        self.pattern.with_file_name(format!("{before}{number}{after}"))
    }

    /// Whatever has such a name, files or not, by their numbers: the highest last.
    ///
    /// # Errors
    /// The folder is not there, or cannot be read.
    pub fn all(&self) -> Result<Vec<(u64, PathBuf)>> {
        self.find().map_err(|error| {
            Error::io("look into the folder", error)
                .in_file(folder_of(&self.pattern))
                .with_help("name a folder that is there")
        })
    }

    fn find(&self) -> io::Result<Vec<(u64, PathBuf)>> {
        let mut found = Vec::new();
        for entry in fs::read_dir(folder_of(&self.pattern))? {
            let name = entry?.file_name();
            if let Some(number) = name.to_str().and_then(|name| self.number(name)) {
                found.push((number, self.pattern.with_file_name(name)));
            }
        }
        found.sort_unstable();
        Ok(found)
    }

    fn number(&self, name: &str) -> Option<u64> {
        let [before, after] = &self.around;
        let digits = name.strip_prefix(&**before)?.strip_suffix(&**after)?;
        // Of texts with other characters a plus sign would be read, too.
        let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
        if is_number { digits.parse().ok() } else { None }
    }

    /// One more than the highest number that is there; 1 if there is none.
    pub(super) fn next(&self) -> io::Result<u64> {
        let highest = self.find()?.last().map_or(0, |(number, _)| *number);
        highest.checked_add(1).ok_or_else(|| io::Error::other("there is no higher number"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tempfile::TempDir;

    #[test]
    fn numbers_are_digits_in_the_place_of_the_braces() {
        let folder = TempDir::new().unwrap();
        let names = ["v2.bin", "v10.bin", "v007.bin", "v.bin", "v+3.bin", "v4.bin.sig", "xv5.bin"];
        for name in names {
            fs::write(folder.path().join(name), "").unwrap();
        }
        fs::write(folder.path().join("v99999999999999999999.bin"), "").unwrap();
        let versions = Versions::of(&folder.path().join("v{n}.bin")).unwrap().unwrap();
        let found = versions.all().unwrap();
        let found = found.iter().map(|(number, path)| (*number, path.file_name().unwrap()));
        let expected = [(2, "v2.bin"), (7, "v007.bin"), (10, "v10.bin")];
        assert!(found.eq(expected.map(|(number, name)| (number, name.as_ref()))));
        assert_eq!(versions.next().unwrap(), 11);
        fs::write(versions.path(u64::MAX), "").unwrap();
        assert!(versions.next().is_err());
    }

    #[test]
    fn the_number_stands_once_in_the_name_of_a_file() {
        for (wrong, why) in [
            ("m{n}_{n}.bin", "twice"),
            ("v{n}/m.bin", "not of a folder"),
            ("v{n}/m{n}.bin", "not of a folder"),
            ("v{n}/", "not of a folder"),
        ] {
            let error = Versions::of(Path::new(wrong)).unwrap_err();
            assert!(error.message().to_string().contains(why), "{wrong}: {error}");
        }
        for plain in ["m.bin", "-", "m{}.bin", "m{N}.bin", "m{ n}.bin"] {
            assert_eq!(Versions::of(Path::new(plain)).unwrap(), None, "{plain}");
        }
        let bare = Versions::of(Path::new("{n}")).unwrap().unwrap();
        assert_eq!(bare.path(12), Path::new("12"));
    }
}
