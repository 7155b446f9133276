//! Archives for tests, packed when a test runs.

use std::io::{Cursor, Write};

use flate2::Compression;
use flate2::write::GzEncoder;
use lzma_rust2::{XzOptions, XzWriter};
use tar::{EntryType, Header};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// A name and what stands under it.
pub type File<'a> = (&'a str, &'a [u8]);

pub fn zip(files: &[File]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (at, (name, content)) in files.iter().enumerate() {
        // Both ways of standing in a zip are met.
        let method = if at % 2 == 0 { CompressionMethod::Deflated } else { CompressionMethod::Stored };
        writer.start_file(*name, SimpleFileOptions::default().compression_method(method)).expect("it is a new name");
        writer.write_all(content).expect("memory takes it");
    }
    writer.finish().expect("memory takes it").into_inner()
}

pub fn tar(files: &[File]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, content) in files {
        builder.append(&header(name, content.len()), *content).expect("memory takes it");
    }
    builder.into_inner().expect("memory takes it")
}

/// A header with a name as it is: the library would refuse the hostile ones.
fn header(name: &str, size: usize) -> Header {
    let mut header = Header::new_ustar();
    header.as_mut_bytes()[..name.len()].copy_from_slice(name.as_bytes());
    header.set_size(size as u64);
    header.set_mode(0o644);
    header.set_entry_type(EntryType::Regular);
    header.set_cksum();
    header
}

/// A tar of one link.
pub fn link(name: &str, target: &str, kind: EntryType) -> Vec<u8> {
    let mut header = header(name, 0);
    header.set_entry_type(kind);
    header.set_link_name(target).expect("it is short");
    header.set_cksum();
    let mut builder = tar::Builder::new(Vec::new());
    builder.append(&header, &[][..]).expect("memory takes it");
    builder.into_inner().expect("memory takes it")
}

pub fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content).expect("memory takes it");
    encoder.finish().expect("memory takes it")
}

pub fn xz(content: &[u8]) -> Vec<u8> {
    let mut writer = XzWriter::new(Vec::new(), XzOptions::with_preset(1)).expect("the options are right");
    writer.write_all(content).expect("memory takes it");
    writer.finish().expect("memory takes it")
}

pub fn zstd(content: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(content, ruzstd::encoding::CompressionLevel::Fastest)
}
