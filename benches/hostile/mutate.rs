//! Files as somebody who knows the format could forge them: sound but for a few fields.

use rand::Rng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use super::layout::{Field, Laid, Layout, seal};

type Numbers = Vec<Vec<u8>>;

/// A forged file, made of one of `layouts` and pieces of the others.
pub(crate) fn forge(layouts: &[Layout], rng: &mut ChaCha8Rng) -> Vec<u8> {
    let mut layout = layouts.choose(rng).unwrap().clone();
    let donor = layouts.choose(rng).unwrap();
    loop {
        let section = rng.gen_range(0..layout.sections.len());
        let fields = &mut layout.sections[section];
        match rng.gen_range(0..40) {
            0 => fields.clone_from(&donor.sections[section]),
            1..=3 => move_fields(fields, &donor.sections[section], rng),
            4..=7 => change_all_of_a_length(fields, rng),
            _ if fields.is_empty() => {}
            _ => {
                let at = rng.gen_range(0..fields.len());
                let given = donor.sections[section].get(at).cloned();
                change(&mut fields[at], given, rng);
            }
        }
        if rng.gen_bool(0.6) {
            break;
        }
    }
    let Laid { mut bytes, lengths } = layout.lay();
    if rng.gen_bool(0.1) {
        lie(&mut bytes, &lengths, rng);
        if rng.gen_bool(0.95) {
            seal(&mut bytes);
        }
    }
    bytes
}

/// Swaps, removes, repeats or takes over whole fields.
fn move_fields(fields: &mut Vec<Field>, given: &[Field], rng: &mut ChaCha8Rng) {
    if fields.is_empty() || given.is_empty() {
        return;
    }
    let (one, other) = (rng.gen_range(0..fields.len()), rng.gen_range(0..fields.len()));
    match rng.gen_range(0..5) {
        0 => fields.swap(one, other),
        1 => drop(fields.remove(one)),
        2 => fields.insert(other, fields[one].clone()),
        3 => fields[one] = given.choose(rng).unwrap().clone(),
        _ => {
            let (from, end) = (one.min(other), one.max(other));
            let given = &given[from.min(given.len())..end.min(given.len())];
            fields.splice(from..end, given.iter().cloned());
        }
    }
}

/// Removes, repeats or swaps the same elements of all arrays that are as long as one: so that of
/// features, trees, leaves or classes there are more or fewer in all that is said of them.
fn change_all_of_a_length(fields: &mut [Field], rng: &mut ChaCha8Rng) {
    let lengths: Vec<usize> = fields.iter().map(n_elements).filter(|&n| n > 0).collect();
    let Some(&n) = lengths.choose(rng) else { return };
    let (one, other, what) = (rng.gen_range(0..n), rng.gen_range(0..n), rng.gen_range(0..3));
    for field in fields.iter_mut().filter(|field| n_elements(field) == n) {
        edit(field, |numbers| match what {
            0 => drop(numbers.remove(one)),
            1 => numbers.insert(other, numbers[one].clone()),
            _ => numbers.swap(one, other),
        });
    }
    // What counts them follows, or not.
    if what < 2 && rng.gen_bool(0.7) {
        let count = if what == 0 { n - 1 } else { n + 1 };
        for field in fields {
            if let Field::Number(bytes) = field
                && [4, 8].contains(&bytes.len())
                && int(bytes) == n as u64
            {
                let width = bytes.len();
                bytes.copy_from_slice(&(count as u64).to_le_bytes()[..width]);
            }
        }
    }
}

fn int(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |number, &byte| number << 8 | u64::from(byte))
}

fn n_elements(field: &Field) -> usize {
    match field {
        Field::Number(_) => 0,
        Field::Array { width, bytes } => bytes.len() / width,
        Field::Texts(texts) => texts.len(),
    }
}

/// Does something with the elements of an array or the texts of a list.
fn edit(field: &mut Field, change: impl FnOnce(&mut Numbers)) {
    match field {
        Field::Number(_) => {}
        Field::Texts(texts) => change(texts),
        Field::Array { width, bytes } => {
            let mut numbers = bytes.chunks(*width).map(<[u8]>::to_vec).collect();
            change(&mut numbers);
            *bytes = numbers.concat();
        }
    }
}

fn change(field: &mut Field, given: Option<Field>, rng: &mut ChaCha8Rng) {
    let is_text = matches!(field, Field::Texts(_));
    if let Field::Number(number) = field {
        change_number(number, rng);
        return;
    }
    let mut others = Vec::new();
    if let Some(mut given) = given {
        edit(&mut given, |numbers| others.clone_from(numbers));
    }
    edit(field, |numbers| {
        let Some(number) = numbers.choose(rng).cloned() else {
            numbers.extend(others);
            return;
        };
        let (at, other) = (rng.gen_range(0..numbers.len()), rng.gen_range(0..numbers.len()));
        match rng.gen_range(0..16) {
            0 => numbers[at] = number,
            1 => numbers.swap(at, other),
            2 => drop(numbers.remove(at)),
            3 => numbers.insert(at, number),
            4 => numbers.truncate(at),
            5 => numbers.extend_from_within(at..),
            6 => numbers.reverse(),
            7 => numbers.sort(),
            8 => numbers.fill(number),
            9 => *numbers = others,
            10 => numbers[at] = others.choose(rng).cloned().unwrap_or(number),
            11 if is_text => numbers.extend(others),
            12 if rng.gen_bool(0.02) => {
                let len = rng.gen_range(1..100_000 / (number.len() + 1));
                numbers.resize(numbers.len() + len, number);
            }
            13 if !is_text => numbers.iter_mut().for_each(|number| change_number(number, rng)),
            _ if is_text => change_text(&mut numbers[at], rng),
            _ => change_number(&mut numbers[at], rng),
        }
    });
}

