//! The algorithms that a forest is compared with: their answers are scikit-learn's, and no table is too odd.

use std::path::Path;

use forest::data::split::Parts;
use forest::data::synth::{MakeClassification, MakeRegression};
use forest::data::{ReadOptions, Table, TargetValues};
use forest::validation::{Rival, RivalAnswers, RivalRemark};
use forest::{ErrorKind, Task, with_threads};

use crate::accuracy::fixture;
use crate::support::Folder;

const ALL: [Rival; 4] =
    [Rival::Baseline, Rival::Linear, Rival::NaiveBayes, Rival::NearestNeighbours];

fn example(name: &str, target: &str) -> Table {
    let options = ReadOptions { drop_missing_target: true, ..ReadOptions::new(target) };
    Table::read(Path::new("examples/data").join(name), &options).unwrap()
}

/// A table of texts and numbers whose target is the column `y`, and all whose other columns are features.
fn table(csv: &str) -> Table {
    let header = csv.lines().next().unwrap();
    let features = header.split(',').filter(|name| !["y", "w"].contains(name));
    let options = ReadOptions {
        keep: features.map(str::to_owned).collect(),
        sample_weight: header.split(',').any(|name| name == "w").then(|| "w".to_owned()),
        ..ReadOptions::new("y")
    };
    let folder = Folder::new();
    Table::read(folder.write("t.csv", csv).path("t.csv"), &options).unwrap()
}

/// Texts one after the other.
fn joined(texts: impl Iterator<Item = String>) -> String {
    texts.collect()
}

/// Every fifth row to test on.
fn fifths(table: &Table) -> Parts {
    let (test, train) = (0..table.n_rows()).partition(|row| row % 5 == 0);
    Parts { train, test }
}

#[track_caller]
fn fit(rival: Rival, table: &Table, parts: &Parts) -> RivalAnswers {
    rival.fit_predict(table, parts, 1).unwrap_or_else(|error| panic!("{rival}: {error}"))
}

/// The answers of all that suit a table, which are probabilities or finite.
#[track_caller]
fn fit_all(table: &Table, parts: &Parts) -> Vec<(Rival, RivalAnswers)> {
    let values = &table.target.values;
    let fitted = ALL.into_iter().filter(|rival| rival.suits(values.task())).map(|rival| {
        let answers = fit(rival, table, parts);
        let n_outputs = values.classes().map_or(1, |(names, _)| names.len());
        assert_eq!(answers.outputs.len(), parts.test.len() * n_outputs, "{rival}");
        if values.task() == Task::Classification {
            for row in answers.outputs.chunks(n_outputs) {
                assert!(row.iter().all(|share| (0.0..=1.0).contains(share)), "{rival}: {row:?}");
                assert!((row.iter().sum::<f64>() - 1.0).abs() < 1e-12, "{rival}: {row:?}");
            }
        }
        (rival, answers)
    });
    fitted.collect()
}

#[track_caller]
fn assert_near(actual: &[f64], expected: &[f64], tolerance: f64, what: &str) {
    assert_eq!(actual.len(), expected.len(), "{what}");
    for (row, (actual, expected)) in actual.iter().zip(expected).enumerate() {
        let error = (actual - expected).abs() / expected.abs().max(1.0);
        assert!(error <= tolerance, "{what}, {row}: {actual} is not {expected}: {error:e}");
    }
}

#[test]
fn the_answers_are_those_of_scikit_learn() {
    let fixture = fixture("rivals.json");
    for case in fixture["cases"].as_array().unwrap() {
        let (file, target) = (case["file"].as_str().unwrap(), case["target"].as_str().unwrap());
        let mut table = example(file, target);
        if case["weighted"] == true {
            let weights = (0..table.n_rows()).map(|row| 1.0 + (row % 3) as f64);
            table.weights = Some(weights.collect());
        }
        let numbers = |rows: &serde_json::Value| -> Vec<f64> {
            rows.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
        };
        let test = numbers(&case["test"]).into_iter().map(|row| row as usize).collect();
        let mut parts = Parts { test, ..fifths(&table) };
        if case["train"].is_array() {
            parts.train = numbers(&case["train"]).into_iter().map(|row| row as usize).collect();
        }
        for (name, outputs) in case["outputs"].as_object().unwrap() {
            let rival: Rival = name.parse().unwrap();
            let answers = fit(rival, &table, &parts);
            assert_eq!(answers.remarks, []);
            let tolerance = match (rival, table.target.values.task()) {
                // Both stop where they are near enough to the best coefficients.
                (Rival::Linear, Task::Classification) => 1e-5,
                // Ours has a ridge.
                (Rival::Linear, Task::Regression) => 1e-8,
                _ => 1e-9,
            };
            let what = format!("{rival} on {target} of {file}");
            assert_near(&answers.outputs, &numbers(outputs), tolerance, &what);
        }
    }
}

