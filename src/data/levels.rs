//! The levels of a category: many short texts in one piece of memory, and their values.

use serde::{Serialize, Serializer};

use crate::parameter::{Parameter, sentence};
use crate::{Error, Result};

/// The texts of a category, in the order of the values that the forest takes them as.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Levels {
    text: Box<str>,
    /// Level `i` ends before byte `ends[i]` of the text and begins where the one before it ends.
    ends: Box<[u32]>,
    values: Box<[f32]>,
}

impl Levels {
    /// What the forest takes a level as that no training row has: the value of one that says as little as
    /// the mean of all rows.
    pub const UNSEEN: f32 = 0.0;

    /// Texts and values, which ascend.
    ///
    /// # Errors
    /// The texts take more bytes than a model file can hold.
    pub(crate) fn new<'a>(levels: impl Iterator<Item = (&'a str, f32)> + Clone) -> Result<Self> {
        let n_bytes: u64 = levels.clone().map(|(level, _)| level.len() as u64).sum();
        check_bytes(n_bytes)?;
        let mut text = String::with_capacity(n_bytes as usize);
        let mut ends = Vec::with_capacity(levels.clone().count());
        for (level, _) in levels.clone() {
            text.push_str(level);
            ends.push(text.len() as u32);
        }
        let values = levels.map(|(_, value)| value).collect();
        Ok(Self { text: text.into(), ends: ends.into(), values })
    }

    /// The number of levels.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are none, because no training row has a value.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The levels in their order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &str> + Clone {
        (0..self.len()).map(|level| {
            let start = if level == 0 { 0 } else { self.ends[level - 1] };
            &self.text[start as usize..self.ends[level] as usize]
        })
    }

    /// What the forest takes each as.
    pub fn values(&self) -> &[f32] {
        &self.values
    }

    /// How many bytes the texts take.
    pub(super) fn n_bytes(&self) -> u64 {
        self.text.len() as u64
    }
}

/// Refuses texts of categories that a model file cannot hold.
///
/// # Errors
/// They take too many bytes.
pub(super) fn check_bytes(n_bytes: u64) -> Result<()> {
    if u32::try_from(n_bytes).is_ok() {
        return Ok(());
    }
    Err(Error::data(format!(
        "the texts of all categories take {n_bytes} bytes, more than a model can hold"
    ))
    .with_help(sentence!["leave out columns of long texts with ", Parameter("ignore")]))
}

impl Serialize for Levels {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_given_back_in_their_order() {
        let texts = ["b", "", "é", "aa"];
        let levels = Levels::new(texts.into_iter().zip([-1.5, 0.0, 0.0, 2.0])).unwrap();
        assert_eq!(levels.iter().collect::<Vec<_>>(), texts);
        assert_eq!(levels.values(), [-1.5, 0.0, 0.0, 2.0]);
        assert_eq!((levels.len(), levels.n_bytes()), (4, 5));
        assert_eq!(serde_json::to_string(&levels).unwrap(), r#"["b","","é","aa"]"#);
    }
}
