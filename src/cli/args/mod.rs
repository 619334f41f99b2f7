//! Flags that several verbs share, and what is made of them.

mod budget;
mod decision;
mod folds;
mod forest;
mod intervals;
mod model;
mod rows;
mod split;
mod strict;
mod synthetic;
mod table;
mod trained;
mod training;
mod trust;

use std::env;
use std::path::{Path, PathBuf};

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueEnum};

pub(super) use self::forest::ForestArgs;
pub(super) use budget::{Given, budget};
pub(super) use decision::{DecisionArgs, TrainDecisionArgs};
pub(super) use folds::{FoldArgs, metric_of, warn};
pub(super) use intervals::IntervalArgs;
pub(super) use model::ModelArg;
pub(super) use rows::RowsArgs;
pub(super) use split::SplitArgs;
pub(super) use strict::StrictArgs;
pub(super) use synthetic::SyntheticArgs;
pub(super) use table::TableArgs;
pub(super) use trained::TrainedArgs;
pub(super) use training::TrainingArgs;
pub(super) use trust::TrustArgs;
#[cfg(feature = "signing")]
pub(super) use trust::beside;

use super::signals;
use crate::report::text::count;
use ::forest::data::STANDARD_STREAM;
use ::forest::io::{Destination, Versions};
use ::forest::{Error, ForestParams, Named, Result, threads};
use jiff::Timestamp;
use linfa::ParamGuard;

/// How progress is shown.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ProgressMode {
    // A bar, if standard error is a terminal. Comments that document it would make all help longer.
    Auto,
    // A line every ten seconds and one in the end.
    Plain,
    None,
}

/// Flags of every verb.
#[derive(Args)]
#[command(next_help_heading = "Everywhere")]
pub(super) struct GlobalArgs {
    /// Seed of everything that is random: data, split and forest
    #[arg(long, global = true, value_name = "N", default_value_t = 42)]
    pub(super) seed: u32,

    /// Threads, 0 for one per core; results are the same on any number
    #[arg(long, global = true, value_name = "N", default_value_t = 0)]
    threads: usize,

    /// Say nothing but results and errors
    #[arg(long, short, global = true)]
    pub(super) quiet: bool,

    /// Progress: auto shows a bar on a terminal, plain a line every ten seconds
    #[arg(long, global = true, value_enum, value_name = "HOW", default_value_t = ProgressMode::Auto)]
    pub(super) progress: ProgressMode,

    /// Give the result as JSON
    #[arg(long, global = true)]
    pub(super) json: bool,

    /// Take flags from a TOML file: those at its top and under [train] or others
    #[arg(long = "config", global = true, value_name = "FILE")]
    _config: Option<PathBuf>,
}

impl GlobalArgs {
    /// Does all of a verb's work on the threads that were asked for, as far as they make sense and the
    /// system grants them.
    pub(super) fn on_threads<R: Send>(&self, work: impl FnOnce() -> R + Send) -> Result<R> {
        ForestParams::new().n_threads(self.threads).check()?;
        Ok(threads::for_process(self.threads, || {
            self.note_threads();
            work()
        }))
    }

    /// Says if there are fewer threads than were asked for.
    fn note_threads(&self) {
        let (useful, granted) = (threads::n_useful(self.threads), threads::count());
        if granted < useful {
            self.note(&format!(
                "note: the system refuses {useful} threads, so that the work is done on {granted}; \
                 results are the same on any number"
            ));
        } else if useful < self.threads {
            let cores = count(threads::n_cores() as u64, "core", "cores");
            self.note(&format!(
                "note: --threads {} is more than this machine has a use for, with {cores}: the work is \
                 done on {useful}; results are the same on any number",
                self.threads
            ));
        }
    }
}

/// Flags that say where a result goes.
#[derive(Args)]
pub(super) struct ForceArgs {
    /// Replace the file that --out names, if it is there
    #[arg(long)]
    force: bool,
}

impl ForceArgs {
    /// Where the result is to be written: not over a file that it is made from.
    pub(super) fn destination<'a>(
        &self,
        out: &Path,
        inputs: impl IntoIterator<Item = &'a PathBuf>,
    ) -> Result<Destination> {
        let place = |path: &Path| path.is_file().then(|| path.canonicalize().ok()).flatten();
        let is_out = |input: &&PathBuf| place(out).is_some_and(|out| Some(out) == place(input));
        if let Some(input) = inputs.into_iter().find(is_out) {
            let input = input.display();
            return Err(Error::setting(format!("--out would replace {input}, which is read"))
                .with_help("give --out another name"));
        }
        if out.as_os_str() != STANDARD_STREAM {
            signals::remove_temporary_files();
        }
        Destination::new(out, self.force)
    }

    /// Likewise, where a name may have a `{n}`, for the next number.
    pub(super) fn version<'a>(
        &self,
        out: &Path,
        inputs: impl IntoIterator<Item = &'a PathBuf>,
    ) -> Result<Destination> {
        match Versions::of(out)? {
            None => self.destination(out, inputs),
            Some(_) if self.force => Err(Error::setting(
                "--force replaces a file, and {n} stands for a number that no file has",
            )
            .with_help("leave out --force, or name the file to replace")),
            Some(versions) => {
                signals::remove_temporary_files();
                Destination::version(versions)
            }
        }
    }
}

/// A name and a value, separated by the first equals sign.
pub(super) fn tag(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("a tag is NAME=VALUE, for instance commit=abc123".to_owned()),
    }
}

/// The date to record, if `SOURCE_DATE_EPOCH` (<https://reproducible-builds.org/specs/source-date-epoch/>)
/// gives one.
pub(super) fn source_date_epoch() -> Result<Option<Timestamp>> {
    let Some(text) = env::var_os("SOURCE_DATE_EPOCH") else { return Ok(None) };
    let seconds = text.to_str().and_then(|text| text.parse().ok());
    let date = seconds.and_then(|seconds| Timestamp::from_second(seconds).ok());
    date.map(Some).ok_or_else(|| {
        Error::setting(format!("SOURCE_DATE_EPOCH is '{}'", text.display()))
            .with_help("it has to be a number of seconds since 1970, or not be set")
    })
}

/// A delimiter: one ASCII character, or `tab`.
pub(super) fn delimiter(text: &str) -> Result<u8, String> {
    match text.as_bytes() {
        b"tab" | b"\\t" => Ok(b'\t'),
        [byte] if byte.is_ascii() && !matches!(byte, b'"' | b'\n' | b'\r') => Ok(*byte),
        _ => Err("a delimiter is one ASCII character, or `tab`".to_owned()),
    }
}

/// A mark in numbers: a character, or the word `space`. The library says which ones there are.
pub(super) fn mark(text: &str) -> Result<char, String> {
    match (text, text.parse()) {
        ("space", _) => Ok(' '),
        (_, Ok(mark)) => Ok(mark),
        _ => Err("a mark is one character, or `space`".to_owned()),
    }
}

/// A value of an enum by its name.
pub(super) fn named<T: Named + Clone + Send + Sync + 'static>() -> impl TypedValueParser<Value = T>
{
    PossibleValuesParser::new(T::NAMES).try_map(|name| name.parse::<T>())
}

/// A part of all, from 0 to 1.
pub(super) fn part(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(part) if (0.0..=1.0).contains(&part) => Ok(part),
        _ => Err("a quantile is a number from 0 to 1, for instance 0.95".to_owned()),
    }
}
