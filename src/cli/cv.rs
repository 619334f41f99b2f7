//! `forest cv`

use clap::Args;

use super::args::{
    FoldArgs, GlobalArgs, TrainDecisionArgs, TrainingArgs, budget, metric_of, named, warn,
};
use super::exit::Exit;
use super::gate::{GateArgs, say_failures};
use super::progress::Progress;
use crate::report::cv::CvReport;
use forest::metrics::{Metric, Scores};
use forest::validation::{
    Algorithm, CrossValidation, Curve, CurvePoint, FoldScores, learning_curve, summary,
};
use forest::{Budget, Result, TrainOptions};
use linfa::ParamGuard;

/// Cross-validate a forest: how good it is on rows not seen, and how sure that is
#[derive(Args)]
#[command(
    allow_negative_numbers = true,
    after_help = "\
The table is divided into folds, and each is scored by a forest that is trained on the others: with
--group on other groups, with --order on earlier rows. The folds are those of scikit-learn for the same
seed. Folds share training rows; the intervals of the means heed that (Nadeau & Bengio 2003).

Examples:
  forest cv --data iris.csv --target species
  forest cv --data iris.csv --target species --folds 10 --repeats 3 --json
  forest cv --data sales.csv --target price --order date --curve rows
  forest cv --data churn.csv --target left --gate 'auc>=0.8' --gate 'log_loss<baseline'"
)]
pub(super) struct CvArgs {
    #[command(flatten)]
    folds: FoldArgs,

    /// Cross-validate with fewer rows, or with fewer and more trees as well, and say whether more would help
    #[arg(long, value_name = "OF", value_parser = named::<Curve>(), conflicts_with = "auto")]
    curve: Option<Curve>,

    /// Metric of the learning curve [default: `log_loss`, rmse]
    #[arg(long, value_name = "METRIC", value_parser = named::<Metric>(), requires = "curve")]
    metric: Option<Metric>,

    /// In each fold, choose settings that are not given by out-of-bag loss, as `train --auto` does
    #[arg(long, value_name = "TRIALS|TIME", value_parser = budget, num_args = 0..=1, default_missing_value = "16")]
    auto: Option<Budget>,

    #[command(flatten)]
    gates: GateArgs,

    #[command(flatten)]
    training: TrainingArgs,

    #[command(flatten)]
    decision: TrainDecisionArgs,
}

pub(super) fn run(args: &CvArgs, global: &GlobalArgs) -> Result<Exit> {
    let table = args.training.read_table(global)?;
    let task = table.target.values.task();
    let metric = metric_of(args.metric, task)?;
    let gates = args.gates.gates();
    let classes = table.target.values.classes().map_or(&[][..], |(names, _)| names);
    gates.check(classes, task, global)?;
    let options = args.training.options_of_folds(&args.decision, &table, global)?;
    let (folds, cross_validation) = args.folds.cross_validation(&table, global)?;
    let warnings = warn(&cross_validation, &options, global)?;
    let (by_fold, curve) = args.cross_validate(&cross_validation, &options, global)?;
    let outcomes = gates.outcomes_of(classes, |value| {
        let sides: [fn(&FoldScores) -> &Scores; 2] = [|fold| &fold.scores, |fold| &fold.baseline];
        let mean = |side: fn(&FoldScores) -> &Scores| summary(&by_fold, |fold| value(side(fold)));
        sides.map(|side| mean(side).map(|over_folds| over_folds.mean))
    });
    let mut report = CvReport::new(&table, folds, by_fold, warnings, &outcomes);
    if let (Some(points), Some(curve)) = (curve, args.curve) {
        report.add_curve(curve, metric, &points);
    }
    global.print(&report)?;
    let failed = say_failures(&outcomes, "the mean over folds of ", "", global);
    Ok(if failed { Exit::Gate } else { Exit::Done })
}

impl CvArgs {
    /// The scores of each fold, and the learning curve, if there is to be one.
    fn cross_validate(
        &self,
        cross_validation: &CrossValidation,
        options: &TrainOptions,
        global: &GlobalArgs,
    ) -> Result<(Vec<FoldScores>, Option<Vec<CurvePoint>>)> {
        let n_trees = options.forest.check_ref()?.n_trees();
        let n_folds = cross_validation.folds().len();
        let Some(curve) = self.curve else {
            let algorithm = Algorithm::Forest {
                options: Box::new(options.clone()),
                search: self.auto,
                fixed: self.training.forest.given().to_vec(),
            };
            let by_tree = self.auto.is_none();
            let (n, things) =
                if by_tree { (n_folds * n_trees, "trees") } else { (n_folds, "folds") };
            let bar = Progress::new(n as u64, things, global);
            let (on_tree, on_fold) =
                (|| bar.inc(u64::from(by_tree)), |_: &_| bar.inc(u64::from(!by_tree)));
            let cross_validation = cross_validation.clone().on_tree(&on_tree).on_fold(&on_fold);
            return Ok((cross_validation.run(&algorithm)?, None));
        };
        let sizes = curve.sizes(cross_validation, options)?;
        let (n_trees, given) = match curve {
            Curve::Rows => (sizes.len() * n_trees, sizes.len() - 1),
            Curve::Trees => {
                let given = sizes.iter().position(|&n| n == n_trees).unwrap_or_default();
                (sizes.iter().sum(), given)
            }
        };
        let bar = Progress::new((n_folds * n_trees) as u64, "trees", global);
        let on_tree = || bar.inc(1);
        let cross_validation = cross_validation.clone().on_tree(&on_tree);
        let points = learning_curve(&cross_validation, options, curve, &sizes)?;
        Ok((points[given].folds.clone(), Some(points)))
    }
}
