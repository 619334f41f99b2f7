//! A report as a document: what it says, in order, whether it becomes HTML or Markdown.

use super::plot::Plot;

pub(super) struct Document {
    pub(super) title: String,
    /// What it is about, in a line.
    pub(super) subject: String,
    /// The sentences for who has a minute.
    pub(super) verdict: Vec<String>,
    pub(super) sections: Vec<Section>,
}

pub(super) struct Section {
    /// A word, unique in the document.
    pub(super) id: &'static str,
    pub(super) title: &'static str,
    pub(super) blocks: Vec<Block>,
}

#[expect(clippy::large_enum_variant, reason = "a document has some dozens of them")]
pub(super) enum Block {
    Text(String),
    /// Things to worry about, each with how much.
    Warnings(Vec<(String, String)>),
    /// Names, and what there is to say of each.
    Facts(Vec<(String, String)>),
    Table(Table),
    Figure(Figure),
    /// A tree: drawn, with what is said of the drawing, and as text.
    Tree {
        svg: String,
        text: String,
    },
}

/// A table. Its first column has names, and the others numbers, unless it is said otherwise.
#[derive(Default)]
pub(super) struct Table {
    pub(super) title: String,
    /// How it is to be read.
    pub(super) reading: String,
    pub(super) columns: Vec<String>,
    pub(super) rows: Vec<Vec<Cell>>,
    /// Whether all columns have words.
    pub(super) is_of_words: bool,
}

#[derive(Default)]
pub(super) struct Cell {
    pub(super) text: String,
    /// What is drawn in it.
    pub(super) drawing: Option<Drawing>,
}

/// Lengths are parts of the cell's width.
pub(super) enum Drawing {
    /// A bar, with an interval of its end.
    Bar { length: f64, ends: Option<[f64; 2]> },
    /// A shade, of what is right or wrong.
    Shade { is_right: bool, part: f64 },
}

/// A plot, with how it is to be read, and its numbers.
pub(super) struct Figure {
    pub(super) title: String,
    pub(super) reading: String,
    pub(super) plot: Plot,
    /// Classes of marks, and what they stand for.
    pub(super) legend: Vec<(&'static str, String)>,
    pub(super) numbers: Table,
}

impl Table {
    /// Of texts alone.
    pub(super) fn new<const N: usize>(
        title: &str,
        columns: [&str; N],
        rows: impl IntoIterator<Item = [String; N]>,
    ) -> Self {
        Self {
            title: title.to_owned(),
            columns: columns.map(str::to_owned).to_vec(),
            rows: rows.into_iter().map(|row| row.map(Cell::from).into()).collect(),
            ..Self::default()
        }
    }

    pub(super) fn reading(self, reading: &str) -> Self {
        Self { reading: reading.to_owned(), ..self }
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self { text, drawing: None }
    }
}
