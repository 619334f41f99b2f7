//! gzip, zstd, bzip2 and xz, told apart by their first bytes when read and by the file's name when written.

use std::io::{self, Cursor, Read, Write};
use std::path::Path;

#[cfg(feature = "compression")]
use super::input_source::NotCopied;
use crate::{Error, Result};

/// A zstd frame may want so much memory, as a power of two: every level of the zstd tool keeps to it
/// unless asked for longer windows, and its decompressor takes no more unless told to.
#[cfg(feature = "compression")]
const WINDOW_LOG_MAX: u32 = 27;

/// Likewise xz, in KiB: what its decoder takes for a dictionary of 64 MiB, that of its highest level, and more.
#[cfg(feature = "compression")]
const XZ_KIB_MAX: u32 = 128 << 10;

/// How data is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Packing {
    Gzip,
    Zstd,
    Bzip2,
    Xz,
    /// An archive, which is not read from its beginning.
    Zip,
}

impl Packing {
    /// By the first bytes (RFC 1952, section 2.3.1; RFC 8878, sections 3.1.1 and 3.1.2; the .xz file format, section
    /// 2.1.1.1; APPNOTE.TXT of zip, sections 4.3.7 and 4.3.16). A bzip2 stream goes on with its first block, or its end.
    fn of_data(head: &[u8]) -> Option<Self> {
        match head {
            [0x1f, 0x8b, ..] => Some(Self::Gzip),
            [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Some(Self::Zstd),
            [b'B', b'Z', b'h', b'1'..=b'9', 0x31 | 0x17, ..] => Some(Self::Bzip2),
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Some(Self::Xz),
            [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => Some(Self::Zip),
            _ => None,
        }
    }

    fn of_path(path: &Path) -> Option<Self> {
        let extension = path.extension()?;
        match () {
            () if extension.eq_ignore_ascii_case("gz") => Some(Self::Gzip),
            () if extension.eq_ignore_ascii_case("zst") => Some(Self::Zstd),
            () if extension.eq_ignore_ascii_case("bz2") => Some(Self::Bzip2),
            () if extension.eq_ignore_ascii_case("xz") => Some(Self::Xz),
            () if extension.eq_ignore_ascii_case("zip") => Some(Self::Zip),
            () => None,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
            Self::Bzip2 => "bzip2",
            Self::Xz => "xz",
            Self::Zip => "zip",
        }
    }
}

/// What was packed.
pub(super) enum Unpacking {
    /// Its bytes.
    Text(Box<dyn Read + Send>),
    #[cfg(feature = "compression")]
    /// A zip archive as it is, which an [`archive`](super::archive) is made of.
    Zip(Box<dyn Read + Send>),
}

/// What was packed in `input`, as it is read: several gzip members, zstd frames, bzip2 or xz streams after one
/// another are one text. Input that is not packed passes through.
///
/// # Errors
/// Reading fails; or the input is packed and the crate was built without the feature `compression`.
/// Reading on fails where the data is damaged or cut off, and on zstd or xz data that needs more
/// than 128 MiB of memory.
pub(super) fn decompress(mut input: Box<dyn Read + Send>) -> io::Result<Unpacking> {
    let mut head = Vec::new();
    input.by_ref().take(6).read_to_end(&mut head)?;
    let packing = Packing::of_data(&head);
    let input = Cursor::new(head).chain(input);
    match packing {
        None => Ok(Unpacking::Text(Box::new(input))),
        #[cfg(feature = "compression")]
        Some(Packing::Zip) => Ok(Unpacking::Zip(Box::new(input))),
        Some(packing) => unpack(packing, input).map(Unpacking::Text),
    }
}

#[cfg(not(feature = "compression"))]
fn unpack(packing: Packing, _input: impl Read) -> io::Result<Box<dyn Read + Send>> {
    let name = packing.name();
    Err(io::Error::new(
        io::ErrorKind::Unsupported,
        format!("it is {name} data, and forest was built without the feature `compression`"),
    ))
}

#[cfg(feature = "compression")]
fn unpack(packing: Packing, input: impl Read + Send + 'static) -> io::Result<Box<dyn Read + Send>> {
    let input = io::BufReader::with_capacity(1 << 16, input);
    let unpacked: Box<dyn Read + Send> = match packing {
        Packing::Gzip => Box::new(flate2::bufread::MultiGzDecoder::new(input)),
        Packing::Zstd => {
            let mut decoder = zstd::Decoder::with_buffer(input)?;
            decoder.window_log_max(WINDOW_LOG_MAX)?;
            Box::new(decoder)
        }
        Packing::Bzip2 => Box::new(bzip2::bufread::MultiBzDecoder::new(input)),
        Packing::Xz => Box::new(lzma_rust2::XzReader::new_mem_limit(input, true, XZ_KIB_MAX)),
        Packing::Zip => Box::new(input),
    };
    Ok(Box::new(Unpacked::new(unpacked, packing.name())))
}

/// Says what was being read where that goes wrong.
#[cfg(feature = "compression")]
pub(super) struct Unpacked {
    unpacked: Box<dyn Read + Send>,
    /// How it was packed.
    name: &'static str,
}

#[cfg(feature = "compression")]
impl Unpacked {
    pub(super) fn new(unpacked: Box<dyn Read + Send>, name: &'static str) -> Self {
        Self { unpacked, name }
    }
}

#[cfg(feature = "compression")]
impl Read for Unpacked {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.unpacked.read(buffer).map_err(|error| {
            // The operating system's own errors are about the file, not about what is in it.
            let is_not_copied = matches!(error.get_ref(), Some(cause) if cause.is::<NotCopied>());
            let is_systems = error.raw_os_error().is_some() || is_not_copied;
            if is_systems || error.kind() == io::ErrorKind::Interrupted {
                return error;
            }
            let name = self.name;
            let message = match error.to_string() {
                cause
                    if ["too much memory", "memory too big"].iter().any(|t| cause.contains(t)) =>
                {
                    format!("the {name} data needs more than 128 MiB of memory to unpack: {cause}")
                }
                cause => format!("the {name} data is damaged or cut off: {cause}"),
            };
            io::Error::new(error.kind(), message)
        })
    }
}

/// Output that is packed as its name asks. The same bytes in give the same bytes out.
pub enum Compressed<W: Write> {
    /// As it is.
    Plain(W),
    /// As one gzip member, without a name or a time in it.
    #[cfg(feature = "compression")]
    Gzip(flate2::write::GzEncoder<W>),
    /// As one zstd frame with a checksum.
    #[cfg(feature = "compression")]
    Zstd(zstd::Encoder<'static, W>),
}

impl Compressed<io::Sink> {
    /// Whether a name asks for packing.
    pub fn is_asked_by(path: &Path) -> bool {
        Packing::of_path(path).is_some()
    }
}

impl<W: Write> Compressed<W> {
    /// Packs what goes to `out` as the extension of `path` says: `.gz`, `.zst`, or not at all.
    ///
    /// # Errors
    /// It asks for what the crate was built without.
    pub fn for_path(path: &Path, out: W) -> Result<Self> {
        match Packing::of_path(path) {
            None => Ok(Self::Plain(out)),
            Some(packing) => Self::packed(packing, out).map_err(|error| error.in_file(path)),
        }
    }

