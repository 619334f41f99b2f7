//! A zip archive with one table in it.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use flate2::Crc;
use zip::result::ZipError;
use zip::{CompressionMethod, ZipArchive};

use super::Format;
use super::compression::Unpacked;
use super::first_bytes::SAVE_AS_CSV;
use crate::message::{list, shorten};
use crate::{Error, Result};

/// How many names an error has.
const MAX_NAMES: usize = 20;

/// The bytes of the only table in an archive, as they are read. Files whose names say that they are no tables do
/// not count beside one that is, and what file managers leave in archives never does.
///
/// # Errors
/// No table, several, one that cannot be unpacked; a document of another program that is kept as a zip archive.
pub(super) fn table(mut file: File) -> Result<Box<dyn Read + Send>> {
    let mut archive = ZipArchive::new(&file).map_err(damaged)?;
    let mut names = Vec::new();
    for at in 0..archive.len() {
        let entry = archive.by_index_raw(at).map_err(damaged)?;
        let name = entry.name().map_err(damaged)?.into_owned();
        if entry.is_file() && !is_left_behind(&name) {
            names.push((at, name));
        }
    }
    check_document(&names)?;
    let tables: Vec<&(usize, String)> =
        names.iter().filter(|(_, name)| Format::is_named(Path::new(name))).collect();
    let (at, name) = match (&tables[..], &names[..]) {
        ([one], _) => *one,
        ([], [one]) => one,
        ([], []) => {
            return Err(Error::data("the zip archive is empty")
                .with_help("put a table into it, or give the table itself"));
        }
        ([], _) => return Err(several(names.iter())),
        _ => return Err(several(tables.into_iter())),
    };
    let entry = archive.by_index_raw(*at).map_err(damaged)?;
    let shown = shorten(name);
    if entry.encrypted() {
        return Err(Error::data(format!("'{shown}' in the zip archive is encrypted"))
            .with_help("unpack it, and give the table itself"));
    }
    let method = entry.compression();
    let start = entry.data_start().ok_or_else(|| damaged(ZipError::FileNotFound))?;
    let (packed_bytes, n_bytes, crc) = (entry.compressed_size(), entry.size(), entry.crc32());
    drop(entry);
    drop(archive);
    file.seek(SeekFrom::Start(start)).map_err(|error| Error::io("read the file", error))?;
    let packed = io::BufReader::with_capacity(1 << 16, file.take(packed_bytes));
    let input: Box<dyn Read + Send> = match method {
        CompressionMethod::Stored => Box::new(packed),
        CompressionMethod::Deflated => Box::new(flate2::bufread::DeflateDecoder::new(packed)),
        other => {
            let message =
                format!("'{shown}' in the zip archive is packed by {other}, not by deflate");
            return Err(Error::data(message).with_help("unpack it, and give the table itself"));
        }
    };
    let checked = Checked { input, seen: Crc::new(), n_seen: 0, crc, n_bytes };
    Ok(Box::new(Unpacked::new(Box::new(checked), "zip")))
}

/// Whether a file manager put it there.
fn is_left_behind(name: &str) -> bool {
    let last = name.rsplit(['/', '\\']).next().unwrap_or(name);
    name.starts_with("__MACOSX/")
        || last.starts_with('.')
        || ["Thumbs.db", "desktop.ini"].contains(&last)
}

/// Refuses what other programs keep as an archive.
fn check_document(names: &[(usize, String)]) -> Result<()> {
    let has = |wanted: &str| names.iter().any(|(_, name)| name == wanted);
    let is_array =
        |name: &str| Path::new(name).extension().is_some_and(|extension| extension == "npy");
    let all_arrays = !names.is_empty() && names.iter().all(|(_, name)| is_array(name));
    let (name, help) = match () {
        () if has("xl/workbook.xml") => ("an Excel workbook (.xlsx)", SAVE_AS_CSV),
        () if has("xl/workbook.bin") => ("an Excel workbook (.xlsb)", SAVE_AS_CSV),
        () if has("mimetype") && has("content.xml") => ("an OpenDocument file (.ods)", SAVE_AS_CSV),
        () if has("Index/Document.iwa") => ("a document of Numbers or Pages", SAVE_AS_CSV),
        () if has("word/document.xml") => {
            ("a Word document", "copy its table into a spreadsheet, and save that as CSV")
        }
        () if all_arrays => (
            "an archive of NumPy arrays (.npz)",
            "in Python: pandas.DataFrame(dict(numpy.load(\"FILE\"))).to_csv(\"new.csv\", index=False)",
        ),
        () => return Ok(()),
    };
    Err(Error::data(format!("this is {name}, not text")).with_help(help))
}

fn several<'a>(names: impl Iterator<Item = &'a (usize, String)>) -> Error {
    let names: Vec<&str> = names.map(|(_, name)| name.as_str()).collect();
    let n = names.len();
    let shown = list(&names[..n.min(MAX_NAMES)]);
    Error::data(format!(
        "the zip archive has {n} files, and which is the table it does not say: {shown}"
    ))
    .with_help("unpack it, and give the one that is meant")
}

fn damaged(error: ZipError) -> Error {
    match error {
        ZipError::Io(error) if error.raw_os_error().is_some() => Error::io("read the file", error),
        error => Error::data(format!("the zip data is damaged or cut off: {error}"))
            .with_help("make the archive again, or fetch it again"),
    }
}

/// Holds what is unpacked against what the archive says of it.
struct Checked {
    input: Box<dyn Read + Send>,
    seen: Crc,
    n_seen: u64,
    crc: u32,
    n_bytes: u64,
}

impl Read for Checked {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.input.read(buffer)?;
        self.seen.update(&buffer[..n]);
        self.n_seen += n as u64;
        let is_at_end = n == 0 && !buffer.is_empty();
        if is_at_end && (self.n_seen, self.seen.sum()) != (self.n_bytes, self.crc) {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "its check sum or length is another",
            ));
        }
        Ok(n)
    }
}