#[test]
fn the_baseline_is_the_shares_of_the_training_rows_or_their_mean() {
    // By hand: of the training rows 1, 2, 3 two thirds are a, whatever rows weigh: a model's baseline counts rows. Means are
    // weighed.
    let parts = Parts { train: vec![1, 2, 3], test: vec![0, 4] };
    let classes = table("x,y\n1,b\n2,a\n3,a\n4,b\n5,c\n");
    let outputs = fit(Rival::Baseline, &classes, &parts).outputs;
    assert_eq!(outputs, [2.0 / 3.0, 1.0 / 3.0, 0.0].repeat(2));
    let weighed = table("x,y,w\n1,b,1\n2,a,1\n3,a,2\n4,b,1\n5,c,9\n");
    assert_eq!(
        fit(Rival::Baseline, &weighed, &parts).outputs,
        [2.0 / 3.0, 1.0 / 3.0, 0.0].repeat(2)
    );
    let numbers = table("x,y,w\n1,9.5,1\n2,1.5,1\n3,2.5,2\n4,3.5,1\n5,8.5,1\n");
    assert_eq!(fit(Rival::Baseline, &numbers, &parts).outputs, [2.5; 2]);
}

#[test]
fn a_class_that_no_training_row_has_gets_probability_0() {
    let table = example("iris.csv", "species");
    for (absent, n_others) in [(0, 2), (1, 2), (2, 2)] {
        let (_, codes) = table.target.values.classes().unwrap();
        let (test, train) = (0..150).partition(|&row| codes[row] == absent || row % 5 == 0);
        for (rival, answers) in fit_all(&table, &Parts { train, test }) {
            let rows = answers.outputs.chunks(3);
            assert!(rows.clone().all(|row| row[absent as usize] == 0.0), "{rival}");
            let mut answered: Vec<u32> = rows.map(forest::argmax).collect();
            answered.sort_unstable();
            answered.dedup();
            assert!(rival == Rival::Baseline || answered.len() == n_others, "{rival}");
        }
    }
}

#[test]
fn training_rows_of_one_class_or_without_a_feature_that_varies_give_the_baseline() {
    let iris = example("iris.csv", "species");
    let one_class = Parts { train: (0..40).collect(), test: vec![45, 60, 149] };
    let constant = table("a,b,c,y\n1,k,,0.5\n1,k,,1.5\n1,k,,2.5\n7,l,3,3.5\n");
    let first = Parts { train: vec![0, 1, 2], test: vec![3] };
    for (table, parts) in [(&iris, &one_class), (&constant, &first)] {
        let baseline = fit(Rival::Baseline, table, parts);
        assert_eq!(baseline.remarks, []);
        for (rival, answers) in fit_all(table, parts).into_iter().skip(1) {
            assert_eq!(answers.remarks, [RivalRemark::NothingToLearn], "{rival}");
            assert_eq!(answers.outputs, baseline.outputs);
        }
    }
}

