//! The pages of columns, each held against the file before anything is made of it. The parquet crate's
//! own reader of pages takes their headers at their word.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::sync::{Arc, Mutex, PoisonError};

use parquet::arrow::arrow_reader::RowGroups;
use parquet::basic::{Compression, ConvertedType, Encoding, Type};
use parquet::column::page::{Page, PageIterator, PageMetadata, PageReader};
use parquet::errors::{ParquetError, Result as InParquet};
use parquet::file::metadata::{ParquetMetaData, RowGroupMetaData};
use parquet::schema::types::{ColumnDescPtr, ColumnDescriptor};

use super::damaged;
use super::delta::lengths;
use super::page_header::{PageHeader, PageKind};
use super::thrift::Wrong;
use super::unpack::Unpacker;
use crate::data::input::arrow::limits::Limits;
use crate::{Error, Result};

/// The number of bytes in which a page's header is looked for at first: it can hold texts of any length.
const HEADER_BYTES: usize = 256;

/// What a value of a dictionary takes once it is decoded, at most.
const DECODED_BYTES: u64 = 16;

/// What a length takes once it is decoded: of a prefix and of the rest.
const LENGTH_BYTES: u64 = 8;

/// The most bytes of a decimal.
const DECIMAL_BYTES: usize = 32;

/// What the readers of all columns share.
pub(super) struct Shared {
    file: File,
    limits: Limits,
    unpacker: Unpacker,
    /// What each column holds, and the sum of it.
    columns: Vec<Held>,
    held: u64,
    /// What went wrong in one of them: the parquet crate keeps no more than a text of it.
    pub(super) error: Option<Error>,
}

/// The bytes that a column holds once they are unpacked.
#[derive(Clone, Copy, Default)]
struct Held {
    dictionary: u64,
    /// Pages whose texts are in the batch that is being read, the last one included.
    pages: u64,
    last: u64,
}

impl Shared {
    pub(super) fn new(file: File, limits: Limits, n_columns: usize) -> Self {
        let columns = vec![Held::default(); n_columns];
        Self { file, limits, unpacker: Unpacker::new(), columns, held: 0, error: None }
    }

    /// Begins a batch: what was in the last one is not held any more.
    pub(super) fn begin_batch(&mut self) {
        for column in &mut self.columns {
            self.held -= column.pages - column.last;
            column.pages = column.last;
        }
    }

    fn hold(&mut self, column: usize, held: Held) -> Result<()> {
        let before = std::mem::replace(&mut self.columns[column], held);
        self.held -= before.dictionary + before.pages;
        self.held += held.dictionary + held.pages;
        self.limits.hold(self.held)
    }

    /// The bytes at some place, which is known to be within the file.
    fn read(&mut self, at: u64, n_bytes: usize) -> Result<Vec<u8>> {
        let mut bytes = vec![0; n_bytes];
        let done =
            self.file.seek(SeekFrom::Start(at)).and_then(|_| self.file.read_exact(&mut bytes));
        match done {
            Ok(()) => Ok(bytes),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                Err(damaged("it has become shorter"))
            }
            Err(error) => Err(Error::io("read the file", error)),
        }
    }
}

/// All row groups of a file.
#[derive(Clone)]
pub(super) struct Groups {
    pub(super) metadata: Arc<ParquetMetaData>,
    pub(super) shared: Arc<Mutex<Shared>>,
}

impl RowGroups for Groups {
    fn num_rows(&self) -> usize {
        let n_rows = self.metadata.row_groups().iter().map(|group| group.num_rows().max(0) as u64);
        n_rows.fold(0, u64::saturating_add) as usize
    }

    fn column_chunks(&self, column: usize) -> InParquet<Box<dyn PageIterator>> {
        Ok(Box::new(Chunks { groups: self.clone(), column, next: 0 }))
    }

    fn row_groups(&self) -> Box<dyn Iterator<Item = &RowGroupMetaData> + '_> {
        Box::new(self.metadata.row_groups().iter())
    }

    fn metadata(&self) -> &ParquetMetaData {
        &self.metadata
    }
}

