//! Gates: what scores have to be.

use std::fmt;

use super::args::GlobalArgs;
use super::output::{say, say_json};
use crate::report::gates::{FailedGate, GateOutcome};
use clap::Args;
use forest::message::{list, shorten};
use forest::metrics::{Metric, Scores};
use forest::{Error, Named, Result, Task};
use serde_json::json;

/// Other names that people know metrics by.
const ALIASES: [(&str, Metric); 5] = [
    ("auc", Metric::RocAuc),
    ("mcc", Metric::Matthews),
    ("kappa", Metric::CohenKappa),
    ("ece", Metric::CalibrationError),
    ("f1_macro", Metric::F1),
];

/// Flags of gates.
#[derive(Args)]
#[command(next_help_heading = "Gates")]
pub(super) struct GateArgs {
    /// Exit with code 3 unless a score is so: `auc>=0.9`, `log_loss<=0.4`, `recall[yes]>=0.8` (of a class), or
    /// better than always giving the same answer: `log_loss<baseline`; may be repeated. Metrics have the names
    /// that --json gives them
    #[arg(long = "gate", value_name = "METRIC>=X", value_parser = gate)]
    gates: Vec<Gate>,

    /// Likewise, if the accuracy is below this
    #[arg(long, value_name = "X", value_parser = accuracy)]
    min_accuracy: Option<f64>,

    /// Likewise, if the R² of a regression is below this
    #[arg(long, value_name = "X", value_parser = r2, conflicts_with = "min_accuracy")]
    min_r2: Option<f64>,
}