#[test]
fn odd_tables_are_answered() {
    let rows = |header: &str, row: &dyn Fn(usize) -> String, n: usize| {
        let rows: String = (0..n).map(|i| row(i) + "\n").collect();
        table(&format!("{header}\n{rows}"))
    };
    let class = |i: usize| ["no", "yes", "maybe"][i * i % 7 % 3];
    let tables = [
        // Two rows, of which one trains with another.
        table("x,y\n1,a\n2,b\n3,a\n"),
        table("x,y\n1,0.5\n2,1.5\n3,2.5\n"),
        // Categories only; most cells missing; more features than rows; whole columns equal.
        rows(
            "a,b,y",
            &|i| {
                format!(
                    "{},{},{}",
                    "pqr".as_bytes()[i % 3] as char,
                    ["u", "", "v"][i % 3],
                    class(i)
                )
            },
            40,
        ),
        rows(
            "a,b,y",
            &|i| {
                format!(
                    "{},{},{}",
                    if i == 7 { "3" } else { "" },
                    if i % 9 == 0 { "z" } else { "" },
                    class(i)
                )
            },
            40,
        ),
        rows(
            "a,b,c,d,e,f,g,h,i,j,y",
            &|i| format!("{}{}", joined((1..11).map(|c| format!("{},", i * c % 5))), class(i)),
            7,
        ),
        rows(
            "a,b,c,d,y",
            &|i| format!("{0},{0},{0},{1},{2}.5", i % 13, 2 * (i % 13), i % 13 * 3),
            60,
        ),
        // The greatest and the least numbers there are, and classes that a feature parts.
        rows(
            "a,b,y",
            &|i| {
                format!(
                    "{},{},{}",
                    ["3e38", "-3e38", "1"][i % 3],
                    ["1e-45", "0", "2e-45"][i % 3],
                    class(i)
                )
            },
            40,
        ),
        rows("a,y", &|i| format!("{},{}", if i < 20 { i } else { i + 1000 }, i < 20), 40),
        rows(
            "a,b,y",
            &|i| format!("{},{},{}.5", if i == 7 { "1e30" } else { "1" }, i % 3, i % 5),
            40,
        ),
    ];
    for table in &tables {
        let parts = fifths(table);
        for (rival, answers) in fit_all(table, &parts) {
            assert!(!answers.remarks.contains(&RivalRemark::NotConverged), "{rival}");
        }
        // No row to answer for.
        let none = Parts { test: Vec::new(), ..parts };
        assert!(fit_all(table, &none).iter().all(|(_, answers)| answers.outputs.is_empty()));
    }
}

#[test]
fn columns_that_add_up_to_others_leave_least_squares_as_it_was() {
    // The levels of `c` add up to 1, and `d` is `a` + 2 `b`: the target is 20.5 + 3 a - b, and 5 more for level q.
    let row = |i: usize| {
        let (a, b, q) = (i * 7 % 11, i * 5 % 13, i % 2);
        let target = 20 + 3 * a + 5 * q;
        format!("{a},{b},{},{},{}.5\n", ["p", "q"][q], a + 2 * b, target - b)
    };
    let table = table(&format!("a,b,c,d,y\n{}", (0..60).map(row).collect::<String>()));
    let parts = fifths(&table);
    let answers = fit(Rival::Linear, &table, &parts);
    let targets = table.target.values.numbers().unwrap();
    let expected: Vec<f64> = parts.test.iter().map(|&row| targets[row]).collect();
    assert_near(&answers.outputs, &expected, 1e-9, "least squares");
}

#[test]
fn of_a_category_of_many_levels_the_most_frequent_ones_count() {
    // Level l000 has 1,000 rows of the mean 0.5 + 10, the 999 others one or two of 0.5.
    let rows: String = (0..3000)
        .map(|i| match i % 3 {
            0 => "l000,10.5\n".to_owned(),
            _ => format!("l{:03},0.5\n", 1 + i % 999),
        })
        .collect();
    let table = table(&format!("a,y\n{rows}"));
    let parts = fifths(&table);
    let answers = fit(Rival::Linear, &table, &parts);
    let targets = table.target.values.numbers().unwrap();
    let expected: Vec<f64> = parts.test.iter().map(|&row| targets[row]).collect();
    assert_near(&answers.outputs, &expected, 1e-9, "least squares");
    let [RivalRemark::LevelsLeftOut { column, kept: 50, levels: 667.. }] = &answers.remarks[..]
    else {
        panic!("{:?}", answers.remarks)
    };
    assert_eq!(column, "a");
}

