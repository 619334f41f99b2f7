//! The command line: what can be asked, and who answers.

mod advice;
mod args;
mod by_hand;
mod check;
mod compare;
mod cv;
mod data;
mod data_path_cache;
mod diff;
mod distil;
mod drift;
mod effects;
mod evaluate;
mod exit;
mod explain;
mod explained;
mod export;
mod failure;
mod files;
mod findings;
mod gate;
mod generate;
mod given;
mod import;
mod inspect;
mod list;
mod newest;
mod output;
mod pieces;
mod predict;
mod predicted;
mod prediction_writer;
mod progress;
mod prune;
mod report;
mod search;
mod shell;
#[cfg(feature = "signing")]
mod sign;
mod signals;
#[cfg(feature = "signing")]
mod signatures;
mod train;
mod trials;
mod trust;
mod tune;
mod two_models;
mod upgrade;
mod verify;
#[cfg(not(feature = "signing"))]
mod without_signatures;

use std::env;
use std::ffi::OsString;
#[cfg(feature = "arrow")]
use std::panic;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::builder::{StyledStr, Styles};
use clap::{Command, CommandFactory, FromArgMatches, Id, Parser, Subcommand};

use args::GlobalArgs;
use exit::Exit;
use failure::{report, report_usage, wants_json};
use forest::Result;
#[cfg(feature = "arrow")]
use forest::data::is_guarded_panic;
use forest::message::is_printable;

const EXIT_CODES: &str = "\
Exit codes: 0 done, 1 a file cannot be read, written or used, 2 wrong usage (also for this table),
  3 a gate was not met (--gate, --max-drift, --max-drop …), 4 rows unlike training's (--strict)";

const EXAMPLES: &str = "\
Examples:
  forest train --out model.bin                     train on the built-in synthetic table
  forest train --data iris.csv --target species --out iris.bin
  forest predict iris.bin --data new.csv           predict your own rows

";

/// Train a random forest, save it to a versioned file, load it anywhere.
#[derive(Parser)]
#[command(version, max_term_width = 100)]
#[command(after_help = format!("{EXAMPLES}{EXIT_CODES}"))]
struct Cli {
    #[command(subcommand)]
    verb: Verb,

    #[command(flatten)]
    global: GlobalArgs,
}

#[derive(Subcommand)]
enum Verb {
    Train(Box<train::TrainArgs>),
    Cv(Box<cv::CvArgs>),
    Compare(Box<compare::CompareArgs>),
    Tune(Box<tune::TuneArgs>),
    Check(Box<check::CheckArgs>),
    Predict(predict::PredictArgs),
    Evaluate(evaluate::EvaluateArgs),
    Explain(explain::ExplainArgs),
    Report(report::ReportArgs),
    Inspect(inspect::InspectArgs),
    List(list::ListArgs),
    Diff(diff::DiffArgs),
    Verify(verify::VerifyArgs),
    Prune(prune::PruneArgs),
    Distil(distil::DistilArgs),
    Upgrade(upgrade::UpgradeArgs),
    Import(import::ImportArgs),
    Export(export::ExportArgs),
    #[cfg(feature = "signing")]
    Sign(sign::SignArgs),
    Generate(generate::GenerateArgs),
    Completions(shell::CompletionsArgs),
    Man(shell::ManArgs),
}

/// A code that does nothing, is shown by no terminal, and left out where there is none.
const NOTHING: &str = "\x1b[0m";

/// All that can be asked. A `{n}` in a help text, which clap would take for the end of a line, has something between
/// its braces that nobody sees.
fn command() -> Command {
    let shown =
        |text: &StyledStr| text.ansi().to_string().replace("{n}", &format!("{{{NOTHING}n}}"));
    Cli::command().mut_subcommands(|verb| {
        let after = verb.get_after_help().map(shown);
        let verb = verb.mut_args(|arg| match arg.get_help().map(shown) {
            Some(help) => arg.help(help),
            None => arg,
        });
        match after {
            Some(after) => verb.after_help(after),
            None => verb,
        }
    })
}

/// Does what the command line says.
pub(crate) fn run() -> ExitCode {
    signals::survive_file_size_limit();
    #[cfg(feature = "arrow")]
    print_no_guarded_panics();
    let args = match given::expand(env::args_os().collect()) {
        Ok(args) => args,
        Err(error) => {
            let as_json = wants_json(&env::args_os().collect::<Vec<_>>());
            return report(&error, &command(), as_json).into();
        }
    };
    let as_json = wants_json(&args);
    let exit = match parse(command(), &args) {
        Ok((cli, verb)) => dispatch(cli).unwrap_or_else(|error| report(&error, &verb, as_json)),
        Err(error) if error.use_stderr() && as_json => {
            // Without codes of clap's, what is left of such is what was typed.
            let plain = parse(command().styles(Styles::plain()), &args).err().unwrap_or(error);
            report_usage(&plain.render().ansi().to_string());
            Exit::Usage
        }
        Err(error) => {
            explain(&error, &args);
            if error.use_stderr() { Exit::Usage } else { Exit::Done }
        }
    };
    exit.into()
}

