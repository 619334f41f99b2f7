//! What was decided about a file's columns while it was read.

use crate::data::input::spelling::Spelling;

/// Something that was decided for who gave the file, and that may be a mistake.
#[derive(Clone, Debug, PartialEq)]
pub enum Remark {
    /// The delimiter is not the comma, and nobody said so.
    Delimiter(char),
    /// In a column of numbers or dates, cells with these words count as missing.
    MissingWords {
        /// The column's name.
        column: String,
        /// The words.
        words: Vec<String>,
        /// How many cells have them.
        cells: u64,
    },
    /// Nothing decides whether the numbers of a column have decimals or thousands.
    GuessedSpelling {
        /// The column's name.
        column: String,
        /// What they are taken for.
        spelling: Spelling,
        /// A cell that would be another number otherwise.
        example: String,
    },
}
