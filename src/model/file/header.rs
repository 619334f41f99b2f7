//! The file's header: what it is, which readers it is for, how long its sections are, which further ones there
//! are, and a digest of everything else.

use std::collections::BTreeSet;

use sha2::{Digest, Sha256};

use super::{FORMAT, OLDEST_READER};
use crate::message::shorten;
use crate::model::metadata::PROGRAM;
use crate::{Error, Result};

/// The length of the header in bytes.
pub(super) const HEADER_LEN: usize = 72;

/// The first bytes of every model file. The first has its high bit set and the last two are a line's
/// ends, so that a transfer that takes the file for text is found out.
pub(in crate::model) const MAGIC: [u8; 8] = *b"\x8fFRST\x00\r\n";

const N_SECTIONS: usize = 3;

/// The most further sections …
const MAX_FURTHER: usize = 64;

/// … and the bytes that the header's table has for each: a name, whether a reader has to know it, its length.
const ENTRY_LEN: usize = 32;

/// The bytes of a name, the rest of which are zero.
const NAME_LEN: usize = 16;

/// The section of the training rows' histograms, which a reader may skip.
pub(super) const DISTRIBUTIONS: &str = "distributions";

/// The section of what the training rows weigh in each leaf, which a reader may skip.
pub(super) const COVERS: &str = "covers";

/// Where the digest stands.
const DIGEST: std::ops::Range<usize> = 40..72;

/// What the header says.
pub(super) struct FileHeader {
    pub(super) format: u16,
    lengths: [u64; N_SECTIONS],
    further: Vec<Further>,
    digest: [u8; 32],
}

/// A section after those that every model has. A reader that does not know its name skips it, unless it has to know
/// it.
struct Further {
    name: String,
    is_required: bool,
    len: u64,
}

impl Further {
    fn is_known(&self) -> bool {
        [DISTRIBUTIONS, COVERS].contains(&&*self.name)
    }

    /// `None` if the entry is not well formed.
    fn parse(entry: &[u8; ENTRY_LEN]) -> Option<Self> {
        let (name, rest) = entry.split_at(NAME_LEN);
        let len = name.iter().position(|&byte| byte == 0).unwrap_or(NAME_LEN);
        let (name, padding) = name.split_at(len);
        let is_plain = |byte: &u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_');
        let is_sound = !name.is_empty()
            && name.iter().all(is_plain)
            && padding.iter().chain(&rest[1..8]).all(|&byte| byte == 0)
            && rest[0] <= 1;
        is_sound.then(|| Self {
            name: String::from_utf8_lossy(name).into_owned(),
            is_required: rest[0] == 1,
            len: u64_at(entry, NAME_LEN + 8),
        })
    }
}

