//! The figures of a report: plots of what was found.

use super::document::{Cell, Drawing, Figure, Table};
use super::findings::{ClassCurves, CurvePoint, Residuals, TreesPoint};
use super::plot::{Axis, Bar, Mark, Plot, range};
use crate::report::text::{percent, significant, weight};
use forest::metrics::{IntervalScores, Reliability};

/// The classes of series, in their order.
pub(super) const SERIES: [&str; 6] = ["a", "b", "c", "d", "e", "f"];

/// The most series of a figure.
pub(crate) const MOST_SERIES: usize = SERIES.len();

const DIAGONAL: [[f64; 2]; 2] = [[0.0, 0.0], [1.0, 1.0]];

fn guide(points: &[[f64; 2]]) -> Mark {
    Mark::Line { class: "guide", points: points.to_vec() }
}

fn part(part: f64) -> String {
    format!("{part:.3}")
}

/// A line for each class, of what two rates of its thresholds are.
fn of_curves(
    curves: &[ClassCurves],
    [title, reading]: [&str; 2],
    axes: [&str; 2],
    rates: impl Fn(&CurvePoint) -> [f64; 2],
    guides: Vec<Mark>,
) -> Figure {
    let mut marks = guides;
    let mut legend = Vec::new();
    let mut rows: Vec<[String; 4]> = Vec::new();
    for (&class, of) in SERIES.iter().zip(curves) {
        marks.push(Mark::Line { class, points: of.points.iter().map(&rates).collect() });
        legend.push((class, of.class.clone()));
        rows.extend(of.points.iter().map(|point| {
            let threshold = point.threshold.map_or("none".to_owned(), part);
            let [x, y] = rates(point).map(part);
            [of.class.clone(), threshold, x, y]
        }));
    }
    let columns = ["class", "threshold", axes[0], axes[1]];
    Figure {
        title: title.to_owned(),
        reading: reading.to_owned(),
        plot: Plot { x: Axis::of_parts(axes[0]), y: Axis::of_parts(axes[1]), marks },
        legend,
        numbers: Table::new(title, columns, rows),
    }
}

pub(super) fn roc(curves: &[ClassCurves]) -> Figure {
    let reading = "Up: rows of the class that a threshold finds; to the right: others that it takes for the class. \
                   The dashed diagonal is guessing, and the upper left corner is perfect.";
    let axes = ["false positive rate", "recall"];
    let rates = |point: &CurvePoint| [point.false_positive_rate, point.recall];
    of_curves(curves, ["ROC curve", reading], axes, rates, vec![guide(&DIAGONAL)])
}

pub(super) fn precision_recall(curves: &[ClassCurves]) -> Figure {
    let reading = "To the right: rows of the class that a threshold finds; up: how many of those that it takes are of \
                   the class. Guessing stays at the dashed line, the part of the rows that are of the class.";
    let guides = match curves {
        [only] => vec![guide(&[[0.0, only.prevalence], [1.0, only.prevalence]])],
        _ => Vec::new(),
    };
    let rates = |point: &CurvePoint| [point.recall, point.precision];
    of_curves(curves, ["Precision and recall", reading], ["recall", "precision"], rates, guides)
}

pub(super) fn gain(curves: &[ClassCurves]) -> Figure {
    let reading = "If so many rows are looked at, the most probable first (to the right), so many of all rows of the \
                   class are among them (up). The dashed diagonal is looking at rows by chance.";
    let axes = ["rows looked at", "rows of the class among them"];
    let rates = |point: &CurvePoint| [point.selected, point.recall];
    of_curves(curves, ["Gain", reading], axes, rates, vec![guide(&DIAGONAL)])
}

