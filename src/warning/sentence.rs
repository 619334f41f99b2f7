//! Warnings in sentences.

use super::{Warning, WarningKind};
use crate::message::{count, list, shorten, thousands};
use crate::parameter::{Parameter, Piece, Sentence, sentence};

impl Warning {
    /// In a sentence.
    pub fn sentence(&self) -> Sentence {
        let name = shorten(self.column.as_deref().unwrap_or_default());
        let figure = |at: usize| self.figures.get(at).copied().unwrap_or_default();
        let rows = |at: usize| count(figure(at) as u64, "row", "rows");
        let held_out = |at: usize| count(figure(at) as u64, "held-out row", "held-out rows");
        let or_ignore = |what: String| sentence![what, Parameter("ignore"), " leaves it out"];
        // A column without a name cannot be a feature.
        let left_out = |why: &str| match &*name {
            "" => sentence![format!("the column without a name is left out: {why}")],
            _ => sentence![
                format!("the column '{name}' is left out: {why} ("),
                Parameter("keep"),
                " makes it a feature)",
            ],
        };
        match self.kind {
            WarningKind::NumericTarget => sentence![
                format!("'{name}' is numbers of many values, so this is a regression ("),
                Parameter("task"),
                " classification takes them for classes)",
            ],
            WarningKind::RowsWithoutTarget => {
                sentence![format!("{} without a target left out", rows(0))]
            }
            WarningKind::RowNumbersLeftOut => left_out("it numbers the rows"),
            WarningKind::IdentifiersLeftOut => {
                left_out("its values differ from row to row, as identifiers do")
            }
            WarningKind::RowNumbers => or_ignore(format!(
                "the column '{name}' numbers the rows, which tells nothing of new rows: "
            )),
            WarningKind::NoValues => sentence![format!("the column '{name}' has no values")],
            WarningKind::StrayTexts => sentence![
                format!(
                    "the column '{name}' is numbers or dates but for {}, so all of it is taken for \
                     texts: ",
                    list(&self.texts)
                ),
                Parameter("missing"),
                " takes such cells for missing values",
            ],
            WarningKind::Identifiers => or_ignore(format!(
                "the column '{name}' has {} in {}, as identifiers have: they tell nothing of new \
                 rows; ",
                count(figure(0) as u64, "different text", "different texts"),
                rows(1)
            )),
            WarningKind::CoarseNumbers => sentence![format!(
                "the numbers of the column '{name}' differ in digits that an f32, which has seven, \
                 does not keep: subtract what they have in common, or write times as dates"
            )],
            WarningKind::Delimiter
            | WarningKind::MissingWords
            | WarningKind::GuessedSpelling
            | WarningKind::UndecidedDates
            | WarningKind::ShortYears
            | WarningKind::SeveralSpellings => self.about_spelling(&name),
            WarningKind::GroupsOutOfBag => sentence![format!(
                "the out-of-bag score is likely too good: trees saw other rows of the groups of \
                 '{name}'; the held-out score is of groups that no tree saw"
            )],
            WarningKind::SharedRows => sentence![format!(
                "{:.1} % of the held-out rows ({} of {}) are in the training rows as well, with the \
                 same target: the held-out score is likely too good",
                100.0 * figure(0) / figure(1).max(1.0),
                thousands(figure(0) as u64),
                thousands(figure(1) as u64),
            )],
            WarningKind::ColumnTellsClass => or_ignore(format!(
                "the column '{name}' alone predicts {:.1} % of {}: is it known before \
                 the target is? ",
                100.0 * figure(0),
                held_out(1)
            )),
            WarningKind::ColumnTellsNumber => or_ignore(format!(
                "the column '{name}' alone predicts {} with R² {:.4}: is it known \
                 before the target is? ",
                held_out(1),
                figure(0),
            )),
            WarningKind::Accuracy
            | WarningKind::UncertainAccuracy
            | WarningKind::LogLoss
            | WarningKind::WeightedLogLoss
            | WarningKind::R2
            | WarningKind::UncertainR2 => self.about_score(),
            WarningKind::MissedClasses => self.about_missed_classes(),
            WarningKind::More => sentence![format!(
                "and {} of the kind {}",
                count(figure(0) as u64, "more warning", "more warnings"),
                self.texts.concat()
            )],
        }
    }

