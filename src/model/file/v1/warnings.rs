//! Warnings on the wire.

use bincode::{BorrowDecode, Encode};

use super::{Texts, WireTexts, array};
use crate::Warning;

#[derive(Encode, BorrowDecode)]
pub(in crate::model::file) struct WireWarnings<'a> {
    /// The names of their kinds.
    pub(in crate::model::file) kinds: WireTexts<'a>,
    /// Of those that are about a column.
    pub(in crate::model::file) columns: WireTexts<'a>,
    pub(in crate::model::file) text_counts: &'a [u8],
    pub(in crate::model::file) texts: WireTexts<'a>,
    /// As many of each as its kind has.
    pub(in crate::model::file) figures: &'a [u8],
}

/// Warnings whose bytes are owned until they are encoded.
pub(super) struct Warnings {
    kinds: Texts,
    columns: Texts,
    text_counts: Vec<u8>,
    texts: Texts,
    figures: Vec<u8>,
}

impl Warnings {
    pub(super) fn new(warnings: &[Warning]) -> Self {
        let kinds: Vec<String> = warnings.iter().map(|warning| warning.kind.to_string()).collect();
        let counts = warnings.iter().map(|warning| (warning.texts.len() as u32).to_le_bytes());
        let texts = warnings.iter().flat_map(|warning| &warning.texts);
        let figures = warnings.iter().flat_map(|warning| &warning.figures);
        Self {
            kinds: Texts::new(kinds.iter().map(String::as_str)),
            columns: Texts::new(warnings.iter().filter_map(|warning| warning.column.as_deref())),
            text_counts: array(counts),
            texts: Texts::new(texts.map(String::as_str)),
            figures: array(figures.map(|figure| figure.to_le_bytes())),
        }
    }

    pub(super) fn wire(&self) -> WireWarnings<'_> {
        WireWarnings {
            kinds: self.kinds.wire(),
            columns: self.columns.wire(),
            text_counts: &self.text_counts,
            texts: self.texts.wire(),
            figures: &self.figures,
        }
    }
}
