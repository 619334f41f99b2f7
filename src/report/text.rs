//! How numbers, names and lists are written for a person.

use std::fmt::{self, Display};

use forest::OobScore;
use forest::message::printable;
pub(crate) use forest::message::{count, thousands};
use forest::metrics::integer_json::as_count;
use forest::metrics::interval::Interval;
use forest::model::{HeldOutScore, Metadata};

/// A sum of weights: a number of rows where it is whole, else with two digits.
pub(crate) fn weight(sum: f64) -> String {
    as_count(sum).map_or_else(|| format!("{sum:.2}"), thousands)
}

/// A number of bytes in the unit that suits it (powers of 1000).
pub(crate) fn bytes(number: u64) -> String {
    match number {
        0..10_000 => format!("{} bytes", thousands(number)),
        10_000..1_000_000 => format!("{:.0} kB", number as f64 / 1e3),
        _ => format!("{:.1} MB", number as f64 / 1e6),
    }
}

/// An accuracy with its 95 % interval.
pub(crate) fn accuracy_with_interval(accuracy: f64, interval: Interval) -> String {
    format!("{accuracy:.4} [{:.4}, {:.4}]", interval.low, interval.high)
}

/// A number of the size of an accuracy with its 95 % interval, if there is one.
pub(crate) fn score(score: f64, interval: Option<Interval>) -> String {
    interval.map_or(format!("{score:.4}"), |interval| accuracy_with_interval(score, interval))
}

/// A number to four significant digits.
pub(crate) fn significant(number: f64) -> String {
    if number == 0.0 || !number.is_finite() {
        return number.to_string();
    }
    match libm::log10(number.abs()).floor() as i32 {
        exponent @ -4..4 => format!("{number:.*}", (3 - exponent) as usize),
        4..15 => thousands_of(number),
        _ => format!("{number:.3e}"),
    }
}

/// A large number without a fraction.
fn thousands_of(number: f64) -> String {
    let sign = if number < 0.0 { "-" } else { "" };
    format!("{sign}{}", thousands(number.abs().round() as u64))
}

/// An estimate in the target's unit with its 95 % interval.
pub(crate) fn estimate(estimate: f64, interval: Option<Interval>) -> String {
    match interval {
        None => significant(estimate),
        Some(Interval { low, high }) => {
            format!("{} [{}, {}]", significant(estimate), significant(low), significant(high))
        }
    }
}

/// A number to four digits after the point, or to four significant ones if it is large.
pub(crate) fn digits(number: f64) -> String {
    if number.abs() < 10.0 { format!("{number:.4}") } else { significant(number) }
}

/// An interval, likewise.
pub(crate) fn brackets(Interval { low, high }: Interval) -> String {
    format!("[{}, {}]", digits(low), digits(high))
}

/// As many letters of a text as there is room for.
pub(crate) fn clipped(text: &str, letters: usize) -> String {
    if text.chars().count() <= letters {
        return text.to_owned();
    }
    text.chars().take(letters - 1).chain(['…']).collect()
}

/// The width of the longest bar.
const BAR: f64 = 24.0;

/// A number as a bar in the last column of a table; none below 0.
pub(crate) fn bar(number: f64, greatest: f64) -> String {
    let len = if greatest > 0.0 { BAR * number / greatest } else { 0.0 };
    let len = len.round() as usize;
    // Bars begin side by side.
    "█".repeat(len) + &" ".repeat(BAR as usize - len)
}

/// Cells of a table.
pub(crate) fn texts<const N: usize>(texts: [&str; N]) -> Vec<String> {
    texts.map(str::to_owned).to_vec()
}

/// A p-value to four digits.
pub(crate) fn p_value(p: f64) -> String {
    if p < 0.0001 { "<0.0001".to_owned() } else { format!("{p:.4}") }
}

/// A part of all in percent, as it was given.
pub(crate) fn percent(part: f64) -> String {
    format!("{} %", (part * 1e12).round() / 1e10)
}

/// An R² with its 95 % interval.
pub(crate) fn r2_with_interval(r2: Option<f64>, interval: Option<Interval>) -> String {
    r2.map_or("none: all targets are the same".to_owned(), |r2| score(r2, interval))
}

/// Writes a line of a report: a name, and what there is to say of it in a column of its own.
pub(crate) fn line(f: &mut fmt::Formatter<'_>, name: &str, value: impl Display) -> fmt::Result {
    let [name, value] = [name, &value.to_string()].map(printable);
    writeln!(f, "  {name:<22}  {value}")
}

/// What the out-of-bag predictions of a model chose, if anything.
#[derive(Clone, Copy)]
pub(crate) struct ChosenOutOfBag {
    what: &'static str,
    /// How many settings there were to choose from, if they chose some.
    of: Option<u64>,
}

