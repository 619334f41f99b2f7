//! What a file is, by its first bytes, and what to do with those that are no tables.

use super::Format;
use crate::parameter::{Parameter, Sentence, sentence};
use crate::{Error, Result};

/// The number of a file's first bytes that tell what it is.
pub(super) const HEAD_BYTES: usize = 32;

/// Files of other programs: their first bytes, their name, and how a table is made of them.
const OTHERS: [(&[u8], &str, &str); 25] = [
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an Excel workbook of before 2007 (.xls)", SAVE_AS_CSV),
    (
        b"FEA1",
        "a Feather file of version 1",
        "in R: write.csv(feather::read_feather(\"FILE\"), \"new.csv\", row.names = FALSE)",
    ),
    (
        b"$FL",
        "an SPSS file (.sav)",
        "in Python: pandas.read_spss(\"FILE\").to_csv(\"new.csv\", index=False)",
    ),
    (
        b"<stata_dta>",
        "a Stata file (.dta)",
        "in Python: pandas.read_stata(\"FILE\").to_csv(\"new.csv\", index=False)",
    ),
    (
        b"\0\0\0\0\0\0\0\0\0\0\0\0\xc2\xea\x81\x60",
        "a SAS table (.sas7bdat)",
        "in Python: pandas.read_sas(\"FILE\", encoding=\"infer\").to_csv(\"new.csv\", index=False)",
    ),
    (
        b"HEADER RECORD*******",
        "a SAS transport file (.xpt)",
        "in Python: pandas.read_sas(\"FILE\").to_csv(\"new.csv\", index=False)",
    ),
    (b"X\n\0\0\0", "a file of R's (.rds)", RDS),
    (b"A\n2\n", "a file of R's (.rds)", RDS),
    (b"A\n3\n", "a file of R's (.rds)", RDS),
    (b"RDX", "a file of R's (.RData)", RDATA),
    (b"RDA", "a file of R's (.RData)", RDATA),
    (
        b"\x89HDF\r\n\x1a\n",
        "an HDF5 file",
        "in Python: pandas.read_hdf(\"FILE\").to_csv(\"new.csv\", index=False)",
    ),
    (
        b"\x93NUMPY",
        "a NumPy array (.npy)",
        "in Python: pandas.DataFrame(numpy.load(\"FILE\")).to_csv(\"new.csv\", index=False)",
    ),
    (b"ORC", "an ORC file", "in Python: pandas.read_orc(\"FILE\").to_parquet(\"new.parquet\")"),
    (
        b"Obj\x01",
        "an Avro file",
        "in Python: pandas.DataFrame(fastavro.reader(open(\"FILE\", \"rb\"))).to_csv(\"new.csv\", index=False)",
    ),
    (
        b"SQLite format 3\0",
        "an SQLite database",
        "sqlite3 -header -csv FILE 'SELECT * FROM table_name' > new.csv",
    ),
    (b"\x04\x22\x4d\x18", "an lz4 file", "unpack it: lz4 -d FILE new.csv"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", "unpack it: 7z x FILE"),
    (b"Rar!\x1a\x07", "a RAR archive", "unpack it: unrar x FILE"),
    (b"%PDF-", "a PDF", "copy its table into a spreadsheet, and save that as CSV"),
    (b"<!DOCTYPE", "a web page", DOWNLOAD),
    (b"<!doctype", "a web page", DOWNLOAD),
    (b"<html", "a web page", DOWNLOAD),
    (
        b"<?xml",
        "an XML file",
        "in Python: pandas.read_xml(\"FILE\").to_csv(\"new.csv\", index=False)",
    ),
    (
        b"version https://git-lfs.",
        "a pointer of Git LFS, not the table",
        "fetch the table: git lfs pull",
    ),
];

/// What to do with a spreadsheet that is not read.
pub(super) const SAVE_AS_CSV: &str =
    "open it in a spreadsheet program, and save the sheet as CSV (UTF-8)";

const RDS: &str = "in R: write.csv(readRDS(\"FILE\"), \"new.csv\", row.names = FALSE)";

const RDATA: &str =
    "in R: write.csv(get(load(\"FILE\")), \"new.csv\", row.names = FALSE), of its first table";

const DOWNLOAD: &str =
    "download the table itself: a site may give a page in its place, to sign in or to agree";

/// Files that are packed, and how to unpack them where what is in them is no text.
const PACKED: [(&[u8], &str, &str); 5] = [
    (b"\x1f\x8b", "a gzip file", "gunzip"),
    (b"\x28\xb5\x2f\xfd", "a zstd file", "unzstd"),
    (b"BZh", "a bzip2 file", "bunzip2"),
    (b"\xfd7zXZ\0", "an xz file", "unxz"),
    (b"PK\x03\x04", "a zip archive", "unzip"),
];

/// Refuses a file whose first bytes are those of another format than it is to be read as, or that no
/// file of that format has.
///
/// # Errors
/// They are; what it is instead, where that can be told.
pub(super) fn check_head(head: &[u8], format: Format) -> Result<()> {
    if head.is_empty() {
        return Ok(());
    }
    if let Some((_, name, help)) = OTHERS.iter().find(|(magic, ..)| head.starts_with(magic)) {
        return Err(not(name, format, *help));
    }
    let is_text_format = matches!(format, Format::Csv | Format::JsonLines | Format::Json);
    if is_text_format && let Some((name, from)) = utf_16(head) {
        let help = format!("convert it: iconv -f {from} -t utf-8 old.csv > new.csv");
        return Err(Error::data(format!("this is {name} text, and UTF-8 is read")).with_help(help));
    }
    if let Some((_, name, tool)) = PACKED.iter().find(|(magic, ..)| head.starts_with(magic)) {
        let help = format!("unpack it ({tool}): {format} files are not read from inside others");
        return Err(not(name, format, help));
    }
    match found(head, format) {
        Some(found) if found == format => Ok(()),
        Some(found) => {
            let help = sentence![
                "give ",
                Parameter("format"),
                format!(" {found}, or the file that was meant")
            ];
            Err(not(name_of(found), format, help))
        }
        None if is_text_format || format == Format::Arrow && is_old_arrow(head) => Ok(()),
        None => {
            let message = format!("this is not {}: no such file begins like this", name_of(format));
            Err(Error::data(message).with_help(sentence![
                "give the file that was meant, or another ",
                Parameter("format")
            ]))
        }
    }
}

fn not(name: &str, format: Format, help: impl Into<Sentence>) -> Error {
    Error::data(format!("this is {name}, not {}", name_of(format))).with_help(help)
}

fn name_of(format: Format) -> &'static str {
    match format {
        Format::Csv => "text",
        Format::JsonLines => "lines of JSON",
        Format::Json => "JSON",
        Format::Parquet => "a Parquet file",
        Format::Arrow => "an Arrow IPC file",
    }
}

