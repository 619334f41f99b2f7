//! A model file taken apart into the fields that FORMAT.md names, and put together again.

use sha2::{Digest, Sha256};

/// A field as it lies in a section.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Field {
    /// A number, or other bytes without a length.
    Number(Vec<u8>),
    /// An array: its length in bytes, then its numbers, each of the given width in bytes.
    Array {
        width: usize,
        bytes: Vec<u8>,
    },
    Texts(Vec<Vec<u8>>),
}

/// A file of three sections, the distributions and the covers.
#[derive(Clone)]
pub(crate) struct Layout {
    pub(crate) sections: [Vec<Field>; 5],
}

/// The bytes of a file, and where they have lengths.
pub(crate) struct Laid {
    pub(crate) bytes: Vec<u8>,
    pub(crate) lengths: Vec<usize>,
}

const HEADER_LEN: usize = 72;
/// The entries of its table.
const ENTRY_LEN: usize = 32;
const NAMES: [&[u8]; 2] = [b"distributions", b"covers"];
/// Where the lengths of the sections are.
const LENGTHS: [usize; 5] =
    [16, 24, 32, HEADER_LEN + ENTRY_LEN - 8, HEADER_LEN + 2 * ENTRY_LEN - 8];
const DIGEST: std::ops::Range<usize> = 40..72;

impl Layout {
    /// Takes apart a file that this release wrote.
    pub(crate) fn parse(file: &[u8]) -> Self {
        let len = |at: usize| u64::from_le_bytes(*file[at..].first_chunk().unwrap()) as usize;
        let mut rest = &file[HEADER_LEN + NAMES.len() * ENTRY_LEN..];
        let sections = LENGTHS.map(|at| rest.split_off(..len(at)).unwrap());
        let metadata = metadata(sections[0]);
        let setting = |name: &str| settings_of(&metadata).contains(&name.as_bytes());
        let forest = forest(sections[2], setting("calibrate"));
        let [distributions, covers] = [distributions(sections[3]), covers(sections[4])];
        let sections = [metadata, schema(sections[1]), forest, distributions, covers];
        let layout = Self { sections };
        assert!(layout.lay().bytes == file, "the layout is not that of FORMAT.md");
        layout
    }

    /// Puts it together, with lengths and a digest that fit.
    pub(crate) fn lay(&self) -> Laid {
        let mut laid =
            Laid { bytes: b"\x8fFRST\x00\r\n\x01\0\x01\0\x02\0\0\0".to_vec(), lengths: Vec::new() };
        laid.bytes.resize(HEADER_LEN, 0);
        for name in NAMES {
            let len = laid.bytes.len();
            laid.bytes.extend(name);
            laid.bytes.resize(len + ENTRY_LEN, 0);
        }
        for (at, section) in LENGTHS.into_iter().zip(&self.sections) {
            let start = laid.bytes.len();
            for field in section {
                laid.push(field);
            }
            let len = (laid.bytes.len() - start) as u64;
            laid.bytes[at..at + 8].copy_from_slice(&len.to_le_bytes());
            laid.lengths.push(at);
        }
        seal(&mut laid.bytes);
        laid
    }
}

/// Makes the digest fit.
pub(crate) fn seal(bytes: &mut [u8]) {
    if bytes.len() >= HEADER_LEN {
        let digest =
            Sha256::new_with_prefix(&bytes[..DIGEST.start]).chain_update(&bytes[DIGEST.end..]);
        let digest = digest.finalize();
        bytes[DIGEST].copy_from_slice(&digest);
    }
}

impl Laid {
    fn push(&mut self, field: &Field) {
        match field {
            Field::Number(bytes) => self.bytes.extend(bytes),
            Field::Array { bytes, .. } => self.push_array(bytes),
            Field::Texts(texts) => {
                let ends = texts.iter().scan(0_u32, |end, text| {
                    *end = end.wrapping_add(text.len() as u32);
                    Some(end.to_le_bytes())
                });
                self.push_array(&ends.flatten().collect::<Vec<u8>>());
                self.push_array(&texts.concat());
            }
        }
    }

    fn push_array(&mut self, bytes: &[u8]) {
        self.lengths.push(self.bytes.len());
        self.bytes.extend((bytes.len() as u64).to_le_bytes());
        self.bytes.extend(bytes);
    }
}

/// The names and values of the forest's settings, which are the metadata's first texts.
fn settings_of(metadata: &[Field]) -> Vec<&[u8]> {
    let texts = metadata.iter().find_map(|field| match field {
        Field::Texts(texts) => Some(texts.iter().map(Vec::as_slice).collect()),
        _ => None,
    });
    texts.unwrap_or_default()
}

struct Reader<'a> {
    rest: &'a [u8],
    fields: Vec<Field>,
}

