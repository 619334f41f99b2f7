//! How long the parts of training and of predicting take, on one thread and on synthetic tables:
//! `cargo bench --features bench --bench parts`. A name after `--` picks some of them, and
//! criterion's `--save-baseline` and `--baseline` compare two versions.

use std::fs::File;
use std::io::BufWriter;
use std::sync::LazyLock;
use std::time::Duration;

use criterion::{Criterion, SamplingMode, Throughput};
use forest::bench::Ranked;
use forest::data::synth::{MakeClassification, MakeRegression, Recipe};
use forest::data::{ReadOptions, Table, TargetValues};
use forest::{ForestParams, Model, Target, TrainOptions};
use tempfile::NamedTempFile;

/// Three quarters of the rows are trained on; a quarter is predicted, and read from CSV.
const N_ROWS: usize = 100_000;
const N_TRAIN: usize = 75_000;
const N_TEST: usize = N_ROWS - N_TRAIN;

/// In a node a forest of classes looks at the square root of 20 features.
const MAX_FEATURES: usize = 4;

static TWO_CLASSES: LazyLock<Table> = LazyLock::new(|| table(classes(N_ROWS, 2)));
static MANY_CLASSES: LazyLock<Table> = LazyLock::new(|| table(classes(N_TRAIN, 26)));
static VALUES: LazyLock<Table> = LazyLock::new(|| {
    table(MakeRegression { n_samples: N_TRAIN, noise: 10.0, ..Default::default() })
});
static MODEL: LazyLock<Model> = LazyLock::new(|| {
    let options = TrainOptions { forest: ForestParams::new().n_trees(10), ..Default::default() };
    Model::train(&TWO_CLASSES, &options).unwrap()
});

fn main() {
    let mut criterion = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_millis(1500))
        .configure_from_args();
    rank(&mut criterion);
    search(&mut criterion);
    grow(&mut criterion);
    predict(&mut criterion);
    load(&mut criterion);
    read(&mut criterion);
    criterion.final_summary();
}

/// Ranks a column of as many values as rows, and one of about ten.
fn rank(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("rank");
    group.throughput(Throughput::Elements(N_ROWS as u64));
    for (name, is_rounded) in [("many values", false), ("few values", true)] {
        group.bench_function(name, |bencher| {
            let mut column = TWO_CLASSES.features[0].clone();
            if is_rounded {
                column.values.iter_mut().for_each(|value| *value = value.round());
            }
            bencher.iter(|| Ranked::new(std::slice::from_ref(&column)));
        });
    }
}

/// Looks for the best split of a node, by its number of rows.
fn search(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("search");
    let tables = [("2 classes", &TWO_CLASSES), ("26 classes", &MANY_CLASSES), ("values", &VALUES)];
    for (name, table) in tables {
        for n_rows in [16, 64, 512, 4096, 32_768] {
            group.throughput(Throughput::Elements(n_rows as u64));
            group.bench_function(format!("{name}/{n_rows}"), |bencher| {
                let ranked = Ranked::new(&table.features);
                bencher.iter(ranked.search(target(table), MAX_FEATURES, n_rows));
            });
        }
    }
}

/// Grows one deep tree from ranks.
fn grow(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("grow");
    group.throughput(Throughput::Elements(N_TRAIN as u64));
    group.sampling_mode(SamplingMode::Flat);
    group.bench_function("one tree", |bencher| {
        let ranked = Ranked::new(&TWO_CLASSES.features);
        let codes = TWO_CLASSES.target.values.classes().unwrap().1;
        let target = Target::Classes { codes: &codes[..N_TRAIN], n_classes: 2 };
        bencher.iter(|| ranked.grow(target, MAX_FEATURES));
    });
}

/// Walks rows down ten deep trees.
fn predict(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("predict");
    for (name, n_rows) in [("one row", 1), ("many rows", N_TEST)] {
        group.throughput(Throughput::Elements(n_rows as u64));
        group.bench_function(name, |bencher| {
            let rows: Vec<usize> = (N_TRAIN..N_TRAIN + n_rows).collect();
            let x = TWO_CLASSES.records(&rows);
            bencher.iter(|| MODEL.forest().predict_proba(x.view()).unwrap());
        });
    }
}

/// Reads a model of ten deep trees from memory, and from a file.
fn load(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("load");
    group.bench_function("from memory", |bencher| {
        let bytes = MODEL.to_bytes().unwrap();
        bencher.iter(|| Model::from_bytes(&bytes).unwrap());
    });
    group.bench_function("from a file", |bencher| {
        let file = NamedTempFile::new().unwrap();
        MODEL.save_over(file.path()).unwrap();
        bencher.iter(|| Model::load(file.path()).unwrap());
    });
}

/// Reads a CSV file to train on.
fn read(criterion: &mut Criterion) {
    let file = NamedTempFile::with_suffix(".csv").unwrap();
    let synthetic = classes(N_TEST, 2).generate().unwrap();
    let out = File::create(file.path()).unwrap();
    synthetic.write_csv(BufWriter::new(out)).unwrap();
    let mut group = criterion.benchmark_group("read");
    group.throughput(Throughput::Bytes(file.as_file().metadata().map_or(0, |file| file.len())));
    group.sample_size(10).sampling_mode(SamplingMode::Flat);
    group.bench_function("CSV", |bencher| {
        let options = ReadOptions::new("y");
        bencher.iter(|| Table::read(file.path(), &options).unwrap());
    });
}

fn classes(n_samples: usize, n_classes: usize) -> Recipe {
    let recipe = MakeClassification { n_informative: 10, ..Default::default() };
    MakeClassification { n_samples, n_classes, ..recipe }.into()
}

fn table(recipe: impl Into<Recipe>) -> Table {
    Table::synthetic(recipe).unwrap()
}

fn target(table: &Table) -> Target<'_> {
    match &table.target.values {
        TargetValues::Classes { names, codes } => Target::Classes { codes, n_classes: names.len() },
        TargetValues::Numbers(values) => Target::Values(values),
    }
}
