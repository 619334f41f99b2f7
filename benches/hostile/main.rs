//! Model files that somebody forged, a million of them: `cargo bench --bench hostile`; a number after `--`
//! asks for more or fewer, a second begins with another one. Each has to be refused as no model, or be one
//! in all that is done with it; and loading it may take four times its size in memory, and 2 MiB.

#[path = "../../tests/endures.rs"]
mod endures;
mod layout;
mod mutate;

use std::collections::BTreeMap;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use endures::is_endured;
use forest::data::synth::{MakeClassification, MakeRegression, Recipe};
use forest::data::{ReadOptions, Table};
use forest::metrics::ThresholdMetric;
use forest::model::DecideBy;
use forest::{Costs, Decision, ForestParams, Mistake, Model, Result, TrainOptions};
use layout::Layout;
use peak_alloc::PeakAlloc;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

const N_FILES: u64 = 1_000_000;

/// The memory that loading may take, beside four times the file.
const FIXED: usize = 2 << 20;

fn main() {
    let mut numbers = std::env::args().filter_map(|argument| argument.parse().ok());
    let (n_files, first) = (numbers.next().unwrap_or(N_FILES), numbers.next().unwrap_or(0));
    let layouts: Vec<Layout> = models().iter().map(|file| Layout::parse(file)).collect();
    let mut so_far = Worst::default();
    for number in first..first + n_files {
        let file = mutate::forge(&layouts, &mut ChaCha8Rng::seed_from_u64(number));
        if catch_unwind(AssertUnwindSafe(|| so_far.try_file(number, &file))).is_err() {
            let path = std::env::temp_dir().join(format!("hostile-{number}.bin"));
            std::fs::write(&path, &file).unwrap();
            eprintln!("file {number} is in {}", path.display());
            std::process::exit(1);
        }
        if (number + 1 - first).is_multiple_of(100_000) {
            println!("{so_far:?}");
        }
    }
    println!("{so_far:?}\nwhat was refused, and how often:");
    for (what, times) in &so_far.refusals {
        println!("{times:8} {what}");
    }
}

/// What came of the files, and the worst of them with their numbers.
#[derive(Default)]
struct Worst {
    accepted: u64,
    refused: u64,
    /// Without figures and names.
    refusals: BTreeMap<String, u64>,
    /// Of what loading may take.
    share_of_memory: (f64, u64),
    /// For each byte, of files of 10 kB and more.
    memory_a_byte: (f64, u64),
    /// Beyond a tenth of a millisecond, for each byte.
    nanoseconds_a_byte: (f64, u64),
    loading: (Duration, u64),
}

impl fmt::Debug for Worst {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let Self { accepted, refused, share_of_memory, memory_a_byte, nanoseconds_a_byte, .. } =
            self;
        write!(f, "{accepted} models, {refused} refused in {} ways; ", self.refusals.len())?;
        write!(f, "worst (and which): share of memory {share_of_memory:.3?}, ")?;
        write!(f, "memory a byte {memory_a_byte:.2?}, ns a byte {nanoseconds_a_byte:.2?}, ")?;
        write!(f, "loading {:?}", self.loading)
    }
}

impl Worst {
    fn try_file(&mut self, number: u64, file: &[u8]) {
        let (loaded, mut time, memory) = load(file);
        // Whatever else runs here: the fastest of some.
        for _ in 0..5 {
            if time > self.loading.0 || a_byte(time, file) > self.nanoseconds_a_byte.0 {
                time = time.min(load(file).1);
            }
        }
        let allowed = 4 * file.len() + FIXED;
        assert!(memory <= allowed, "{memory} bytes of memory for a file of {}", file.len());
        let share = memory as f64 / allowed as f64;
        self.share_of_memory = later_of(self.share_of_memory, (share, number));
        if file.len() >= 10_000 {
            let a_byte = memory as f64 / file.len() as f64;
            self.memory_a_byte = later_of(self.memory_a_byte, (a_byte, number));
        }
        self.nanoseconds_a_byte = later_of(self.nanoseconds_a_byte, (a_byte(time, file), number));
        self.loading = later_of(self.loading, (time, number));
        if let Err(error) = &loaded {
            *self.refusals.entry(outline(&error.message().to_string())).or_default() += 1;
        }
        *(if is_endured(loaded) { &mut self.accepted } else { &mut self.refused }) += 1;
    }
}

