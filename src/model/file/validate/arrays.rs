//! Texts and arrays out of a file, each as long as it has to be.

use std::collections::HashSet;

use crate::model::file::v1::WireTexts;
use crate::settings::Settings;
use crate::{Error, Result};

pub(super) fn settings(what: &str, wire: &WireTexts) -> Result<Settings> {
    let texts = texts(what, wire)?;
    ensure(texts.len() % 2 == 0, || format!("the {what} are not names and values in turn"))?;
    let mut settings = Settings::default();
    let mut texts = texts.into_iter();
    while let (Some(name), Some(value)) = (texts.next(), texts.next()) {
        settings.0.push((name, value));
    }
    Ok(settings)
}

pub(super) fn texts(what: &str, wire: &WireTexts) -> Result<Vec<String>> {
    let ends = all_numbers(what, wire.ends, u32::from_le_bytes)?;
    let mut start = 0;
    let mut texts = Vec::with_capacity(ends.len());
    for &end in &ends {
        let end = end as usize;
        let text = wire.text.get(start..end);
        texts.push(text.ok_or_else(|| Error::model(format!("the {what} overlap")))?.to_owned());
        start = end;
    }
    ensure(start == wire.text.len(), || format!("the {what} leave a rest"))?;
    Ok(texts)
}

pub(super) fn all_different(names: &[String]) -> bool {
    let mut seen = HashSet::with_capacity(names.len());
    names.iter().all(|name| seen.insert(name))
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
