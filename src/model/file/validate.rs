//! From the wire to a model, with every check that lets the rest of the program trust it.

mod forest;

use std::collections::HashSet;

use jiff::Timestamp;
use ndarray::Array2;

use super::v1::{WireForest, WireMetadata, WireSchema, WireSource, WireTexts};
use crate::data::split::Split;
use crate::data::synth::Recipe;
use crate::data::{Class, Feature, FileSource, Schema, Sha256Digest, Source};
use crate::forest::ForestValidParams;
use crate::forest::oob::{OobErrors, OobScore};
use crate::model::{HeldOutScore, Metadata, Model, Probes};
use crate::settings::Settings;
use crate::{Error, Forest, Result};

/// A model, if all three parts are sound and fit together.
pub(super) fn model(
    metadata: &WireMetadata,
    schema: &WireSchema,
    forest: &WireForest,
) -> Result<Model> {
    let forest = forest::read(forest)?;
    let schema = read_schema(schema)?;
    let of_schema = (schema.features.len(), schema.classes.len());
    ensure(of_schema == (forest.n_features(), forest.n_classes()), || {
        format!(
            "the schema has {} features and {} classes, the forest {} and {}",
            of_schema.0,
            of_schema.1,
            forest.n_features(),
            forest.n_classes()
        )
    })?;
    let metadata = read_metadata(metadata, &forest)?;
    ensure(metadata.forest.n_trees() == forest.n_trees(), || {
        format!(
            "{} trees were asked for, {} are there",
            metadata.forest.n_trees(),
            forest.n_trees()
        )
    })?;
    let filled_in = metadata.forest.for_task(forest.task()).map_err(|error| damaged(&error))?;
    ensure(
        filled_in == metadata.forest && filled_in.keep_quantiles == forest.keeps_quantiles(),
        || format!("the settings are not those of this {}", forest.task()),
    )?;
    let trained: u64 = schema.classes.iter().map(|class| class.rows).sum();
    let held_out = metadata.held_out.map_or(0, |score| score.rows);
    ensure(trained.checked_add(held_out) == Some(metadata.data.rows()), || {
        format!("{trained} rows and {held_out} held out are not {}", metadata.data.rows())
    })?;
    Ok(Model { schema, forest, metadata })
}

fn read_schema(wire: &WireSchema) -> Result<Schema> {
    let class_names = texts("class names", &wire.class_names)?;
    let class_rows = numbers("class rows", wire.class_rows, class_names.len(), u64::from_le_bytes)?;
    let names = texts("feature names", &wire.feature_names)?;
    let mins = numbers("feature minima", wire.feature_mins, names.len(), f32::from_le_bytes)?;
    let maxs = numbers("feature maxima", wire.feature_maxs, names.len(), f32::from_le_bytes)?;
    let ranges = || mins.iter().zip(&maxs);
    ensure(all_different(&class_names), || "two classes have one name".to_owned())?;
    ensure(all_different(&names), || "two features have one name".to_owned())?;
    ensure(ranges().all(|(min, max)| min.is_finite() && max.is_finite() && min <= max), || {
        "a feature's range is none".to_owned()
    })?;
    // Counts that add up in 64 bits add up everywhere.
    ensure(
        class_rows.iter().try_fold(0_u64, |sum, &rows| sum.checked_add(rows)).is_some(),
        || "the classes have too many rows".to_owned(),
    )?;
    let classes = class_names.into_iter().zip(class_rows);
    let features = names.into_iter().zip(ranges());
    Ok(Schema {
        target: wire.target.to_owned(),
        features: features.map(|(name, (&min, &max))| Feature { name, min, max }).collect(),
        classes: classes.map(|(name, rows)| Class { name, rows }).collect(),
    })
}

fn read_metadata(wire: &WireMetadata, forest: &Forest) -> Result<Metadata> {
    let split = Split {
        test_size: wire.split.test_size,
        random_state: wire.split.random_state,
        stratify: wire.split.stratify,
    };
    ensure((0.0..1.0).contains(&split.test_size), || {
        format!("the test size is {}", split.test_size)
    })?;
    let held_out = wire.held_out.as_ref().map(|score| HeldOutScore {
        rows: score.rows,
        correct: score.correct,
        baseline_correct: score.baseline_correct,
        log_loss: score.log_loss,
    });
    ensure(
        held_out.is_none_or(|score| {
            score.correct.max(score.baseline_correct) <= score.rows
                && score.rows > 0
                && score.log_loss.is_finite()
        }),
        || "the score on the rows held out is none".to_owned(),
    )?;
    let out_of_bag = wire.out_of_bag.as_ref().map(|score| OobScore {
        rows: score.rows,
        covered: score.covered,
        score: OobErrors::Classification {
            weight: score.covered as f64,
            correct: score.correct as f64,
        },
    });
    ensure(
        wire.out_of_bag
            .as_ref()
            .is_none_or(|score| score.correct <= score.covered && score.covered <= score.rows),
        || "the out-of-bag score is none".to_owned(),
    )?;
    Ok(Metadata {
        program: wire.program.to_owned(),
        created: Timestamp::from_second(wire.created)
            .map_err(|_| Error::model(format!("{} is no date", wire.created)))?,
        forest: ForestValidParams::from_settings(settings("forest settings", &wire.forest)?)
            .map_err(|error| damaged(&error))?,
        data: read_source(wire).map_err(|error| damaged(&error))?,
        split,
        held_out,
        out_of_bag,
        tags: settings("tags", &wire.tags)?.0,
        probes: read_probes(wire, forest)?,
    })
}