#[test]
fn weights_count_where_they_can_and_rows_of_weight_0_never() {
    // A weight of 3 is three rows.
    let weight = |i: usize| [1, 3, 2, 1][i % 4];
    let value = |i: usize| i * 29 % 31;
    let row = |i: usize| format!("{},{},{}.5", value(i), i * 17 % 23, value(i) + i % 7);
    let weighed = joined((0..40).map(|i| format!("{},{}\n", row(i), weight(i))));
    let repeated: String = (0..40).map(|i| (row(i) + "\n").repeat(weight(i))).collect();
    let weighed = table(&format!("a,b,y,w\n{weighed}"));
    let repeated = table(&format!("a,b,y\n{repeated}"));
    let all = |table: &Table| Parts { train: (0..table.n_rows()).collect(), test: vec![0] };
    let mut to_weighed = all(&weighed);
    to_weighed.test = vec![0, 1, 4, 10];
    let mut to_repeated = all(&repeated);
    let place = |row| (0..row).map(weight).sum();
    to_repeated.test = to_weighed.test.iter().map(|&row| place(row)).collect();
    let fitted = [(&weighed, &to_weighed), (&repeated, &to_repeated)]
        .map(|(table, parts)| fit(Rival::Linear, table, parts));
    assert_eq!(fitted[0].remarks, []);
    assert_near(&fitted[0].outputs, &fitted[1].outputs, 1e-9, "least squares");

    let iris = example("iris.csv", "species");
    let parts = fifths(&iris);
    let is_left = |row: &usize| row % 7 != 3;
    let left =
        Parts { train: parts.train.iter().copied().filter(is_left).collect(), ..parts.clone() };
    let weights = Some((0..150).map(|row| f64::from(u8::from(is_left(&row)))).collect());
    let zeros = Table { weights, ..iris.clone() };
    for ((rival, expected), (_, actual)) in
        fit_all(&iris, &left).iter().zip(fit_all(&zeros, &parts))
    {
        assert_eq!(actual.outputs, expected.outputs, "{rival}");
        assert_eq!(actual.remarks, []);
    }
    let weights = Some((0..150).map(|row| 1.0 + f64::from(row % 2)).collect());
    for (rival, answers) in fit_all(&Table { weights, ..iris }, &parts) {
        let is_remarked = answers.remarks == [RivalRemark::WeightsUnheeded];
        assert_eq!(is_remarked, rival == Rival::NaiveBayes, "{rival}");
    }
}

#[test]
fn of_equally_near_rows_the_first_are_neighbours_and_weights_are_their_votes() {
    // By hand: of the query 0 the neighbours are its equal, 4 of the 8 rows at distance 1, of them the first.
    let near = |targets: &str| {
        let rows = targets.chars().zip([0, 1, -1, 1, -1, 1, -1, 1, -1].iter().cycle());
        joined(rows.map(|(y, x)| format!("{x},{y}\n"))) + "0,a\n"
    };
    // Ten equal columns are too many for a tree.
    let header = |n: usize| joined((0..n).map(|i| format!("x{i},")));
    for n_columns in [1, 10] {
        let rows = near("abbaaabbb")
            .lines()
            .map(|line| {
                let (x, y) = line.split_once(',').unwrap();
                format!("{x},").repeat(n_columns) + y + "\n"
            })
            .collect::<String>();
        let table = table(&format!("{}y\n{rows}", header(n_columns)));
        let parts = Parts { train: (0..9).collect(), test: vec![9] };
        assert_eq!(fit(Rival::NearestNeighbours, &table, &parts).outputs, [0.6, 0.4]);
        let backwards = Parts { train: (0..9).rev().collect(), ..parts.clone() };
        // Then they are 8, 7, 6, 5 and 0: b, b, b, a, a.
        assert_eq!(fit(Rival::NearestNeighbours, &table, &backwards).outputs, [0.4, 0.6]);
        let weights = Some(vec![1.0, 2.0, 5.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0]);
        let outputs = fit(Rival::NearestNeighbours, &Table { weights, ..table }, &parts).outputs;
        assert_eq!(outputs, [0.3, 0.7]);
    }
}