/// The format that a file is of. Formats of text are told apart only where another was asked for: a CSV file can
/// begin with anything.
fn found(head: &[u8], format: Format) -> Option<Format> {
    let begins_object = |text: &[u8]| {
        matches!(text.trim_ascii_start(), [b'{', inner @ ..] if
        matches!(inner.trim_ascii_start(), [b'"' | b'}', ..]))
    };
    match head {
        [b'P', b'A', b'R', b'1', ..] => Some(Format::Parquet),
        // Streams of Arrow begin with a mark that no text does.
        [b'A', b'R', b'R', b'O', b'W', b'1', ..] | [0xff, 0xff, 0xff, 0xff, ..] => {
            Some(Format::Arrow)
        }
        _ if matches!(format, Format::JsonLines | Format::Json) => None,
        _ if begins_object(head) => Some(Format::JsonLines),
        _ if head.strip_prefix(b"[").is_some_and(begins_object) => Some(Format::Json),
        _ if is_text(head) => Some(Format::Csv),
        _ => None,
    }
}

/// Whether this may be Arrow's older stream layout, which begins with the length of its schema.
fn is_old_arrow(head: &[u8]) -> bool {
    matches!(head, [a, b, c, 0, _, _, ..] if a | b | c != 0)
}

fn is_text(head: &[u8]) -> bool {
    head.iter().all(|byte| byte.is_ascii_graphic() || byte.is_ascii_whitespace())
}

/// UTF-16, which has a mark in front or zeros beside ASCII characters; for people and for iconv.
fn utf_16(head: &[u8]) -> Option<(&'static str, &'static str)> {
    let n_pairs = head.len() / 2;
    let zeros = |at: usize| head.iter().skip(at).step_by(2).filter(|&&byte| byte == 0).count();
    match head {
        [0xff, 0xff, ..] => None,
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => Some(("UTF-16", "utf-16")),
        _ if n_pairs >= 2 && zeros(1) == n_pairs && zeros(0) == 0 => Some(("UTF-16", "utf-16le")),
        _ if n_pairs >= 2 && zeros(0) == head.len().div_ceil(2) && zeros(1) == 0 => {
            Some(("UTF-16", "utf-16be"))
        }
        _ => None,
    }
}

/// How to make UTF-8 of text that is not.
pub(super) fn to_utf_8(text: &[u8]) -> String {
    // Of these bytes Windows-1252 has no character; those above 0x9f are as in Latin-1.
    let is_windows = text.iter().all(|byte| ![0x81, 0x8d, 0x8f, 0x90, 0x9d].contains(byte));
    if is_windows {
        return "if it is Western European text, as Excel saves it, convert the file: \
                iconv -f windows-1252 -t utf-8 old.csv > new.csv"
            .to_owned();
    }
    "save the file as UTF-8 where it comes from, or convert it from its encoding, as in \
     iconv -f shift_jis -t utf-8 old.csv > new.csv (iconv -l lists them)"
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Format; 5] =
        [Format::Csv, Format::JsonLines, Format::Json, Format::Parquet, Format::Arrow];

    #[test]
    fn what_no_such_file_begins_with_is_refused_at_once() {
        use Format::{Arrow, Csv, Json, JsonLines, Parquet};
        let random = [0x9d, 0x4e, 0x02, 0x81, 0x33, 0x7f];
        for (head, formats) in [
            (&[0; 6][..], &[Csv, JsonLines, Json][..]),
            (&random, &[Csv, JsonLines, Json]),
            (b"y\ny\ny\n", &[Csv, JsonLines, Json]),
            (b"{\"a\": 1}", &[JsonLines, Json]),
            (b"[ {\"a\": 1}", &[JsonLines, Json]),
            (b"PAR1\x15\x04", &[Parquet]),
            (b"ARROW1", &[Arrow]),
            (b"\xff\xff\xff\xff\x78\0", &[Arrow]),
            // A schema of 0x178 bytes.
            (b"\x78\x01\0\0\x10\0", &[Csv, JsonLines, Json, Arrow]),
            (b"FEA1\0\0", &[]),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0", &[]),
            // UTF-16, which may be the length of a schema as well.
            (b"\xff\xfea\0,\0y\0", &[Arrow]),
            (b"a\0,\0y\0\n\0", &[Arrow]),
            (b"\0a\0,\0y", &[]),
            (b"", &ALL),
        ] {
            for format in ALL {
                let is_taken = check_head(head, format).is_ok();
                assert_eq!(is_taken, formats.contains(&format), "{head:?} as {format}");
            }
        }
    }
}