/// A column's chunks, one in each row group.
struct Chunks {
    groups: Groups,
    column: usize,
    next: usize,
}

impl Iterator for Chunks {
    type Item = InParquet<Box<dyn PageReader>>;

    fn next(&mut self) -> Option<Self::Item> {
        let Groups { metadata, shared } = &self.groups;
        let chunk = metadata.row_groups().get(self.next)?.columns().get(self.column)?;
        self.next += 1;
        let (at, left) = chunk.byte_range();
        Some(Ok(Box::new(Pages {
            shared: Arc::clone(shared),
            column: self.column,
            description: chunk.column_descr_ptr(),
            codec: chunk.compression(),
            at,
            left,
            is_new: true,
        })))
    }
}

impl PageIterator for Chunks {}

/// The pages of a column's chunk.
struct Pages {
    shared: Arc<Mutex<Shared>>,
    column: usize,
    description: ColumnDescPtr,
    codec: Compression,
    /// Where the next page is, and how many bytes there are from there on.
    at: u64,
    left: u64,
    /// Before the first page.
    is_new: bool,
}

impl Iterator for Pages {
    type Item = InParquet<Page>;

    fn next(&mut self) -> Option<Self::Item> {
        self.get_next_page().transpose()
    }
}

impl PageReader for Pages {
    fn get_next_page(&mut self) -> InParquet<Option<Page>> {
        if self.left == 0 {
            return Ok(None);
        }
        let shared = Arc::clone(&self.shared);
        let mut shared = shared.lock().unwrap_or_else(PoisonError::into_inner);
        self.read_page(&mut shared).map(Some).map_err(|error| {
            let told = ParquetError::General(error.message().to_string());
            shared.error.get_or_insert(error.in_column(self.description.name()));
            told
        })
    }

    // For readers that skip rows, or read nested columns.
    fn peek_next_page(&mut self) -> InParquet<Option<PageMetadata>> {
        Err(ParquetError::NYI("looking ahead".to_owned()))
    }

    fn skip_next_page(&mut self) -> InParquet<()> {
        Err(ParquetError::NYI("skipping".to_owned()))
    }
}

impl Pages {
    fn read_page(&mut self, shared: &mut Shared) -> Result<Page> {
        let header = self.read_header(shared)?;
        let is_dictionary = matches!(header.kind, PageKind::Dictionary { .. });
        if is_dictionary && !self.is_new {
            return Err(damaged("a dictionary is not where one can be"));
        }
        let held = self.held(shared, &header);
        shared.hold(self.column, held)?;
        self.is_new = false;
        shared.limits.count_unpacked(header.unpacked_bytes as u64)?;

        let packed = shared.read(self.at, header.packed_bytes)?;
        self.at += header.packed_bytes as u64;
        self.left -= header.packed_bytes as u64;
        let bytes = self.unpack(shared, &header, packed)?;
        if is_dictionary {
            check_dictionary(&self.description, header.n_values, &bytes)?;
        } else {
            self.check_lengths(shared, &header, &bytes)?;
        }
        Ok(page(header, bytes))
    }

    /// Reads the next page's header, and checks that the page is within the chunk.
    fn read_header(&mut self, shared: &mut Shared) -> Result<PageHeader> {
        let mut n_bytes = HEADER_BYTES as u64;
        loop {
            let bytes = shared.read(self.at, n_bytes.min(self.left) as usize)?;
            match PageHeader::read(&bytes) {
                Ok((header, length)) => {
                    self.at += length as u64;
                    self.left -= length as u64;
                    return if header.packed_bytes as u64 <= self.left {
                        Ok(header)
                    } else {
                        Err(damaged("a page is longer than its column"))
                    };
                }
                Err(Wrong::CutOff) if n_bytes < self.left => n_bytes *= 4,
                Err(Wrong::CutOff) => return Err(damaged("a page's header is cut off")),
                Err(Wrong::Invalid) => return Err(damaged("a page's header cannot be")),
            }
        }
    }

