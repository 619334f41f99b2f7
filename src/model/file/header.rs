//! The file's header: what it is, which readers it is for, how long its sections are, and a digest
//! of everything else.

use sha2::{Digest, Sha256};

use super::{FORMAT, OLDEST_READER};
use crate::{Error, Result};

/// The length of the header in bytes.
pub(super) const HEADER_LEN: usize = 72;

/// The first bytes of every model file. The first has its high bit set and the last two are a line's
/// ends, so that a transfer that takes the file for text is found out.
const MAGIC: [u8; 8] = *b"\x8fFRST\x00\r\n";

const N_SECTIONS: usize = 3;

/// Where the digest stands.
const DIGEST: std::ops::Range<usize> = 40..72;

/// What the header says.
pub(super) struct FileHeader {
    pub(super) format: u16,
    lengths: [u64; N_SECTIONS],
    digest: [u8; 32],
}

impl FileHeader {
    /// A file of these sections.
    pub(super) fn seal(sections: &[Vec<u8>; N_SECTIONS]) -> Vec<u8> {
        let total = HEADER_LEN + sections.iter().map(Vec::len).sum::<usize>();
        let mut bytes = Vec::with_capacity(total);
        bytes.extend(MAGIC);
        bytes.extend(FORMAT.to_le_bytes());
        bytes.extend(OLDEST_READER.to_le_bytes());
        bytes.extend([0; 4]);
        for section in sections {
            bytes.extend((section.len() as u64).to_le_bytes());
        }
        bytes.extend([0; DIGEST.end - DIGEST.start]);
        for section in sections {
            bytes.extend_from_slice(section);
        }
        let digest = digest(&bytes);
        bytes[DIGEST].copy_from_slice(&digest);
        bytes
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
                "the file has format {format}, which readers of format {oldest_reader} and later \
                 understand; this is forest {}, which reads format {FORMAT}",
                env!("CARGO_PKG_VERSION")
            ))
            .with_help("update forest, or train the model again with this release"));
        }
        if format == FORMAT && header[12..16] != [0; 4] {
            return Err(Error::model("the header's reserved bytes are not zero").with_help(DAMAGED));
        }
        let mut digest = [0; 32];
        digest.copy_from_slice(&header[DIGEST]);
        Ok(Self { format, lengths: [16, 24, 32].map(|at| u64_at(header, at)), digest })
    }

    /// How long the file has to be, in bytes.
    pub(super) fn file_len(&self) -> Result<u64> {
        let add = |sum: u64, len: &u64| sum.checked_add(*len);
        let total = self.lengths.iter().try_fold(HEADER_LEN as u64, add);
        total.filter(|&total| usize::try_from(total).is_ok()).ok_or_else(|| {
            Error::model("the header's section lengths are beyond any file's").with_help(DAMAGED)
        })
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
        let [metadata, schema, _] = self.lengths.map(|len| len as usize);
        let (metadata, rest) = bytes[HEADER_LEN..].split_at(metadata);
        let (schema, forest) = rest.split_at(schema);
        Ok([metadata, schema, forest])
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

const GIVE_A_MODEL: &str = "give a file that `Model::save` wrote";

const DAMAGED: &str = "the file was damaged on its way: copy it again, or train the model again";

/// SHA-256 of all bytes but those of the digest itself.
fn digest(bytes: &[u8]) -> [u8; 32] {
    let hasher = Sha256::new_with_prefix(&bytes[..DIGEST.start]);
    hasher.chain_update(&bytes[DIGEST.end..]).finalize().into()
}

fn u16_at(header: &[u8; HEADER_LEN], at: usize) -> u16 {
    u16::from_le_bytes([header[at], header[at + 1]])
}

fn u64_at(header: &[u8; HEADER_LEN], at: usize) -> u64 {
    (0..8).rev().fold(0, |value, byte| value << 8 | u64::from(header[at + byte]))
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
    Error::model(format!("this is not a forest model{looks_like}")).with_help(GIVE_A_MODEL)
}
