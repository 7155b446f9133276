//! What kind of archive some bytes are, and how to unpack what is compressed as a whole.

use std::io::{self, BufRead, BufReader, Read};

use anyhow::{Result, bail};
use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

/// Kibibytes that the dictionary of an xz file may take.
const DICTIONARY: u32 = 256 << 10;

/// What a file's first bytes say it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Zip,
    Tar,
    Gzip,
    Xz,
    Zstd,
    /// Known, and not opened.
    Closed(&'static str),
}

/// Bytes that tell.
pub const HEAD: usize = 512;

impl Format {
    pub fn of(head: &[u8]) -> Option<Self> {
        match head {
            [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => Some(Self::Zip),
            [0x1f, 0x8b, 8, ..] => Some(Self::Gzip),
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Some(Self::Xz),
            // The first frame may be one that is to be skipped.
            [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Some(Self::Zstd),
            [b'B', b'Z', b'h', b'1'..=b'9', b'1', b'A', b'Y', b'&', b'S', b'Y', ..] => Some(Self::Closed("bzip2")),
            [b'7', b'z', 0xbc, 0xaf, 0x27, 0x1c, ..] => Some(Self::Closed("7z")),
            [b'R', b'a', b'r', b'!', 0x1a, 7, ..] => Some(Self::Closed("rar")),
            _ => is_tar(head).then_some(Self::Tar),
        }
    }

    /// What is compressed in `source`; none for what holds files, each by itself.
    ///
    /// # Errors
    /// It is of a kind that is not opened.
    pub fn decompress<'r>(self, source: impl Read + 'r) -> Result<Option<Box<dyn Read + 'r>>> {
        Ok(match self {
            Self::Gzip => Some(Box::new(flate2::read::MultiGzDecoder::new(source))),
            Self::Xz => Some(Box::new(lzma_rust2::XzReader::new_mem_limit(source, true, DICTIONARY))),
            Self::Zstd => Some(Box::new(Zstd::new(source))),
            Self::Zip | Self::Tar => None,
            Self::Closed(name) => bail!("keystop does not open {name} archives"),
        })
    }
}

/// Whether a header holds its own checksum: every tar has that, the oldest ones nothing else.
fn is_tar(head: &[u8]) -> bool {
    let Some(header) = head.get(..HEAD) else { return false };
    let written = str::from_utf8(&header[148..156]).unwrap_or_default();
    let written = u32::from_str_radix(written.trim_matches(['\0', ' ']), 8);
    let sum = header[..148].iter().chain(&header[156..]).map(|byte| u32::from(*byte)).sum::<u32>() + 8 * 32;
    written == Ok(sum)
}

/// The frames of a zstd file, one after the other.
struct Zstd<R> {
    source: BufReader<R>,
    decoder: FrameDecoder,
    in_frame: bool,
}

impl<R: Read> Zstd<R> {
    fn new(source: R) -> Self {
        Self { source: BufReader::new(source), decoder: FrameDecoder::new(), in_frame: false }
    }

    /// Begins the next frame that is not to be skipped; false at the end.
    fn next_frame(&mut self) -> io::Result<bool> {
        while !self.source.fill_buf()?.is_empty() {
            match self.decoder.init(&mut self.source) {
                Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame { length, .. })) => {
                    io::copy(&mut (&mut self.source).take(length.into()), &mut io::sink())?;
                }
                outcome => return outcome.map(|()| true).map_err(io::Error::other),
            }
        }
        Ok(false)
    }

    /// The last four bytes of a frame, where it has them.
    fn check(&self) -> io::Result<()> {
        match (self.decoder.get_checksum_from_data(), self.decoder.get_calculated_checksum()) {
            (Some(told), Some(real)) if told != real => Err(io::Error::other("its checksum is wrong")),
            _ => Ok(()),
        }
    }
}

impl<R: Read> Read for Zstd<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if self.decoder.can_collect() > 0 {
                return self.decoder.read(buffer);
            }
            if self.in_frame && !self.decoder.is_finished() {
                let one = BlockDecodingStrategy::UptoBlocks(1);
                self.decoder.decode_blocks(&mut self.source, one).map_err(io::Error::other)?;
                continue;
            }
            if self.in_frame {
                self.check()?;
            }
            self.in_frame = self.next_frame()?;
            if !self.in_frame {
                return Ok(0);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tar_tells_itself_by_its_checksum_however_old_it_is() {
        let mut header = tar::Header::new_old();
        header.set_path("a").unwrap();
        header.set_size(0);
        header.set_cksum();
        assert_eq!(Format::of(header.as_bytes()), Some(Format::Tar));
        assert_eq!(Format::of(&[0; HEAD]), None);
        assert_eq!(Format::of(&header.as_bytes()[..HEAD - 1]), None);
    }

    #[test]
    fn frames_of_zstd_follow_each_other() {
        let frame = |text: &[u8]| ruzstd::encoding::compress_to_vec(text, ruzstd::encoding::CompressionLevel::Fastest);
        let skipped = [&[0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0][..], b"abc"].concat();
        let whole = [frame(b"one "), skipped, frame(b""), frame(b"two")].concat();
        let mut text = String::new();
        Zstd::new(whole.as_slice()).read_to_string(&mut text).unwrap();
        assert_eq!(text, "one two");
        assert!(Zstd::new(&whole[..whole.len() - 2]).read_to_end(&mut Vec::new()).is_err());
    }
}
