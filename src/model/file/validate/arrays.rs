//! Texts and arrays out of a file, each as long as it has to be. What is read in place of being copied
//! keeps a file of many short texts from taking many times its size in memory.

use std::hash::{BuildHasher, RandomState};
use std::ops::Range;

use crate::model::file::v1::{WireTexts, width};
use crate::settings::Settings;
use crate::{Error, Result};

/// The most settings of a forest or of a recipe.
const MAX_SETTINGS: usize = 64;

/// A list of texts whose ends have been checked.
#[derive(Clone, Copy)]
pub(super) struct TextList<'a> {
    /// Where the first text begins.
    start: usize,
    ends: &'a [[u8; 4]],
    text: &'a str,
}

impl<'a> TextList<'a> {
    pub(super) fn new(what: &str, wire: &WireTexts<'a>) -> Result<Self> {
        let texts = Self { start: 0, ends: all_words(what, wire.ends)?, text: wire.text };
        let mut ends = (0..texts.len()).map(|at| texts.end(at));
        let sound = ends.clone().is_sorted() && ends.all(|end| wire.text.is_char_boundary(end));
        ensure(sound, || format!("the {what} overlap"))?;
        let last = texts.len().checked_sub(1).map_or(0, |last| texts.end(last));
        ensure(last == wire.text.len(), || format!("the {what} leave a rest"))?;
        Ok(texts)
    }

    pub(super) fn len(self) -> usize {
        self.ends.len()
    }

    pub(super) fn iter(self) -> impl ExactSizeIterator<Item = &'a str> + Clone {
        (0..self.len()).map(move |at| self.get(at))
    }

    /// Some of the texts.
    pub(super) fn slice(self, texts: Range<usize>) -> Self {
        let start = if texts.start == 0 { self.start } else { self.end(texts.start - 1) };
        Self { start, ends: &self.ends[texts], text: self.text }
    }

    fn end(self, at: usize) -> usize {
        u32::from_le_bytes(self.ends[at]) as usize
    }

    fn get(self, at: usize) -> &'a str {
        let start = if at == 0 { self.start } else { self.end(at - 1) };
        &self.text[start..self.end(at)]
    }

    /// The texts two by two: names and values.
    pub(super) fn pairs(
        self,
        what: &str,
    ) -> Result<impl ExactSizeIterator<Item = (&'a str, &'a str)> + Clone> {
        ensure(self.len().is_multiple_of(2), || {
            format!("the {what} are not names and values in turn")
        })?;
        Ok((0..self.len() / 2).map(move |pair| (self.get(2 * pair), self.get(2 * pair + 1))))
    }
}

/// Settings of which there are a few.
pub(super) fn settings(what: &str, wire: &WireTexts) -> Result<Settings> {
    let pairs = TextList::new(what, wire)?.pairs(what)?;
    ensure(pairs.len() <= MAX_SETTINGS, || {
        format!("there are {} {what}, more than {MAX_SETTINGS}", pairs.len())
    })?;
    Ok(Settings(pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()))
}

/// Whether no text comes twice. Hashes are compared, which are short, and texts where two are equal.
pub(super) fn all_different(texts: TextList) -> bool {
    let state = RandomState::new();
    let mut hashes: Vec<u64> = Vec::with_capacity(texts.len());
    hashes.extend(texts.iter().map(|text| state.hash_one(text)));
    hashes.sort_unstable();
    let are_different = hashes.array_windows().all(|[a, b]| a != b);
    drop(hashes);
    are_different || {
        let mut texts: Vec<&str> = texts.iter().collect();
        texts.sort_unstable();
        texts.array_windows().all(|[a, b]| a != b)
    }
}

/// An array of `N`-byte words that has to have `len` of them.
pub(super) fn words<'a, const N: usize>(
    what: &str,
    bytes: &'a [u8],
    len: usize,
) -> Result<&'a [[u8; N]]> {
    let words = all_words(what, bytes)?;
    ensure(words.len() == len, || format!("there are {} {what}, not {len}", words.len()))?;
    Ok(words)
}

pub(super) fn all_words<'a, const N: usize>(what: &str, bytes: &'a [u8]) -> Result<&'a [[u8; N]]> {
    let (words, rest) = bytes.as_chunks();
    ensure(rest.is_empty(), || format!("the {what} end in the middle of a number"))?;
    Ok(words)
}

/// A number in fewer bytes than a `u32` has, or as many.
pub(super) fn narrow<const N: usize>(word: [u8; N]) -> u32 {
    let mut wide = [0; 4];
    wide[..N].copy_from_slice(&word);
    u32::from_le_bytes(wide)
}

/// An array of numbers below `below`, in as many bytes each as these need.
pub(super) fn narrow_numbers(what: &str, bytes: &[u8], below: usize) -> Result<Vec<u32>> {
    match width(below) {
        1 => all_numbers(what, bytes, narrow::<1>),
        2 => all_numbers(what, bytes, narrow::<2>),
        _ => all_numbers(what, bytes, narrow::<4>),
    }
}

/// An array of numbers that has to have `len` of them.
pub(super) fn numbers<T, const N: usize>(
    what: &str,
    bytes: &[u8],
    len: usize,
    read: fn([u8; N]) -> T,
) -> Result<Vec<T>> {
    Ok(words(what, bytes, len)?.iter().map(|&word| read(word)).collect())
}

pub(super) fn all_numbers<T, const N: usize>(
    what: &str,
    bytes: &[u8],
    read: fn([u8; N]) -> T,
) -> Result<Vec<T>> {
    Ok(all_words(what, bytes)?.iter().map(|&word| read(word)).collect())
}

pub(super) fn ensure(sound: bool, message: impl FnOnce() -> String) -> Result<()> {
    if sound { Ok(()) } else { Err(Error::model(message())) }
}
