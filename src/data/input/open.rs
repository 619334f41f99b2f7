//! Opens a table: its header is read, and its rows are ready to be.

use std::io::{self, Read};
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex};

use sha2::Sha256;

#[cfg(feature = "compression")]
use super::archive;
#[cfg(feature = "arrow")]
use super::arrow;
use super::blocks::CsvBlocks;
use super::compression::Unpacking;
use super::first_bytes::{HEAD_BYTES, check_head};
use super::hashed::Hashed;
use super::json::{self, JsonBlocks, Keys};
use super::{Blocks, Format, Header, InputSource, OpenRows, Passes, compression, csv};
use crate::{Error, Result};

/// The first bytes of a file, with its header and some rows, that tell its delimiter.
const SAMPLE_BYTES: usize = 1 << 16;

/// Reads a table's header.
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
    let file = source.name();
    let Opened { names, line, rows, format, delimiter } = match format {
        Format::Csv => open_csv(source, delimiter, passes),
        Format::JsonLines | Format::Json => open_json(source, format, passes, known),
        #[cfg(feature = "arrow")]
        Format::Parquet | Format::Arrow => open_arrow(source, format),
        #[cfg(not(feature = "arrow"))]
        Format::Parquet | Format::Arrow => Err(Error::setting(format!(
            "this program was built without the feature `arrow`, which reads {format} files"
        ))
        .with_help("convert the table to CSV, or use a build that has the feature")),
    }
    .map_err(|error| error.in_file(&file))?;
    let header = Header::new(&file, names, format, delimiter).map_err(|error| {
        let error = error.in_file(&file);
        if let Some(line) = line { error.at_line(line) } else { error }
    })?;
    Ok((header, rows))
}

/// A table whose header has been read.
struct Opened {
    names: Vec<String>,
    /// The line that they are on.
    line: Option<u64>,
    rows: OpenRows,
    format: Format,
    delimiter: u8,
}

fn open_csv(source: &mut InputSource, delimiter: Option<u8>, passes: Passes) -> Result<Opened> {
    let is_live = passes == Passes::Live;
    let Text { mut head, mut input, hasher, n_read } = open_text(source, Format::Csv, passes)?;
    if delimiter.is_none() && !is_live {
        read_on(&mut input, SAMPLE_BYTES, &mut head)?;
    }
    let delimiter = delimiter.unwrap_or_else(|| csv::find_delimiter(&head));
    let input = Box::new(io::Cursor::new(head).chain(input));
    let mut blocks = CsvBlocks::new(input, delimiter, is_live);
    let mut first = blocks.next()?.ok_or_else(csv::empty)?;
    let n_bytes = first.bytes.len();
    let (names, line) = csv::take_header(&mut first, delimiter)?;
    blocks.expect_rows_like(n_bytes - first.bytes.len());
    let blocks = Blocks::Csv { blocks, first: Some(first) };
    let rows = OpenRows { blocks, hasher, n_read, are_live: is_live };
    Ok(Opened { names, line: Some(line), rows, format: Format::Csv, delimiter })
}

/// The columns of JSON are the keys of all its records, for which a file is read once more. Of a stream
/// that is read once they are those of the first records.
fn open_json(
    source: &mut InputSource,
    format: Format,
    passes: Passes,
    known: Option<&Header>,
) -> Result<Opened> {
    let open = |source: &mut InputSource| {
        let Text { head, input, hasher, n_read } = open_text(source, format, passes)?;
        let blocks = JsonBlocks::new(Box::new(io::Cursor::new(head).chain(input)));
        Ok::<_, Error>((blocks, hasher, n_read))
    };
    let (mut blocks, mut hasher, mut n_read) = open(source)?;
    let mut columns = Keys::default();
    let mut format = format;
    let names = if let Some(header) = known {
        header.names().to_vec()
    } else {
        let is_once = passes == Passes::Once && source.is_stream();
        let mut first = None;
        while first.is_none()
            && let Some(block) = blocks.next()?
        {
            columns.add(&block)?;
            first = is_once.then_some(block);
        }
        format = blocks.format();
        if let Some(first) = first {
            blocks.put_back(first);
        } else {
            (blocks, hasher, n_read) = open(source)?;
        }
        columns.into_names()
    };
    if names.is_empty() {
        return Err(Error::data("there is no record with a key in the file").with_help(json::HELP));
    }
    blocks.expect_columns(names.len());
    let rows = OpenRows { blocks: Blocks::Json(blocks), hasher, n_read, are_live: false };
    Ok(Opened { names, line: None, rows, format, delimiter: b',' })
}

