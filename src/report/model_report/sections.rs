//! What the sections of a report say.

use super::ModelReport;
use super::card::CardSection;
use super::document::{Block, Cell, Drawing, Section, Table};
use super::findings::Findings;
use super::{dependence, figures, score_tables};
use crate::report::effects::GroupImportance;
use crate::report::evaluation::Evaluation;
use crate::report::inspect::range_or_levels;
use crate::report::text::{bytes, count, digits, percent, thousands, weight};
use crate::report::tree_svg::svg;
use forest::data::{Feature, FeatureKind, Source};
use forest::metrics::interval::Interval;
use forest::metrics::{ClassScores, ClassificationScores, Metric, Scores};
use forest::model::FORMAT;

/// The most classes of the table of confusions.
const MOST_CLASSES: usize = 30;

/// The most features that are listed, by importance or in the schema.
const MOST_FEATURES: usize = 30;

pub(super) fn sections(report: &ModelReport) -> Vec<Section> {
    let mut sections = vec![warnings(report)];
    if let Some(findings) = &report.findings {
        sections.extend(scores(report, findings));
        sections.extend(mistakes(report, findings));
        sections.extend(reasons(report, findings));
    }
    sections.push(forest(report));
    sections.push(card(report));
    sections.push(origin(report));
    sections
}

fn warnings(report: &ModelReport) -> Section {
    let blocks = if report.warnings.is_empty() {
        vec![Block::Text("Nothing that this program looks for was found.".to_owned())]
    } else {
        let said = report.warnings.iter().map(|of| (of.severity.clone(), of.message.clone()));
        vec![Block::Warnings(said.collect())]
    };
    Section { id: "warnings", title: "What to worry about", blocks }
}

fn scores(report: &ModelReport, findings: &Findings) -> Option<Section> {
    let Evaluation { scores, baseline, .. } = findings.scores.as_ref()?;
    let table = match scores {
        Scores::Classification(scores) => score_tables::of_classes(scores, baseline),
        Scores::Regression(scores) => score_tables::of_numbers(scores, report.target()),
    };
    let about = format!("On {}.", report.rows);
    Some(Section {
        id: "scores",
        title: "How good it is",
        blocks: vec![Block::Text(about), Block::Table(table)],
    })
}

fn mistakes(report: &ModelReport, findings: &Findings) -> Option<Section> {
    let Evaluation { scores, intervals, .. } = findings.scores.as_ref()?;
    let mut blocks = Vec::new();
    match scores {
        Scores::Classification(scores) => {
            blocks.extend(confusion(report, scores).map(Block::Table));
            blocks.push(Block::Table(per_class(report, scores)));
            let curves = &findings.curves;
            if let Some(note) = &findings.curves_note {
                blocks.push(Block::Text(note.clone()));
            }
            if !curves.is_empty() {
                let figures = [figures::roc, figures::precision_recall, figures::gain];
                blocks.extend(figures.map(|figure| Block::Figure(figure(curves))));
            }
            let calibration = &scores.calibration;
            let reliability = match (&calibration.second_class, report.classes().get(1)) {
                (Some(reliability), Some(class)) => {
                    figures::reliability(reliability, &format!("a row was '{class}'"))
                }
                _ => figures::reliability(
                    &calibration.confidence,
                    "the most probable class was right",
                ),
            };
            blocks.push(Block::Figure(reliability));
            blocks.extend(curves.iter().map(|of| Block::Figure(figures::distribution(of))));
        }
        Scores::Regression(_) => {
            let Some(residuals) = &findings.residuals else { return None };
            blocks.push(Block::Figure(figures::predicted_and_true(residuals, report.target())));
            blocks.push(Block::Figure(figures::residuals(residuals)));
            if !intervals.is_empty() {
                blocks.push(Block::Figure(figures::coverage(intervals)));
            }
        }
    }
    Some(Section { id: "mistakes", title: "Where it is wrong", blocks })
}