fn change_number(number: &mut Vec<u8>, rng: &mut ChaCha8Rng) {
    let width = number.len();
    if width == 0 {
        return;
    }
    match rng.gen_range(0..8) {
        0 => number[rng.gen_range(0..width)] ^= 1 << rng.gen_range(0..8),
        1 => rng.fill(&mut number[..]),
        2 | 3 if width <= 8 => {
            let step = [1, 2, 8, 256][rng.gen_range(0..4)];
            let old = int(number);
            let new =
                if rng.gen_bool(0.5) { old.wrapping_add(step) } else { old.wrapping_sub(step) };
            number.copy_from_slice(&new.to_le_bytes()[..width]);
        }
        4 | 5 if width == 4 => number.copy_from_slice(&(float(rng) as f32).to_le_bytes()),
        4 | 5 if width == 8 => number.copy_from_slice(&float(rng).to_le_bytes()),
        _ => {
            let ints =
                [0, 1, 2, 3, 16, 127, 128, 255, 256, 1000, 1001, 65_535, 65_536, 1 << 24, 1 << 31];
            let ints =
                ints.into_iter().chain([(1 << 31) - 1, 1 << 32, 1 << 40, i64::MAX as u64, 1 << 63]);
            let ints: Vec<u64> = ints.chain([u64::MAX]).collect();
            let bytes = ints.choose(rng).unwrap().to_le_bytes();
            *number = bytes.into_iter().cycle().take(width).collect();
        }
    }
}

fn float(rng: &mut ChaCha8Rng) -> f64 {
    const FLOATS: [f64; 18] = [
        0.0,
        -0.0,
        1.0,
        -1.0,
        0.5,
        1.5,
        1e-6,
        5e-324,
        f64::MIN_POSITIVE,
        1e-45,
        1e100,
        1e300,
        f64::MAX,
        f64::MIN,
        f64::INFINITY,
        f64::NEG_INFINITY,
        f64::NAN,
        f64::EPSILON,
    ];
    if rng.gen_bool(0.2) { rng.gen_range(-10.0..10.0) } else { *FLOATS.choose(rng).unwrap() }
}

fn change_text(text: &mut Vec<u8>, rng: &mut ChaCha8Rng) {
    const TEXTS: [&str; 30] = [
        "",
        "0",
        "1",
        "2",
        "-1",
        "0.0",
        "-0.0",
        "0.5",
        "1e400",
        "1e-400",
        "nan",
        "inf",
        "none",
        "auto",
        "all",
        "true",
        "false",
        "sqrt",
        "entropy",
        "squared_error",
        "random",
        "linfa",
        "balanced",
        "f1",
        "18446744073709551615",
        "18446744073709551616",
        "4294967296",
        "1,2",
        "0>1=2.0",
        "é\u{202e}\0",
    ];
    match rng.gen_range(0..5) {
        0 if !text.is_empty() => {
            let at = rng.gen_range(0..text.len());
            text[at] = rng.r#gen();
        }
        1 => drop(text.pop()),
        2 if rng.gen_bool(0.02) => *text = text.repeat(rng.gen_range(2..1000)),
        2 => text.extend(b"0"),
        _ => *text = TEXTS.choose(rng).unwrap().as_bytes().to_vec(),
    }
}

/// Makes lengths, versions or the end of the file other than they are.
fn lie(bytes: &mut Vec<u8>, lengths: &[usize], rng: &mut ChaCha8Rng) {
    let len = bytes.len();
    match rng.gen_range(0..10) {
        0 => bytes.truncate(rng.gen_range(0..len)),
        1 => bytes.extend_from_within(rng.gen_range(0..len)..),
        2 => bytes[rng.gen_range(8..16)] = rng.gen_range(0..4),
        3 => bytes[rng.gen_range(0..len)] ^= 1 << rng.gen_range(0..8),
        4 => add_section(bytes, rng),
        _ => {
            let at = *lengths.choose(rng).unwrap();
            let mut length = bytes[at..at + 8].to_vec();
            change_number(&mut length, rng);
            bytes[at..at + 8].copy_from_slice(&length);
        }
    }
}

/// Adds a further section, whose entry may be wrong.
fn add_section(bytes: &mut Vec<u8>, rng: &mut ChaCha8Rng) {
    let len = rng.gen_range(0..100_u64);
    let mut entry = b"visits\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0".to_vec();
    entry.extend(len.to_le_bytes());
    if rng.gen_bool(0.5) {
        let at = rng.gen_range(0..entry.len());
        entry[at] = rng.r#gen();
    }
    bytes.splice(72..72, entry);
    bytes[12] += 1;
    bytes.resize(bytes.len() + len as usize, 7);
}
