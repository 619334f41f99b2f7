//! Format 1 on the wire. These structs are frozen once a release has written them: their fields,
//! types and order are what FORMAT.md promises.
//!
//! None of them owns memory: texts and arrays are borrowed from the file's bytes. So decoding
//! allocates nothing, whatever lengths a file claims.

use bincode::config::{self, Config};
use bincode::{BorrowDecode, Encode};

use crate::data::{FileSource, Schema, Source};
use crate::forest::leaves::{Leaves, Targets};
use crate::forest::oob::OobErrors;
use crate::model::Metadata;
use crate::settings::Settings;
use crate::tree::distribution::Distributions;
use crate::{Error, Forest, Result};

/// Little-endian, integers at their full width.
fn config() -> impl Config {
    config::standard().with_little_endian().with_fixed_int_encoding()
}

fn to_bytes(wire: impl Encode) -> Vec<u8> {
    bincode::encode_to_vec(wire, config()).expect("structs of numbers and bytes can be encoded")
}

/// Decodes a section; `exact` if it must hold nothing else.
pub(super) fn decode<'a, T: BorrowDecode<'a, ()>>(
    bytes: &'a [u8],
    section: &str,
    exact: bool,
) -> Result<T> {
    let (wire, len) = bincode::borrow_decode_from_slice(bytes, config())
        .map_err(|error| Error::model(format!("the {section} section cannot be read: {error}")))?;
    if exact && len < bytes.len() {
        let extra = bytes.len() - len;
        return Err(Error::model(format!("the {section} section has {extra} bytes too many")));
    }
    Ok(wire)
}

/// A list of texts: where each ends (`u32`s), and all of them together.
#[derive(Encode, BorrowDecode)]
pub(super) struct WireTexts<'a> {
    pub(super) ends: &'a [u8],
    pub(super) text: &'a str,
}

#[derive(Encode, BorrowDecode)]
pub(super) struct WireMetadata<'a> {
    pub(super) program: &'a str,
    pub(super) created: i64,
    /// Names and values in turn, as in all settings.
    pub(super) forest: WireTexts<'a>,
    pub(super) source: WireSource<'a>,
    pub(super) source_rows: u64,
    pub(super) source_sha256: [u8; 32],
    pub(super) split: WireSplit,
    pub(super) held_out: Option<WireHeldOut>,
    pub(super) out_of_bag: Option<WireOutOfBag>,
    pub(super) tags: WireTexts<'a>,
    pub(super) probe_rows: &'a [u8],
    pub(super) probe_proba: &'a [u8],
}

#[derive(Encode, BorrowDecode)]
pub(super) enum WireSource<'a> {
    Synthetic { recipe: WireTexts<'a> },
    File { name: &'a str, target: &'a str, ignore: WireTexts<'a>, delimiter: u8 },
}

#[derive(Encode, BorrowDecode)]
pub(super) struct WireSplit {
    pub(super) test_size: f64,
    pub(super) random_state: u32,
    pub(super) stratify: bool,
}

#[derive(Encode, BorrowDecode)]
pub(super) struct WireHeldOut {
    pub(super) rows: u64,
    pub(super) correct: u64,
    pub(super) baseline_correct: u64,
    pub(super) log_loss: f64,
}

#[derive(Encode, BorrowDecode)]
pub(super) struct WireOutOfBag {
    pub(super) rows: u64,
    pub(super) covered: u64,
    pub(super) correct: u64,
}

#[derive(Encode, BorrowDecode)]
pub(super) struct WireSchema<'a> {
    pub(super) target: &'a str,
    pub(super) class_names: WireTexts<'a>,
    pub(super) class_rows: &'a [u8],
    pub(super) feature_names: WireTexts<'a>,
    pub(super) feature_mins: &'a [u8],
    pub(super) feature_maxs: &'a [u8],
}

#[derive(Encode, BorrowDecode)]
pub(super) struct WireForest<'a> {
    pub(super) n_features: u32,
    pub(super) tree_sizes: &'a [u8],
    pub(super) node_features: &'a [u8],
    pub(super) node_values: &'a [u8],
    pub(super) leaves: WireLeaves<'a>,
    pub(super) importances: &'a [u8],
}

#[derive(Encode, BorrowDecode)]
pub(super) enum WireLeaves<'a> {
    Classes { n_classes: u32, shares: WireDistributions<'a> },
    Means { means: &'a [u8], targets: Option<WireTargets<'a>> },
}

#[derive(Encode, BorrowDecode)]
pub(super) struct WireTargets<'a> {
    pub(super) values: &'a [u8],
    pub(super) shares: WireDistributions<'a>,
}

#[derive(Encode, BorrowDecode)]
pub(super) struct WireDistributions<'a> {
    pub(super) ends: &'a [u8],
    pub(super) items: &'a [u8],
    pub(super) shares: &'a [u8],
}

/// A list of texts whose bytes are owned until they are encoded.
struct Texts {
    ends: Vec<u8>,
    text: String,
}