fn confusion(report: &ModelReport, scores: &ClassificationScores) -> Option<Table> {
    let classes = report.classes();
    if classes.len() > MOST_CLASSES {
        return None;
    }
    let columns =
        std::iter::once("truly".to_owned()).chain(classes.iter().map(|of| format!("as {of}")));
    let rows =
        classes.iter().zip(0..).zip(scores.confusion.dense()).map(|((name, class), weights)| {
            let support = scores.confusion.support(class);
            let cell = |(other, number): (usize, f64)| Cell {
                text: weight(number),
                drawing: (number > 0.0).then(|| Drawing::Shade {
                    is_right: other == class as usize,
                    part: number / support,
                }),
            };
            let cells = weights.into_iter().enumerate().map(cell);
            std::iter::once(Cell::from(name.clone())).chain(cells).collect()
        });
    let table = Table {
        title: "What was taken for what".to_owned(),
        columns: columns.collect(),
        rows: rows.collect(),
        ..Table::default()
    };
    Some(table.reading("A line for each true class, a column for each prediction. What is right stands in the diagonal."))
}

fn per_class(report: &ModelReport, scores: &ClassificationScores) -> Table {
    let ends = |interval: Interval| format!("{:.2} to {:.2}", interval.low, interval.high);
    let classes = report.classes();
    let row = |(name, of): (&String, &ClassScores)| {
        let [precision, recall, f1] =
            [of.precision, of.recall, of.f1].map(|score| format!("{score:.3}"));
        [name.clone(), weight(of.support), recall, ends(of.recall_interval), precision, f1]
    };
    let mut rows: Vec<_> = classes.iter().zip(&scores.per_class).collect();
    let reading = "Recall: how many of the rows of the class were found. Precision: how many of those that were taken for it are of \
                   it. F1 is their harmonic mean.";
    let mut reading = reading.to_owned();
    if rows.len() > MOST_CLASSES {
        rows.sort_by(|(_, a), (_, b)| b.support.total_cmp(&a.support));
        rows.truncate(MOST_CLASSES);
        reading += &format!(
            " The {MOST_CLASSES} most frequent of {} classes.",
            thousands(classes.len() as u64)
        );
    }
    let columns = ["class", "rows", "recall", "95 % interval", "precision", "F1"];
    Table::new("Each class", columns, rows.into_iter().map(row)).reading(&reading)
}

fn reasons(report: &ModelReport, findings: &Findings) -> Option<Section> {
    let mut blocks = Vec::new();
    if let Some(of) = &findings.importances {
        let greatest =
            of.groups.iter().map(|group| group.interval.map_or(group.worse_by, |of| of.high));
        let greatest = greatest.fold(0.0, f64::max);
        let row = |group: &GroupImportance| {
            let text = match group.interval {
                Some(Interval { low, high }) => {
                    format!("{} [{}, {}]", digits(group.worse_by), digits(low), digits(high))
                }
                None => digits(group.worse_by),
            };
            let ends = group.interval.map(|of| [of.low, of.high]);
            let name = Cell::from(group.features.join(", "));
            vec![name, figures::bar(text, group.worse_by, ends, greatest)]
        };
        let metric = match of.metric {
            Metric::LogLoss => "log loss".to_owned(),
            Metric::Mae => "mean absolute error".to_owned(),
            other => other.to_string(),
        };
        let table = Table {
            title: "Importance of features".to_owned(),
            columns: vec!["feature".to_owned(), format!("{metric} gets worse by")],
            rows: of.groups.iter().take(MOST_FEATURES).map(row).collect(),
            ..Table::default()
        };
        let reading = format!(
            "How much worse the {metric} gets, from {}, when the values of a feature are shuffled among the rows, so that \
             they tell nothing; with 95 % intervals. Features that go together are shuffled together.",
            digits(of.score)
        );
        let shuffled: usize = of.groups.iter().map(|group| group.features.len()).sum();
        let all = report.n_features();
        let few = if shuffled < all {
            let all = thousands(all as u64);
            format!(" Of {all} features the {shuffled} whose splits told most.")
        } else {
            String::new()
        };
        blocks.push(Block::Table(table.reading(&(reading + &few))));
    }
    let of_features = findings.dependence.chunk_by(|a, b| a.feature == b.feature);
    blocks.extend(
        of_features.map(|curves| Block::Figure(dependence::figure(curves, report.target()))),
    );
    if !findings.explained.is_empty() {
        blocks.push(Block::Text(
            "Some rows, and how much the values of their features add to what the trees say (Shapley values):".to_owned(),
        ));
        let explained = findings.explained.iter().map(|example| {
            let truth =
                example.truth.as_ref().map(|truth| format!(" (truly {truth})")).unwrap_or_default();
            (format!("{}{truth}", example.why), example.row.to_string().trim_end().to_owned())
        });
        blocks.push(Block::Facts(explained.collect()));
    }
    (!blocks.is_empty()).then_some(Section { id: "reasons", title: "What it relies on", blocks })
}