/// What a score has to be.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Gate {
    metric: Metric,
    class: Option<String>,
    relation: Relation,
    bound: Bound,
    /// The flag, as it was given.
    flag: String,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Relation {
    AtLeast,
    AtMost,
    Above,
    Below,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Bound {
    Number(f64),
    /// The same score of always giving the same answer.
    Baseline,
}

impl GateArgs {
    /// All gates, those of `--gate` first.
    pub(super) fn gates(&self) -> Gates {
        let named = |flag: &str, metric, number: Option<f64>| {
            number.map(|number| Gate {
                metric,
                class: None,
                relation: Relation::AtLeast,
                bound: Bound::Number(number),
                flag: format!("--{flag} {number}"),
            })
        };
        let accuracy = named("min-accuracy", Metric::Accuracy, self.min_accuracy);
        let r2 = named("min-r2", Metric::R2, self.min_r2);
        Gates(self.gates.iter().cloned().chain(accuracy).chain(r2).collect())
    }
}

/// Gates that have to be met, all of them.
pub(super) struct Gates(Vec<Gate>);

impl Gates {
    /// One of them.
    pub(super) fn first(&self) -> Option<&Gate> {
        self.0.first()
    }

    /// Refuses gates that are about another task, or about classes that there are not; says which are met by what is
    /// worse.
    pub(super) fn check(&self, classes: &[String], task: Task, global: &GlobalArgs) -> Result<()> {
        for gate in &self.0 {
            gate.check(classes, task)?;
            if gate.asks_for_worse() {
                let better = if gate.metric.is_loss() { "less" } else { "more" };
                global.note(&format!(
                    "note: {gate} is met by worse models: of {} {better} is better",
                    gate.metric
                ));
            }
        }
        Ok(())
    }

    /// What they find in scores, and in those of always giving the same answer.
    pub(super) fn outcomes(
        &self,
        classes: &[String],
        scores: &Scores,
        baseline: &Scores,
    ) -> Vec<GateOutcome> {
        self.outcomes_of(classes, |value| [scores, baseline].map(value))
    }

    /// What they find, where `values` makes of what a gate asks of scores the value and the baseline's.
    pub(super) fn outcomes_of(
        &self,
        classes: &[String],
        values: impl Fn(&dyn Fn(&Scores) -> Option<f64>) -> [Option<f64>; 2],
    ) -> Vec<GateOutcome> {
        let outcome = |gate: &Gate| {
            let class =
                gate.class.as_ref().map(|name| classes.iter().position(|other| other == name));
            let value = |scores: &Scores| match class {
                None => scores.get(gate.metric),
                Some(class) => scores.of_class(gate.metric, class? as u32),
            };
            gate.outcome(values(&value))
        };
        self.0.iter().map(outcome).collect()
    }
}

/// Says which gates are not met; whether there are any.
pub(super) fn say_failures(
    outcomes: &[GateOutcome],
    whose: &str,
    so: &str,
    global: &GlobalArgs,
) -> bool {
    let failures = || outcomes.iter().filter(|outcome| !outcome.met);
    for outcome in failures() {
        let message = format!("{whose}{}{so}", outcome.why_not);
        if global.json {
            say_json(&json!({ "gate_not_met": FailedGate { outcome, message: &message } }));
        } else {
            say(&format!("gate not met: {message}"));
        }
    }
    failures().next().is_some()
}

impl Gate {
    fn check(&self, classes: &[String], task: Task) -> Result<()> {
        let Self { metric, class, .. } = self;
        if metric.task() != task {
            let instead = match task {
                Task::Classification => "--min-accuracy or --gate 'accuracy>=0.9'",
                Task::Regression => "--min-r2 or --gate 'r2>=0.5'",
            };
            let wrong = format!("{self} is about {}, and this is a {task}", metric.task());
            return Err(Error::setting(wrong).with_help(format!("give {instead}")));
        }
        match class {
            Some(class) if !classes.contains(class) => {
                let wrong = format!("{self} names '{}', which is no class", shorten(class));
                Err(Error::setting(wrong).with_help(format!("the classes are {}", list(classes))))
            }
            _ => Ok(()),
        }
    }

    fn asks_for_worse(&self) -> bool {
        let wants_more = matches!(self.relation, Relation::AtLeast | Relation::Above);
        wants_more == self.metric.is_loss()
    }

    /// The score's name.
    fn name(&self) -> String {
        match &self.class {
            None => self.metric.to_string(),
            Some(class) => format!("{}[{class}]", self.metric),
        }
    }

    fn outcome(&self, [value, baseline]: [Option<f64>; 2]) -> GateOutcome {
        let bound = match self.bound {
            Bound::Number(number) => Some(number),
            Bound::Baseline => baseline,
        };
        let met = value.zip(bound).is_some_and(|(value, bound)| self.relation.holds(value, bound));
        let name = self.name();
        let why_not = match (value, bound, self.bound) {
            (None, _, _) => format!("{name} is undefined for these rows ({self})"),
            (_, None, _) => format!("{name} of the baseline is undefined for these rows ({self})"),
            (Some(value), _, Bound::Number(bound)) => {
                format!("{name} is {}, {} ({self})", digits(value, bound), self.relation.failed())
            }
            (Some(value), Some(bound), Bound::Baseline) => {
                let [value, bound] = [digits(value, bound), digits(bound, value)];
                format!("{name} is {value}, the baseline's {bound} ({self})")
            }
        };
        GateOutcome { gate: self.flag.clone(), value, bound, met, why_not }
    }
}

/// A number to four digits, or to all that it has where these would make it equal to another.
fn digits(number: f64, other: f64) -> String {
    let short = format!("{number:.4}");
    if short == format!("{other:.4}") && number != other { number.to_string() } else { short }
}

/// The flag.
impl fmt::Display for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.flag)
    }
}