impl Texts {
    fn new<'a>(texts: impl IntoIterator<Item = &'a str>) -> Self {
        let mut list = Self { ends: Vec::new(), text: String::new() };
        for text in texts {
            list.text.push_str(text);
            list.ends.extend((list.text.len() as u32).to_le_bytes());
        }
        list
    }

    fn pairs<'a>(pairs: impl IntoIterator<Item = &'a (String, String)>) -> Self {
        Self::new(pairs.into_iter().flat_map(|(name, value)| [name.as_str(), value.as_str()]))
    }

    fn wire(&self) -> WireTexts<'_> {
        WireTexts { ends: &self.ends, text: &self.text }
    }
}

/// The little-endian bytes of numbers, one after the other.
fn array<const N: usize>(numbers: impl IntoIterator<Item = [u8; N]>) -> Vec<u8> {
    numbers.into_iter().flatten().collect()
}

pub(super) fn encode_metadata(metadata: &Metadata) -> Vec<u8> {
    let (recipe, ignore);
    let source = match &metadata.data {
        Source::Synthetic { recipe: made_by, .. } => {
            let Settings(settings) = made_by.to_settings();
            recipe = Texts::pairs(&settings);
            WireSource::Synthetic { recipe: recipe.wire() }
        }
        Source::File(FileSource { name, target, ignore: ignored, delimiter, .. }) => {
            ignore = Texts::new(ignored.iter().map(String::as_str));
            WireSource::File { name, target, ignore: ignore.wire(), delimiter: *delimiter }
        }
    };
    to_bytes(WireMetadata {
        program: &metadata.program,
        created: metadata.created.as_second(),
        forest: Texts::pairs(&metadata.forest.to_settings().0).wire(),
        source,
        source_rows: metadata.data.rows(),
        source_sha256: metadata.data.sha256().0,
        split: WireSplit {
            test_size: metadata.split.test_size,
            random_state: metadata.split.random_state,
            stratify: metadata.split.stratify,
        },
        held_out: metadata.held_out.map(|score| WireHeldOut {
            rows: score.rows,
            correct: score.correct,
            baseline_correct: score.baseline_correct,
            log_loss: score.log_loss,
        }),
        out_of_bag: metadata.out_of_bag.map(|score| WireOutOfBag {
            rows: score.rows,
            covered: score.covered,
            correct: match score.score {
                OobErrors::Classification { correct, .. } => correct as u64,
                OobErrors::Regression { .. } => 0,
            },
        }),
        tags: Texts::pairs(&metadata.tags).wire(),
        probe_rows: &array(metadata.probes.rows.iter().map(|x| x.to_le_bytes())),
        probe_proba: &array(metadata.probes.proba.iter().map(|p| p.to_le_bytes())),
    })
}

pub(super) fn encode_schema(schema: &Schema) -> Vec<u8> {
    let Schema { target, classes, features } = schema;
    to_bytes(WireSchema {
        target,
        class_names: Texts::new(classes.iter().map(|class| class.name.as_str())).wire(),
        class_rows: &array(classes.iter().map(|class| class.rows.to_le_bytes())),
        feature_names: Texts::new(features.iter().map(|feature| feature.name.as_str())).wire(),
        feature_mins: &array(features.iter().map(|feature| feature.min.to_le_bytes())),
        feature_maxs: &array(features.iter().map(|feature| feature.max.to_le_bytes())),
    })
}

pub(super) fn encode_forest(forest: &Forest) -> Vec<u8> {
    let nodes = || forest.trees.iter().flat_map(|tree| &tree.nodes);
    let (means, values, shares);
    let leaves = match &forest.leaves {
        Leaves::Classes { n_classes, shares: of_classes } => {
            shares = DistributionBytes::new(of_classes);
            WireLeaves::Classes { n_classes: *n_classes as u32, shares: shares.wire() }
        }
        Leaves::Means { means: of_leaves, targets } => {
            means = array(of_leaves.iter().map(|mean| mean.to_le_bytes()));
            let targets = match targets {
                Some(Targets { values: of_rows, shares: of_leaves }) => {
                    values = array(of_rows.iter().map(|value| value.to_le_bytes()));
                    shares = DistributionBytes::new(of_leaves);
                    Some(WireTargets { values: &values, shares: shares.wire() })
                }
                None => None,
            };
            WireLeaves::Means { means: &means, targets }
        }
    };
    to_bytes(WireForest {
        n_features: forest.n_features as u32,
        tree_sizes: &array(forest.trees.iter().map(|tree| (tree.nodes.len() as u32).to_le_bytes())),
        node_features: &array(nodes().map(|node| node.code.to_le_bytes())),
        // The children of the k-th branch are nodes 2k + 1 and 2k + 2, so none needs to be named.
        node_values: &array(nodes().map(|node| {
            if node.is_leaf() { node.next.to_le_bytes() } else { node.threshold.to_le_bytes() }
        })),
        leaves,
        importances: &array(forest.importances.iter().map(|importance| importance.to_le_bytes())),
    })
}

/// Distributions whose bytes are owned until they are encoded.
struct DistributionBytes([Vec<u8>; 3]);

impl DistributionBytes {
    fn new(Distributions { ends, items, shares }: &Distributions) -> Self {
        let [ends, items] =
            [ends, items].map(|numbers| array(numbers.iter().map(|n| n.to_le_bytes())));
        Self([ends, items, array(shares.iter().map(|share| share.to_le_bytes()))])
    }

    fn wire(&self) -> WireDistributions<'_> {
        let Self([ends, items, shares]) = self;
        WireDistributions { ends, items, shares }
    }
}