    /// Has what was written go on at once. Packed data waits: it would pack badly.
    ///
    /// # Errors
    /// Writing fails.
    pub fn flush_plain(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(out) => out.flush(),
            #[cfg(feature = "compression")]
            Self::Gzip(_) | Self::Zstd(_) => Ok(()),
        }
    }

    #[cfg(feature = "compression")]
    fn packed(packing: Packing, out: W) -> Result<Self> {
        match packing {
            Packing::Gzip => {
                let level = flate2::Compression::default();
                Ok(Self::Gzip(flate2::write::GzEncoder::new(out, level)))
            }
            Packing::Zstd => {
                let failed = |error| Error::io("begin to write zstd data", error);
                let mut encoder =
                    zstd::Encoder::new(out, zstd::DEFAULT_COMPRESSION_LEVEL).map_err(failed)?;
                encoder.include_checksum(true).map_err(failed)?;
                Ok(Self::Zstd(encoder))
            }
            Packing::Bzip2 | Packing::Xz | Packing::Zip => {
                let name = packing.name();
                Err(Error::setting(format!(
                    "the name asks for {name}, which is read and not written"
                ))
                .with_help("give a name that ends in .gz or .zst, or pack the file afterwards"))
            }
        }
    }

    #[cfg(not(feature = "compression"))]
    fn packed(packing: Packing, _out: W) -> Result<Self> {
        let name = packing.name();
        let message =
            format!("the name asks for {name}, and forest was built without `compression`");
        Err(Error::setting(message)
            .with_help("build it with that feature, or give a name that does not end so"))
    }

    /// Ends the packed data; without this, it is cut off.
    ///
    /// # Errors
    /// Writing fails.
    pub fn finish(self) -> io::Result<W> {
        match self {
            Self::Plain(out) => Ok(out),
            #[cfg(feature = "compression")]
            Self::Gzip(encoder) => encoder.finish(),
            #[cfg(feature = "compression")]
            Self::Zstd(encoder) => encoder.finish(),
        }
    }
}

impl<W: Write> Write for Compressed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(out) => out.write(bytes),
            #[cfg(feature = "compression")]
            Self::Gzip(encoder) => encoder.write(bytes),
            #[cfg(feature = "compression")]
            Self::Zstd(encoder) => encoder.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(out) => out.flush(),
            #[cfg(feature = "compression")]
            Self::Gzip(encoder) => encoder.flush(),
            #[cfg(feature = "compression")]
            Self::Zstd(encoder) => encoder.flush(),
        }
    }
}

#[cfg(all(test, feature = "compression"))]
mod tests {
    use super::*;

