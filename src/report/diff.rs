//! What `forest diff` has to say.

use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::path::PathBuf;

use serde::Serialize;
use serde_json::{Value, json};

use super::decision::DecisionReport;
use super::gates::GateOutcome;
use super::models::{ModelsReport, Pair};
use super::text::{accuracy_with_interval, estimate, line, r2_with_interval, score, table, texts};
use forest::data::{Feature, FeatureKind, Levels, Schema};
use forest::message::list;
use forest::model::{HeldOutScore, Metadata};
use forest::{Model, OobScore};

/// What is said of nothing.
const NONE: &str = "none";

/// The kind of a feature that is a part of a date.
const DATE_PART: &str = "date_part";

/// What differs between two models.
#[derive(Serialize)]
pub(crate) struct DiffReport {
    models: Pair<String>,
    /// Who trained them, when, and what was said with it.
    about: Vec<Change>,
    settings: Vec<Change>,
    schema: SchemaDiff,
    /// The table, and how it was read and split.
    data: Vec<Change>,
    held_out: Pair<Option<HeldOutScore>>,
    out_of_bag: Pair<Option<OobScore>>,
    /// Their answers to the same rows.
    compared: Option<ModelsReport>,
    /// Why there are none.
    not_compared: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    gates: Vec<GateOutcome>,
}

/// Something that has a name and is not the same in both.
#[derive(Serialize)]
struct Change {
    name: String,
    #[serde(flatten)]
    values: Pair<Value>,
    /// The values for a person, if they are no plain ones.
    #[serde(skip)]
    texts: Option<[String; 2]>,
}

/// A feature whose values are another kind, or are written in another way.
#[derive(Serialize)]
struct KindChange {
    feature: String,
    #[serde(flatten)]
    kinds: Pair<Kind>,
}

/// What the values of a feature are, and how they are written.
#[derive(PartialEq, Serialize)]
struct Kind {
    kind: &'static str,
    /// `None` for the plain way.
    spelling: Option<String>,
}

#[derive(Serialize)]
struct SchemaDiff {
    target: Vec<Change>,
    classes: Names,
    features: Names,
    /// Features that both have.
    kinds: Vec<KindChange>,
    levels: BTreeMap<String, Names>,
}

/// Names that only one of the two has.
#[derive(Serialize)]
struct Names {
    added: Vec<String>,
    removed: Vec<String>,
}

impl DiffReport {
    pub(crate) fn new(paths: [&PathBuf; 2], models: &[Model; 2]) -> Self {
        let metadata = models.each_ref().map(Model::metadata);
        let about = metadata.map(|metadata| {
            let Metadata { program, created, reproducible, chosen_of, tags, .. } = metadata;
            let tags: BTreeMap<_, _> = tags.iter().map(|(name, value)| (name, value)).collect();
            json!({
                "program": program,
                "created": created.to_string(),
                "reproducible": reproducible,
                "chosen_of": chosen_of,
                "tag": tags,
            })
        });
        let settings = models.each_ref().map(|model| flat(&model.metadata().forest));
        let decisions = models.each_ref().map(|model| DecisionReport::new(model, model.decision()));
        let data = metadata.map(|metadata| {
            let split = json!({ "split": metadata.split, "held_out_rows": metadata.held_out_rows });
            let mut data = flat(&metadata.data);
            data.extend(flat(&split));
            data
        });
        Self {
            models: paths.map(|path| path.display().to_string()).into(),
            about: changes(about.map(|about| flat(&about))),
            settings: with_decision(changes(settings), &decisions),
            schema: SchemaDiff::new(models.each_ref().map(Model::schema)),
            data: changes(data),
            held_out: metadata.map(|metadata| metadata.held_out.clone()).into(),
            out_of_bag: metadata.map(|metadata| metadata.out_of_bag).into(),
            compared: None,
            not_compared: None,
            gates: Vec::new(),
        }
    }

    /// Adds how they answer the same rows.
    pub(crate) fn compared(&mut self, answers: ModelsReport) {
        self.compared = Some(answers);
    }

    /// Adds why there are no rows to answer.
    pub(crate) fn not_compared(&mut self, why: String) {
        self.not_compared = Some(why);
    }

    /// The same, with what gates found.
    pub(crate) fn with_gates(self, outcomes: &[GateOutcome]) -> Self {
        Self { gates: outcomes.to_vec(), ..self }
    }
}