    /// What the column holds with a page more.
    fn held(&self, shared: &Shared, header: &PageHeader) -> Held {
        let mut held = shared.columns[self.column];
        if self.is_new {
            // Texts of the batch may still be in the last chunk's dictionary.
            held = Held { dictionary: 0, pages: held.pages + held.dictionary, last: 0 };
        }
        let page = header.unpacked_bytes as u64;
        if let PageKind::Dictionary { .. } = header.kind {
            held.dictionary = page + u64::from(header.n_values) * DECODED_BYTES;
        } else {
            // Other values than texts are copied into the batch.
            let is_text = self.description.physical_type() == Type::BYTE_ARRAY;
            held.pages = page + if is_text { held.pages } else { 0 };
            held.last = page;
        }
        held
    }

    fn unpack(&self, shared: &mut Shared, header: &PageHeader, packed: Vec<u8>) -> Result<Vec<u8>> {
        let (n_levels, is_packed) = match header.kind {
            PageKind::V2 { definition_bytes, repetition_bytes, is_packed, .. } => {
                (definition_bytes as usize + repetition_bytes as usize, is_packed)
            }
            _ => (0, true),
        };
        if n_levels > packed.len().min(header.unpacked_bytes) {
            return Err(damaged("a page's levels are longer than the page"));
        }
        if !is_packed || self.codec == Compression::UNCOMPRESSED {
            return Ok(packed);
        }
        let mut bytes = Vec::with_capacity(header.unpacked_bytes);
        bytes.extend_from_slice(&packed[..n_levels]);
        let n_values = header.unpacked_bytes - n_levels;
        // A page without values need not have been packed.
        if n_values > 0 {
            shared.unpacker.unpack(self.codec, &packed[n_levels..], &mut bytes, n_values)?;
        }
        Ok(bytes)
    }

    /// Checks the lengths of texts that are not next to them: room is made for as many as there are
    /// said to be, and texts that share beginnings are written out.
    fn check_lengths(&self, shared: &mut Shared, header: &PageHeader, bytes: &[u8]) -> Result<()> {
        let has_prefixes = match header.encoding {
            Encoding::DELTA_LENGTH_BYTE_ARRAY => false,
            Encoding::DELTA_BYTE_ARRAY => true,
            _ => return Ok(()),
        };
        let cannot_be = || damaged("the lengths of texts cannot be");
        let values = self.values(header, bytes).ok_or_else(cannot_be)?;
        let first = lengths(values, header.n_values as usize).ok_or_else(cannot_be)?;
        let mut written = 0;
        if has_prefixes {
            let rest = lengths(&values[first.end..], first.n_values).ok_or_else(cannot_be)?;
            written = first.sum.saturating_add(rest.sum);
        }
        let mut held = shared.columns[self.column];
        held.pages += written.saturating_add(first.n_values as u64 * LENGTH_BYTES);
        held.last = held.pages.min(held.last + written + first.n_values as u64 * LENGTH_BYTES);
        shared.hold(self.column, held)?;
        shared.limits.count_unpacked(written)
    }

    /// What of a page comes after its levels.
    fn values<'a>(&self, header: &PageHeader, bytes: &'a [u8]) -> Option<&'a [u8]> {
        let n_levels = match header.kind {
            PageKind::V2 { definition_bytes, repetition_bytes, .. } => {
                definition_bytes as usize + repetition_bytes as usize
            }
            PageKind::V1 { definition_levels: Encoding::RLE, .. }
                if self.description.max_def_level() > 0 =>
            {
                let n_bytes = u32::from_le_bytes(*bytes.first_chunk()?);
                (n_bytes as usize).checked_add(4)?
            }
            // A bit a value: columns are not nested.
            PageKind::V1 { .. } if self.description.max_def_level() > 0 => {
                (header.n_values as usize).div_ceil(8)
            }
            _ => 0,
        };
        bytes.get(n_levels..)
    }
}