    // `printf 'a,b\n1,2\n' | gzip -n`, the same with `3,4\n`, then both with `zstd`: gzip 1.12 and
    // zstd 1.5.4.
    const GZIP: [&[u8]; 2] = [
        b"\x1f\x8b\x08\0\0\0\0\0\0\x03\x4b\xd4\x49\xe2\x32\xd4\x31\xe2\x02\0\x7b\x07\x97\x0a\x08\0\0\0",
        b"\x1f\x8b\x08\0\0\0\0\0\0\x03\x33\xd6\x31\xe1\x02\0\x3e\x2d\x72\xa9\x04\0\0\0",
    ];
    const ZSTD: [&[u8]; 2] = [
        b"\x28\xb5\x2f\xfd\x04\x58\x41\0\0a,b\n1,2\n\x35\xe7\xca\xce",
        b"\x28\xb5\x2f\xfd\x04\x58\x21\0\x003,4\n\xaf\x86\x7e\xe4",
    ];

    /// Gives one byte at a time.
    struct Slowly(Cursor<Vec<u8>>);

    impl Read for Slowly {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let n = buffer.len().min(1);
            self.0.read(&mut buffer[..n])
        }
    }

    fn unpacked(bytes: &[u8]) -> io::Result<String> {
        let mut text = String::new();
        match decompress(Box::new(Slowly(Cursor::new(bytes.to_vec()))))? {
            Unpacking::Text(mut unpacked) => unpacked.read_to_string(&mut text)?,
            Unpacking::Zip(_) => 0,
        };
        Ok(text)
    }

    #[test]
    fn input_that_is_not_packed_passes_through() {
        for text in ["", "a", "a,b\n", "a,b\n1,2\n"] {
            assert_eq!(unpacked(text.as_bytes()).unwrap(), text);
        }
    }

    #[test]
    fn members_and_frames_after_one_another_are_one_text() {
        for [first, second] in [GZIP, ZSTD] {
            assert_eq!(unpacked(first).unwrap(), "a,b\n1,2\n");
            assert_eq!(unpacked(&[first, second].concat()).unwrap(), "a,b\n1,2\n3,4\n");
        }
        // A frame to be skipped, of 2 bytes.
        let skipped = b"\x50\x2a\x4d\x18\x02\0\0\0??";
        assert_eq!(unpacked(&[skipped, ZSTD[1]].concat()).unwrap(), "3,4\n");
    }

    #[test]
    fn data_that_is_cut_off_or_damaged_is_an_error_at_every_byte() {
        for (name, data) in [("gzip", GZIP.concat()), ("zstd", ZSTD.concat())] {
            let ends = [0, data.len() / 2, data.len()];
            let second = [GZIP[0].len(), ZSTD[0].len()];
            for end in (4..data.len()).filter(|end| !ends.contains(end) && !second.contains(end)) {
                let error = unpacked(&data[..end]).unwrap_err().to_string();
                let expected = format!("the {name} data is damaged or cut off: ");
                assert!(error.starts_with(&expected), "{name} {end}: {error}");
            }
            // The last byte is of the check sum or the length.
            let mut data = data;
            *data.last_mut().unwrap() ^= 1;
            let error = unpacked(&data).unwrap_err().to_string();
            assert!(error.contains("damaged"), "{error}");
        }
    }

    #[test]
    fn a_zstd_frame_may_not_need_more_than_128_mib() {
        // `head -c 1000 /dev/zero | zstd --long=28 --zstd=wlog=28 --stream-size=1000000000`, the
        // beginning: the window's size is the byte after the descriptor.
        let frame = |window_log: u8| [0x28, 0xb5, 0x2f, 0xfd, 0, (window_log - 10) << 3, 1, 0, 0];
        assert_eq!(unpacked(&frame(27)).unwrap(), "");
        let error = unpacked(&frame(28)).unwrap_err().to_string();
        assert!(error.starts_with("the zstd data needs more than 128 MiB of memory"), "{error}");
    }

    #[test]
    fn what_is_packed_is_unpacked_the_same() {
        let text = "0.25,setosa\n".repeat(10_000);
        for (name, most) in [("p.csv", text.len()), ("p.csv.gz", 1000), ("p.CSV.ZST", 1000)] {
            let packed = || {
                let mut out = Compressed::for_path(Path::new(name), Vec::new()).unwrap();
                out.write_all(text.as_bytes()).unwrap();
                out.flush().unwrap();
                out.finish().unwrap()
            };
            assert!(packed().len() <= most);
            assert_eq!(packed(), packed());
            assert_eq!(unpacked(&packed()).unwrap(), text);
        }
    }

    #[test]
    fn a_gzip_file_has_no_time_and_no_name_in_it() {
        let out = Compressed::for_path(Path::new("a.gz"), Vec::new()).unwrap();
        // RFC 1952, section 2.3: flags, then four bytes of time.
        assert_eq!(out.finish().unwrap()[3..8], [0; 5]);
    }
}
