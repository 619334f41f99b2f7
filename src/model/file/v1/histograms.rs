//! Histograms of the training rows on the wire, in a section of their own.

use bincode::{BorrowDecode, Encode};

use super::{array, to_bytes};
use crate::data::Histograms;

#[derive(Encode, BorrowDecode)]
pub(in crate::model::file) struct WireHistograms<'a> {
    pub(in crate::model::file) n_bins: &'a [u8],
    pub(in crate::model::file) rows: &'a [u8],
    pub(in crate::model::file) borders: &'a [u8],
}

pub(in crate::model::file) fn encode_histograms(histograms: &Histograms) -> Vec<u8> {
    let n_bins: Vec<u8> = histograms.iter().map(|feature| feature.rows.len() as u8).collect();
    let rows = histograms.iter().flat_map(|feature| feature.rows);
    let borders = histograms.iter().flat_map(|feature| feature.borders);
    to_bytes(WireHistograms {
        n_bins: &n_bins,
        rows: &array(rows.map(|rows| rows.to_le_bytes())),
        borders: &array(borders.map(|border| border.to_le_bytes())),
    })
}