#[test]
fn neighbours_are_the_same_by_the_tree_and_by_comparing() {
    let recipe = MakeRegression {
        n_samples: 3000,
        n_features: 5,
        n_informative: 3,
        ..MakeRegression::default()
    };
    let table = Table::synthetic(recipe).unwrap();
    let mut wide = table.clone();
    for copy in ["b", "c"] {
        wide.features.extend(table.features.iter().cloned().map(|mut column| {
            column.name.push_str(copy);
            column
        }));
    }
    let parts = fifths(&table);
    let [by_tree, by_comparing] =
        [&table, &wide].map(|table| fit(Rival::NearestNeighbours, table, &parts).outputs);
    assert_near(&by_tree, &by_comparing, 1e-12, "neighbours");
}

#[test]
fn answers_are_the_same_on_any_number_of_threads() {
    let recipe = MakeClassification {
        n_samples: 3000,
        n_informative: 5,
        n_classes: 3,
        ..MakeClassification::default()
    };
    let classes = Table::synthetic(recipe).unwrap();
    let numbers = Table::synthetic(MakeRegression { n_samples: 3000, ..MakeRegression::default() });
    for table in [classes, numbers.unwrap()] {
        let parts = fifths(&table);
        let [one, three] =
            [1, 3].map(|n_threads| with_threads(n_threads, || fit_all(&table, &parts)));
        for ((rival, one), (_, three)) in one.into_iter().zip(three) {
            assert_eq!(one.outputs, three.outputs, "{rival}");
            assert_eq!((one.bytes, one.remarks), (three.bytes, three.remarks));
        }
    }
}

#[test]
fn what_was_fitted_has_a_size() {
    let table = example("iris.csv", "species");
    let sizes = fit_all(&table, &fifths(&table)).into_iter().map(|(_, answers)| answers.bytes / 8);
    // By hand: 3 shares; a mean and a deviation of 4 columns, and 3 × (4 + 1) coefficients; 3 × (2 × 4 + 1);
    // 120 rows of 4 numbers and a class.
    assert_eq!(sizes.collect::<Vec<_>>(), [3, 8 + 15, 8 + 27, 8 + 600]);
    // A mean and a deviation of 13 columns, and as many coefficients and a constant.
    let numbers = example("wine.csv", "proline");
    let answers = fit(Rival::Linear, &numbers, &fifths(&numbers));
    assert_eq!(answers.bytes / 8, 26 + 14);
}

#[test]
fn what_cannot_be_is_refused() {
    let numbers = example("wine.csv", "proline");
    let parts = fifths(&numbers);
    let refusal = |rival: Rival, table: &Table, parts: &Parts| {
        let error = rival.fit_predict(table, parts, 1).unwrap_err();
        (error.kind(), error.to_string())
    };
    assert!(!Rival::NaiveBayes.suits(Task::Regression));
    let (kind, message) = refusal(Rival::NaiveBayes, &numbers, &parts);
    assert_eq!(kind, ErrorKind::Setting);
    assert_eq!(message, "naive-bayes tells classes apart, and the target is numbers");

    let infinite = &mut numbers.clone();
    infinite.features[1].values[0] = f32::INFINITY;
    let other_length = &mut numbers.clone();
    other_length.features[1].values.pop();
    let weightless = &mut numbers.clone();
    weightless.weights = Some((0..178).map(|row| f64::from(u8::from(row % 5 == 0))).collect());
    let no_number = &mut numbers.clone();
    no_number.target.values = TargetValues::Numbers(vec![f64::NAN; 178]);
    for rival in [Rival::Linear, Rival::NearestNeighbours] {
        for (table, parts, expected) in [
            (&*infinite, parts.clone(), "a value is infinite"),
            (other_length, parts.clone(), "177 values for 178 rows"),
            (weightless, parts.clone(), "all weights are zero"),
            (no_number, parts.clone(), "row 0 has the target NaN"),
            (&numbers, Parts { train: Vec::new(), ..parts.clone() }, "no rows to train on"),
            (&numbers, Parts { test: vec![178], ..parts.clone() }, "no row 178"),
        ] {
            let (kind, message) = refusal(rival, table, &parts);
            assert_eq!(kind, ErrorKind::Data);
            assert!(message.contains(expected), "{message}");
        }
    }
}