/// Keeps panics that become errors of a file from being printed: they are reported as errors.
#[cfg(feature = "arrow")]
fn print_no_guarded_panics() {
    let default = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        if !is_guarded_panic() {
            default(info);
        }
    }));
}

/// What is asked for, and the verb that answers.
fn parse(mut command: Command, args: &[OsString]) -> Result<(Cli, Command), clap::Error> {
    let matches = command.try_get_matches_from_mut(args)?;
    // clap's own word for this names all flags of the group; the one that was given is enough.
    if let Some(("train" | "tune" | "cv" | "compare", verb)) = matches.subcommand()
        && verb.contains_id("data")
        && let Some(flag) = verb.get_many::<Id>("SyntheticArgs").and_then(|mut ids| ids.next())
    {
        let flag = flag.as_str().replace('_', "-");
        let message =
            format!("'--{flag}' is about the synthetic table and cannot be used with '--data'");
        return Err(command.error(clap::error::ErrorKind::ArgumentConflict, message));
    }
    let verb = matches.subcommand_name().and_then(|name| command.find_subcommand(name));
    Ok((Cli::from_arg_matches(&matches)?, verb.cloned().unwrap_or_default()))
}

/// Prints clap's help or error. If it cannot be printed there is nobody to tell.
fn explain(error: &clap::Error, args: &[OsString]) {
    // clap repeats arguments as they are, and afterwards nobody can tell their escape codes from its
    // own. So where there are such arguments the error is made again, without codes of clap's.
    let are_printable = args.iter().all(|arg| is_printable(&arg.to_string_lossy()));
    let plain = || parse(command().styles(Styles::plain()), args).err();
    match if are_printable { None } else { plain() } {
        None => drop(error.print()),
        Some(plain) => {
            let text = plain.render().ansi().to_string();
            if plain.use_stderr() {
                output::say(&text);
            } else {
                drop(output::print(&text.replace(NOTHING, "")));
            }
        }
    }
}

fn dispatch(mut cli: Cli) -> Result<Exit> {
    let (verb, global) = (&mut cli.verb, &cli.global);
    global.on_threads(|| {
        for model in verb.models() {
            *model = newest::newest(model, global)?;
        }
        verb.run(global)
    })?
}

impl Verb {
    /// The models that are read.
    fn models(&mut self) -> Vec<&mut PathBuf> {
        match self {
            Self::Predict(args) => vec![&mut args.rows.model],
            Self::Evaluate(args) => vec![&mut args.rows.model],
            Self::Explain(args) => vec![&mut args.rows.model],
            Self::Report(args) => vec![&mut args.rows.model],
            Self::Inspect(args) => vec![&mut args.model],
            Self::Verify(args) => vec![&mut args.model],
            Self::Prune(args) => vec![&mut args.of.model],
            Self::Distil(args) => vec![&mut args.of.model],
            Self::Upgrade(args) => vec![&mut args.model],
            Self::Export(args) => vec![&mut args.model],
            Self::Compare(args) => args.models.iter_mut().collect(),
            Self::Diff(args) => args.models.iter_mut().collect(),
            _ => Vec::new(),
        }
    }

    fn run(&self, global: &GlobalArgs) -> Result<Exit> {
        match self {
            Self::Train(args) => train::run(args, global),
            Self::Cv(args) => cv::run(args, global),
            Self::Compare(args) => compare::run(args, global),
            Self::Tune(args) => tune::run(args, global),
            Self::Check(args) => check::run(args, global),
            Self::Predict(args) => predict::run(args, global),
            Self::Evaluate(args) => evaluate::run(args, global),
            Self::Explain(args) => explain::run(args, global),
            Self::Report(args) => report::run(args, global),
            Self::Inspect(args) => inspect::run(args, global),
            Self::List(args) => list::run(args, global),
            Self::Diff(args) => diff::run(args, global),
            Self::Verify(args) => verify::run(args, global),
            Self::Prune(args) => prune::run(args, global),
            Self::Distil(args) => distil::run(args, global),
            Self::Upgrade(args) => upgrade::run(args, global),
            Self::Import(args) => import::run(args, global),
            Self::Export(args) => export::run(args, global),
            #[cfg(feature = "signing")]
            Self::Sign(args) => sign::run(args, global),
            Self::Generate(args) => generate::run(args, global),
            Self::Completions(args) => shell::completions(args, command()),
            Self::Man(args) => shell::man(args, global, command()),
        }
    }
}
