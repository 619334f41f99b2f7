//! Loading a model file takes at most four times its size in memory and 2 MiB, whatever the file says,
//! and none makes it run for long. Files are written here as FORMAT.md describes them, with as much of
//! one thing as a few megabytes hold.

use forest::{ErrorKind, Model};
use peak_alloc::PeakAlloc;
use sha2::{Digest, Sha256};

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

const FIXED: usize = 2 << 20;

/// What a file holds, as far as these tests vary it.
struct Contents {
    n_trees: usize,
    /// The setting `class_weight`.
    class_weight: String,
    /// More settings of the forest.
    settings: Vec<(String, String)>,
    /// Columns that training left out.
    ignored: Vec<String>,
    /// Columns that training left out unasked.
    left_out: Vec<String>,
    missing: Vec<String>,
    /// Warnings, each of a column without a name and with so many texts without a character.
    n_warnings: usize,
    n_texts: usize,
    tags: Vec<(String, String)>,
    n_probes: usize,
    /// Scores of out-of-bag residuals, after the metadata.
    n_scores: Option<usize>,
    features: Vec<String>,
    /// Levels of the first feature, which is a category if there are any.
    levels: Vec<String>,
    classes: Vec<String>,
    /// Trees of one leaf each, or with this number of branches in a chain.
    n_branches: usize,
    n_distributions: usize,
    /// The bins of each feature in the further section of distributions, if there is one.
    n_bins: Option<u8>,
    /// The further section of covers, if there is one: counts, or weights of 4 or 8 bytes.
    cover: Option<&'static [u8]>,
}

impl Default for Contents {
    fn default() -> Self {
        Self {
            n_trees: 1,
            class_weight: "none".to_owned(),
            settings: Vec::new(),
            ignored: Vec::new(),
            left_out: Vec::new(),
            n_warnings: 0,
            n_texts: 0,
            missing: Vec::new(),
            tags: Vec::new(),
            n_probes: 0,
            n_scores: None,
            features: vec!["x".to_owned()],
            levels: Vec::new(),
            classes: vec!["a".to_owned(), "b".to_owned()],
            n_branches: 0,
            n_distributions: 1,
            n_bins: None,
            cover: None,
        }
    }
}

fn bytes(bytes: &[u8]) -> Vec<u8> {
    [&(bytes.len() as u64).to_le_bytes()[..], bytes].concat()
}

fn array<const N: usize>(numbers: impl IntoIterator<Item = [u8; N]>) -> Vec<u8> {
    bytes(&numbers.into_iter().flatten().collect::<Vec<u8>>())
}

fn texts<'a>(texts: impl IntoIterator<Item = &'a str>) -> Vec<u8> {
    let (mut ends, mut all) = (Vec::new(), String::new());
    for text in texts {
        all.push_str(text);
        ends.extend((all.len() as u32).to_le_bytes());
    }
    [bytes(&ends), bytes(all.as_bytes())].concat()
}

fn pairs(pairs: &[(String, String)]) -> Vec<u8> {
    texts(pairs.iter().flat_map(|(name, value)| [name.as_str(), value.as_str()]))
}

fn named(name: &str, value: impl std::fmt::Display) -> (String, String) {
    (name.to_owned(), format!("{value}"))
}

/// Rows, a spread, and a score of 0 for each row.
fn intervals(n: usize) -> Vec<u8> {
    let head = [(n as u64).to_le_bytes(), 1_f64.to_le_bytes()].concat();
    [head, 0_u32.to_le_bytes().to_vec(), bytes(&vec![0; 8 * n])].concat()
}

/// Different texts, as short as they can be.
fn short_texts(n: usize) -> Vec<String> {
    const DIGITS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
    let text = |mut number: usize| {
        let mut text = String::new();
        loop {
            text.push(DIGITS[number % 32].into());
            number /= 32;
            if number == 0 {
                return text;
            }
        }
    };
    (0..n).map(text).collect()
}

