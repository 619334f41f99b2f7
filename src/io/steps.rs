//! The steps of writing a file: before each call of the operating system that matters. In tests any of
//! them can fail, or be the program's last.

/// Says which call comes now.
///
/// # Errors
/// In tests, if it is to fail.
#[cfg(not(test))]
#[inline]
#[expect(clippy::unnecessary_wraps, reason = "in tests it can fail")]
pub(super) fn step(_: &str) -> std::io::Result<()> {
    Ok(())
}

#[cfg(test)]
pub(super) use faults::{Fault, step, with_fault};

#[cfg(test)]
mod faults {
    use std::cell::RefCell;
    use std::io;

    /// What goes wrong, by the number of the step from 0.
    #[derive(Clone, Copy, Debug)]
    pub(crate) enum Fault {
        /// This step alone.
        Once(usize),
        /// This one and all after it.
        From(usize),
        /// The program is killed before it.
        #[cfg(unix)]
        Kill(usize),
    }

    struct Plan {
        fault: Fault,
        /// A call that the system does not have.
        denied: Option<&'static str>,
        n_steps: usize,
        failed: Vec<&'static str>,
    }

    thread_local! {
        static PLAN: RefCell<Option<Plan>> = const { RefCell::new(None) };
    }

    /// Does something where calls fail. Returns which did, but for the denied.
    pub(crate) fn with_fault<T>(
        fault: Fault,
        denied: Option<&'static str>,
        work: impl FnOnce() -> T,
    ) -> (T, Vec<&'static str>) {
        PLAN.set(Some(Plan { fault, denied, n_steps: 0, failed: Vec::new() }));
        let done = work();
        (done, PLAN.take().map_or_else(Vec::new, |plan| plan.failed))
    }

    pub(crate) fn step(call: &'static str) -> io::Result<()> {
        PLAN.with_borrow_mut(|plan| {
            let Some(plan) = plan else { return Ok(()) };
            if plan.denied == Some(call) {
                return Err(io::ErrorKind::Unsupported.into());
            }
            let here = plan.n_steps;
            plan.n_steps += 1;
            let fails = match plan.fault {
                Fault::Once(step) => here == step,
                Fault::From(step) => here >= step,
                #[cfg(unix)]
                Fault::Kill(step) => {
                    if here == step {
                        use rustix::process::{Signal, getpid, kill_process};
                        kill_process(getpid(), Signal::KILL)?;
                    }
                    false
                }
            };
            if fails {
                plan.failed.push(call);
                return Err(io::Error::other(format!("{call} was made to fail")));
            }
            Ok(())
        })
    }
}
