//! Opens a table, be it one file or the files of a folder, one after another.

use std::sync::{Arc, Mutex, PoisonError};

use super::open::open as open_file;
use super::{Block, Blocks, Format, Header, InputSource, OpenRows, Passes};
use crate::message::shorten;
use crate::{Error, Result};

/// Where the files of a table begin: their names, and for each the number of places of those before it.
pub(super) type Starts = Arc<Mutex<Vec<(Arc<str>, u64)>>>;

/// Reads a table's header; `known` is what it was, when a table is read again.
///
/// # Errors
/// A file that cannot be read, or has no header that names each column once.
pub(super) fn open(
    source: &mut InputSource,
    format: Format,
    delimiter: Option<u8>,
    passes: Passes,
    known: Option<&Header>,
) -> Result<(Header, OpenRows)> {
    if source.parts().is_none() {
        return open_file(source, format, delimiter, passes, known);
    }
    if matches!(format, Format::Json | Format::JsonLines) {
        return Err(Error::data("a folder of JSON files is not read")
            .in_file(source.name())
            .with_help("make one file of lines of them: cat folder/*.jsonl > all.jsonl"));
    }
    let mut first = source.part(0)?;
    let (header, rows) = open_file(&mut first, format, delimiter, passes, None)?;
    let starts = Starts::new(Mutex::new(vec![(first.name().into(), 0)]));
    let header = header.of_parts(&source.name(), Arc::clone(&starts));
    let parts = FolderBlocks {
        source: source.folder_again(),
        header: header.clone(),
        blocks: rows.blocks,
        passes,
        selected: None,
        starts,
        n_open: 1,
    };
    let blocks = Blocks::Parts(Box::new(parts));
    let rows = OpenRows { blocks, hasher: None, n_read: Arc::default(), are_live: false };
    Ok((header, rows))
}

/// The blocks of one file after another.
pub(super) struct FolderBlocks {
    source: InputSource,
    header: Header,
    /// Of the file that is being read.
    blocks: Blocks,
    passes: Passes,
    /// The columns that are wanted.
    selected: Option<Vec<usize>>,
    starts: Starts,
    n_open: usize,
}

impl FolderBlocks {
    pub(super) fn select(&mut self, positions: &[usize]) -> Result<()> {
        self.selected = Some(positions.to_vec());
        self.blocks.select(positions)
    }

    /// The next block of the files, whose places go on from file to file.
    pub(super) fn next(&mut self) -> Result<Option<Block>> {
        loop {
            let start = self.lock().last().map_or(0, |last| last.1);
            if let Some(mut block) = self.blocks.next()? {
                block.shift(start);
                return Ok(Some(block));
            }
            if self.n_open == self.source.parts().map_or(0, <[_]>::len) {
                return Ok(None);
            }
            let mut part = self.source.part(self.n_open)?;
            self.n_open += 1;
            let name: Arc<str> = part.name().into();
            let (format, delimiter) = (self.header.format(), Some(self.header.delimiter()));
            let (header, rows) = open_file(&mut part, format, delimiter, self.passes, None)?;
            self.check_columns(&header)?;
            rows.blocks.check_types(&self.blocks, &header)?;
            self.lock().push((name, start + self.blocks.n_places()));
            self.blocks = rows.blocks;
            if let Some(positions) = &self.selected {
                self.blocks.select(positions)?;
            }
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<(Arc<str>, u64)>> {
        self.starts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Refuses a file whose columns are not those of the first.
    fn check_columns(&self, header: &Header) -> Result<()> {
        let (first, names) = (self.header.names(), header.names());
        let message = if let Some(name) = first.iter().find(|name| header.position(name).is_none())
        {
            format!("the column '{}' of the first file is not in this one", shorten(name))
        } else if let Some(name) = names.iter().find(|name| self.header.position(name).is_none()) {
            format!("the column '{}' is not in the first file", shorten(name))
        } else if let Some((_, name)) = first.iter().zip(names).find(|(a, b)| a != b) {
            format!("the column '{}' is at another place than in the first file", shorten(name))
        } else {
            return Ok(());
        };
        Err(Error::data(message).in_file(header.file()).with_help(
            "the files of a folder are one table: write them with the same columns in the same order",
        ))
    }
}