/// The beginning of a sentence without what is different in each file.
fn outline(sentence: &str) -> String {
    let plain = sentence.split('\'').step_by(2).collect::<Vec<_>>().join("…");
    let plain: String = plain.chars().filter(|c| !c.is_ascii_digit()).take(60).collect();
    plain.escape_debug().to_string()
}

fn later_of<T: PartialOrd>(one: (T, u64), other: (T, u64)) -> (T, u64) {
    if other.0 > one.0 { other } else { one }
}

fn a_byte(time: Duration, file: &[u8]) -> f64 {
    time.saturating_sub(Duration::from_micros(100)).as_nanos() as f64 / file.len().max(1) as f64
}

/// Loads a file: how long that took, and how much memory.
fn load(file: &[u8]) -> (Result<Model>, Duration, usize) {
    ALLOCATOR.reset_peak_usage();
    let before = ALLOCATOR.current_usage();
    let started = Instant::now();
    let loaded = Model::read(file);
    let time = started.elapsed();
    (loaded, time, ALLOCATOR.peak_usage().saturating_sub(before))
}

/// Small models of every kind.
fn models() -> Vec<Vec<u8>> {
    let few =
        MakeClassification { n_samples: 60, n_features: 3, n_redundant: 0, ..Default::default() };
    let many = MakeClassification { n_features: 200, ..few.clone() };
    let three = MakeClassification { n_classes: 3, n_clusters_per_class: 1, ..few.clone() };
    let numbers =
        MakeRegression { n_samples: 40, n_features: 2, n_informative: 2, ..Default::default() };
    let weighted = ReadOptions { sample_weight: Some("w".to_owned()), ..ReadOptions::new("y") };
    let plain = || ForestParams::plain().n_trees(2);
    let decided = |decision| TrainOptions { decision, ..of(ForestParams::new().n_trees(3)) };
    let costs =
        Costs::new(&["0", "1"].map(str::to_owned), [Mistake { truth: 0, predicted: 1, cost: 2.5 }]);
    [
        train(few.clone(), &of(plain())),
        train(few.clone(), &of(ForestParams::new().n_trees(3))),
        train(few.clone(), &decided(DecideBy::BestThreshold(ThresholdMetric::F1))),
        train(few, &decided(DecideBy::Given(Decision::LeastCost(costs.unwrap())))),
        train(many, &of(plain())),
        train(three, &of(plain().max_bins(Some(16)).bootstrap(false))),
        train(numbers.clone(), &of(ForestParams::new().n_trees(3))),
        train(numbers, &of(plain().keep_quantiles(true).intervals(false))),
        train_on(&of_a_file(&rich(), &weighted), &tagged(plain().keep_quantiles(true))),
        train_on(&of_a_file(&classes(), &ReadOptions::new("y")), &tagged(plain())),
    ]
    .into()
}

fn of(forest: ForestParams) -> TrainOptions {
    TrainOptions { forest, ..Default::default() }
}

fn tagged(forest: ForestParams) -> TrainOptions {
    TrainOptions { tags: vec![("owner".to_owned(), "ours".to_owned())], ..of(forest) }
}

fn train(recipe: impl Into<Recipe>, options: &TrainOptions) -> Vec<u8> {
    train_on(&Table::synthetic(recipe).unwrap(), options)
}

fn train_on(table: &Table, options: &TrainOptions) -> Vec<u8> {
    Model::train(table, options).unwrap().to_bytes().unwrap()
}

fn of_a_file(table: &str, options: &ReadOptions) -> Table {
    let file = tempfile::NamedTempFile::with_suffix(".csv").unwrap();
    std::fs::write(file.path(), table).unwrap();
    Table::read(file.path(), options).unwrap()
}

/// Words, gaps, dates, a spelling, weights and row numbers.
fn rich() -> String {
    let row = |row: u32| {
        let word = ["red", "blue", "grey"][row as usize % 3];
        let gap = ["", "7.5"][row as usize % 2];
        let (day, price, y, weight) = (row + 1, row * 3, row * row, row % 4);
        format!("{row},{word},{gap},{day:02}.01.2024,\"1.{price:03},5 €\",{y}.5,{weight}\n")
    };
    "id,word,gap,day,price,y,w\n".to_owned() + &(0..28).map(row).collect::<String>()
}

/// More classes than a byte numbers.
fn classes() -> String {
    let row = |row: u32| format!("{},{},c{}\n", row * 7 % 31, row % 300, row % 300);
    "a,b,y\n".to_owned() + &(0..900).map(row).collect::<String>()
}
