//! What `forest diff` has to say.

use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::path::PathBuf;

use serde::Serialize;
use serde_json::{Value, json};

use super::decision::DecisionReport;
use super::gates::GateOutcome;
use super::models::ModelsReport;
use super::text::{accuracy_with_interval, estimate, line, r2_with_interval, score, table, texts};
use forest::data::{Feature, FeatureKind, Levels, Schema};
use forest::message::list;
use forest::model::{HeldOutScore, Metadata};
use forest::{Model, OobScore};

/// What differs between two models.
#[derive(Serialize)]
pub(crate) struct DiffReport {
    models: [String; 2],
    /// Who trained them, when, and what was said with it.
    about: Vec<Change>,
    settings: Vec<Change>,
    schema: SchemaDiff,
    /// The table, and how it was read and split.
    data: Vec<Change>,
    held_out: [Option<HeldOutScore>; 2],
    out_of_bag: [Option<OobScore>; 2],
    /// Their answers to the same rows.
    rows: Option<ModelsReport>,
    /// Why there are none.
    no_rows: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    gates: Vec<GateOutcome>,
}

/// Something that has a name and is not the same in both.
#[derive(Serialize)]
struct Change {
    name: String,
    first: Value,
    second: Value,
}

#[derive(Serialize)]
struct SchemaDiff {
    target: Vec<Change>,
    classes: Names,
    features: Names,
    /// Features that both have.
    kinds: Vec<Change>,
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
        let settings = models.each_ref().map(|model| {
            let decision = DecisionReport::new(model, model.decision());
            let decision = decision.map(|decision| decision.to_string());
            let mut settings = flat(&model.metadata().forest);
            settings.insert("decision".to_owned(), json!(decision));
            settings
        });
        let data = metadata.map(|metadata| {
            let split = json!({ "split": metadata.split, "held_out_rows": metadata.held_out_rows });
            let mut data = flat(&metadata.data);
            data.extend(flat(&split));
            data
        });
        Self {
            models: paths.map(|path| path.display().to_string()),
            about: changes(about.map(|about| flat(&about))),
            settings: changes(settings),
            schema: SchemaDiff::new(models.each_ref().map(Model::schema)),
            data: changes(data),
            held_out: metadata.map(|metadata| metadata.held_out.clone()),
            out_of_bag: metadata.map(|metadata| metadata.out_of_bag),
            rows: None,
            no_rows: None,
            gates: Vec::new(),
        }
    }

    /// Adds how they answer the same rows.
    pub(crate) fn rows(&mut self, rows: ModelsReport) {
        self.rows = Some(rows);
    }

    /// Adds why there are no rows to answer.
    pub(crate) fn no_rows(&mut self, why: String) {
        self.no_rows = Some(why);
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
            first: of(&first, name),
            second: of(&second, name),
        })
        .filter(|change| change.first != change.second)
        .collect()
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
        let kinds = [0, 1].map(|side| {
            let kind = |both: [&Feature; 2]| (both[side].name.clone(), json!(kind(both[side])));
            both().map(kind).collect()
        });
        let levels = both().filter_map(|[ours, theirs]| {
            let names = Names::new([ours.levels()?, theirs.levels()?].map(Levels::iter));
            (!names.are_same()).then(|| (ours.name.clone(), names))
        });
        Self {
            target: changes(targets),
            classes: Names::new(classes),
            features: Names::new(names),
            kinds: changes(kinds),
            levels: levels.collect(),
        }
    }

    fn is_same(&self) -> bool {
        let Self { target, classes, features, kinds, levels } = self;
        let are_same = classes.are_same() && features.are_same();
        are_same && target.is_empty() && kinds.is_empty() && levels.is_empty()
    }
}

/// What the values of a feature are, and how they are written.
fn kind(feature: &Feature) -> String {
    let kind = match &feature.kind {
        FeatureKind::Number { .. } => "number",
        FeatureKind::Date { .. } => "date",
        FeatureKind::DatePart { .. } => "part of a date",
        FeatureKind::Category { .. } => "category",
    };
    match feature.spelling_text() {
        None => kind.to_owned(),
        Some(spelling) => format!("{kind}, written like {spelling}"),
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
        let [first, second] = &self.models;
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
        match (&self.rows, &self.no_rows) {
            (Some(rows), _) => write!(f, "{rows}"),
            (None, Some(why)) => writeln!(f, "not compared on rows: {why}"),
            (None, None) => Ok(()),
        }
    }
}

fn write_changes(f: &mut fmt::Formatter<'_>, changes: &[Change]) -> fmt::Result {
    let text = |value: &Value| match value {
        Value::Null => "none".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    changes.iter().try_for_each(|Change { name, first, second }| {
        line(f, name, format!("{} → {}", text(first), text(second)))
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
        write_changes(f, &self.kinds)?;
        self.levels
            .iter()
            .try_for_each(|(feature, names)| names.write(f, &format!("levels of '{feature}'")))?;
        write_same(f, self.is_same())
    }
}

impl DiffReport {
    fn write_scores(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [first, second] = [0, 1].map(|side| {
            let mut scores: Vec<(&str, String)> =
                self.held_out[side].as_ref().map_or(Vec::new(), held_out_scores);
            if let Some(out_of_bag) = &self.out_of_bag[side] {
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
