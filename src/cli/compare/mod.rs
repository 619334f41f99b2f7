//! `forest compare`

mod algorithms;
mod models;

use std::path::PathBuf;

use clap::{Arg, Args, Command};

use super::args::{FoldArgs, Given, GlobalArgs, TrainDecisionArgs, TrainingArgs, TrustArgs, named};
use super::by_hand::is_given;
use super::exit::Exit;
use forest::metrics::Metric;
use forest::validation::Contestant;
use forest::{Error, Result};

/// Compare algorithms on the same folds, or two models on the same rows
#[derive(Args)]
#[command(
    allow_negative_numbers = true,
    after_help = "\
Without models, algorithms are cross-validated on the same folds:
  forest              as the flags say
  plain               the same without cut, shrinkage and calibration
  linfa               the same, its trees grown by linfa-trees; classes only
  auto                the same, settings that are not given chosen in each fold by out-of-bag loss, of 16
  extra-trees         extremely randomized trees, as many
  tree                one tree of all features, not pruned
  linear              logistic regression with an L2 penalty, or least squares
  naive-bayes         Gaussian naive Bayes (linfa); classes only
  nearest-neighbours  the five nearest training rows (linfa)
  baseline            always the same answer: the most frequent class, or the mean
Each is tested against the best by the corrected resampled t-test (Nadeau & Bengio 2003), with Holm's
correction. Times are those of this machine.

Two models are compared on the rows of --data, whose targets are known, or on those that both held out:
differences with bootstrap intervals, the rows that only one answers rightly (McNemar's exact test).

Examples:
  forest compare --data iris.csv --target species
  forest compare --data sales.csv --target price --algorithms forest,linear,baseline --repeats 5
  forest compare model_v1.bin model_v2.bin --data new.csv"
)]
pub(super) struct CompareArgs {
    #[command(flatten)]
    given: Given,

    /// Two model files to compare, instead of algorithms; {n} in a name is the highest number whose file is whole
    #[arg(value_name = "MODEL", num_args = 2)]
    pub(super) models: Vec<PathBuf>,

    /// Use the models only if this key signed both, each with its signature beside it: a public key in PEM
    #[arg(long, value_name = "FILE", requires = "models")]
    public_key: Option<PathBuf>,

    /// Algorithms to compare, with commas between them [default: all that go with the table; linfa and auto
    /// up to 20,000 rows]
    #[arg(long, value_name = "NAMES", value_parser = named::<Contestant>(), value_delimiter = ',')]
    algorithms: Vec<Contestant>,

    /// Metric to compare by [default: `log_loss`, rmse]
    #[arg(long, value_name = "METRIC", value_parser = named::<Metric>())]
    metric: Option<Metric>,

    #[command(flatten)]
    folds: FoldArgs,

    #[command(flatten)]
    training: TrainingArgs,

    #[command(flatten)]
    decision: TrainDecisionArgs,
}

pub(super) fn run(args: &CompareArgs, global: &GlobalArgs) -> Result<Exit> {
    match args.models.as_slice() {
        [first, second] => {
            args.check_for_models()?;
            let trust = TrustArgs::by_key(args.public_key.as_ref());
            models::run([first, second], &args.training.table, &trust, global)
        }
        _ => algorithms::run(args, global),
    }
}

/// What can be given beside two models, by the ids of their arguments.
const WITH_MODELS: [&str; 10] = [
    "models",
    "public_key",
    "data",
    "sample_weight",
    "format",
    "delimiter",
    "seed",
    "threads",
    "quiet",
    "json",
];

impl CompareArgs {
    /// Refuses flags that are about algorithms where there are models.
    fn check_for_models(&self) -> Result<()> {
        let command = Self::augment_args(Command::new("compare"));
        let is_wrong = |arg: &&Arg| {
            let id = arg.get_id().as_str();
            is_given(&self.given.0, id) && !WITH_MODELS.contains(&id)
        };
        match command.get_arguments().find(is_wrong) {
            None => Ok(()),
            Some(arg) => {
                let flag = arg.get_long().unwrap_or_default();
                Err(Error::setting(format!("--{flag} is about algorithms, and two models are given"))
                    .with_help("leave it out; two models take --data, --sample-weight, --format, --delimiter and --public-key"))
            }
        }
    }
}
