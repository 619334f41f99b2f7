//! The classes that the labels of a target are, in order.

use std::collections::HashMap;

use super::column::in_order;
use crate::message::shorten;
use crate::parameter::{Parameter, sentence};
use crate::{Error, Result};

/// The greatest whole number below which all can be told apart in an `f64`, 2^53.
const MAX_WHOLE: f64 = 9_007_199_254_740_992.0;

/// An error about a label, with the place of its row.
pub(super) type Located<T> = Result<T, (u64, Error)>;

/// The classes in order, whole numbers by their value and texts by their code points; and the rows'
/// codes among them.
pub(super) fn classes(
    codes: Vec<u32>,
    seen: &HashMap<String, (u32, u64)>,
) -> Located<(Vec<String>, Vec<u32>)> {
    let number = |label: &String| label.parse::<f64>().ok();
    let numeric = seen.keys().all(|label| number(label).is_some());
    let place_of = |label: &str| seen.get(label).map_or(0, |&(_, place)| place);
    let (mut names, mut positions) =
        in_order(seen.iter().map(|(label, &(code, _))| (label.clone(), code)).collect());
    if numeric {
        check_whole(&names, place_of)?;
        let mut order: Vec<usize> = (0..names.len()).collect();
        // They are whole numbers that an `i64` holds.
        order.sort_by_key(|&name| number(&names[name]).map(|number| number as i64));
        let mut moved = vec![0; order.len()];
        for (to, &from) in order.iter().enumerate() {
            moved[from] = to as u32;
        }
        for position in &mut positions {
            *position = moved[*position as usize];
        }
        names = order.into_iter().map(|from| std::mem::take(&mut names[from])).collect();
        check_different(&names, place_of)?;
    }
    Ok((names, codes.into_iter().map(|code| positions[code as usize]).collect()))
}

/// Labels that are numbers have to be whole ones.
fn check_whole(names: &[String], place_of: impl Fn(&str) -> u64) -> Located<()> {
    let problem = |label: &String| {
        let number: f64 = label.parse().unwrap_or(f64::NAN);
        if !number.is_finite() {
            Some("is not finite")
        } else if number.fract() != 0.0 {
            Some("has a fraction")
        } else if number.abs() > MAX_WHOLE {
            Some("is too large to be told from others")
        } else {
            None
        }
    };
    let wrong = names.iter().filter_map(|label| Some((place_of(label), label, problem(label)?)));
    match wrong.min_by_key(|&(place, ..)| place) {
        None => Ok(()),
        Some((place, label, problem)) => Err((
            place,
            Error::data(format!("the label {} is a number that {problem}", shorten(label)))
                .with_help(sentence![
                    "classes are texts or whole numbers; ",
                    Parameter("task"),
                    " regression predicts numbers",
                ]),
        )),
    }
}

/// One number must not be two classes.
fn check_different(names: &[String], place_of: impl Fn(&str) -> u64) -> Located<()> {
    let number = |label: &String| label.parse::<f64>().ok();
    let Some([first, second]) = names.array_windows().find(|[a, b]| number(a) == number(b)) else {
        return Ok(());
    };
    let texts = [first, second].map(|label| shorten(label));
    Err((
        place_of(first).max(place_of(second)),
        Error::data(format!("the labels '{}' and '{}' are the same number", texts[0], texts[1]))
            .with_help("write it one way"),
    ))
}