/// The values of an object by name, those of an object in it with its name before theirs.
fn flat(object: &impl Serialize) -> BTreeMap<String, Value> {
    fn add(name: &str, value: Value, all: &mut BTreeMap<String, Value>) {
        match value {
            Value::Object(fields) => fields.into_iter().for_each(|(field, value)| {
                let dot = if name.is_empty() { "" } else { "." };
                add(&format!("{name}{dot}{field}"), value, all);
            }),
            value => {
                all.insert(name.to_owned(), value);
            }
        }
    }
    let mut all = BTreeMap::new();
    // What is recorded of a model is numbers and texts: serde_json has no reason to refuse it.
    add("", serde_json::to_value(object).unwrap_or_default(), &mut all);
    all
}

/// Those that are not the same; what one does not have is nothing.
fn changes([first, second]: [BTreeMap<String, Value>; 2]) -> Vec<Change> {
    let only_second = second.keys().filter(|name| !first.contains_key(*name));
    let mut names: Vec<&String> = first.keys().chain(only_second).collect();
    names.sort_unstable();
    let of = |values: &BTreeMap<String, Value>, name| values.get(name).cloned().unwrap_or_default();
    names
        .into_iter()
        .map(|name| Change {
            name: name.clone(),
            values: [of(&first, name), of(&second, name)].into(),
            texts: None,
        })
        .filter(|Change { values, .. }| values.first != values.second)
        .collect()
}

/// The changes, by name, with that of how classes are decided on.
fn with_decision(mut changes: Vec<Change>, decisions: &[Option<DecisionReport>; 2]) -> Vec<Change> {
    let texts = decisions.each_ref().map(|decision| match decision {
        None => NONE.to_owned(),
        Some(decision) => decision.to_string(),
    });
    if texts[0] != texts[1] {
        let name = "decision".to_owned();
        let values = decisions.each_ref().map(|decision| json!(decision)).into();
        changes.push(Change { name, values, texts: Some(texts) });
        changes.sort_by(|a, b| a.name.cmp(&b.name));
    }
    changes
}

impl SchemaDiff {
    fn new<'a>([first, second]: [&'a Schema; 2]) -> Self {
        let targets = [first, second].map(|schema| {
            let spelling = schema.target.spelling.as_ref().map(ToString::to_string);
            let task = schema.task().to_string();
            flat(&json!({ "target": schema.target.name, "task": task, "written_like": spelling }))
        });
        let classes =
            [first, second].map(|schema| schema.classes().iter().map(|class| &*class.name));
        let names = [first, second].map(|schema| schema.features.iter().map(|f| &*f.name));
        let of_second: BTreeMap<&str, &'a Feature> =
            second.features.iter().map(|feature| (&*feature.name, feature)).collect();
        let both = || {
            let pair = |ours: &'a Feature| Some([ours, *of_second.get(&*ours.name)?]);
            first.features.iter().filter_map(pair)
        };
        let mut kinds: Vec<KindChange> = both()
            .map(|both| KindChange {
                feature: both[0].name.clone(),
                kinds: both.map(Kind::new).into(),
            })
            .filter(|KindChange { kinds, .. }| kinds.first != kinds.second)
            .collect();
        kinds.sort_by(|a, b| a.feature.cmp(&b.feature));
        let levels = both().filter_map(|[ours, theirs]| {
            let names = Names::new([ours.levels()?, theirs.levels()?].map(Levels::iter));
            (!names.are_same()).then(|| (ours.name.clone(), names))
        });
        Self {
            target: changes(targets),
            classes: Names::new(classes),
            features: Names::new(names),
            kinds,
            levels: levels.collect(),
        }
    }

    fn is_same(&self) -> bool {
        let Self { target, classes, features, kinds, levels } = self;
        let are_same = classes.are_same() && features.are_same();
        are_same && target.is_empty() && kinds.is_empty() && levels.is_empty()
    }
}

impl Kind {
    fn new(feature: &Feature) -> Self {
        let kind = match &feature.kind {
            FeatureKind::Number { .. } => "number",
            FeatureKind::Date { .. } => "date",
            FeatureKind::DatePart { .. } => DATE_PART,
            FeatureKind::Category { .. } => "category",
        };
        Self { kind, spelling: feature.spelling_text() }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.kind == DATE_PART { "part of a date" } else { self.kind })?;
        match &self.spelling {
            None => Ok(()),
            Some(spelling) => write!(f, ", written like {spelling}"),
        }
    }
}

