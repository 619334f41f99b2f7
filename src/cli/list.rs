//! `forest list`

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use clap::Args;

use super::args::GlobalArgs;
use super::exit::Exit;
use super::newest::why;
use crate::report::list::{ListReport, ListedFile};
use forest::io::{Versions, is_temporary_name};
use forest::{Error, Model, Result};

/// Show the models of a folder, with their dates, data and scores, newest first
#[derive(Args)]
#[command(
    allow_negative_numbers = true,
    after_help = "\
Each model is loaded, as `inspect` loads it, and let go. Damaged ones are shown with the reason; files that are no
models are counted; folders in the folder are not looked into. That there is a signature file beside a model
(NAME.sig) says nothing of whether it is right.

Examples:
  forest list models
  forest list 'models/churn_v{n}.bin'
  forest list models archive --json | jq '.models[0].file'"
)]
pub(super) struct ListArgs {
    /// Folders with models, or model files; {n} in a file's name stands for all its numbers
    #[arg(value_name = "PATH", default_value = ".")]
    paths: Vec<PathBuf>,
}

pub(super) fn run(args: &ListArgs, global: &GlobalArgs) -> Result<Exit> {
    let mut files = BTreeSet::new();
    for path in &args.paths {
        files.extend(files_of(path)?);
    }
    let mut report = ListReport::default();
    for path in files {
        add(&mut report, path);
    }
    global.print(&report.sorted())?;
    Ok(Exit::Done)
}

/// The files that a path stands for, links to files among them.
fn files_of(path: &Path) -> Result<Vec<PathBuf>> {
    let failed = |error| Error::io("look into it", error).in_file(path);
    let metadata = match fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(error) => {
            return match Versions::of(path)? {
                Some(versions) => {
                    let files = versions.all()?.into_iter().map(|(_, file)| file);
                    Ok(files.filter(|file| !file.is_dir()).collect())
                }
                None => Err(failed(error).with_help("name a folder that is there")),
            };
        }
    };
    if !metadata.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut files = Vec::new();
    for entry in fs::read_dir(path).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let file = entry.path();
        if !is_temporary_name(&entry.file_name()) && !file.is_dir() {
            files.push(file);
        }
    }
    Ok(files)
}

/// Adds what a file is.
fn add(report: &mut ListReport, path: PathBuf) {
    // What is no regular file, such as a pipe, could be waited for in vain.
    let Some(metadata) = fs::metadata(&path).ok().filter(fs::Metadata::is_file) else {
        return report.add_other();
    };
    let beginning = beginning(&path);
    if beginning.as_ref().is_ok_and(|bytes| !Model::is_beginning(bytes)) {
        return report.add_other();
    }
    let mut signature = OsString::from(&path);
    signature.push(".sig");
    let file = ListedFile {
        version: path.file_name().and_then(|name| version(name.to_str()?)),
        bytes: metadata.len(),
        has_signature: Path::new(&signature).is_file(),
        path,
    };
    match beginning.and_then(|_| Model::load(&file.path)) {
        Ok(model) => report.add(&file, &model),
        Err(error) => report.add_damaged(&file, why(&error)),
    }
}

/// The first bytes of a file.
fn beginning(path: &Path) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let file = File::open(path);
    let read = file.and_then(|f| f.take(Model::BEGINNING_LEN as u64).read_to_end(&mut bytes));
    read.map(|_| bytes).map_err(|error| Error::io("read it", error))
}

/// The number in a name such as `churn_v3.bin`.
fn version(name: &str) -> Option<u64> {
    let number = |rest: &str| {
        let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let goes_on = rest[end..].starts_with(|c: char| c.is_alphanumeric());
        if goes_on { None } else { rest[..end].parse().ok() }
    };
    name.split("_v").skip(1).filter_map(number).last()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_a_number_after_a_v_of_its_own() {
        for (name, found) in [
            ("churn_v3.bin", Some(3)),
            ("churn_v007", Some(7)),
            ("a_v1_v12.model", Some(12)),
            ("churn_v3-final.bin", Some(3)),
            ("churn_v3_vs_old.bin", Some(3)),
            ("churn_v3b.bin", None),
            ("churn_v.bin", None),
            ("churn3.bin", None),
            ("v3.bin", None),
            ("churn_v99999999999999999999.bin", None),
        ] {
            assert_eq!(version(name), found, "{name}");
        }
    }
}
