//! What signals do to the command.

#[cfg(unix)]
use std::sync::{
    Arc, Once,
    atomic::{AtomicBool, Ordering},
    mpsc,
};
#[cfg(unix)]
use std::{fs, process, thread};

#[cfg(unix)]
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGXFSZ};
#[cfg(unix)]
use signal_hook::iterator::Signals;
#[cfg(unix)]
use signal_hook::{flag, low_level};

#[cfg(unix)]
use forest::io;

/// Has the system answer a write beyond the limit on a file's size with an error, which is reported
/// and leaves no half-written file, instead of ending the program.
pub(super) fn survive_file_size_limit() {
    #[cfg(unix)]
    {
        // Where that cannot be had, the program ends as it would have.
        let _ = flag::register(SIGXFSZ, Arc::default());
    }
}

/// Has the signals that end the program remove its temporary files first.
#[cfg(unix)]
pub(super) fn remove_temporary_files() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let Some(signals) = deadly_signals() else { return };
        // The thread comes first: without it nobody would answer the signals.
        let (sender, receiver) = mpsc::channel();
        let thread = thread::Builder::new().name("signals".to_owned());
        if thread.spawn(move || receiver.recv().map(end_at_signal)).is_ok()
            && let Ok(watched) = watch(&signals)
        {
            let _ = sender.send(watched);
        }
    });
}

#[cfg(not(unix))]
pub(super) fn remove_temporary_files() {}

#[cfg(unix)]
struct Watched {
    signals: Signals,
    /// From the first signal on, the next ends the program at once: the first may have to wait for
    /// a disk.
    is_ending: Arc<AtomicBool>,
}

#[cfg(unix)]
fn watch(signals: &[i32]) -> std::io::Result<Watched> {
    let is_ending = Arc::default();
    for signal in signals {
        flag::register_conditional_default(*signal, Arc::clone(&is_ending))?;
    }
    Ok(Watched { signals: Signals::new(signals)?, is_ending })
}

#[cfg(unix)]
fn end_at_signal(mut watched: Watched) {
    for signal in watched.signals.forever() {
        watched.is_ending.store(true, Ordering::Relaxed);
        let _none_left = io::remove_temporary_files();
        // The program ends as it would have, so that its exit status names the signal.
        let _ = low_level::emulate_default_handler(signal);
    }
}

/// The signals that would end the program, and may be caught: not those that it was started to
/// ignore, as by `nohup`. `None` where that cannot be known.
#[cfg(unix)]
fn deadly_signals() -> Option<Vec<i32>> {
    // No signal ends the first process of a container by itself.
    if process::id() == 1 {
        return None;
    }
    // Only Linux says without unsafe code what is ignored. Elsewhere the next save cleans up.
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"))?;
    let ignored = u64::from_str_radix(ignored.trim(), 16).ok()?;
    let is_deadly = |signal: &i32| ignored & (1 << (signal - 1)) == 0;
    Some([SIGHUP, SIGINT, SIGTERM].into_iter().filter(is_deadly).collect())
}