/// A setting that was checked before it was written is wrong only in a file that is.
fn damaged(error: &Error) -> Error {
    Error::model(format!("the settings are wrong: {}", error.message()))
}

fn read_source(wire: &WireMetadata) -> Result<Source> {
    let (rows, sha256) = (wire.source_rows, Sha256Digest(wire.source_sha256));
    Ok(match &wire.source {
        WireSource::Synthetic { recipe } => {
            let recipe = Recipe::from_settings(settings("recipe", recipe)?)?;
            ensure(recipe.n_samples() as u64 == rows, || {
                format!("the recipe does not make {rows} rows")
            })?;
            Source::Synthetic { recipe, rows, sha256 }
        }
        WireSource::File { name, target, ignore, delimiter } => {
            // The name is looked for in folders: it must not lead out of them.
            ensure(!name.contains(['/', '\\']) && *name != "..", || {
                format!("the data file's name is '{name}'")
            })?;
            Source::File(FileSource {
                name: (*name).to_owned(),
                target: (*target).to_owned(),
                ignore: texts("ignored columns", ignore)?,
                delimiter: *delimiter,
                rows,
                sha256,
            })
        }
    })
}

fn read_probes(wire: &WireMetadata, forest: &Forest) -> Result<Probes> {
    let rows = all_numbers("probe rows", wire.probe_rows, f32::from_le_bytes)?;
    ensure(!rows.iter().any(|value| value.is_infinite()), || {
        "a probe row has an infinite value".to_owned()
    })?;
    let n_probes = rows.len() / forest.n_features;
    let n_proba = n_probes.saturating_mul(forest.n_outputs());
    let proba = numbers("probe probabilities", wire.probe_proba, n_proba, f64::from_le_bytes)?;
    let uneven = |_| Error::model("the probe rows do not fit the forest");
    Ok(Probes {
        rows: Array2::from_shape_vec((n_probes, forest.n_features), rows).map_err(uneven)?,
        proba: Array2::from_shape_vec((n_probes, forest.n_outputs()), proba).map_err(uneven)?,
    })
}

fn settings(what: &str, wire: &WireTexts) -> Result<Settings> {
    let texts = texts(what, wire)?;
    ensure(texts.len() % 2 == 0, || format!("the {what} are not names and values in turn"))?;
    let mut settings = Settings::default();
    let mut texts = texts.into_iter();
    while let (Some(name), Some(value)) = (texts.next(), texts.next()) {
        settings.0.push((name, value));
    }
    Ok(settings)
}

fn texts(what: &str, wire: &WireTexts) -> Result<Vec<String>> {
    let ends = all_numbers(what, wire.ends, u32::from_le_bytes)?;
    let mut start = 0;
    let mut texts = Vec::with_capacity(ends.len());
    for &end in &ends {
        let end = end as usize;
        let text = wire.text.get(start..end);
        texts.push(text.ok_or_else(|| Error::model(format!("the {what} overlap")))?.to_owned());
        start = end;
    }
    ensure(start == wire.text.len(), || format!("the {what} leave a rest"))?;
    Ok(texts)
}

fn all_different(names: &[String]) -> bool {
    let mut seen = HashSet::with_capacity(names.len());
    names.iter().all(|name| seen.insert(name))
}

/// An array of `N`-byte words that has to have `len` of them.
fn words<'a, const N: usize>(what: &str, bytes: &'a [u8], len: usize) -> Result<&'a [[u8; N]]> {
    let words = all_words(what, bytes)?;
    ensure(words.len() == len, || format!("there are {} {what}, not {len}", words.len()))?;
    Ok(words)
}

fn all_words<'a, const N: usize>(what: &str, bytes: &'a [u8]) -> Result<&'a [[u8; N]]> {
    let (words, rest) = bytes.as_chunks();
    ensure(rest.is_empty(), || format!("the {what} end in the middle of a number"))?;
    Ok(words)
}

/// An array of numbers that has to have `len` of them.
fn numbers<T, const N: usize>(
    what: &str,
    bytes: &[u8],
    len: usize,
    read: fn([u8; N]) -> T,
) -> Result<Vec<T>> {
    Ok(words(what, bytes, len)?.iter().map(|&word| read(word)).collect())
}

fn all_numbers<T, const N: usize>(
    what: &str,
    bytes: &[u8],
    read: fn([u8; N]) -> T,
) -> Result<Vec<T>> {
    Ok(all_words(what, bytes)?.iter().map(|&word| read(word)).collect())
}

fn ensure(sound: bool, message: impl FnOnce() -> String) -> Result<()> {
    if sound { Ok(()) } else { Err(Error::model(message())) }
}