fn forest(report: &ModelReport) -> Section {
    let forest = report.model.forest();
    let nodes = count(forest.n_nodes() as u64, "node", "nodes");
    let leaves = count(forest.n_leaves() as u64, "leaf", "leaves");
    let mut facts = vec![
        ("trees".to_owned(), thousands(forest.n_trees() as u64)),
        ("size".to_owned(), format!("{nodes}, {leaves}, depth {}", forest.depth())),
        ("file".to_owned(), bytes(report.model.n_bytes())),
    ];
    if let Some(decision) = &report.inspect.decision {
        facts.push(("decision".to_owned(), decision.to_string()));
    }
    let mut blocks = vec![Block::Facts(facts)];
    if let Some(findings) = &report.findings
        && findings.trees.len() > 1
    {
        blocks.push(Block::Figure(figures::trees(&findings.trees)));
    }
    blocks.push(Block::Text("The first of its trees, down to its third split:".to_owned()));
    blocks.push(Block::Tree { svg: svg(&report.tree, ""), text: report.tree.to_string() });
    Section { id: "forest", title: "The forest", blocks }
}

fn card(report: &ModelReport) -> Section {
    let section = |of: &CardSection| {
        let text = of.text.clone().unwrap_or_else(|| {
            format!("Nobody has said {}: train with --tag {}=…", of.asks, of.tag)
        });
        (of.title.to_owned(), text)
    };
    let facts = report.card.iter().map(section).chain(report.tags.iter().cloned());
    Section { id: "card", title: "Model card", blocks: vec![Block::Facts(facts.collect())] }
}

fn origin(report: &ModelReport) -> Section {
    let metadata = report.model.metadata();
    let fact = |name: &str, text: String| (name.to_owned(), text);
    let mut facts = vec![
        fact("model file", format!("{}, format {}", report.file, FORMAT)),
        fact("fingerprint", report.model.fingerprint().to_string()),
        fact("made", format!("{} by {}", metadata.created, metadata.program)),
    ];
    let data = &metadata.data;
    match data {
        Source::File(file) => facts.push(fact("table", file.name.clone())),
        Source::Synthetic { .. } => facts.push(fact("table", "synthetic".to_owned())),
        Source::Memory { .. } => facts.push(fact("table", "arrays in memory".to_owned())),
        Source::Imported(imported) => {
            facts.push(fact(
                "imported from",
                format!("{}, trained by {}", imported.name, imported.system),
            ));
        }
    }
    facts.push(fact("rows", thousands(data.rows())));
    facts.push(fact("SHA-256", data.sha256().to_string()));
    facts.push(fact("held out", percent(metadata.split.test_size)));
    if let Some(params) = &metadata.forest {
        facts.extend(params.settings());
    }
    if let Source::Imported(imported) = data {
        facts.extend(imported.settings.iter().cloned());
    }
    Section {
        id: "origin",
        title: "Where it came from",
        blocks: vec![Block::Facts(facts), Block::Table(features(report))],
    }
}

fn features(report: &ModelReport) -> Table {
    let schema = report.model.schema();
    let row = |feature: &Feature| {
        let kind = match &feature.kind {
            FeatureKind::Number { .. } => "number",
            FeatureKind::Date { .. } => "date",
            FeatureKind::DatePart { .. } => "part of a date",
            FeatureKind::Category { .. } => "category",
        };
        let (missing, values) = (thousands(feature.missing), range_or_levels(feature));
        [feature.name.clone(), kind.to_owned(), missing, values]
    };
    let rows = schema.features.iter().take(MOST_FEATURES).map(row);
    let reading = match schema.features.len().saturating_sub(MOST_FEATURES) {
        0 => String::new(),
        more => format!("And {} more.", thousands(more as u64)),
    };
    let columns = ["feature", "kind", "missing in training", "values in training"];
    let table = Table::new("Features", columns, rows).reading(&reading);
    Table { is_of_words: true, ..table }
}
