//! `forest predict`

use std::io::{self, Write};
use std::ops::Range;
use std::path::PathBuf;

use clap::Args;
use serde::ser::{Serialize, SerializeMap, Serializer};

use super::args::{ForceArgs, GlobalArgs, RowsArgs};
use super::data::Input;
use super::exit::Exit;
use crate::data::{Label, Labels, Schema};
use crate::forest::argmax;
use crate::message::{printable, shorten};
use crate::metrics::interval::wilson;
use crate::report::text::accuracy_with_interval;
use crate::{Error, Model, Result};

/// Predict rows: CSV in, CSV out (with --json a JSON object a line)
#[derive(Args)]
#[command(
    allow_negative_numbers = true,
    after_help = "\
The output has a column `prediction` and, with --proba, a column `proba_CLASS` for each class.
Columns of the input are found by name, in any order; others are ignored. Without --data the rows
that training held out are predicted, and a column `row` has their numbers in the table, from 0.

Examples:
  forest predict --model model.bin
  forest predict --model iris.bin --data new.csv --proba --id plant --out predictions.csv
  zcat new.csv.gz | forest predict --model iris.bin --data - | head"
)]
pub(super) struct PredictArgs {
    #[command(flatten)]
    rows: RowsArgs,

    /// File to write, - for standard output
    #[arg(long, value_name = "FILE", default_value = "-")]
    out: PathBuf,

    #[command(flatten)]
    force: ForceArgs,

    /// Write the probability of each class as well
    #[arg(long)]
    proba: bool,

    /// Column of --data to pass through
    #[arg(long, value_name = "COLUMN", requires = "data", conflicts_with = "held_out")]
    id: Option<String>,
}

pub(super) fn run(args: &PredictArgs, global: &GlobalArgs) -> Result<Exit> {
    let inputs = args.rows.data.iter().chain([&args.rows.model]);
    let destination = args.force.destination(&args.out, inputs)?;
    let model = args.rows.load_model()?;
    let input = args.rows.read(&model, args.id.as_ref(), global)?;
    let writer = RowWriter { model: &model, input: &input, proba: args.proba, json: global.json };

    if let Some(id) = &args.id
        && writer.columns()[1..].contains(id)
    {
        return Err(Error::setting(format!("--id '{id}' is the name of a column of the output"))
            .help("rename the column in --data, or leave out --id"));
    }

    let n_classes = model.forest().n_classes();
    let blocks = model.forest().map_blocks(&input.features.view().into(), |rows, proba| {
        let classes: Vec<u32> = proba.chunks(n_classes).map(argmax).collect();
        let mut text = Vec::new();
        writer.rows(&mut text, rows, &classes, proba).map(|()| (text, classes))
    })?;
    let blocks = blocks.into_iter().collect::<io::Result<Vec<_>>>();

    let mut out = destination.open()?;
    let written = blocks.and_then(|blocks| {
        writer.header(&mut out)?;
        let mut classes = Vec::with_capacity(input.features.nrows());
        for (text, block) in blocks {
            out.write_all(&text)?;
            classes.extend(block);
        }
        Ok(classes)
    });
    let classes = written.map_err(|error| out.error(error))?;
    out.finish()?;

    if let Some(note) = input.labels.and_then(|labels| accuracy_note(&model, &labels, &classes)) {
        global.note(&note);
    }
    Ok(Exit::Done)
}

/// Writes predictions as CSV or as JSON lines.
struct RowWriter<'a> {
    model: &'a Model,
    input: &'a Input,
    proba: bool,
    json: bool,
}

impl RowWriter<'_> {
    /// The names of the output's columns.
    fn columns(&self) -> Vec<String> {
        let mut names: Vec<String> = self.input.ids.iter().map(|(name, _)| name.clone()).collect();
        names.push("prediction".to_owned());
        if self.proba {
            let classes = &self.model.schema().classes;
            names.extend(classes.iter().map(|class| format!("proba_{}", class.name)));
        }
        names
    }

    fn header(&self, out: &mut impl Write) -> io::Result<()> {
        if self.json {
            return Ok(());
        }
        let mut csv = csv::Writer::from_writer(out);
        csv.write_record(self.columns())?;
        csv.flush()
    }

    fn rows(
        &self,
        out: &mut impl Write,
        rows: Range<usize>,
        classes: &[u32],
        proba: &[f64],
    ) -> io::Result<()> {
        let predictions = rows.zip(classes).zip(proba.chunks(self.model.forest().n_classes()));
        let predictions = predictions.map(|((row, &class), proba)| Prediction {
            id: self.input.ids.as_ref().map(|(name, ids)| (name.as_str(), ids[row].as_str())),
            class: self.model.class_name(class),
            proba: self.proba.then_some((self.model.schema(), proba)),
        });
        if self.json {
            for prediction in predictions {
                serde_json::to_writer(&mut *out, &prediction)?;
                out.write_all(b"\n")?;
            }
            return Ok(());
        }
        let mut csv = csv::Writer::from_writer(out);
        for Prediction { id, class, proba } in predictions {
            if let Some((_, id)) = id {
                csv.write_field(id)?;
            }
            csv.write_field(class)?;
            for probability in proba.iter().flat_map(|(_, proba)| *proba) {
                csv.write_field(probability.to_string())?;
            }
            csv.write_record(None::<&[u8]>)?;
        }
        csv.flush()
    }
}

/// What there is to say of one row.
struct Prediction<'a> {
    /// The name of the column that tells rows apart, and its text.
    id: Option<(&'a str, &'a str)>,
    class: &'a str,
    /// The probability of each class of the schema.
    proba: Option<(&'a Schema, &'a [f64])>,
}

impl Serialize for Prediction<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if let Some((name, id)) = self.id {
            map.serialize_entry(name, id)?;
        }
        map.serialize_entry("prediction", self.class)?;
        if let Some((schema, proba)) = self.proba {
            let names = schema.classes.iter().map(|class| class.name.as_str());
            map.serialize_entry("proba", &ByName(names.zip(proba).collect()))?;
        }
        map.end()
    }
}

/// Pairs as a JSON object, in their order.
struct ByName<'a>(Vec<(&'a str, &'a f64)>);

impl Serialize for ByName<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().copied())
    }
}

/// How many of the rows that have labels were predicted right; `None` if no row has one. A label
/// that the model does not know is one that it cannot get right.
fn accuracy_note(model: &Model, labels: &Labels, classes: &[u32]) -> Option<String> {
    let labelled =
        || labels.rows.iter().zip(classes).filter(|(label, _)| **label != Label::Missing);
    let rows = labelled().count() as u64;
    if rows == 0 {
        return None;
    }
    let correct =
        labelled().filter(|&(label, &class)| *label == Label::Known(class)).count() as u64;
    let majority = Label::Known(model.majority_class());
    let baseline = labelled().filter(|(label, _)| **label == majority).count();
    let mut note = format!(
        "accuracy {} on {rows} rows with labels; majority baseline {:.4}",
        accuracy_with_interval(correct, wilson(correct, rows), rows),
        baseline as f64 / rows as f64
    );
    if let Some((line, label)) = &labels.first_unknown {
        let label = printable(&shorten(label));
        note += &format!(
            "; labels that the model does not know count as wrong ('{label}', line {line})"
        );
    }
    Some(note)
}
