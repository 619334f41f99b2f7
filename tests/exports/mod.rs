//! Models of all kinds as files for other programs, which predict the same.

mod c;
mod json;

use std::fmt::Write;
use std::sync::LazyLock;

use ndarray::Array2;

use forest::data::synth::{MakeClassification, MakeRegression};
use forest::data::{ReadOptions, Table};
use forest::metrics::ThresholdMetric;
use forest::model::DecideBy;
use forest::{Calibrate, Costs, Decision, ForestParams, Model, TrainOptions};

use super::support::Folder;

/// Names that would end a literal, a comment or a line, or are no ASCII.
const NASTY: [&str; 6] = [
    "quote \" and \\ and \\n",
    "*/ int x; /* // ??/ ??' ?",
    "two\nlines\r\tand a tab",
    "Größe 名前 \u{202e}back",
    "{\"a\": [1, null]}",
    "%s %n \u{7f}\u{1}",
];

fn train(table: &Table, forest: ForestParams, decision: Decision) -> Model {
    let decision = DecideBy::Given(decision);
    let options = TrainOptions { forest, decision, ..TrainOptions::default() };
    Model::train(table, &options).unwrap()
}

fn of_file(csv: &str, target: &str) -> Table {
    let folder = Folder::new();
    folder.write("t.csv", csv);
    Table::read(folder.path("t.csv"), &ReadOptions::new(target)).unwrap()
}

/// Whole numbers with missing values, whose thresholds are halves, and a target that depends on both.
fn halves(n_classes: Option<u32>) -> Table {
    let mut csv = "a,b,y\n".to_owned();
    for row in 0..400_u32 {
        let (a, b) = (row * 7 % 11, row * row % 13);
        let y = match n_classes {
            Some(n) => format!("c{}", (a * b + u32::from(row % 5 == 0)) % n),
            None => format!("{}", f64::from(a * b) / 3.0),
        };
        let b = if row % 6 == 0 { String::new() } else { b.to_string() };
        writeln!(csv, "{a},{b},{y}").unwrap();
    }
    of_file(&csv, "y")
}

/// A table whose columns, levels and classes have nasty names.
fn nasty() -> Table {
    let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let mut csv = format!("{},{},date,{}\n", quoted(NASTY[0]), quoted(NASTY[1]), quoted(NASTY[2]));
    let long = "long ".repeat(1000);
    for row in 0..240 {
        let level = if row % 7 == 6 { &long } else { NASTY[row % 7 % 6] };
        let class = NASTY[if row % 11 == 0 { 5 } else { row % 7 % 3 }];
        let (day, x) = (row % 28 + 1, row * 31 % 17);
        writeln!(csv, "{},{x},2024-{:02}-{day:02},{}", quoted(level), row % 12 + 1, quoted(class))
            .unwrap();
    }
    of_file(&csv, NASTY[2])
}

/// A model of each kind, with a name.
static MODELS: LazyLock<Vec<(&str, Model)>> = LazyLock::new(models);

fn named(name: &str) -> &'static Model {
    &MODELS.iter().find(|(other, _)| *other == name).unwrap().1
}

fn models() -> Vec<(&'static str, Model)> {
    let plain = || ForestParams::plain().n_trees(15);
    let most = || Decision::MostProbable;
    let classes = |n_classes, weights| MakeClassification {
        n_informative: 6,
        n_classes,
        n_samples: 600,
        weights,
        ..MakeClassification::default()
    };
    let of_classes = |n| Table::synthetic(classes(n, None)).unwrap();
    let numbers = Table::synthetic(MakeRegression::default()).unwrap();
    let read = |name: &str, target: &str| {
        let options = ReadOptions::new(target);
        Table::read(format!("examples/data/{name}"), &options).unwrap()
    };
    let names = ["0", "1", "2", "3"];
    let all_said =
        "0>1=2,0>2=0.1,0>3=7,1>0=3,1>2=1e-3,1>3=5,2>0=1,2>1=0.3,2>3=9,3>0=1,3>1=2,3>2=0.7";
    let costs = |text| Decision::LeastCost(Costs::parse(text, &names).unwrap());
    let rare = Table::synthetic(classes(2, Some(vec![0.8]))).unwrap();
    let found = TrainOptions {
        forest: plain(),
        decision: DecideBy::BestThreshold(ThresholdMetric::F1),
        ..TrainOptions::default()
    };
    let calibrated = || plain().calibrate(Calibrate::Auto);
    vec![
        ("two classes", train(&of_classes(2), plain(), most())),
        ("a threshold", train(&of_classes(2), plain(), Decision::Threshold(0.3))),
        ("a threshold that was found", Model::train(&rare, &found).unwrap()),
        ("some costs", train(&of_classes(4), plain(), costs("0>1=5,3>2=0.25,0>2=1e-3"))),
        ("all costs", train(&of_classes(4), plain(), costs(all_said))),
        ("categories", train(&read("penguins.csv", "species"), plain(), most())),
        ("missing values", train(&halves(Some(3)), plain(), most())),
        ("many classes", train(&halves(Some(100)), plain(), most())),
        ("nasty names", train(&nasty(), plain(), most())),
        ("leaves only", train(&of_classes(3), plain().min_samples_split(10_000), most())),
        ("one tree", train(&of_classes(2), plain().n_trees(1), most())),
        ("a regression", train(&numbers, plain(), most())),
        ("a regression with intervals", train(&numbers, ForestParams::new().n_trees(15), most())),
        (
            "missing values in a regression",
            train(&halves(None), plain().keep_quantiles(true), most()),
        ),
        ("calibrated", train(&of_classes(3), calibrated(), most())),
        (
            "calibrated, with costs",
            train(&of_classes(4), calibrated(), costs("0>1=5,3>2=0.25,0>2=1e-3")),
        ),
        (
            "sharpened",
            train(&of_classes(3), plain().calibrate(Calibrate::By([1e-9, 40.0])), most()),
        ),
        ("softened", train(&of_classes(3), plain().calibrate(Calibrate::By([3.0, 0.05])), most())),
        ("calibrated, two classes", train(&rare, calibrated(), Decision::Threshold(0.4))),
    ]
}

/// Rows that are hard: halves, their neighbours, missing values, infinities and both zeros beside probe rows.
fn rows(model: &Model) -> Array2<f32> {
    let probes = &model.metadata().probes.rows;
    let mut state = 1_u64;
    let mut random = |below: u64| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    Array2::from_shape_fn((3000, model.forest().n_features()), |(_, feature)| {
        let probe = probes[[random(probes.nrows() as u64) as usize, feature]];
        let half = random(30) as f32 / 2.0 - 1.0;
        match random(12) {
            0 => f32::NAN,
            1 => f32::NEG_INFINITY,
            2 => f32::INFINITY,
            3 => 0.0,
            4 => -0.0,
            5 => half,
            6 => half.next_up(),
            7 => half.next_down(),
            8 => probe.next_up(),
            _ => probe,
        }
    })
}
