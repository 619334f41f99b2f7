//! Which differences between rows to predict and the training rows are errors.

use super::schema_report::{Finding, FindingKind};
use crate::Error;
use crate::message::shorten;
use crate::names::names;
use crate::parameter::{Parameter, sentence};

/// A way in which rows to predict can differ from the training rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Difference {
    /// A column that the model does not know, or one too few.
    Columns,
    /// A cell that is no number or date, in a column of such. That is always an error: of
    /// [`ErrorKind::Schema`](crate::ErrorKind::Schema) where it is named here, else of
    /// [`ErrorKind::Data`](crate::ErrorKind::Data).
    Types,
    /// A level that training has not seen.
    Levels,
    /// A missing value in a column that had none.
    Missing,
    /// A number or date outside the range of the training rows.
    Range,
}

names!(Difference {
    Columns: "columns",
    Types: "types",
    Levels: "levels",
    Missing: "missing",
    Range: "range",
});

/// Which differences from the training rows are errors: none by default.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Strictness {
    /// These are.
    pub differences: Vec<Difference>,
    /// But not in cells of up to this share of the rows, for each column. With 0 the first such cell is an error; else
    /// all rows are read before there is one.
    pub rows: f64,
}

impl Strictness {
    /// What says that the table is another one, and not that its rows are new.
    pub const USUAL: [Difference; 3] = [Difference::Columns, Difference::Types, Difference::Levels];

    pub(super) fn refuses(&self, difference: Difference) -> bool {
        self.differences.contains(&difference)
    }

    /// Whether cells of a kind are errors.
    pub(super) fn refuses_kind(&self, kind: FindingKind) -> bool {
        self.refuses(match kind {
            FindingKind::UnseenLevel => Difference::Levels,
            FindingKind::OutsideRange => Difference::Range,
            FindingKind::Missing => Difference::Missing,
        })
    }

    /// Whether that many cells of a column, of that many rows, are too many.
    pub(super) fn refuses_cells(&self, cells: u64, rows: u64) -> bool {
        // A share such as 0.29 of 100 rows is a little less than 29.
        cells as f64 > self.rows * rows as f64 * (1.0 + 1e-12)
    }
}

/// The error for the first cell that must not be there.
pub(super) fn refused_cell(finding: &Finding) -> Error {
    let first = shorten(&finding.first);
    Error::schema(match finding.kind {
        FindingKind::UnseenLevel => format!("'{first}' is a level that training has not seen"),
        FindingKind::OutsideRange => {
            format!("{first} is outside training's range, {}", finding.training)
        }
        FindingKind::Missing => "the cell is missing, and no training row's was".to_owned(),
    })
    .with_help(match finding.kind {
        FindingKind::OutsideRange => sentence![
            "correct the cell, allow for it with ",
            Parameter("range_tolerance"),
            " or ",
            Parameter("strict_rows"),
            ", or leave range out of ",
            Parameter("strict"),
        ],
        kind => sentence![
            "correct the cell, allow for some with ",
            Parameter("strict_rows"),
            format!(
                ", or leave {} out of ",
                if kind == FindingKind::Missing { "missing" } else { "levels" }
            ),
            Parameter("strict"),
        ],
    })
}

/// The error for more such cells in a column than there may be.
pub(super) fn refused_cells(finding: &Finding, rows: u64) -> Error {
    let Finding { cells, first, first_place, training, .. } = finding;
    let first = shorten(first);
    let cells = format!("{cells} of {rows} cells");
    Error::schema(match finding.kind {
        FindingKind::UnseenLevel => {
            format!(
                "{cells} are levels that training has not seen (first '{first}', {first_place})"
            )
        }
        FindingKind::OutsideRange => {
            format!(
                "{cells} are outside training's range, {training} (first {first}, {first_place})"
            )
        }
        FindingKind::Missing => {
            format!("{cells} are missing, and no training row's was (first in {first_place})")
        }
    })
    .with_help(sentence!["correct them, or allow for more with ", Parameter("strict_rows"),])
}
