//! Progress of long work: a bar on a terminal, or lines for a log.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressFinish, ProgressStyle};
use serde::Serialize;

use super::args::{GlobalArgs, ProgressMode};
use super::output::{say, say_json};
use crate::report::text::{bytes, thousands};
use forest::data::ReadProgress;

/// The time between two lines of a log.
const LOG_INTERVAL: Duration = Duration::from_secs(10);

/// How much of some work is done, of a number of things.
pub(super) struct Progress {
    bar: ProgressBar,
    log: Option<Log>,
}

impl Progress {
    pub(super) fn new(n: u64, things: &'static str, global: &GlobalArgs) -> Self {
        let template = format!("{{bar:30}} {{pos}}/{{len}} {things}, {{eta}} to go {{msg}}");
        let bar = styled(ProgressBar::new(n), &template, global);
        // It is drawn when something is done: a bar that ticks by itself takes a thread, and the system may
        // refuse one.
        bar.tick();
        Self { bar, log: Log::new(things, global) }
    }

    /// Counts things that are done.
    pub(super) fn inc(&self, n_more: u64) {
        self.bar.inc(n_more);
        self.log_if_due();
    }

    pub(super) fn set(&self, n_done: u64) {
        self.bar.set_position(n_done);
        self.log_if_due();
    }

    pub(super) fn set_total(&self, n: u64) {
        self.bar.set_length(n);
    }

    /// Says what is being worked on.
    pub(super) fn set_message(&self, message: String) {
        self.bar.set_message(message);
    }

    /// Shows that there is still work being done.
    pub(super) fn tick(&self) {
        self.bar.tick();
        self.log_if_due();
    }

    fn log_if_due(&self) {
        if let Some(log) = &self.log {
            log.say_if_due(|| self.state());
        }
    }

    fn state(&self) -> State {
        State { done: self.bar.position(), of: self.bar.length(), bytes: None }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(log) = &self.log {
            log.say(&self.state());
        }
    }
}

/// How much of a table is done: by the bytes of its file, or, where these are not known, by the number of rows.
pub(super) struct RowsProgress {
    bar: ProgressBar,
    log: Option<Log>,
    n_rows: AtomicU64,
    /// Of the file, in the end.
    read: Mutex<Option<ReadProgress>>,
}

impl RowsProgress {
    fn new(global: &GlobalArgs) -> Self {
        let bar = styled(ProgressBar::no_length(), "{spinner} {msg} rows, {elapsed}", global);
        Self::of(bar, Log::new("rows", global))
    }

    pub(super) fn hidden() -> Self {
        Self::of(ProgressBar::hidden(), None)
    }

    fn of(bar: ProgressBar, log: Option<Log>) -> Self {
        Self { bar, log, n_rows: AtomicU64::new(0), read: Mutex::new(None) }
    }

    /// Counts rows, when so much of their file has been read.
    pub(super) fn count(&self, n_more: usize, read: Option<&ReadProgress>) {
        let n_rows = self.n_rows.fetch_add(n_more as u64, Ordering::Relaxed) + n_more as u64;
        if self.bar.is_hidden() && self.log.is_none() {
            return;
        }
        if let Some(read) = read {
            let mut known = self.read.lock().unwrap_or_else(PoisonError::into_inner);
            if known.is_none() {
                self.bar.set_length(read.n_bytes());
                set_style(&self.bar, "{bar:30} {bytes}/{total_bytes}, {msg} rows, {eta} to go");
            }
            *known = Some(read.clone());
            self.bar.set_position(read.read());
        }
        self.bar.set_message(thousands(n_rows));
        if let Some(log) = &self.log {
            log.say_if_due(|| self.state());
        }
    }

    fn state(&self) -> State {
        let read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        State {
            done: self.n_rows.load(Ordering::Relaxed),
            of: None,
            bytes: read.as_ref().map(|read| (read.read(), read.n_bytes())),
        }
    }
}

impl Drop for RowsProgress {
    fn drop(&mut self) {
        if let Some(log) = &self.log {
            log.say(&self.state());
        }
    }
}

impl GlobalArgs {
    /// The progress of reading a table.
    pub(super) fn rows_progress(&self) -> RowsProgress {
        RowsProgress::new(self)
    }
}

/// A bar of a style, unless no bar is wanted.
fn styled(bar: ProgressBar, template: &str, global: &GlobalArgs) -> ProgressBar {
    if global.quiet || global.progress != ProgressMode::Auto {
        bar.set_draw_target(indicatif::ProgressDrawTarget::hidden());
    }
    set_style(&bar, template);
    bar.with_finish(ProgressFinish::AndClear)
}

fn set_style(bar: &ProgressBar, template: &str) {
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
}

/// Lines about progress, every so often.
struct Log {
    things: &'static str,
    as_json: bool,
    started: Instant,
    last: Mutex<Instant>,
}

/// How much is done.
struct State {
    done: u64,
    of: Option<u64>,
    bytes: Option<(u64, u64)>,
}

/// A line of progress for a script.
#[derive(Serialize)]
struct Line {
    things: &'static str,
    done: u64,
    of: Option<u64>,
    bytes_read: Option<u64>,
    bytes_of_file: Option<u64>,
    seconds: f64,
}

impl Log {
    fn new(things: &'static str, global: &GlobalArgs) -> Option<Self> {
        let started = Instant::now();
        (global.progress == ProgressMode::Plain && !global.quiet).then(|| Self {
            things,
            as_json: global.json,
            started,
            last: Mutex::new(started),
        })
    }

    fn say_if_due(&self, state: impl FnOnce() -> State) {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if last.elapsed() >= LOG_INTERVAL {
            *last = Instant::now();
            self.say(&state());
        }
    }

    fn say(&self, &State { done, of, bytes: of_file }: &State) {
        let seconds = self.started.elapsed().as_secs_f64();
        if self.as_json {
            let (bytes_read, bytes_of_file) = of_file.unzip();
            let Self { things, .. } = *self;
            let line = Line { things, done, of, bytes_read, bytes_of_file, seconds };
            return say_json(&serde_json::json!({ "progress": line }));
        }
        let of_all = of.map(|of| format!("/{}", thousands(of))).unwrap_or_default();
        let of_bytes = of_file
            .map(|(read, all)| format!(", {} of {} read", bytes(read), bytes(all)))
            .unwrap_or_default();
        // Whatever is left takes as long as what is done has taken.
        let to_go = match of.map(|of| (done, of)).or(of_file) {
            Some((done, all)) if 0 < done && done < all => {
                format!(", about {:.0} s to go", seconds * (all - done) as f64 / done as f64)
            }
            _ => String::new(),
        };
        let done = thousands(done);
        say(&format!("progress: {done}{of_all} {}{of_bytes}, {seconds:.1} s{to_go}", self.things));
    }
}
