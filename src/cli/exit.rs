//! Exit codes, by name.

use std::process::ExitCode;

/// How the program ended, for the shell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Exit {
    /// What was asked for is done.
    Done = 0,
    /// A file cannot be read, written or used.
    Failed = 1,
    /// A flag is wrong, by itself or for this table.
    Usage = 2,
    /// A gate was not met.
    Gate = 3,
    /// The table is not like the training's, and has to be.
    Schema = 4,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