impl FileHeader {
    /// A file of these sections, and of further ones with their names, which a reader may skip.
    pub(super) fn seal(
        sections: &[Vec<u8>; N_SECTIONS],
        further: &[(&'static str, Vec<u8>)],
    ) -> Vec<u8> {
        let all = || sections.iter().chain(further.iter().map(|(_, section)| section));
        let header_len = HEADER_LEN + further.len() * ENTRY_LEN;
        let mut bytes = Vec::with_capacity(header_len + all().map(Vec::len).sum::<usize>());
        bytes.extend(MAGIC);
        bytes.extend(FORMAT.to_le_bytes());
        bytes.extend(OLDEST_READER.to_le_bytes());
        bytes.extend((further.len() as u32).to_le_bytes());
        for section in sections {
            bytes.extend((section.len() as u64).to_le_bytes());
        }
        bytes.extend([0; DIGEST.end - DIGEST.start]);
        for (name, section) in further {
            bytes.extend(name.as_bytes());
            // The rest of the name, and that a reader may skip it.
            bytes.resize(bytes.len() + NAME_LEN - name.len() + 8, 0);
            bytes.extend((section.len() as u64).to_le_bytes());
        }
        for section in all() {
            bytes.extend_from_slice(section);
        }
        let digest = digest(&bytes);
        bytes[DIGEST].copy_from_slice(&digest);
        bytes
    }

    /// How long the header of a file is with its table, by its first [`HEADER_LEN`] bytes.
    pub(super) fn len(bytes: &[u8]) -> usize {
        let n_further = bytes.get(12..16).and_then(|bytes| bytes.first_chunk());
        let n_further = n_further.map_or(0, |bytes| u32::from_le_bytes(*bytes) as usize);
        HEADER_LEN + n_further.min(MAX_FURTHER) * ENTRY_LEN
    }

    /// Reads the header of a file, of which at least that much is there.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self> {
        if bytes.is_empty() {
            return Err(Error::model("the file is empty").with_help(GIVE_A_MODEL));
        }
        if !bytes.starts_with(&MAGIC[..bytes.len().min(MAGIC.len())]) {
            return Err(foreign(bytes));
        }
        let Some(header) = bytes.first_chunk::<HEADER_LEN>() else {
            return Err(truncated(bytes.len(), HEADER_LEN as u64));
        };
        let (format, oldest_reader) = (u16_at(header, 8), u16_at(header, 10));
        if format == 0 || oldest_reader == 0 || oldest_reader > format {
            return Err(Error::model(format!(
                "the header names format {format}, to be read from format {oldest_reader} on, which \
                 no release writes"
            ))
            .with_help(DAMAGED));
        }
        if oldest_reader > FORMAT {
            return Err(Error::model(format!(
                "{}which readers of format {oldest_reader} and later understand; this is {PROGRAM}, \
                 which reads format {FORMAT}",
                written_by(bytes, &format!("has format {format}, ")),
            ))
            .with_help(UPDATE));
        }
        let n_further = u32::from_le_bytes([header[12], header[13], header[14], header[15]]);
        let table = bytes.get(HEADER_LEN..Self::len(header)).unwrap_or_default();
        let table = table.as_chunks().0;
        if n_further as usize > MAX_FURTHER {
            let message = format!("the header names {n_further} further sections");
            return Err(Error::model(message).with_help(DAMAGED));
        }
        if table.len() < n_further as usize {
            return Err(truncated(bytes.len(), Self::len(header) as u64));
        }
        let further: Option<Vec<Further>> = table.iter().map(Further::parse).collect();
        let names_differ = |further: &Vec<Further>| {
            let names = further.iter().map(|further| &further.name);
            names.collect::<BTreeSet<_>>().len() == further.len()
        };
        let further = further.filter(names_differ).ok_or_else(|| {
            Error::model("the header's table of further sections is damaged").with_help(DAMAGED)
        })?;
        let is_unknown = |further: &&Further| further.is_required && !further.is_known();
        if let Some(unknown) = further.iter().find(is_unknown) {
            return Err(Error::model(format!(
                "{}which a reader has to know; this is {PROGRAM}, which does not",
                written_by(bytes, &format!("has a section '{}', ", unknown.name)),
            ))
            .with_help(UPDATE));
        }
        let mut digest = [0; 32];
        digest.copy_from_slice(&header[DIGEST]);
        let lengths = [16, 24, 32].map(|at| u64_at(header, at));
        Ok(Self { format, lengths, further, digest })
    }

    /// How long the file has to be, in bytes.
    pub(super) fn file_len(&self) -> Result<u64> {
        let further = self.further.iter().map(|further| further.len);
        let mut lengths = self.lengths.into_iter().chain(further);
        let total = lengths.try_fold(self.end() as u64, u64::checked_add);
        total.filter(|&total| usize::try_from(total).is_ok()).ok_or_else(|| {
            Error::model("the header's section lengths are beyond any file's").with_help(DAMAGED)
        })
    }

    /// The names of the further sections that are not known.
    pub(super) fn unknown_names(self) -> Vec<String> {
        let unknown = self.further.into_iter().filter(|further| !further.is_known());
        unknown.map(|further| further.name).collect()
    }

    /// A further section of a file whose length is right, if it is there.
    pub(super) fn further<'a>(&self, name: &str, bytes: &'a [u8]) -> Option<&'a [u8]> {
        let at = self.further.iter().position(|further| further.name == name)?;
        // The last of them ends with the file.
        let after =
            self.further[at + 1..].iter().map(|further| further.len as usize).sum::<usize>();
        let end = bytes.len() - after;
        Some(&bytes[end - self.further[at].len as usize..end])
    }

    /// Where the sections begin.
    fn end(&self) -> usize {
        HEADER_LEN + self.further.len() * ENTRY_LEN
    }

    /// The error for a file that is longer than its header says.
    pub(super) fn goes_on(expected: u64) -> Error {
        let message = format!("the file goes on after the {expected} bytes of the model");
        Error::model(message).with_help(DAMAGED)
    }

    /// The sections of a file, once its length is right.
    pub(super) fn sections<'a>(&self, bytes: &'a [u8]) -> Result<[&'a [u8]; N_SECTIONS]> {
        let expected = self.file_len()?;
        let found = bytes.len() as u64;
        if found < expected {
            return Err(truncated(bytes.len(), expected));
        }
        if found > expected {
            return Err(Self::goes_on(expected));
        }
        let [metadata, schema, forest] = self.lengths.map(|len| len as usize);
        let (metadata, rest) = bytes[self.end()..].split_at(metadata);
        let (schema, rest) = rest.split_at(schema);
        Ok([metadata, schema, &rest[..forest]])
    }

    /// Refuses a file whose bytes are others than those that were sealed.
    pub(super) fn check_digest(&self, bytes: &[u8]) -> Result<()> {
        if digest(bytes) == self.digest {
            return Ok(());
        }
        let message = "the file's SHA-256 is not the one in its header: its bytes were altered";
        Err(Error::model(message).with_help(DAMAGED))
    }
}

