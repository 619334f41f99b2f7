//! Flags of the forest, made out of the table of its hyperparameters.

use clap::builder::PossibleValuesParser;
use clap::error::ErrorKind;
use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches};

use forest::data::{Table, TargetValues};
use forest::message::list;
use forest::{Allowed, ClassWeight, Error, ForestParams, Hyperparameter, Parameter, Result};

use crate::cli::advice::flag;

/// Flags of the forest.
pub(in crate::cli) struct ForestArgs {
    /// All that they set but for weights of classes, whose names a table has.
    params: ForestParams,
    class_weight: Option<String>,
    /// The names of those that were given.
    given: Vec<&'static str>,
}

const CLASS_WEIGHT: &str = "class_weight";

/// The flag that all others start from.
const PLAIN: &str = "plain";

/// The hyperparameters that are flags of the forest: all but the seed, which is one of every verb.
fn rows() -> impl Iterator<Item = &'static Hyperparameter> {
    ForestParams::hyperparameters().iter().filter(|row| row.name != "seed")
}

fn arg(row: &'static Hyperparameter) -> Arg {
    let long = flag(Parameter::new(row.name)).trim_start_matches('-').to_owned();
    let arg = Arg::new(row.name).long(long).help(help(row)).help_heading("Forest");
    let text = |text: &str| match ForestParams::new().set(row.name, text) {
        // What is to be left open is not given.
        Ok(_) if row.none.is_none() || text != "none" => Ok(text.to_owned()),
        _ => Err(format!("it must be {}", row.allowed)),
    };
    match row.allowed {
        Allowed::Bool => arg.action(ArgAction::SetTrue),
        Allowed::Whole { .. } => arg.value_name("N").value_parser(text),
        Allowed::Number { .. } => arg.value_name("X").value_parser(text),
        Allowed::OneOf { names, others: [] } => {
            arg.value_name(row.name.to_uppercase()).value_parser(PossibleValuesParser::new(names))
        }
        Allowed::OneOf { .. } if row.name == CLASS_WEIGHT => arg.value_name("HOW"),
        _ => arg.value_name("HOW MANY").value_parser(text),
    }
}

/// What a flag does: of some, another thing than the hyperparameter.
fn help(row: &Hyperparameter) -> String {
    let help = match row.name {
        "bootstrap" => "Grow each tree on all rows",
        CLASS_WEIGHT => {
            "Weight of a class's rows: none, balanced, `balanced_subsample` or CLASS=WEIGHT,… (classes left \
             out weigh 1)"
        }
        "intervals" => {
            "Do not keep what `predict --interval` needs: the out-of-bag residuals of a regression, or \
             quantiles of them"
        }
        "keep_quantiles" => {
            "Keep what `predict --quantiles` needs: the training targets of each leaf"
        }
        _ => row.help,
    };
    match (row.allowed, row.none) {
        (Allowed::Bool, _) => help.to_owned(),
        (_, Some(none)) => format!("{help} [default: {none}]"),
        (_, None) => format!("{help} [default: {}]", row.default()),
    }
}

impl Args for ForestArgs {
    fn augment_args(command: Command) -> Command {
        let plain = Arg::new(PLAIN).long(PLAIN).action(ArgAction::SetTrue).help_heading("Forest").help(
            "As scikit-learn: leave the trees as they were grown, and let class weights count in splits; what other flags say goes first",
        );
        command.args(rows().map(arg)).arg(plain)
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for ForestArgs {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let is_plain = matches.get_flag(PLAIN);
        let mut params = if is_plain { ForestParams::plain() } else { ForestParams::new() };
        for row in rows().filter(|row| row.name != CLASS_WEIGHT) {
            let text = match row.allowed {
                // The flag is there to set what is not the default.
                Allowed::Bool if matches.get_flag(row.name) => {
                    Some((row.default() != "true").to_string())
                }
                Allowed::Bool => None,
                _ => matches.get_one::<String>(row.name).cloned(),
            };
            if let Some(text) = text {
                let set = params.set(row.name, &text);
                params = set.map_err(|error| clap::Error::raw(ErrorKind::InvalidValue, error))?;
            }
        }
        let is_given = |name: &&str| matches.value_source(name) == Some(ValueSource::CommandLine);
        let given = rows().map(|row| row.name).filter(is_given).collect();
        Ok(Self { params, class_weight: matches.get_one(CLASS_WEIGHT).cloned(), given })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl ForestArgs {
    /// The names of the hyperparameters that were given.
    pub(in crate::cli) fn given(&self) -> &[&'static str] {
        &self.given
    }

    /// The settings for a table.
    pub(in crate::cli) fn params(&self, seed: u32, table: &Table) -> Result<ForestParams> {
        let params = self.params.clone().seed(u64::from(seed));
        match &self.class_weight {
            None => Ok(params),
            Some(text) => Ok(params.class_weight(class_weight(text, &table.target.values)?)),
        }
    }
}

fn class_weight(text: &str, target: &TargetValues) -> Result<ClassWeight> {
    if !text.contains('=') {
        return text.parse().map_err(|_| {
            Error::setting(format!("--class-weight '{text}' is not known")).with_help(
                "give none, balanced, balanced_subsample, or CLASS=WEIGHT,CLASS=WEIGHT,…",
            )
        });
    }
    let TargetValues::Classes { names: classes, .. } = target else {
        return Err(Error::setting("--class-weight weighs classes, and the target is numbers")
            .with_help("leave it out, or give --task classification"));
    };
    let mut weights = vec![None; classes.len()];
    for part in text.split(',') {
        let pair = part.rsplit_once('=').and_then(|(name, w)| Some((name, w.parse().ok()?)));
        let Some((name, weight)) = pair else {
            return Err(Error::setting(format!("--class-weight has '{part}', not CLASS=WEIGHT")));
        };
        let Some(class) = classes.iter().position(|class| class == name) else {
            return Err(Error::setting(format!(
                "--class-weight names '{name}', which is no class"
            ))
            .with_help(format!("the classes are {}", list(classes))));
        };
        if weights[class].replace(weight).is_some() {
            return Err(Error::setting(format!("--class-weight names '{name}' twice")));
        }
    }
    Ok(ClassWeight::PerClass(weights.into_iter().map(|weight| weight.unwrap_or(1.0)).collect()))
}