impl ChosenOutOfBag {
    pub(crate) fn new(metadata: &Metadata) -> Self {
        let refined = metadata.refinement.as_ref().is_some_and(|refinement| refinement.rows > 0);
        let of = metadata.chosen_of;
        let what = match (of, refined, metadata.threshold_choice) {
            (Some(_), _, None) => "the settings",
            (Some(_), _, Some(_)) => "the settings and the threshold",
            (None, true, Some(_)) => "how to refine and the threshold",
            (None, false, Some(_)) => "the threshold",
            (None, _, None) => "how to refine",
        };
        Self { what, of }
    }
}

/// Of the rows that training held out.
pub(crate) const HELD_OUT: &str = "held-out ";

/// Writes the lines that say how good a new model is; `held` says of which rows.
pub(crate) fn write_scores(
    f: &mut fmt::Formatter<'_>,
    held: &str,
    held_out: Option<&HeldOutScore>,
    out_of_bag: Option<(&OobScore, ChosenOutOfBag)>,
) -> fmt::Result {
    match held_out {
        None => {}
        Some(HeldOutScore::Classification(scores)) => {
            let accuracy = accuracy_with_interval(scores.accuracy(), scores.interval());
            let rows = count(scores.rows, "row", "rows");
            line(f, &format!("{held}accuracy"), format!("{accuracy}  (95 % interval, {rows})"))?;
            line(f, "majority baseline", format!("{:.4}", scores.baseline()))?;
            line(f, &format!("{held}log loss"), score(scores.log_loss, scores.log_loss_interval))?;
            let shares = format!("{:.4}  (the baseline)", scores.baseline_log_loss);
            line(f, "log loss of the shares", shares)?;
        }
        Some(HeldOutScore::Regression(scores)) => {
            let rows = count(scores.rows, "row", "rows");
            let r2 = r2_with_interval(scores.r2, scores.r2_interval);
            line(f, &format!("{held}R²"), format!("{r2}  (95 % interval, {rows})"))?;
            line(f, &format!("{held}RMSE"), estimate(scores.rmse, scores.rmse_interval))?;
            let mean = significant(scores.baseline_rmse);
            line(f, "RMSE of the mean", format!("{mean}  (the baseline)"))?;
            line(f, &format!("{held}MAE"), estimate(scores.mae, scores.mae_interval))?;
        }
    }
    let Some((score, chosen)) = out_of_bag else { return Ok(()) };
    let chose = if score.used_to_choose {
        format!(", which also chose {}", chosen.what)
    } else {
        String::new()
    };
    let covered = format!("{:.1} % of the training rows{chose}", 100.0 * score.coverage());
    if let Some(accuracy) = score.accuracy() {
        line(f, "out-of-bag accuracy", format!("{accuracy:.4}  ({covered})"))?;
    }
    if let Some(r2) = score.r2() {
        line(f, "out-of-bag R²", format!("{r2:.4}  ({covered})"))?;
    }
    let Some(n) = chosen.of else { return Ok(()) };
    let quote =
        if held_out.is_some() { "quote the held-out score" } else { "score it on other rows" };
    line(f, "settings", format!("chosen of {n} by out-of-bag loss, which flatters them: {quote}"))
}

/// Writes a table: names to the left, numbers to the right, each column as wide as its widest cell.
pub(crate) fn table(f: &mut fmt::Formatter<'_>, rows: &[Vec<String>]) -> fmt::Result {
    let printable_row = |row: &Vec<String>| row.iter().map(|cell| printable(cell)).collect();
    let rows: Vec<Vec<String>> = rows.iter().map(printable_row).collect();
    let n_columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max()
    };
    let widths: Vec<usize> = (0..n_columns).map(|column| width(column).unwrap_or(0)).collect();
    for row in &rows {
        let mut text = String::new();
        for (column, (cell, &width)) in row.iter().zip(&widths).enumerate() {
            text += &if column == 0 {
                format!("  {cell:<width$}")
            } else {
                format!("  {cell:>width$}")
            };
        }
        writeln!(f, "{}", text.trim_end())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_and_bytes_get_a_unit() {
        assert_eq!([0, 999, 1000, 1_234_567].map(thousands), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!([0.0, 1234.0, 1234.5].map(weight), ["0", "1,234", "1234.50"]);
        assert_eq!(bytes(9_999), "9,999 bytes");
        assert_eq!(bytes(212_345), "212 kB");
        assert_eq!(bytes(15_250_000), "15.2 MB");
    }

    #[test]
    fn four_digits_are_shown_whatever_the_unit() {
        for (number, text) in [
            (0.0, "0"),
            (1.0, "1.000"),
            (333.64, "333.6"),
            (-0.012_345, "-0.01235"),
            (12_345.6, "12,346"),
            (1.5e20, "1.500e20"),
            (2.5e-7, "2.500e-7"),
        ] {
            assert_eq!(significant(number), text);
        }
    }
}
