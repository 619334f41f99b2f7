//! Plots as inline SVG, without script. They have classes and no colours, which are the style sheet's.

use std::fmt::Write;

use crate::report::escape::escape;
use crate::report::text::{clipped, significant};

const WIDTH: f64 = 400.0;
const HEIGHT: f64 = 280.0;
const LEFT: f64 = 58.0;
const RIGHT: f64 = 22.0;
const TOP: f64 = 12.0;
const BOTTOM: f64 = 46.0;

/// About how many ticks an axis has.
const N_TICKS: f64 = 5.0;

/// The most letters of a tick.
const TICK_LETTERS: usize = 12;

/// A plot in two dimensions.
pub(super) struct Plot {
    pub(super) x: Axis,
    pub(super) y: Axis,
    /// The later ones lie on top.
    pub(super) marks: Vec<Mark>,
}

/// An axis, from its lowest to its highest value.
pub(super) struct Axis {
    label: String,
    low: f64,
    high: f64,
    ticks: Vec<(f64, String)>,
}

/// Something drawn. The classes are those of the style sheet.
pub(super) enum Mark {
    Line {
        class: &'static str,
        points: Vec<[f64; 2]>,
    },
    /// Between two lines: x, and both y.
    Band {
        class: &'static str,
        points: Vec<[f64; 3]>,
    },
    Bars {
        class: &'static str,
        bars: Vec<Bar>,
    },
    /// Points, and what is said when one points at them.
    Dots {
        class: &'static str,
        dots: Vec<([f64; 2], String)>,
    },
}

/// An upright bar, and what is said when one points at it.
pub(super) struct Bar {
    pub(super) x: [f64; 2],
    pub(super) y: [f64; 2],
    pub(super) title: String,
}

impl Axis {
    /// Of numbers, with round ticks.
    pub(super) fn of_numbers(label: &str, low: f64, high: f64) -> Self {
        let (low, high) = if low < high { (low, high) } else { (low - 0.5, high + 0.5) };
        let step = round_step((high - low) / N_TICKS);
        let first = (low / step).ceil();
        let ticks = (0..).map(|n| (first + f64::from(n)) * step);
        let ticks = ticks.take_while(|tick| *tick <= high + step * 1e-9);
        let ticks = ticks.map(|tick| (tick, tick_text(tick, step))).collect();
        Self { label: label.to_owned(), low, high, ticks }
    }

    /// Of parts of all, from 0 to 1, as percentages.
    pub(super) fn of_parts(label: &str) -> Self {
        let tick = |n: u32| (f64::from(n) / 5.0, format!("{} %", 20 * n));
        Self { label: label.to_owned(), low: 0.0, high: 1.0, ticks: (0..=5).map(tick).collect() }
    }

    /// Of things side by side, at 0, 1, 2…; so many of them have a tick that these do not run into each other.
    pub(super) fn of_names(label: &str, names: &[String]) -> Self {
        let letters = names.iter().map(|name| name.chars().count().min(TICK_LETTERS)).max();
        let fitting = ((WIDTH - LEFT - RIGHT) / (7.0 * (letters.unwrap_or(1) + 1) as f64)) as usize;
        let step = names.len().div_ceil(fitting.max(1)).max(1);
        let ticks = names.iter().enumerate().step_by(step);
        Self {
            label: label.to_owned(),
            low: -0.5,
            high: names.len() as f64 - 0.5,
            ticks: ticks.map(|(at, name)| (at as f64, clipped(name, TICK_LETTERS))).collect(),
        }
    }

    fn part(&self, value: f64) -> f64 {
        ((value - self.low) / (self.high - self.low)).clamp(-0.05, 1.05)
    }
}

/// The least of 1, 2, 5, 10… times a power of ten that is at least `step`.
fn round_step(step: f64) -> f64 {
    let power = libm::pow(10.0, libm::log10(step).floor());
    [1.0, 2.0, 5.0, 10.0]
        .map(|factor| factor * power)
        .into_iter()
        .find(|x| *x >= step * 0.999)
        .unwrap_or(step)
}

fn tick_text(tick: f64, step: f64) -> String {
    let digits = (-libm::log10(step).floor()).max(0.0) as usize;
    // It may be -0, or next to 0 by rounding.
    if tick.abs() < step * 1e-6 {
        return "0".to_owned();
    }
    match tick.abs() {
        1e-4..1e6 if digits < 6 => format!("{tick:.digits$}"),
        _ => significant(tick),
    }
}

impl Plot {
    pub(super) fn has_bars(&self) -> bool {
        self.marks.iter().any(|mark| matches!(mark, Mark::Bars { .. }))
    }

    /// As an element; `title` is what is said of it to who does not see it.
    pub(super) fn svg(&self, title: &str) -> String {
        let mut svg = format!(
            "<svg class=\"plot\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\"{}\">",
            escape(title)
        );
        // Writing to a string does not fail.
        let _ = self.draw(&mut svg);
        svg + "</svg>"
    }

