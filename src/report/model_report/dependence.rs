//! The figure of how predictions depend on a feature.

use super::document::{Cell, Figure, Table};
use super::figures::SERIES;
use super::plot::{Axis, Mark, Plot, range};
use crate::report::effects::{DependenceCurve, DependencePoint, columns};
use crate::report::text::significant;

/// Of one feature: one curve with a band, or one for each of several classes.
pub(super) fn figure(curves: &[DependenceCurve], target: &str) -> Figure {
    let first = &curves[0];
    let are_numbers = first
        .points
        .iter()
        .filter(|point| point.value != "missing")
        .all(|point| point.number.is_some());
    // What is missing has no place among numbers: it is in the table.
    let place = |(at, point): (usize, &DependencePoint)| {
        if are_numbers { point.number } else { Some(at as f64) }
    };
    let placed = |curve: &DependenceCurve, y: &dyn Fn(&DependencePoint) -> f64| {
        let points = curve.points.iter().enumerate();
        points.filter_map(|of| Some([place(of)?, y(of.1)])).collect::<Vec<_>>()
    };
    let is_alone = curves.len() == 1;
    let mut marks = Vec::new();
    let mut legend = Vec::new();
    for (&class, curve) in SERIES.iter().zip(curves) {
        let means = placed(curve, &|point| point.mean);
        if is_alone {
            let [low, high] = [placed(curve, &|of| of.low), placed(curve, &|of| of.high)];
            let band = low.iter().zip(&high).map(|(low, high)| [low[0], low[1], high[1]]);
            marks.extend(bands(band.collect(), are_numbers));
        }
        let titles = curve.points.iter().filter(|point| !are_numbers || point.number.is_some());
        let titles = titles.map(|point| format!("{}: {}", point.value, significant(point.mean)));
        let dots = means.iter().copied().zip(titles).collect();
        if are_numbers || !is_alone {
            marks.push(Mark::Line { class, points: means });
        }
        marks.push(Mark::Dots { class, dots });
        legend.extend(curve.class.clone().filter(|_| !is_alone).map(|name| (class, name)));
    }
    let shown = curves.iter().flat_map(|curve| &curve.points);
    let ends = shown.flat_map(|of| if is_alone { vec![of.low, of.high] } else { vec![of.mean] });
    let [low, high] = range(ends);
    let x = if are_numbers {
        let at = placed(first, &|_| 0.0);
        let [first_x, last_x] = [at.first(), at.last()].map(|end| end.map_or(0.0, |end| end[0]));
        Axis::of_numbers(&first.feature, first_x, last_x)
    } else {
        let names: Vec<String> = first.points.iter().map(|point| point.value.clone()).collect();
        Axis::of_names(&first.feature, &names)
    };
    let predicted = match (&first.class, is_alone) {
        (Some(class), true) => format!("probability of '{class}'"),
        (Some(_), false) => "probability".to_owned(),
        (None, _) => target.to_owned(),
    };
    let reading =
        "The mean of what would be predicted if all rows had this value and were else as they are.";
    let band = if is_alone { " Eight rows in ten lie in the band." } else { "" };
    let title = format!("{}: {predicted}", first.feature);
    Figure {
        reading: format!("{reading}{band}"),
        plot: Plot { x, y: Axis::of_numbers(&predicted, low, high), marks },
        legend,
        numbers: dependence_table(curves, &title),
        title,
    }
}

/// One band, or, where places are names, one for each.
fn bands(points: Vec<[f64; 3]>, is_one: bool) -> Vec<Mark> {
    if is_one {
        return vec![Mark::Band { class: "a", points }];
    }
    let band = |[x, low, high]: [f64; 3]| Mark::Band {
        class: "a",
        points: vec![[x - 0.2, low, high], [x + 0.2, low, high]],
    };
    points.into_iter().map(band).collect()
}

fn dependence_table(curves: &[DependenceCurve], title: &str) -> Table {
    let first = &curves[0];
    let (names, numbers) = columns(curves);
    let rows = first.points.iter().zip(numbers).map(|(point, numbers)| {
        let numbers = numbers.into_iter().map(significant).map(Cell::from);
        std::iter::once(Cell::from(point.value.clone())).chain(numbers).collect()
    });
    Table {
        title: title.to_owned(),
        columns: std::iter::once(first.feature.clone()).chain(names).collect(),
        rows: rows.collect(),
        ..Table::default()
    }
}