/// Checks that a dictionary has as many values as it says, and that those that are copied for each row
/// are short.
fn check_dictionary(column: &ColumnDescriptor, n_values: u32, bytes: &[u8]) -> Result<()> {
    let value_bytes = match column.physical_type() {
        Type::INT32 | Type::FLOAT | Type::BYTE_ARRAY => 4,
        Type::INT64 | Type::DOUBLE => 8,
        Type::INT96 => 12,
        Type::FIXED_LEN_BYTE_ARRAY => u64::try_from(column.type_length()).unwrap_or(0),
        Type::BOOLEAN => 0,
    };
    if value_bytes == 0 || u64::from(n_values) * value_bytes > bytes.len() as u64 {
        return Err(damaged("a dictionary has fewer values than it says"));
    }
    let is_decimal = column.converted_type() == ConvertedType::DECIMAL;
    if is_decimal && column.physical_type() == Type::BYTE_ARRAY {
        return check_decimals(bytes);
    }
    Ok(())
}

/// Checks that a dictionary's decimals, each after its length, are as short as decimals are.
fn check_decimals(mut bytes: &[u8]) -> Result<()> {
    while let Some((length, rest)) = bytes.split_first_chunk() {
        bytes = match rest.split_at_checked(u32::from_le_bytes(*length) as usize) {
            Some((decimal, rest)) if decimal.len() <= DECIMAL_BYTES => rest,
            _ => return Err(damaged("a decimal is too long")),
        };
    }
    Ok(())
}

fn page(header: PageHeader, bytes: Vec<u8>) -> Page {
    let PageHeader { n_values, encoding, kind, .. } = header;
    let (buf, num_values, statistics) = (bytes.into(), n_values, None);
    match kind {
        PageKind::Dictionary { is_sorted } => {
            Page::DictionaryPage { buf, num_values, encoding, is_sorted }
        }
        PageKind::V1 { definition_levels, repetition_levels } => Page::DataPage {
            buf,
            num_values,
            encoding,
            def_level_encoding: definition_levels,
            rep_level_encoding: repetition_levels,
            statistics,
        },
        PageKind::V2 { n_nulls, n_rows, definition_bytes, repetition_bytes, is_packed } => {
            Page::DataPageV2 {
                buf,
                num_values,
                encoding,
                num_nulls: n_nulls,
                num_rows: n_rows,
                def_levels_byte_len: definition_bytes,
                rep_levels_byte_len: repetition_bytes,
                is_compressed: is_packed,
                statistics,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use parquet::schema::parser::parse_message_type;
    use parquet::schema::types::SchemaDescriptor;

    use super::*;

    #[test]
    fn a_dictionary_has_the_bytes_of_the_values_that_it_says() {
        for (kind, value_bytes) in [
            ("INT32", 4),
            ("FLOAT", 4),
            ("BYTE_ARRAY", 4),
            ("INT64", 8),
            ("DOUBLE", 8),
            ("INT96", 12),
            ("FIXED_LEN_BYTE_ARRAY (5)", 5),
        ] {
            let schema = format!("message table {{ required {kind} x; }}");
            let schema = parse_message_type(&schema).unwrap();
            let column = SchemaDescriptor::new(Arc::new(schema)).column(0);
            let check = |n_values, n_bytes| check_dictionary(&column, n_values, &vec![0; n_bytes]);
            assert!(check(3, 3 * value_bytes).is_ok(), "{kind}");
            assert!(check(3, 3 * value_bytes - 1).is_err(), "{kind}");
            assert!(check(u32::MAX, 3 * value_bytes).is_err(), "{kind}");
        }
        let schema = parse_message_type("message table { required BOOLEAN x; }").unwrap();
        let column = SchemaDescriptor::new(Arc::new(schema)).column(0);
        assert!(check_dictionary(&column, 1, &[1]).is_err());
    }

    #[test]
    fn decimals_are_as_short_as_decimals_are() {
        let decimal =
            |length: usize| [&(length as u32).to_le_bytes()[..], &vec![1; length]].concat();
        let short = [decimal(1), decimal(DECIMAL_BYTES)].concat();
        assert!(check_decimals(&short).is_ok());
        assert!(check_decimals(&[short.clone(), decimal(DECIMAL_BYTES + 1)].concat()).is_err());
        assert!(check_decimals(&short[..short.len() - 1]).is_err());
    }
}