    fn draw(&self, svg: &mut String) -> std::fmt::Result {
        let (right, bottom) = (WIDTH - RIGHT, HEIGHT - BOTTOM);
        for (value, text) in &self.x.ticks {
            let x = self.at(*value, self.y.low)[0];
            write!(svg, "<path class=\"grid\" d=\"M{x:.1} {TOP}V{bottom}\"/>")?;
            let (y, text) = (bottom + 16.0, escape(text));
            write!(svg, "<text x=\"{x:.1}\" y=\"{y}\" class=\"mid\">{text}</text>")?;
        }
        for (value, text) in &self.y.ticks {
            let y = self.at(self.x.low, *value)[1];
            write!(svg, "<path class=\"grid\" d=\"M{LEFT} {y:.1}H{right}\"/>")?;
            let (x, y, text) = (LEFT - 6.0, y + 4.0, escape(text));
            write!(svg, "<text x=\"{x}\" y=\"{y:.1}\" class=\"end\">{text}</text>")?;
        }
        for mark in &self.marks {
            self.draw_mark(mark, svg)?;
        }
        write!(svg, "<path class=\"axis\" d=\"M{LEFT} {TOP}V{bottom}H{right}\"/>")?;
        let (x, y) = (f64::midpoint(LEFT, right), HEIGHT - 8.0);
        write!(
            svg,
            "<text x=\"{x}\" y=\"{y}\" class=\"mid label\">{}</text>",
            escape(&self.x.label)
        )?;
        let (y, label) = (f64::midpoint(TOP, bottom), escape(&self.y.label));
        write!(
            svg,
            "<text transform=\"translate(13 {y})rotate(-90)\" class=\"mid label\">{label}</text>"
        )
    }

    /// Where a point is drawn.
    fn at(&self, x: f64, y: f64) -> [f64; 2] {
        [
            LEFT + self.x.part(x) * (WIDTH - LEFT - RIGHT),
            TOP + (1.0 - self.y.part(y)) * (HEIGHT - TOP - BOTTOM),
        ]
    }

    fn draw_mark(&self, mark: &Mark, svg: &mut String) -> std::fmt::Result {
        match mark {
            Mark::Line { class, points } => {
                let points = points.iter().map(|[x, y]| self.at(*x, *y));
                write!(svg, "<path class=\"line {class}\" d=\"{}\"/>", path(points))
            }
            Mark::Band { class, points } => {
                let there = points.iter().map(|[x, y, _]| self.at(*x, *y));
                let back = points.iter().rev().map(|[x, _, y]| self.at(*x, *y));
                write!(svg, "<path class=\"band {class}\" d=\"{}Z\"/>", path(there.chain(back)))
            }
            Mark::Bars { class, bars } => bars.iter().try_for_each(|Bar { x, y, title }| {
                let [left, bottom] = self.at(x[0], y[0]);
                let [right, top] = self.at(x[1], y[1]);
                let (width, height) = ((right - left).max(0.0), (bottom - top).max(0.0));
                write!(
                    svg,
                    "<rect class=\"bar {class}\" x=\"{left:.1}\" y=\"{top:.1}\" width=\"{width:.1}\" \
                     height=\"{height:.1}\"><title>{}</title></rect>",
                    escape(title)
                )
            }),
            Mark::Dots { class, dots } => dots.iter().try_for_each(|([x, y], title)| {
                let [x, y] = self.at(*x, *y);
                write!(
                    svg,
                    "<circle class=\"dot {class}\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3\"><title>{}</title></circle>",
                    escape(title)
                )
            }),
        }
    }
}

/// The least and the greatest of some values.
pub(super) fn range(values: impl Iterator<Item = f64>) -> [f64; 2] {
    let ends = [f64::INFINITY, f64::NEG_INFINITY];
    values.fold(ends, |[low, high], value| [low.min(value), high.max(value)])
}

fn path(points: impl Iterator<Item = [f64; 2]>) -> String {
    let mut path = String::new();
    for [x, y] in points {
        let letter = if path.is_empty() { 'M' } else { 'L' };
        let _ = write!(path, "{letter}{x:.1} {y:.1}");
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ticks(low: f64, high: f64) -> Vec<String> {
        Axis::of_numbers("", low, high).ticks.into_iter().map(|(_, text)| text).collect()
    }

    #[test]
    fn ticks_are_round_numbers() {
        assert_eq!(ticks(0.0, 1.0), ["0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
        assert_eq!(ticks(-3.0, 12.0), ["0", "5", "10"]);
        assert_eq!(ticks(2650.0, 6300.0), ["3000", "4000", "5000", "6000"]);
        assert_eq!(ticks(0.0, 4e-7), ["0", "1.000e-7", "2.000e-7", "3.000e-7", "4.000e-7"]);
        assert_eq!(ticks(7.0, 7.0).len(), 5);
    }

    #[test]
    fn a_plot_puts_points_where_they_belong_and_escapes_what_it_repeats() {
        let plot = Plot {
            x: Axis::of_parts("<x>"),
            y: Axis::of_parts("y"),
            marks: vec![Mark::Line { class: "a", points: vec![[0.0, 0.0], [1.0, 0.5]] }],
        };
        let svg = plot.svg("a \"title\"");
        // From the left, and down from the top, of 400 × 280: 58 + 1 × 320, 12 + 0.5 × 222.
        assert!(svg.contains("d=\"M58.0 234.0L378.0 123.0\""), "{svg}");
        assert!(svg.contains("&lt;x&gt;") && svg.contains("aria-label=\"a &quot;title&quot;\""));
    }
}
