//! The trials of searches, a line of JSON each: written as they end, and read when a search goes on.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use super::output::print_json_line;
use forest::data::{Hashing, Sha256Digest, Table};
use forest::{Error, Result, TrainOptions, TunerTrial};
use linfa::ParamGuard;

/// What trials have to have in common to be of one search.
pub(super) struct Ground {
    data: Sha256Digest,
    seed: u64,
    /// Of all else: how the table is read and split, and the settings that are not searched.
    setup: Sha256Digest,
}

/// Where trials are written.
pub(super) enum Lines {
    Nowhere,
    Stdout,
    /// After what is there, or in its place.
    File {
        path: PathBuf,
        replace: bool,
    },
}

impl Lines {
    /// After those of a file.
    pub(super) fn after(path: PathBuf) -> Self {
        Self::File { path, replace: false }
    }
}

impl Ground {
    pub(super) fn new(table: &Table, options: &TrainOptions, fixed: &[&str]) -> Result<Self> {
        let params = options.forest.check_ref()?;
        let mut source = json!(table.source);
        // A table of another name is the same table.
        if let (Some(_), Some(file)) = (table.source.file(), source.as_object_mut()) {
            file.remove("name");
        }
        let split = &options.split;
        let split = json!([split.test_size, split.random_state, split.stratify]);
        let setup = json!([source, split, params.settings(), fixed]).to_string();
        let mut hashing = Hashing::new(std::io::sink());
        hashing
            .write_all(setup.as_bytes())
            .map_err(|error| Error::io("hash the settings", error))?;
        Ok(Self { data: table.source.sha256(), seed: params.seed(), setup: hashing.finish().1 })
    }

    /// A trial with what it is of.
    fn line(&self, trial: &TunerTrial) -> Value {
        let Self { data, seed, setup } = self;
        let mut line = json!({ "data": data, "seed": seed, "setup": setup });
        if let (Some(line), Value::Object(trial)) = (line.as_object_mut(), json!(trial)) {
            line.extend(trial);
        }
        line
    }

    /// Writes a trial where it belongs, at once; `is_first` if none was written before.
    pub(super) fn write(&self, trial: &TunerTrial, lines: &Lines, is_first: bool) -> Result<()> {
        let line = self.line(trial);
        match lines {
            Lines::Nowhere => Ok(()),
            Lines::Stdout => print_json_line(&line),
            Lines::File { path, replace } => {
                let refused = |error| Error::io("write the trial", error).in_file(path);
                if is_first && *replace {
                    File::create(path).map_err(refused)?;
                }
                let mut file =
                    OpenOptions::new().create(true).append(true).open(path).map_err(refused)?;
                // All of it in one go, so that whatever ends the program leaves whole lines.
                file.write_all(format!("{line}\n").as_bytes()).map_err(refused)
            }
        }
    }

    /// The trials in a file.
    pub(super) fn read(&self, path: &Path) -> Result<Vec<TunerTrial>> {
        let text = fs::read_to_string(path)
            .map_err(|error| Error::io("read the trials", error).in_file(path))?;
        let trial = |(number, line): (u64, &str)| {
            self.read_line(line).map_err(|error| error.in_file(path).at_line(number))
        };
        (1..).zip(text.lines()).map(trial).collect()
    }

    fn read_line(&self, line: &str) -> Result<TunerTrial> {
        let wrong = || {
            Error::setting("this is no trial of a search")
                .with_help("remove the line, or name another file")
        };
        let line: Map<String, Value> = serde_json::from_str(line).map_err(|_| wrong())?;
        let trial = trial(&line).ok_or_else(wrong)?;
        let Self { data, seed, setup } = self;
        let other = |what: &str, found: &Value, now: String| {
            Error::setting(format!("the trial is of another {what}: {found}, and now it is {now}"))
                .with_help("name another file, and its trials stay what they are")
        };
        let is = |name: &str, now: &Value| line.get(name) == Some(now);
        if !is("data", &json!(data)) {
            return Err(other("table", &line["data"], data.to_string()));
        }
        if !is("seed", &json!(seed)) {
            return Err(other("seed", &line["seed"], seed.to_string()));
        }
        if !is("setup", &json!(setup)) {
            return Err(Error::setting(
                "the trial is of other settings: of the forest, of the split or of reading the table",
            )
            .with_help("give the flags that it was made with, or name another file"));
        }
        Ok(trial)
    }
}

fn trial(line: &Map<String, Value>) -> Option<TunerTrial> {
    let whole = |name: &str| line.get(name)?.as_u64();
    let number = |name: &str| line.get(name)?.as_f64();
    let settings = line.get("settings")?.as_object()?.iter();
    let settings = settings.map(|(name, text)| Some((name.clone(), text.as_str()?.to_owned())));
    line.get("data").and(line.get("seed"))?;
    Some(TunerTrial {
        number: whole("trial")? as usize,
        trees: whole("trees")?,
        settings: settings.collect::<Option<_>>()?,
        loss: number("loss")?,
        rows: whole("rows")?,
        nodes: whole("nodes")?,
        cut: whole("cut")?,
        shrinkage: number("shrinkage")?,
        seconds: number("seconds")?,
    })
}