/// The longest name of a program that is repeated.
pub(super) const MAX_PROGRAM: usize = 1000;

const UPDATE: &str = "update forest, or train the model again with this release";

const GIVE_A_MODEL: &str = "give a file that `Model::save` wrote";

const GIVE_A_MODEL_OR_IMPORT: &str = "give a file that `Model::save` wrote, or take a forest of scikit-learn out of \
                                      this one with `interchange::import`";

const DAMAGED: &str = "the file was damaged on its way: copy it again, or train the model again";

/// SHA-256 of all bytes but those of the digest itself.
fn digest(bytes: &[u8]) -> [u8; 32] {
    let hasher = Sha256::new_with_prefix(&bytes[..DIGEST.start]);
    hasher.chain_update(&bytes[DIGEST.end..]).finalize().into()
}

fn u16_at(header: &[u8; HEADER_LEN], at: usize) -> u16 {
    u16::from_le_bytes([header[at], header[at + 1]])
}

fn u64_at<const N: usize>(header: &[u8; N], at: usize) -> u64 {
    (0..8).rev().fold(0, |value, byte| value << 8 | u64::from(header[at + byte]))
}

/// What a file from the future is said to be: what wrote it, which every format has at the beginning of its first
/// section, if that is there, and what it has.
fn written_by(bytes: &[u8], has: &str) -> String {
    let program = || {
        let section = bytes.get(FileHeader::len(bytes)..)?;
        let (len, text) = section.split_first_chunk()?;
        let len = usize::try_from(u64::from_le_bytes(*len)).ok()?;
        let text = std::str::from_utf8(text.get(..len)?).ok()?;
        (len <= MAX_PROGRAM).then(|| shorten(text))
    };
    let program =
        program().map_or(String::new(), |program| format!("was written by {program} and "));
    format!("the file {program}{has}")
}

fn truncated(found: usize, expected: u64) -> Error {
    Error::model(format!("the file ends after {found} of {expected} bytes")).with_help(DAMAGED)
}

/// Says what a file that is no model looks like.
fn foreign(bytes: &[u8]) -> Error {
    let is_text = |byte: &u8| byte.is_ascii_graphic() || byte.is_ascii_whitespace();
    let kinds: [(&[u8], &str); 6] = [
        (b"\x89PNG", "a PNG image"),
        (b"PK", "a ZIP archive"),
        (b"\x1f\x8b", "a gzip file"),
        (b"\x28\xb5\x2f\xfd", "a Zstandard file"),
        (b"\x80", "a Python pickle, which forest never runs"),
        (b"\x8f", "a model file whose line ends were converted on its way"),
    ];
    let looks_like = kinds.iter().find(|(start, _)| bytes.starts_with(start)).map_or_else(
        || if bytes.iter().all(is_text) { ": it looks like text" } else { "" }.to_owned(),
        |(_, kind)| format!(": it looks like {kind}"),
    );
    let is_pickle = bytes.starts_with(b"\x80");
    let help = if is_pickle { GIVE_A_MODEL_OR_IMPORT } else { GIVE_A_MODEL };
    Error::model(format!("this is not a forest model{looks_like}")).with_help(help)
}