impl Contents {
    fn file(&self) -> Vec<u8> {
        let sections = [self.metadata(), self.schema(), self.forest()];
        let distributions = self.n_bins.map(|n_bins| ("distributions", self.distributions(n_bins)));
        let covers = self.cover.map(|cover| ("covers", self.covers(cover)));
        let further: Vec<_> = distributions.into_iter().chain(covers).collect();
        let mut file = b"\x8fFRST\x00\r\n\x01\x00\x01\x00".to_vec();
        file.extend((further.len() as u32).to_le_bytes());
        for section in &sections {
            file.extend((section.len() as u64).to_le_bytes());
        }
        let mut table = Vec::new();
        for (name, section) in &further {
            table.extend(name.as_bytes());
            table.resize(table.len() + 24 - name.len(), 0);
            table.extend((section.len() as u64).to_le_bytes());
        }
        let further = further.into_iter().flat_map(|(_, section)| section).collect();
        let sections = [table, sections.concat(), further].concat();
        let digest = Sha256::new_with_prefix(&file).chain_update(&sections).finalize();
        file.extend(digest);
        file.extend(sections);
        file
    }

    fn metadata(&self) -> Vec<u8> {
        let mut settings = vec![
            named("learner", "cart"),
            named("n_trees", self.n_trees),
            named("criterion", "gini"),
            named("max_depth", "none"),
            named("min_samples_split", 2),
            named("min_samples_leaf", 1),
            named("max_features", "sqrt"),
            named("max_bins", "none"),
            named("max_leaf_nodes", "none"),
            named("min_impurity_decrease", 0),
            named("bootstrap", true),
            named("max_samples", "all"),
            named("class_weight", &self.class_weight),
            named("keep_quantiles", false),
            named("seed", 42),
        ];
        settings.extend(self.settings.iter().cloned());
        let mut read: Vec<_> = self.ignored.iter().map(|name| named("ignore", name)).collect();
        read.extend([named("target", "y"), named("drop_missing_target", false)]);
        [
            bytes(b"forest 0.1.0"),
            0_i64.to_le_bytes().to_vec(),
            pairs(&settings),
            1_u32.to_le_bytes().to_vec(),
            bytes(b"t.csv"),
            pairs(&read),
            pairs(&self.left_out.iter().map(|name| named(name, "identifiers")).collect::<Vec<_>>()),
            0_u64.to_le_bytes().to_vec(),
            (self.classes.len() as u64).to_le_bytes().to_vec(),
            vec![0; 32],
            0_f64.to_le_bytes().to_vec(),
            42_u32.to_le_bytes().to_vec(),
            vec![0],
            0_u64.to_le_bytes().to_vec(),
            vec![0, 0],
            self.warnings(),
            pairs(&self.tags),
            bytes(&vec![0; 4 * self.n_probes * self.features.len()]),
            array((0..self.n_probes).flat_map(|_| {
                (0..self.classes.len()).map(|class| f64::from(u8::from(class == 0)).to_le_bytes())
            })),
            self.n_scores.map(intervals).unwrap_or_default(),
        ]
        .concat()
    }

    /// All rows in the first bin, and the first numbers above 0 between them.
    fn distributions(&self, n_bins: u8) -> Vec<u8> {
        let n_rows = self.classes.len() as u32;
        let features = || self.features.iter();
        let rows = |bin| if bin == 0 { n_rows } else { 0 };
        [
            bytes(&vec![n_bins; self.features.len()]),
            array(features().flat_map(|_| (0..n_bins).map(|bin| rows(bin).to_le_bytes()))),
            array(features().flat_map(|_| (1..n_bins).map(|bin| u32::from(bin).to_le_bytes()))),
        ]
        .concat()
    }

    /// The same cover for each leaf.
    fn covers(&self, cover: &[u8]) -> Vec<u8> {
        let kind = match cover.len() {
            4 => 1_u32,
            8 => 2,
            _ => 0,
        };
        let all = cover.repeat(self.n_trees * (self.n_branches + 1));
        [&kind.to_le_bytes()[..], &bytes(&all)].concat()
    }

    fn warnings(&self) -> Vec<u8> {
        let n = self.n_warnings;
        [
            texts(vec!["stray_texts"; n]),
            texts(vec![""; n]),
            array(vec![(self.n_texts as u32).to_le_bytes(); n]),
            texts(vec![""; n * self.n_texts]),
            bytes(&[]),
        ]
        .concat()
    }