impl Relation {
    /// As they are written; those that others begin with come after them.
    const WRITTEN: [(&'static str, Self); 4] =
        [(">=", Self::AtLeast), ("<=", Self::AtMost), (">", Self::Above), ("<", Self::Below)];

    fn holds(self, value: f64, bound: f64) -> bool {
        match self {
            Self::AtLeast => value >= bound,
            Self::AtMost => value <= bound,
            Self::Above => value > bound,
            Self::Below => value < bound,
        }
    }

    /// What a score is that does not do.
    fn failed(self) -> &'static str {
        match self {
            Self::AtLeast => "too low",
            Self::AtMost => "too high",
            Self::Above => "not above",
            Self::Below => "not below",
        }
    }
}

/// A gate as it is written: a metric, perhaps a class in brackets, a relation, and a number or `baseline`.
fn gate(text: &str) -> Result<Gate, String> {
    let example = "a gate is written 'auc>=0.9', 'recall[yes]>=0.8' or 'log_loss<baseline'";
    // A class may have any characters: it ends with the last bracket.
    let (name, class, rest) = match (text.split_once('['), text.rsplit_once(']')) {
        (Some((name, class)), Some((_, rest))) if class.len() > rest.len() => {
            (name, Some(&class[..class.len() - rest.len() - 1]), rest)
        }
        _ => {
            let at = text.find(['<', '>']).ok_or(example)?;
            (&text[..at], None, &text[at..])
        }
    };
    let name = name.trim();
    let alias = ALIASES.iter().find(|(alias, _)| *alias == name).map(|(_, metric)| *metric);
    let metric = alias.or_else(|| name.parse().ok()).ok_or_else(|| {
        format!(
            "'{name}' is no metric: there are {}, and auc for roc_auc",
            Metric::NAMES.join(", ")
        )
    })?;
    if class.is_some() && !metric.is_of_classes() {
        return Err(format!("there is no {metric} of a class: precision, recall and f1 are"));
    }
    let rest = rest.trim();
    let written = Relation::WRITTEN.iter().find_map(|(written, relation)| {
        rest.strip_prefix(written).map(|bound| (*relation, bound.trim()))
    });
    let (relation, bound) = written.ok_or(example)?;
    let bound = match bound {
        "baseline" => Bound::Baseline,
        number => {
            let number: f64 = number.parse().map_err(|_| example.to_owned())?;
            let range = metric.range();
            if !range.contains(&number) {
                let (low, high) = range.into_inner();
                let from = if low == f64::MIN { String::new() } else { format!("from {low} ") };
                let to = if high == f64::MAX { "up".to_owned() } else { format!("to {high:.4}") };
                return Err(format!("{metric} is {from}{to}, never {number}"));
            }
            Bound::Number(number)
        }
    };
    let class = class.map(str::to_owned);
    Ok(Gate { metric, class, relation, bound, flag: format!("--gate '{text}'") })
}

/// An accuracy from 0 to 1.
fn accuracy(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(accuracy) if (0.0..=1.0).contains(&accuracy) => Ok(accuracy),
        _ => Err("an accuracy is a number from 0 to 1, for instance 0.85".to_owned()),
    }
}

/// A coefficient of determination, at most 1.
fn r2(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(r2) if r2 <= 1.0 => Ok(r2),
        _ => Err("an R² is a number up to 1, for instance 0.7".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gate_has_a_metric_a_relation_and_a_bound() {
        for (text, name, relation, bound) in [
            ("auc>=0.9", "roc_auc", Relation::AtLeast, Bound::Number(0.9)),
            ("log_loss <= 4e-1", "log_loss", Relation::AtMost, Bound::Number(0.4)),
            ("log_loss<baseline", "log_loss", Relation::Below, Bound::Baseline),
            ("recall[yes]>0.8", "recall[yes]", Relation::Above, Bound::Number(0.8)),
            ("f1[a>=b]]>= baseline", "f1[a>=b]]", Relation::AtLeast, Bound::Baseline),
            ("r2>=-1", "r2", Relation::AtLeast, Bound::Number(-1.0)),
        ] {
            let gate = gate(text).unwrap();
            assert_eq!((&*gate.name(), gate.relation, gate.bound), (name, relation, bound));
        }
        for (wrong, why) in [
            ("auc", "is written"),
            ("auc=0.9", "is written"),
            ("auc>=", "is written"),
            ("auc>=nan", "never NaN"),
            ("accuracy>=85", "from 0 to 1"),
            ("r2>=2", "to 1"),
            ("cost<1", "'cost' is no metric"),
            ("accuracy[yes]>=0.8", "no accuracy of a class"),
        ] {
            let error = gate(wrong).unwrap_err();
            assert!(error.contains(why), "{wrong}: {error}");
        }
    }

    #[test]
    fn a_score_that_does_not_do_is_told_from_its_bound() {
        let why = |text: &str, values| gate(text).unwrap().outcome(values).why_not;
        assert_eq!(
            why("auc>=0.9", [Some(0.871_26), None]),
            "roc_auc is 0.8713, too low (--gate 'auc>=0.9')"
        );
        let close = why("auc>=0.9", [Some(0.899_999), None]);
        assert!(close.starts_with("roc_auc is 0.899999, too low"), "{close}");
        let baseline = why("log_loss<baseline", [Some(0.7), Some(0.6925)]);
        assert!(baseline.starts_with("log_loss is 0.7000, the baseline's 0.6925"), "{baseline}");
        assert!(gate("brier<baseline").unwrap().outcome([Some(0.1), Some(0.2)]).met);
        assert!(!gate("auc>=0").unwrap().outcome([None, None]).met);
    }
}
