//! What `forest report` has to say: all about a model, as one HTML file, as Markdown or as JSON.

mod card;
mod dependence;
mod document;
pub(crate) mod figures;
pub(crate) mod findings;
mod html;
mod markdown;
mod plot;
mod score_tables;
mod sections;
mod verdict;

use std::fmt;
use std::path::Path;

use serde::Serialize;

use super::inspect::InspectReport;
use super::saved::Saved;
use super::text::bytes;
use super::tree::TreeReport;
use card::CardSection;
use document::Document;
use findings::Findings;
use forest::data::SchemaReport;
use forest::{Model, Parameter, Result, Severity};

/// The depth to which the first tree is shown.
const TREE_DEPTH: usize = 3;

/// All about a model, and what it does on some rows.
#[derive(Serialize)]
pub(crate) struct ModelReport<'a> {
    /// The model's file.
    file: String,
    verdict: Vec<String>,
    /// The worst first.
    warnings: Vec<SaidWarning>,
    card: Vec<CardSection>,
    /// The rows that it was tried on, in words.
    rows: String,
    /// `None` if there were no rows.
    findings: Option<Findings>,
    inspect: InspectReport<'a>,
    /// The top of the first one.
    tree: TreeReport,
    #[serde(skip)]
    model: &'a Model,
    /// Those that are not of the card.
    #[serde(skip)]
    tags: Vec<(String, String)>,
}

#[derive(Serialize)]
struct SaidWarning {
    severity: String,
    message: String,
}

impl<'a> ModelReport<'a> {
    /// `rows` says which rows `findings` are about, of which `input` says what training had not.
    ///
    /// # Errors
    /// A forest without trees.
    pub(crate) fn new(
        model: &'a Model,
        file: String,
        rows: String,
        findings: Option<Findings>,
        input: Option<&SchemaReport>,
        name: fn(Parameter) -> String,
    ) -> Result<Self> {
        let of_model = model.metadata().warnings.iter();
        let of_model =
            of_model.map(|warning| (warning.kind.severity(), warning.sentence().with_names(name)));
        let of_input = input.iter().flat_map(|report| report.notes());
        let mut warnings: Vec<_> =
            of_model.chain(of_input.map(|note| (Severity::Warning, note))).collect();
        warnings.sort_by_key(|(severity, _)| std::cmp::Reverse(*severity as u8));
        let warnings = warnings
            .into_iter()
            .map(|(severity, message)| SaidWarning { severity: severity.to_string(), message });
        let (card, tags) = card::card(model);
        Ok(Self {
            file,
            verdict: verdict::verdict(model, &rows, findings.as_ref()),
            warnings: warnings.collect(),
            card,
            findings,
            inspect: InspectReport::new(model, name),
            tree: TreeReport::new(model, 0, TREE_DEPTH)?,
            rows,
            model,
            tags,
        })
    }

    pub(crate) fn html(&self) -> String {
        html::html(&self.document())
    }

    pub(crate) fn markdown(&self) -> String {
        markdown::markdown(&self.document())
    }

    fn document(&self) -> Document {
        Document {
            title: format!("Model report: {}", self.target()),
            subject: verdict::subject(self.model),
            verdict: self.verdict.clone(),
            sections: sections::sections(self),
        }
    }

    fn target(&self) -> &str {
        &self.model.schema().target.name
    }

    fn n_features(&self) -> usize {
        self.model.schema().features.len()
    }

    /// The names of the classes.
    fn classes(&self) -> Vec<String> {
        self.model.schema().classes().iter().map(|class| class.name.clone()).collect()
    }
}

/// A report that was written.
#[derive(Serialize)]
pub(crate) struct WrittenReport<'a> {
    verdict: &'a [String],
    saved: Saved,
}

impl<'a> WrittenReport<'a> {
    pub(crate) fn new(file: &Path, bytes: u64, report: &'a ModelReport) -> Self {
        Self { verdict: &report.verdict, saved: Saved::new(file, bytes) }
    }
}

impl fmt::Display for WrittenReport<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}: {}", self.saved.file, bytes(self.saved.bytes))?;
        self.verdict.iter().try_for_each(|sentence| writeln!(f, "  {sentence}"))
    }
}
