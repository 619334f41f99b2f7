//! Warnings, checked.

use super::arrays::{TextList, all_words, ensure, words};
use crate::model::file::v1::WireWarnings;
use crate::model::limits::MAX_WARNINGS;
use crate::warning::{MOST_TEXTS, Warning, WarningKind};
use crate::{Error, Result};

pub(super) fn read(wire: &WireWarnings) -> Result<Vec<Warning>> {
    let kinds = TextList::new("kinds of warnings", &wire.kinds)?;
    ensure(kinds.len() <= MAX_WARNINGS, || {
        format!("there are {} warnings, more than {MAX_WARNINGS}", kinds.len())
    })?;
    let mut columns = TextList::new("columns of warnings", &wire.columns)?.iter();
    let counts = words("counts of texts of warnings", wire.text_counts, kinds.len())?;
    let mut texts = TextList::new("texts of warnings", &wire.texts)?.iter();
    let mut figures = all_words("figures of warnings", wire.figures)?.iter();
    let short = || Error::model("the warnings have too few texts or figures");
    let mut warnings = Vec::with_capacity(kinds.len());
    for (kind, &count) in kinds.iter().zip(counts) {
        let kind: WarningKind =
            kind.parse().map_err(|_| Error::model("a warning is of an unknown kind"))?;
        let column = kind.has_column().then(|| columns.next().ok_or_else(short)).transpose()?;
        let n_texts = u32::from_le_bytes(count) as usize;
        ensure(n_texts <= MOST_TEXTS && n_texts <= texts.len(), || {
            format!("a warning has {n_texts} texts")
        })?;
        let n_figures = kind.figures().len();
        ensure(n_figures <= figures.len(), || "the warnings have too few figures".to_owned())?;
        let figures: Vec<f64> =
            figures.by_ref().take(n_figures).map(|&figure| f64::from_le_bytes(figure)).collect();
        ensure(figures.iter().all(|figure| figure.is_finite()), || {
            "a figure of a warning is not finite".to_owned()
        })?;
        warnings.push(Warning {
            kind,
            column: column.map(str::to_owned),
            texts: texts.by_ref().take(n_texts).map(str::to_owned).collect(),
            figures,
        });
    }
    ensure(columns.len() + texts.len() + figures.len() == 0, || {
        "the warnings have too many columns, texts or figures".to_owned()
    })?;
    Ok(warnings)
}
