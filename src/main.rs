//! The `forest` command.

mod cli;
mod report;

fn main() -> std::process::ExitCode {
    cli::run()
}
