//! JSON in lines that people can read: a field a line, and of long lists an item a line.

use serde::{Serialize, Serializer};

use crate::message::printable_json;
use crate::{Error, Result};

/// An object in the making.
pub(super) struct Lines {
    bytes: Vec<u8>,
}

/// Serialized as the list of what an iterator gives, which is called for each time.
pub(super) struct Each<F>(pub(super) F);

impl<I: Iterator<Item: Serialize>, F: Fn() -> I> Serialize for Each<F> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq((self.0)())
    }
}

impl Lines {
    pub(super) fn new() -> Self {
        Self { bytes: b"{".to_vec() }
    }

    /// A field on a line. Characters of its texts that a terminal would hide or obey are escaped.
    pub(super) fn field(&mut self, name: &str, value: &impl Serialize) -> Result<()> {
        self.name(name);
        self.value(value)
    }

    /// A field that is a list of things, each on a line.
    pub(super) fn list<T: Serialize>(
        &mut self,
        name: &str,
        items: impl Iterator<Item = T>,
    ) -> Result<()> {
        self.items(name, items, |lines, item| lines.value(&item))
    }

    /// A field that is a list of objects of lists of numbers, each of which is on a line.
    pub(super) fn objects<T>(
        &mut self,
        name: &str,
        items: impl Iterator<Item = T>,
        write: impl Fn(&mut Self, &T) -> Result<()>,
    ) -> Result<()> {
        self.items(name, items, |lines, item| {
            lines.bytes.push(b'{');
            write(lines, &item)?;
            lines.bytes.push(b'}');
            Ok(())
        })
    }

    /// A list of numbers in such an object.
    pub(super) fn numbers(&mut self, name: &str, numbers: &impl Serialize) -> Result<()> {
        if self.bytes.last() != Some(&b'{') {
            self.bytes.extend(b",\n      ");
        }
        self.bytes.extend(format!("\"{name}\": ").bytes());
        to_json(&mut self.bytes, numbers)
    }

    fn items<T>(
        &mut self,
        name: &str,
        items: impl Iterator<Item = T>,
        mut write: impl FnMut(&mut Self, T) -> Result<()>,
    ) -> Result<()> {
        self.name(name);
        let mut before = "[\n    ";
        for item in items {
            self.bytes.extend(before.bytes());
            before = ",\n    ";
            write(self, item)?;
        }
        let end = if before.starts_with('[') { "[]" } else { "\n  ]" };
        self.bytes.extend(end.bytes());
        Ok(())
    }

    fn name(&mut self, name: &str) {
        let before = if self.bytes.len() == 1 { "\n" } else { ",\n" };
        self.bytes.extend(format!("{before}  \"{name}\": ").bytes());
    }

    fn value(&mut self, value: &impl Serialize) -> Result<()> {
        let json = serde_json::to_string(value).map_err(|error| unwritable(&error))?;
        self.bytes.extend(printable_json(&json).bytes());
        Ok(())
    }

    pub(super) fn finish(mut self) -> Vec<u8> {
        self.bytes.extend(b"\n}\n");
        self.bytes
    }
}

fn to_json(bytes: &mut Vec<u8>, value: &impl Serialize) -> Result<()> {
    serde_json::to_writer(bytes, value).map_err(|error| unwritable(&error))
}

fn unwritable(error: &serde_json::Error) -> Error {
    Error::model(format!("the model cannot be written as JSON: {error}"))
}