/// How often what was given a probability came true; `what` says what that is.
pub(super) fn reliability(reliability: &Reliability, what: &str) -> Figure {
    let bins = &reliability.bins;
    let points = bins.iter().map(|bin| [bin.mean_probability, bin.observed]);
    let dots = bins.iter().map(|bin| {
        let title = format!(
            "{} rows: {} predicted, {} true",
            weight(bin.rows),
            part(bin.mean_probability),
            part(bin.observed)
        );
        ([bin.mean_probability, bin.observed], title)
    });
    let marks = vec![
        guide(&DIAGONAL),
        Mark::Line { class: "a", points: points.collect() },
        Mark::Dots { class: "a", dots: dots.collect() },
    ];
    let rows = bins.iter().map(|bin| {
        let range = format!("{:.1} to {:.1}", bin.above, bin.up_to);
        [range, part(bin.mean_probability), part(bin.observed), weight(bin.rows)]
    });
    let title = "Reliability of probabilities";
    Figure {
        title: title.to_owned(),
        reading: format!(
            "How often {what} (up), by the probability that it was given (to the right). On the dashed diagonal \
             probabilities can be taken for what they say; below it they say too much."
        ),
        plot: Plot { x: Axis::of_parts("probability"), y: Axis::of_parts("came true"), marks },
        legend: Vec::new(),
        numbers: Table::new(title, ["probability", "mean", "came true", "rows"], rows),
    }
}

/// How probabilities of a class are distributed over its rows and over the others.
pub(super) fn distribution(curves: &ClassCurves) -> Figure {
    let sums = curves
        .histogram
        .iter()
        .fold([0.0, 0.0], |[of, others], bin| [of + bin.of_class.0, others + bin.others.0]);
    let share = |number: f64, sum: f64| if sum > 0.0 { number / sum } else { 0.0 };
    let mut highest: f64 = 0.0;
    let mut bars = [Vec::new(), Vec::new()];
    for bin in &curves.histogram {
        let middle = f64::midpoint(bin.low, bin.high);
        let halves = [[bin.low, middle], [middle, bin.high]];
        for (side, number) in [bin.of_class.0, bin.others.0].into_iter().enumerate() {
            let share = share(number, sums[side]);
            highest = highest.max(share);
            let title = format!("{:.2} to {:.2}: {} rows", bin.low, bin.high, weight(number));
            bars[side].push(Bar { x: halves[side], y: [0.0, share], title });
        }
    }
    let class = &curves.class;
    let [of_class, others] = bars;
    let rows = curves.histogram.iter().map(|bin| {
        let range = format!("{:.2} to {:.2}", bin.low, bin.high);
        [range, weight(bin.of_class.0), weight(bin.others.0)]
    });
    let title = format!("Probabilities of '{class}'");
    let numbers = Table::new(&title, ["probability", "rows of the class", "others"], rows);
    Figure {
        reading: "What rows of the class and others are given. The less these overlap, the better they are told apart."
            .to_owned(),
        plot: Plot {
            x: Axis::of_numbers("probability", 0.0, 1.0),
            y: Axis::of_numbers("part of these rows", 0.0, highest.max(0.01)),
            marks: vec![Mark::Bars { class: "a", bars: of_class }, Mark::Bars { class: "b", bars: others }],
        },
        legend: vec![("a", format!("rows of '{class}'")), ("b", "other rows".to_owned())],
        title,
        numbers,
    }
}

pub(super) fn predicted_and_true(residuals: &Residuals, unit: &str) -> Figure {
    let all = residuals.sample.iter().flat_map(|row| [row.truth, row.prediction]);
    let [low, high] = range(all);
    let dots = residuals.sample.iter().map(|row| {
        let title =
            format!("predicted {}, truly {}", significant(row.prediction), significant(row.truth));
        ([row.prediction, row.truth], title)
    });
    let title = "Predictions and truth";
    let rows = residuals.sample.iter().map(|row| [row.prediction, row.truth].map(significant));
    Figure {
        title: title.to_owned(),
        reading: "A point is a row: what was predicted (to the right), and what is true (up). On the dashed diagonal they are \
                  the same."
            .to_owned(),
        plot: Plot {
            x: Axis::of_numbers(&format!("predicted {unit}"), low, high),
            y: Axis::of_numbers(&format!("true {unit}"), low, high),
            marks: vec![
                guide(&[[low, low], [high, high]]),
                Mark::Dots { class: "a", dots: dots.collect() },
            ],
        },
        legend: Vec::new(),
        numbers: Table::new(title, ["predicted", "true"], rows),
    }
}