type Hasher = Arc<Mutex<Sha256>>;

/// Text that is being read, without what packs it.
struct Text {
    /// Its first bytes, which have been read.
    head: Vec<u8>,
    input: Box<dyn Read + Send>,
    /// Of the file's bytes, if they are read in order.
    hasher: Option<Hasher>,
    /// How many bytes of the file have been read.
    n_read: Arc<AtomicU64>,
}

fn open_text(source: &mut InputSource, format: Format, passes: Passes) -> Result<Text> {
    let hasher = Arc::default();
    #[cfg(feature = "compression")]
    let is_stream = source.is_stream();
    let n_read = Arc::default();
    let input = source.pass(passes)?;
    let input =
        Box::new(Hashed { input, hasher: Arc::clone(&hasher), n_read: Arc::clone(&n_read) });
    let unreadable = |error| Error::io("read the file", error);
    let (mut input, hasher) = match compression::decompress(input).map_err(unreadable)? {
        Unpacking::Text(input) => (input, Some(hasher)),
        #[cfg(feature = "compression")]
        Unpacking::Zip(input) => open_zip(source, is_stream, input, hasher)?,
    };
    let mut head = Vec::new();
    if passes == Passes::Live {
        read_line(&mut input, &mut head).map_err(unreadable)?;
    } else {
        read_on(&mut input, HEAD_BYTES, &mut head)?;
    }
    check_head(&head, format)?;
    Ok(Text { head, input, hasher, n_read })
}

/// An archive tells at its end where its files are, for which a stream is copied.
#[cfg(feature = "compression")]
fn open_zip(
    source: &mut InputSource,
    is_stream: bool,
    mut input: Box<dyn Read + Send>,
    hasher: Hasher,
) -> Result<(Box<dyn Read + Send>, Option<Hasher>)> {
    let failed = |error| Error::io("read the file", error);
    if !is_stream {
        let file = source.file(0, |_| Ok(()))?;
        return Ok((archive::table(file)?, None));
    }
    // If the stream is read more than once, it is copied as it is read.
    if !source.is_stream() {
        io::copy(&mut input, &mut io::sink()).map_err(failed)?;
        let file = source.file(0, |_| Ok(()))?;
        return Ok((archive::table(file)?, None));
    }
    let mut copy =
        tempfile::tempfile().map_err(|error| Error::io("copy it to a temporary file", error))?;
    io::copy(&mut input, &mut copy).map_err(failed)?;
    Ok((archive::table(copy)?, Some(hasher)))
}

#[cfg(feature = "arrow")]
fn open_arrow(source: &mut InputSource, format: Format) -> Result<Opened> {
    let file = source.file(HEAD_BYTES, |head| check_head(head, format))?;
    let batches = arrow::Batches::open(file, arrow::Kind::of(format), &source.name())?;
    let names = batches.header();
    let blocks = Blocks::Arrow { batches, n_rows: 0 };
    let rows = OpenRows { blocks, hasher: None, n_read: Arc::default(), are_live: false };
    Ok(Opened { names, line: None, rows, format, delimiter: b',' })
}

/// Reads what there is, until there is the end of a line.
fn read_line(input: &mut impl Read, bytes: &mut Vec<u8>) -> io::Result<()> {
    let mut more = vec![0; SAMPLE_BYTES];
    while bytes.len() < SAMPLE_BYTES && !bytes.contains(&b'\n') {
        let n = input.read(&mut more)?;
        if n == 0 {
            break;
        }
        bytes.extend(&more[..n]);
    }
    Ok(())
}

/// Reads bytes of a file behind those that have been.
fn read_on(input: &mut impl Read, n_bytes: usize, bytes: &mut Vec<u8>) -> Result<()> {
    let read = input.take(n_bytes as u64).read_to_end(bytes);
    read.map(drop).map_err(|error| Error::io("read the file", error))
}