impl Reader<'_> {
    fn numbers<const N: usize>(&mut self, widths: [usize; N]) -> u64 {
        let mut last = 0;
        for width in widths {
            let bytes = self.rest.split_off(..width).unwrap();
            last =
                bytes.iter().take(8).rev().fold(0, |number, &byte| number << 8 | u64::from(byte));
            self.fields.push(Field::Number(bytes.to_vec()));
        }
        last
    }

    fn bytes(&mut self) -> Vec<u8> {
        let len = self.rest.split_off(..8).unwrap();
        let len = u64::from_le_bytes(*len.first_chunk().unwrap()) as usize;
        self.rest.split_off(..len).unwrap().to_vec()
    }

    fn arrays<const N: usize>(&mut self, widths: [usize; N]) {
        for width in widths {
            let bytes = self.bytes();
            self.fields.push(Field::Array { width, bytes });
        }
    }

    fn texts(&mut self) {
        let (ends, text) = (self.bytes(), self.bytes());
        let mut start = 0;
        let texts = ends.as_chunks::<4>().0.iter().map(|end| {
            let end = u32::from_le_bytes(*end) as usize;
            text[std::mem::replace(&mut start, end)..end].to_vec()
        });
        self.fields.push(Field::Texts(texts.collect()));
    }

    /// Whether there is what can be there.
    fn option(&mut self) -> bool {
        self.numbers([1]) == 1
    }

    fn optional<const N: usize>(&mut self, widths: [usize; N]) {
        if self.option() {
            self.numbers(widths);
        }
    }

    fn finish(self) -> Vec<Field> {
        assert!(self.rest.is_empty(), "{} bytes are not in FORMAT.md", self.rest.len());
        self.fields
    }
}

fn metadata(bytes: &[u8]) -> Vec<Field> {
    let mut reader = Reader { rest: bytes, fields: Vec::new() };
    reader.arrays([1]);
    reader.numbers([8]);
    reader.texts();
    if reader.numbers([4]) == 0 {
        reader.texts();
    } else {
        reader.arrays([1]);
        reader.texts();
        reader.texts();
        reader.numbers([8]);
    }
    reader.numbers([8, 32, 8, 4, 1, 8]);
    if reader.option() {
        if reader.numbers([4]) == 0 {
            reader.numbers([8; 6]);
            reader.optional([8; 2]);
            reader.numbers([8]);
        } else {
            reader.numbers([8; 2]);
            reader.optional([8; 2]);
            reader.numbers([8]);
            reader.optional([8; 2]);
            reader.optional([8]);
            reader.optional([8; 2]);
            reader.numbers([8]);
            reader.optional([8]);
            reader.numbers([8; 2]);
        }
    }
    if reader.option() {
        reader.numbers([8; 2]);
        if reader.numbers([4]) == 0 {
            reader.numbers([8; 2]);
        } else {
            for _ in 0..3 {
                reader.optional([8]);
            }
        }
    }
    reader.texts();
    reader.texts();
    reader.arrays([4]);
    reader.texts();
    reader.arrays([8]);
    reader.texts();
    reader.arrays([4, 8]);
    let settings = settings_of(&reader.fields);
    let has = |names: &[&str]| names.iter().any(|name| settings.contains(&name.as_bytes()));
    let (is_refined, has_intervals) =
        (has(&["cut", "shrinkage", "calibrate"]), has(&["intervals"]));
    if is_refined {
        reader.numbers([8; 4]);
        reader.arrays([8; 5]);
    }
    if has_intervals {
        reader.numbers([8, 8, 4]);
        reader.arrays([8]);
    }
    reader.finish()
}

fn schema(bytes: &[u8]) -> Vec<Field> {
    let mut reader = Reader { rest: bytes, fields: Vec::new() };
    reader.arrays([1]);
    if reader.numbers([4]) == 0 {
        reader.texts();
        reader.arrays([8]);
    } else {
        reader.numbers([8; 4]);
        reader.arrays([1]);
    }
    reader.texts();
    reader.arrays([1]);
    reader.texts();
    reader.arrays([8, 4, 4, 4, 4]);
    reader.texts();
    reader.arrays([4]);
    reader.texts();
    reader.finish()
}

fn distributions(bytes: &[u8]) -> Vec<Field> {
    let mut reader = Reader { rest: bytes, fields: Vec::new() };
    reader.arrays([1, 4, 4]);
    reader.finish()
}

fn covers(bytes: &[u8]) -> Vec<Field> {
    let mut reader = Reader { rest: bytes, fields: Vec::new() };
    let width = [1, 4, 8][reader.numbers([4]) as usize];
    reader.arrays([width]);
    reader.finish()
}

/// In how many bytes numbers below `n` are written.
fn width(n: u64) -> usize {
    match n {
        0..=0x100 => 1,
        0x101..=0x1_0000 => 2,
        _ => 4,
    }
}

fn forest(bytes: &[u8], is_calibrated: bool) -> Vec<Field> {
    let mut reader = Reader { rest: bytes, fields: Vec::new() };
    let n_features = reader.numbers([4]);
    reader.arrays([4, 1, width(2 * n_features), 4, 4]);
    if reader.numbers([4]) == 0 {
        let width = width(reader.numbers([4]));
        reader.arrays([width, width, 8]);
    } else {
        reader.arrays([8]);
        if reader.option() {
            reader.arrays([8]);
            let Some(Field::Array { bytes, .. }) = reader.fields.last() else { unreachable!() };
            let width = width(bytes.len() as u64 / 8);
            reader.arrays([width, width, 8]);
        }
    }
    reader.arrays([8]);
    if is_calibrated {
        reader.numbers([8; 2]);
        reader.arrays([8]);
    }
    reader.finish()
}
