//! Two models on the same rows: for `compare` and `diff`.

use super::args::{GlobalArgs, RowsArgs};
use super::data::RowSource;
use super::predicted::{Keep, Known, Predicted};
use super::progress::RowsProgress;
use crate::report::models::{Flip, ModelsReport};
use forest::data::{Rows, RowsOptions, STANDARD_STREAM};
use forest::message::shorten;
use forest::metrics::Scores;
use forest::validation::{Answers, Paired};
use forest::{Error, Model, Result};

/// The maximum number of rows that are named of those that are answered differently.
const MOST_FLIPS: usize = 1000;

/// Two models, and where the rows are that they are to answer: the first's and the second's.
pub(super) struct TwoModels<'a> {
    pub(super) models: [Model; 2],
    rows: [RowsArgs; 2],
    sample_weight: Option<&'a String>,
}

/// How they compare.
pub(super) struct Compared {
    pub(super) report: ModelsReport,
    pub(super) scores: [Scores; 2],
}

/// A model's answers to all rows.
struct Answered<'a> {
    model: &'a Model,
    input: RowSource<'a>,
    rows: Rows,
    outputs: Vec<f64>,
    known: Known,
}

impl<'a> TwoModels<'a> {
    /// Loads them. `rows` name the models, too, and the same table or none.
    pub(super) fn load(rows: [RowsArgs; 2], sample_weight: Option<&'a String>) -> Result<Self> {
        let paths = rows.iter().flat_map(|rows| [Some(&*rows.model), rows.data.as_ref()]);
        if paths.flatten().any(|path| path.as_os_str() == STANDARD_STREAM) {
            return Err(Error::setting(
                "two models and their rows are read from files, not from standard input",
            )
            .with_help("save it to a file first"));
        }
        let models = [rows[0].load_model()?, rows[1].load_model()?];
        Ok(Self { models, rows, sample_weight })
    }

    /// Compares them on the rows of the table, or on those that both held out.
    ///
    /// # Errors
    /// Rows that cannot be read or had, or are not the same; models of other targets or classes.
    pub(super) fn compare(&self, global: &GlobalArgs) -> Result<Compared> {
        let in_second = |error: Error| error.in_file(&self.rows[1].model);
        check_same_target(&self.models).map_err(in_second)?;
        let [first, second] = [self.answers(0, global)?, self.answers(1, global)?];
        check_same_rows(&first, &second).map_err(in_second)?;
        let [(first_scores, first_classes), (second_scores, second_classes)] =
            [first.scored()?, second.scored()?];
        let answers = [
            Answers { outputs: &first.outputs, classes: &first_classes, scores: &first_scores },
            Answers { outputs: &second.outputs, classes: &second_classes, scores: &second_scores },
        ];
        let weights = first.rows.weights.as_deref();
        let paired = Paired::new(first.target(), answers, weights, u64::from(global.seed));
        let paths = [&*self.rows[0].model, &*self.rows[1].model];
        let flips = first.flips([&first_classes, &second_classes]);
        let report = ModelsReport::new(paths, first.model, first.rows.len() as u64, paired, flips);
        Ok(Compared { report, scores: [first_scores, second_scores] })
    }

    fn answers(&self, which: usize, global: &GlobalArgs) -> Result<Answered<'_>> {
        let model = &self.models[which];
        let mut input = self.rows[which].open(
            model,
            RowsOptions { sample_weight: self.sample_weight.cloned(), ..RowsOptions::default() },
        )?;
        let Predicted { rows, outputs } =
            Predicted::read(model, Keep::default(), &mut input, &RowsProgress::hidden())?;
        let known = Known::of(&rows, model, &input)?;
        if let Some(schema_report) = input.report(model, global)? {
            global.note_schema_report(&schema_report);
        }
        Ok(Answered { model, input, rows, outputs, known })
    }
}

impl Answered<'_> {
    fn target(&self) -> forest::Target<'_> {
        self.known.target(self.model.forest().n_classes())
    }

    /// All scores, and the class that is decided on for each row.
    fn scored(&self) -> Result<(Scores, Vec<u32>)> {
        let Self { model, rows, outputs, known, .. } = self;
        let weights = rows.weights.as_deref();
        let decision = model.decision();
        let scores = model.baseline().score(outputs.clone(), decision, self.target(), weights)?;
        let classes = match known {
            Known::Classes(_) => {
                let rows = outputs.chunks(model.forest().n_classes());
                rows.map(|proba| decision.decide(proba)).collect()
            }
            Known::Numbers(_) => Vec::new(),
        };
        Ok((scores, classes))
    }

    /// The first rows that are answered differently.
    fn flips(&self, [first, second]: [&[u32]; 2]) -> Vec<Flip> {
        let Known::Classes(truth) = &self.known else { return Vec::new() };
        let weighs = |row: usize| self.rows.weights.as_ref().is_none_or(|all| all[row] > 0.0);
        let flips = (0..truth.len()).filter(|&row| first[row] != second[row] && weighs(row));
        let name = |class: u32| self.model.class_name(class).to_owned();
        let flip = |row: usize| Flip {
            place: self.input.place(self.rows.places[row]),
            truth: name(truth[row]),
            first: name(first[row]),
            second: name(second[row]),
        };
        flips.take(MOST_FLIPS).map(flip).collect()
    }
}

/// Refuses models of other targets or classes.
fn check_same_target(models: &[Model; 2]) -> Result<()> {
    let [first, second] = models.each_ref().map(Model::schema);
    if first.task() != second.task() || first.target.name != second.target.name {
        return Err(Error::model(format!(
            "it predicts '{}' by {}, and the first model '{}' by {}",
            shorten(&second.target.name),
            second.task(),
            shorten(&first.target.name),
            first.task()
        ))
        .with_help("compare models of the same target"));
    }
    let [ours, theirs] =
        [first, second].map(|schema| schema.classes().iter().map(|class| &class.name));
    let only_one = theirs.clone().find(|name| !ours.clone().any(|our| our == *name));
    if let Some(other) =
        only_one.or_else(|| ours.clone().find(|name| !theirs.clone().any(|their| their == *name)))
    {
        let wrong = format!("the class '{}' is known to one of the models only", shorten(other));
        return Err(Error::model(wrong).with_help("compare models of the same classes"));
    }
    Ok(())
}

/// Refuses rows that are not the same, as those that one alone held out.
fn check_same_rows(first: &Answered, second: &Answered) -> Result<()> {
    let are_same = first.known == second.known
        && first.rows.weights == second.rows.weights
        && first.rows.places == second.rows.places;
    if are_same {
        return Ok(());
    }
    Err(Error::model("it held out other rows than the first model")
        .with_help("give rows that neither was trained on with --data FILE"))
}
