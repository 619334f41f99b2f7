//! What the modules share: a folder of one's own, and the command run in it.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// When every model of these tests was trained, so that the same flags give the same bytes.
pub(crate) const EPOCH: &str = "1700000000";

/// The cases that this build can do: any, those of the feature `arrow`, those of `compression`.
pub(crate) fn built<T: Copy>(any: &[T], arrow: &[T], compression: &[T]) -> Vec<T> {
    let arrow = if cfg!(feature = "arrow") { arrow } else { &[] };
    let compression = if cfg!(feature = "compression") { compression } else { &[] };
    [any, arrow, compression].concat()
}

/// What is against a JSON Schema in a value, if anything is.
pub(crate) fn violation(schema: &Value, value: &Value) -> Option<String> {
    let validator = jsonschema::validator_for(schema).unwrap();
    let error = validator.iter_errors(value).next()?;
    Some(format!("{}: {error}", error.instance_path()))
}

/// A folder that is gone when its test is over.
pub(crate) struct Folder {
    folder: TempDir,
    /// What the command remembers between two runs.
    cache: TempDir,
}

impl Folder {
    pub(crate) fn new() -> Self {
        Self { folder: TempDir::new().unwrap(), cache: TempDir::new().unwrap() }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) -> &Self {
        fs::write(self.path(name), content).unwrap();
        self
    }

    /// Copies a table of `examples/data`.
    pub(crate) fn example(&self, name: &str) -> &Self {
        self.write(name, fs::read(Path::new("examples/data").join(name)).unwrap())
    }

    pub(crate) fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// All that is in the folder: names with contents, `None` for a folder in it.
    pub(crate) fn contents(&self) -> BTreeMap<String, Option<Vec<u8>>> {
        let entries = fs::read_dir(self.folder.path()).unwrap().map(Result::unwrap);
        entries
            .map(|entry| {
                let name = entry.file_name().into_string().unwrap();
                let is_file = entry.file_type().unwrap().is_file();
                (name.clone(), is_file.then(|| self.read(&name)))
            })
            .collect()
    }

    /// The command, to be run in this folder.
    pub(crate) fn command(&self) -> Command {
        self.in_here(env!("CARGO_BIN_EXE_forest"))
    }

    /// Another program, to be run in this folder; `$FOREST` is the command.
    pub(crate) fn in_here(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(self.folder.path())
            .stdin(Stdio::null())
            .env("FOREST", env!("CARGO_BIN_EXE_forest"))
            .env("SOURCE_DATE_EPOCH", EPOCH)
            .env("XDG_CACHE_HOME", self.cache.path());
        command
    }

    /// Runs `forest` with arguments that have spaces between them, and none in them.
    pub(crate) fn forest(&self, args: &str) -> Ran {
        Ran::new(args, &self.command().args(args.split_whitespace()).output().unwrap())
    }

    /// Runs what has to fail with `code` and one error that has all of `words`: it must write
    /// nothing, neither to standard output nor in the folder.
    #[track_caller]
    pub(crate) fn refuses(&self, args: &str, code: i32, words: &[&str]) -> Ran {
        let before = self.contents();
        let ran = self.forest(args).fails(code, words);
        assert!(ran.stdout.is_empty(), "{args} writes to standard output");
        assert!(self.contents() == before, "{args} leaves {:?}", self.contents().keys());
        ran
    }

    /// Runs `forest` with something to read on standard input.
    pub(crate) fn forest_reads(&self, args: &str, input: &[u8]) -> Ran {
        let mut child = self
            .command()
            .args(args.split_whitespace())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        // The program may have read enough, or nothing: what it says of that is what counts.
        std::thread::scope(|scope| {
            scope.spawn(move || stdin.write_all(input));
            Ran::new(args, &child.wait_with_output().unwrap())
        })
    }

    /// Runs a line of shell, in which `$FOREST` is the command.
    #[cfg(unix)]
    pub(crate) fn shell(&self, line: &str) -> Ran {
        Ran::new(line, &self.in_here("sh").args(["-c", line]).output().unwrap())
    }
}

/// How a command ended and what it said.
#[derive(Debug)]
pub(crate) struct Ran {
    /// What was run, for messages.
    pub(crate) what: String,
    /// The exit code, `None` if a signal ended it.
    pub(crate) code: Option<i32>,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: String,
}

impl Ran {
    pub(crate) fn new(what: &str, output: &Output) -> Self {
        Self {
            what: what.to_owned(),
            code: output.status.code(),
            stdout: output.stdout.clone(),
            stderr: String::from_utf8(output.stderr.clone()).unwrap(),
        }
    }

    /// Standard output as text.
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.stdout).unwrap()
    }

    /// Requires that it did what it was asked for.
    #[track_caller]
    pub(crate) fn succeeds(self) -> Self {
        assert_eq!(self.code, Some(0), "{}\n{}", self.what, self.stderr);
        self
    }

    /// The one error that it told as JSON, as it would have told it in words.
    #[track_caller]
    fn error_of_json(&self) -> String {
        let lines = self.stderr.lines().map(serde_json::from_str::<Value>);
        let errors: Vec<_> = lines.filter_map(|line| line.ok()?.get("error").cloned()).collect();
        let [error] = &errors[..] else { panic!("one error: {}\n{}", self.what, self.stderr) };
        assert_eq!(error["exit_code"].as_i64(), self.code.map(i64::from), "{}", self.what);
        let part = |name: &str| match &error[name] {
            Value::Null => String::new(),
            Value::String(text) => format!("{text} "),
            number => format!("{name} {number} "),
        };
        let place = ["file", "line", "row"].map(part).concat();
        let column = error["column"].as_str().map(|column| format!("column '{column}' "));
        let told = place + &column.unwrap_or_default();
        format!("error: {told}{}\n  help: {}", part("message"), part("help"))
    }

    /// Requires that it ended with `code` and one error that has all of `words`.
    #[track_caller]
    pub(crate) fn fails(self, code: i32, words: &[&str]) -> Self {
        let what = &self.what;
        let stderr =
            if what.contains("--json") { self.error_of_json() } else { self.stderr.clone() };
        assert_eq!(self.code, Some(code), "{what}\n{stderr}");
        assert!(stderr.starts_with("error: "), "{what}\n{stderr}");
        assert_eq!(stderr.matches("error:").count(), 1, "one error only: {what}\n{stderr}");
        for word in words {
            assert!(stderr.contains(word), "no '{word}' in what it says: {what}\n{stderr}");
        }
        self
    }
}