    fn schema(&self) -> Vec<u8> {
        let n = self.features.len();
        let of_first = |first: u8| (0..n).map(move |feature| if feature == 0 { first } else { 0 });
        let kind = if self.levels.is_empty() { 0 } else { 2 };
        let mut n_levels = vec![0_u32; n];
        n_levels[0] = self.levels.len() as u32;
        [
            bytes(b"y"),
            0_u32.to_le_bytes().to_vec(),
            texts(self.classes.iter().map(String::as_str)),
            array(self.classes.iter().map(|_| 1_u64.to_le_bytes())),
            texts(self.features.iter().map(String::as_str)),
            array(of_first(kind).map(|kind| [kind])),
            texts(vec![""; n]),
            bytes(&vec![0; 8 * n]),
            bytes(&vec![0; 4 * n]),
            bytes(&vec![0; 4 * n]),
            bytes(&vec![0; 4 * n]),
            array(n_levels.into_iter().map(u32::to_le_bytes)),
            texts(self.levels.iter().map(String::as_str)),
            bytes(&vec![0; 4 * self.levels.len()]),
            texts(self.missing.iter().map(String::as_str)),
        ]
        .concat()
    }

    fn forest(&self) -> Vec<u8> {
        // A branch and its left leaf by turns, and a last leaf.
        let n_nodes = 2 * self.n_branches + 1;
        let is_branch = |node: usize| {
            node == 0 && self.n_branches > 0 || node.is_multiple_of(2) && node + 1 < n_nodes
        };
        let n_all = n_nodes * self.n_trees;
        let mut kinds = vec![0; n_all.div_ceil(8)];
        for node in (0..n_all).filter(|node| is_branch(node % n_nodes)) {
            kinds[node / 8] |= 1 << (node % 8);
        }
        let n_branches = self.n_branches * self.n_trees;
        let width = if self.features.len() <= 128 { 1 } else { 4 };
        let class_width = if self.classes.len() <= 256 { 1 } else { 2 };
        [
            (self.features.len() as u32).to_le_bytes().to_vec(),
            array((0..self.n_trees).map(|_| (n_nodes as u32).to_le_bytes())),
            bytes(&kinds),
            bytes(&vec![0; width * n_branches]),
            bytes(&vec![0; 4 * n_branches]),
            bytes(&vec![0; 4 * (n_all - n_branches)]),
            0_u32.to_le_bytes().to_vec(),
            (self.classes.len() as u32).to_le_bytes().to_vec(),
            bytes(&vec![0; class_width * self.n_distributions]),
            bytes(&vec![0; class_width * self.n_distributions]),
            array((0..self.n_distributions).map(|_| 1_f64.to_le_bytes())),
            bytes(&vec![0; 8 * self.features.len()]),
        ]
        .concat()
    }
}

/// Loads a file and requires that it took little memory.
#[track_caller]
fn load(what: &str, file: &[u8]) -> Result<Model, forest::Error> {
    ALLOCATOR.reset_peak_usage();
    let before = ALLOCATOR.current_usage();
    let model = Model::read(file);
    let peak = ALLOCATOR.peak_usage() - before;
    let times = peak as f64 / file.len() as f64;
    println!("{what}: {} bytes, {times:.2} times as much at the peak", file.len());
    assert!(peak <= 4 * file.len() + FIXED, "{what}: {peak} bytes for a file of {}", file.len());
    model
}