impl Names {
    fn new<'a>([first, second]: [impl Iterator<Item = &'a str> + Clone; 2]) -> Self {
        let [ours, theirs]: [HashSet<&str>; 2] =
            [first.clone().collect(), second.clone().collect()];
        let but = |names: &mut dyn Iterator<Item = &'a str>, others: &HashSet<&str>| {
            names.filter(|name| !others.contains(name)).map(str::to_owned).collect()
        };
        Self { added: but(&mut { second }, &ours), removed: but(&mut { first }, &theirs) }
    }

    fn are_same(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty()
    }

    fn write(&self, f: &mut fmt::Formatter<'_>, what: &str) -> fmt::Result {
        for (names, how) in [(&self.added, "added"), (&self.removed, "removed")] {
            if !names.is_empty() {
                line(f, &format!("{what} {how}"), format!("{}: {}", names.len(), list(names)))?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for DiffReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Pair { first, second } = &self.models;
        writeln!(f, "{first} → {second}")?;
        for (title, changes) in
            [("about", &self.about), ("settings", &self.settings), ("data", &self.data)]
        {
            writeln!(f, "\n{title}")?;
            write_changes(f, changes)?;
            write_same(f, changes.is_empty())?;
        }
        writeln!(f, "\nschema")?;
        self.schema.write(f)?;
        self.write_scores(f)?;
        writeln!(f)?;
        match (&self.compared, &self.not_compared) {
            (Some(rows), _) => write!(f, "{rows}"),
            (None, Some(why)) => writeln!(f, "not compared on rows: {why}"),
            (None, None) => Ok(()),
        }
    }
}

fn write_changes(f: &mut fmt::Formatter<'_>, changes: &[Change]) -> fmt::Result {
    let text = |value: &Value| match value {
        Value::Null => NONE.to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    changes.iter().try_for_each(|Change { name, values, texts }| match texts {
        None => line(f, name, format!("{} → {}", text(&values.first), text(&values.second))),
        Some([first, second]) => line(f, name, format!("{first} → {second}")),
    })
}

fn write_same(f: &mut fmt::Formatter<'_>, is_same: bool) -> fmt::Result {
    if is_same { writeln!(f, "  the same") } else { Ok(()) }
}

impl SchemaDiff {
    fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_changes(f, &self.target)?;
        self.classes.write(f, "classes")?;
        self.features.write(f, "features")?;
        self.kinds.iter().try_for_each(|KindChange { feature, kinds }| {
            line(f, feature, format!("{} → {}", kinds.first, kinds.second))
        })?;
        self.levels
            .iter()
            .try_for_each(|(feature, names)| names.write(f, &format!("levels of '{feature}'")))?;
        write_same(f, self.is_same())
    }
}

impl DiffReport {
    fn write_scores(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { held_out, out_of_bag, .. } = self;
        let sides = [(&held_out.first, &out_of_bag.first), (&held_out.second, &out_of_bag.second)];
        let [first, second] = sides.map(|(held_out, out_of_bag)| {
            let mut scores = held_out.as_ref().map_or(Vec::new(), held_out_scores);
            if let Some(out_of_bag) = out_of_bag {
                let named = |name, score: Option<f64>| Some((name, format!("{:.4}", score?)));
                scores.extend(named("out-of-bag accuracy", out_of_bag.accuracy()));
                scores.extend(named("out-of-bag R²", out_of_bag.r2()));
            }
            scores
        });
        let only_second = second.iter().filter(|(name, _)| first.iter().all(|(n, _)| n != name));
        let names = first.iter().chain(only_second).map(|(name, _)| *name);
        let of = |scores: &[(&str, String)], name| {
            let found = scores.iter().find(|(other, _)| *other == name);
            found.map_or("none".to_owned(), |(_, score)| score.clone())
        };
        let mut rows = vec![texts(["scores recorded", "first", "second"])];
        rows.extend(names.map(|name| vec![name.to_owned(), of(&first, name), of(&second, name)]));
        writeln!(f)?;
        table(f, &rows)
    }
}

/// The main scores on the rows held out, with their intervals.
fn held_out_scores(held_out: &HeldOutScore) -> Vec<(&'static str, String)> {
    match held_out {
        HeldOutScore::Classification(scores) => vec![
            ("accuracy", accuracy_with_interval(scores.accuracy(), scores.interval())),
            ("log loss", score(scores.log_loss, scores.log_loss_interval)),
        ],
        HeldOutScore::Regression(scores) => vec![
            ("R²", r2_with_interval(scores.r2, scores.r2_interval)),
            ("RMSE", estimate(scores.rmse, scores.rmse_interval)),
            ("MAE", estimate(scores.mae, scores.mae_interval)),
        ],
    }
}
