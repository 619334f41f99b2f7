//! The stack of the pickle machine with its marks, and its memo.

use super::values::Id;
use crate::{Error, Result};

/// Values, and marks between them.
#[derive(Default)]
pub(super) struct Stack {
    items: Vec<Id>,
    /// How many values are below each mark.
    marks: Vec<usize>,
}

impl Stack {
    pub(super) fn push(&mut self, id: Id) {
        self.items.push(id);
    }

    pub(super) fn mark(&mut self) {
        self.marks.push(self.items.len());
    }

    /// The value on top, above the last mark.
    pub(super) fn top(&self) -> Result<Id> {
        let below = self.marks.last().copied().unwrap_or(0);
        let top = self.items[below..].last();
        top.copied().ok_or_else(|| Error::model("the pickle takes more than it has put down"))
    }

    pub(super) fn pop(&mut self) -> Result<Id> {
        let top = self.top()?;
        self.items.pop();
        Ok(top)
    }

    /// The values above the last mark, and the mark.
    pub(super) fn pop_to_mark(&mut self) -> Result<Vec<Id>> {
        let mark = self.marks.pop().ok_or_else(|| Error::model("there is no mark"))?;
        Ok(self.items.drain(mark..).collect())
    }

    /// The last two or three values, in their order.
    pub(super) fn pop_some<const N: usize>(&mut self) -> Result<[Id; N]> {
        let mut popped = [Id::NONE; N];
        for place in popped.iter_mut().rev() {
            *place = self.pop()?;
        }
        Ok(popped)
    }

    /// Drops a value, or a mark without any above it.
    pub(super) fn drop_one(&mut self) -> Result<()> {
        if self.marks.last() == Some(&self.items.len()) {
            self.marks.pop();
            return Ok(());
        }
        self.pop().map(drop)
    }
}

/// Values under numbers.
#[derive(Default)]
pub(super) struct Memo {
    values: Vec<Option<Id>>,
    n_set: usize,
}

impl Memo {
    /// The number that comes next where they are not said.
    pub(super) fn next(&self) -> u64 {
        self.n_set as u64
    }

    /// Keeps a value. Pickles count up, so a number above `position`, that of the bytes so far, is none that a program
    /// has written.
    pub(super) fn set(&mut self, number: u64, id: Id, position: usize) -> Result<()> {
        let number = usize::try_from(number).ok().filter(|&number| number <= position);
        let number =
            number.ok_or_else(|| Error::model("a value is kept under too great a number"))?;
        if number >= self.values.len() {
            self.values.resize(number + 1, None);
        }
        self.n_set += usize::from(self.values[number].replace(id).is_none());
        Ok(())
    }

    pub(super) fn get(&self, number: u64) -> Result<Id> {
        let id = usize::try_from(number).ok().and_then(|number| *self.values.get(number)?);
        id.ok_or_else(|| Error::model(format!("nothing is kept under the number {number}")))
    }
}