pub(super) fn residuals(residuals: &Residuals) -> Figure {
    let bins = &residuals.histogram;
    let [low, high] = [bins[0].low, bins[bins.len() - 1].high];
    let most = bins.iter().map(|bin| bin.rows).max().unwrap_or_default();
    let bars = bins.iter().map(|bin| {
        let range = [bin.low, bin.high].map(significant).join(" to ");
        Bar {
            x: [bin.low, bin.high],
            y: [0.0, bin.rows as f64],
            title: format!("{range}: {} rows", bin.rows),
        }
    });
    let rows = bins
        .iter()
        .map(|bin| [[bin.low, bin.high].map(significant).join(" to "), bin.rows.to_string()]);
    let title = "Errors";
    Figure {
        title: title.to_owned(),
        reading: "How many rows are off by how much: truth minus prediction, so that what is left of 0 was predicted too \
                  high."
            .to_owned(),
        plot: Plot {
            x: Axis::of_numbers("truth minus prediction", low, high),
            y: Axis::of_numbers("rows", 0.0, most as f64),
            marks: vec![Mark::Bars { class: "a", bars: bars.collect() }],
        },
        legend: Vec::new(),
        numbers: Table::new(title, ["truth minus prediction", "rows"], rows),
    }
}

pub(super) fn coverage(levels: &[IntervalScores]) -> Figure {
    let band =
        levels.iter().map(|of| [of.level, of.coverage_interval.low, of.coverage_interval.high]);
    let dots = levels.iter().map(|of| {
        let title = format!("of {}: {} held", percent(of.level), part(of.coverage));
        ([of.level, of.coverage], title)
    });
    let rows = levels.iter().map(|of| {
        let interval =
            format!("{} to {}", part(of.coverage_interval.low), part(of.coverage_interval.high));
        [percent(of.level), part(of.coverage), interval, significant(of.mean_width)]
    });
    let title = "Prediction intervals";
    let columns = ["level", "hold the truth", "95 % interval", "mean width"];
    Figure {
        title: title.to_owned(),
        reading: "How many of the true values lie in their prediction intervals (up), by how many are to (to the right). On the \
                  dashed diagonal the intervals keep their word; the band is what chance allows."
            .to_owned(),
        plot: Plot {
            x: Axis::of_parts("level of the intervals"),
            y: Axis::of_parts("true values in them"),
            marks: vec![
                guide(&DIAGONAL),
                Mark::Band { class: "a", points: band.collect() },
                Mark::Dots { class: "a", dots: dots.collect() },
            ],
        },
        legend: Vec::new(),
        numbers: Table::new(title, columns, rows),
    }
}

pub(super) fn trees(points: &[TreesPoint]) -> Figure {
    let of_classes = points.iter().any(|point| point.accuracy.is_some());
    let loss = if of_classes { "log loss" } else { "root mean squared error" };
    let highest = points.iter().map(|point| point.loss).fold(0.0, f64::max);
    let names: Vec<String> = points.iter().map(|point| point.trees.to_string()).collect();
    let at = |(at, point): (usize, &TreesPoint)| [at as f64, point.loss];
    let line: Vec<_> = points.iter().enumerate().map(at).collect();
    let dots = points.iter().enumerate().map(|(number, point)| {
        (at((number, point)), format!("{} trees: {}", point.trees, significant(point.loss)))
    });
    let title = "How good fewer trees would be";
    let numbers = |point: &TreesPoint| [point.trees.to_string(), significant(point.loss)];
    let numbers = if of_classes {
        let rows = points.iter().map(|point| {
            let ([trees, loss], accuracy) =
                (numbers(point), point.accuracy.map_or(String::new(), part));
            [trees, loss, accuracy]
        });
        Table::new(title, ["trees", loss, "accuracy"], rows)
    } else {
        Table::new(title, ["trees", loss], points.iter().map(numbers))
    };
    Figure {
        title: title.to_owned(),
        reading: format!(
            "The {loss} (up; less is better) by the first trees alone. Where the line is flat, more trees do not help."
        ),
        plot: Plot {
            x: Axis::of_names("trees", &names),
            y: Axis::of_numbers(loss, 0.0, highest),
            marks: vec![
                Mark::Line { class: "a", points: line },
                Mark::Dots { class: "a", dots: dots.collect() },
            ],
        },
        legend: Vec::new(),
        numbers,
    }
}

/// A cell with a bar, of a number and the greatest one.
pub(super) fn bar(text: String, number: f64, ends: Option<[f64; 2]>, greatest: f64) -> Cell {
    let length = |number: f64| if greatest > 0.0 { number / greatest } else { 0.0 };
    Cell {
        text,
        drawing: Some(Drawing::Bar {
            length: length(number),
            ends: ends.map(|ends| ends.map(length)),
        }),
    }
}