    /// How the cells of a column are written.
    fn about_spelling(&self, name: &str) -> Sentence {
        let text = |at: usize| self.texts.get(at).cloned().unwrap_or_default();
        let figure = self.figures.first().copied().unwrap_or_default();
        let taken_for_texts = format!("the column '{name}' is taken for texts, because its dates");
        let spellings = self.texts.join(" or ");
        match self.kind {
            WarningKind::Delimiter => {
                let delimiter = match &*text(0) {
                    ";" => "a semicolon".to_owned(),
                    "\t" => "a tab".to_owned(),
                    other => format!("'{other}'"),
                };
                sentence![
                    format!("{delimiter} is taken for the delimiter between cells ("),
                    Parameter("delimiter"),
                    " overrules)",
                ]
            }
            WarningKind::MissingWords => sentence![
                format!(
                    "in the column '{name}' {} with {} taken for missing (",
                    count(figure as u64, "cell", "cells"),
                    list(&self.texts)
                ),
                Parameter("categorical"),
                " takes it for texts)",
            ],
            WarningKind::GuessedSpelling => sentence![
                format!(
                    "the numbers of the column '{name}' may have decimals or thousands: '{}' is \
                     taken for {figure} (",
                    text(0)
                ),
                Parameter("decimal"),
                format!(" {} overrules)", text(1)),
            ],
            WarningKind::UndecidedDates => self
                .dates_in_an_order(format!("{taken_for_texts} can be {spellings}: "), "says which"),
            WarningKind::ShortYears => self.dates_in_an_order(
                format!("{taken_for_texts}, {spellings}, leave the century open: "),
                "takes them for dates from 1969 to 2068",
            ),
            _ => sentence![format!("{taken_for_texts} are not all written in one way")],
        }
    }

    /// A sentence that ends with the orders of dates that the spellings have.
    fn dates_in_an_order(&self, beginning: String, end: &str) -> Sentence {
        let order = |spelling: &String| match spelling.as_bytes().first() {
            Some(b'd') => "dmy",
            Some(b'm') => "mdy",
            _ => "ymd",
        };
        let mut pieces = vec![Piece::from(beginning)];
        for (at, spelling) in self.texts.iter().enumerate() {
            pieces.extend((at > 0).then(|| Piece::from("or ")));
            let order = format!(" {} ", order(spelling));
            pieces.extend([Piece::from(Parameter("dates")), Piece::from(order)]);
        }
        pieces.push(Piece::from(end.to_owned()));
        Sentence::new(pieces)
    }

    /// Classes of which no row was predicted right.
    fn about_missed_classes(&self) -> Sentence {
        let figure = |at: usize| self.figures.get(at).copied().unwrap_or_default() as u64;
        let (classes, rows) = (figure(0), figure(1));
        let more = classes.saturating_sub(self.texts.len() as u64);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        sentence![format!(
            "none of {} of the {} {}{more} was predicted right",
            count(rows, "held-out row", "held-out rows"),
            if classes == 1 { "class" } else { "classes" },
            list(&self.texts),
        )]
    }

    /// What is to be said of a score and its baseline.
    fn about_score(&self) -> Sentence {
        let figure = |at: usize| self.figures.get(at).copied().unwrap_or_default();
        let text = match self.kind {
            WarningKind::Accuracy => format!(
                "the held-out accuracy {:.4} is not above the baseline {:.4}: always answering the \
                 most frequent class is as good",
                figure(0),
                figure(1)
            ),
            WarningKind::UncertainAccuracy => format!(
                "the baseline {:.4} lies in the 95 % interval of the held-out accuracy, {:.4} to \
                 {:.4}: the model may be no better than always answering the most frequent class",
                figure(2),
                figure(0),
                figure(1)
            ),
            WarningKind::LogLoss => format!(
                "the held-out log loss {:.4} is not below the baseline {:.4}: always answering the \
                 shares of the classes is as good, so the probabilities are not to be trusted",
                figure(0),
                figure(1)
            ),
            WarningKind::WeightedLogLoss => {
                return sentence![
                    format!(
                        "the held-out log loss {:.4} is not below the baseline {:.4}, that of the shares of \
                         the classes, as ",
                        figure(0),
                        figure(1)
                    ),
                    Parameter("class_weight"),
                    " makes probabilities those of classes that weigh so",
                ];
            }
            WarningKind::R2 => format!(
                "the held-out R² {:.4} is not above 0: always answering the mean of these rows is as good",
                figure(0)
            ),
            _ => format!(
                "0 lies in the 95 % interval of the held-out R², {:.4} to {:.4}: the model may be \
                 no better than always answering the mean",
                figure(0),
                figure(1)
            ),
        };
        sentence![text]
    }
}