// One test, for what others allocate would count.
#[test]
fn no_file_takes_more_than_four_times_its_size_and_2_mib() {
    let default = Contents::default;
    let class_weights = |n: usize| vec!["1"; n].join(",");
    let tags = |n: usize, len: usize| {
        let names = short_texts(n);
        names.into_iter().map(|name| (name, "v".repeat(len))).collect::<Vec<_>>()
    };
    let costs = |n: usize, n_classes: usize| {
        let cost = |n: usize| {
            let truth = n / (n_classes - 1);
            let predicted = (truth + 1 + n % (n_classes - 1)) % n_classes;
            format!("{truth}>{predicted}=9")
        };
        let costs: Vec<String> = (0..n).map(cost).collect();
        Contents {
            classes: short_texts(n_classes),
            settings: vec![named("cost", costs.join(","))],
            ..default()
        }
    };
    let covered =
        |cover| Contents { n_trees: 150_000, n_branches: 1, cover: Some(cover), ..default() };
    let loaded: [(&str, Contents); 21] = [
        ("little", default()),
        ("features", Contents { features: short_texts(100_000), ..default() }),
        ("a bin", Contents { features: short_texts(100_000), n_bins: Some(1), ..default() }),
        ("bins", Contents { features: short_texts(20_000), n_bins: Some(21), ..default() }),
        ("levels", Contents { levels: short_texts(700_000), ..default() }),
        ("classes", Contents { classes: short_texts(65_536), ..default() }),
        (
            "class weights",
            Contents {
                classes: short_texts(65_536),
                class_weight: class_weights(65_536),
                ..default()
            },
        ),
        ("costs of few classes", costs(9 * 9, 10)),
        ("costs", costs(65_536, 65_536)),
        ("trees of one leaf", Contents { n_trees: 500_000, n_probes: 16, ..default() }),
        ("trees of one branch", Contents { n_trees: 150_000, n_branches: 1, ..default() }),
        ("a deep tree", Contents { n_branches: 250_000, n_probes: 16, ..default() }),
        ("distributions", Contents { n_distributions: 250_000, ..default() }),
        ("columns left out", Contents { ignored: short_texts(200_000), ..default() }),
        ("columns without a name", Contents { ignored: vec![String::new(); 200_000], ..default() }),
        ("columns left out unasked", Contents { left_out: short_texts(200_000), ..default() }),
        ("warnings", Contents { n_warnings: 1000, n_texts: 20, ..default() }),
        ("tags", Contents { tags: tags(1000, 4000), missing: short_texts(1000), ..default() }),
        ("counts of leaves", covered(&[1])),
        ("weights of leaves", covered(&[0, 0, 0, 0x3f])),
        ("weights of twice the size", covered(&[0, 0, 0, 0, 0, 0, 0xe0, 0x3f])),
    ];
    for (what, contents) in loaded {
        let model = load(what, &contents.file()).unwrap_or_else(|error| panic!("{what}: {error}"));
        model.verify().unwrap_or_else(|error| panic!("{what}: {error}"));
        drop(model);
    }

    let no_tags = vec![(String::new(), String::new()); 2_000_000];
    let kept = vec![named("intervals", true)];
    let refused: [(&str, Contents); 20] = [
        ("trees", Contents { n_trees: 500_001, ..default() }),
        ("classes", Contents { classes: short_texts(65_537), ..default() }),
        ("class_weight", Contents { class_weight: class_weights(5_000_001), ..default() }),
        ("class weights", Contents { class_weight: class_weights(3), ..default() }),
        ("'cost' cannot be '0>1=9", costs(65_537, 65_536)),
        ("'cost' cannot be '0>1=9", costs(3_000_000, 65_536)),
        ("settings", Contents { settings: no_tags.clone(), ..default() }),
        ("tag", Contents { tags: no_tags, ..default() }),
        ("tag", Contents { tags: tags(1001, 0), ..default() }),
        ("bytes", Contents { tags: tags(1, (1 << 16) + 1), ..default() }),
        ("warnings", Contents { n_warnings: 1001, ..default() }),
        ("texts", Contents { n_warnings: 1, n_texts: 21, ..default() }),
        ("probe rows", Contents { n_probes: 17, ..default() }),
        ("missing value", Contents { missing: vec![String::new(); 1_000_000], ..default() }),
        ("no bins", Contents { features: short_texts(9), n_bins: Some(0), ..default() }),
        ("more than 21", Contents { features: short_texts(9), n_bins: Some(22), ..default() }),
        ("levels", Contents { levels: vec!["a".to_owned(); 500_000], ..default() }),
        ("counts of 300000 leaves", covered(&[0])),
        ("counts of 300000 leaves", covered(&[0x80, 0x80])),
        ("intervals of classes", Contents { n_scores: Some(500_000), settings: kept, ..default() }),
    ];
    for (words, contents) in refused {
        let error = load(words, &contents.file()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Model);
        let error = error.to_string();
        assert!(error.contains(words) && error.len() < 500, "{words}: {error}");
    }

    // A header that promises a terabyte, and 3 MB after it.
    let mut file = Contents { levels: short_texts(400_000), ..default() }.file();
    file[32..40].copy_from_slice(&(1_u64 << 40).to_le_bytes());
    assert!(load("a long promise", &file).is_err());
}
