//! The `forest` command.

fn main() -> std::process::ExitCode {
    forest::cli::run()
}
