//! `forest completions` and `forest man`

use std::path::PathBuf;

use clap::{Args, Command};
use clap_complete::Shell;
use clap_mangen::Man;

use super::args::{ForceArgs, GlobalArgs};
use super::exit::Exit;
use super::output::print;
use forest::{Error, Result};

/// Print what a shell needs to complete the command's flags
#[derive(Args)]
#[command(after_help = "\
Examples:
  forest completions bash > ~/.local/share/bash-completion/completions/forest
  forest completions zsh > ~/.zfunc/_forest
  forest completions fish > ~/.config/fish/completions/forest.fish
  forest completions powershell >> $PROFILE")]
pub(super) struct CompletionsArgs {
    /// The shell
    shell: Shell,
}

/// Write the manual pages, one of the command and one of each verb
#[derive(Args)]
#[command(after_help = "\
Examples:
  forest man --out ~/.local/share/man/man1
  man forest-train")]
pub(super) struct ManArgs {
    /// Folder to write them in, which has to be there
    #[arg(long, value_name = "FOLDER")]
    out: PathBuf,

    #[command(flatten)]
    force: ForceArgs,
}

pub(super) fn completions(args: &CompletionsArgs, mut command: Command) -> Result<Exit> {
    let mut text = Vec::new();
    clap_complete::generate(args.shell, &mut command, "forest", &mut text);
    print(&String::from_utf8_lossy(&text))?;
    Ok(Exit::Done)
}

pub(super) fn man(args: &ManArgs, global: &GlobalArgs, mut command: Command) -> Result<Exit> {
    if !args.out.is_dir() {
        let message = "there is no folder of that name to write manual pages in";
        return Err(Error::output(message).in_file(&args.out).with_help("make it with mkdir -p"));
    }
    command.build();
    let verbs = command.get_subcommands().filter(|verb| verb.get_name() != "help").cloned();
    let verbs: Vec<Command> = verbs.collect();
    let page = |name: &str, command: Command| -> Result<()> {
        let mut page = Vec::new();
        let rendered = Man::new(command).render(&mut page);
        rendered.map_err(|error| Error::io("make the manual page", error))?;
        let path = args.out.join(format!("{name}.1"));
        let written = args.force.destination(&path, [])?.write(&page)?;
        global.note_written(&path, &written);
        Ok(())
    };
    page("forest", command.clone())?;
    for verb in verbs {
        let name = format!("forest-{}", verb.get_name());
        page(&name, verb.name(name.clone()))?;
    }
    Ok(Exit::Done)
}
