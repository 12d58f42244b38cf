//! Compressed tables, told by the ending `.gz` of a name: read as they come, members one after another included, and written with
//! nothing in the header that varies (no time, no name), so that the same rows give the same bytes.
//!
//! Uses the crate `flate2` with its backend in Rust.

use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;

/// The path without `.gz`, if it ends so: what is inside is told by the ending before it.
pub fn inner(path: &Path) -> Option<PathBuf> {
    let packed = path.extension().is_some_and(|e| e.eq_ignore_ascii_case("gz"));
    packed.then(|| path.with_extension(""))
}

/// The bytes inside `packed`. Reading fails where the stream is damaged or cut off.
pub fn unpack(packed: Box<dyn Read + Send>) -> Box<dyn Read + Send> {
    Box::new(MultiGzDecoder::new(packed))
}

/// The bytes of a file, unpacked where its name says that they are compressed.
pub fn reader(path: &Path) -> io::Result<Box<dyn Read + Send>> {
    let file: Box<dyn Read + Send> = Box::new(std::fs::File::open(path)?);
    Ok(if inner(path).is_some() { unpack(file) } else { file })
}

/// Compresses what goes through it; the compressed bytes are taken out in pieces.
pub struct Packer {
    encoder: GzEncoder<Vec<u8>>,
}

impl Packer {
    /// A packer with nothing in it.
    pub fn new() -> Packer {
        Packer { encoder: GzEncoder::new(Vec::new(), Compression::new(6)) }
    }

    /// Takes bytes; gives what has been compressed so far, once it is `enough` to be worth handing on.
    pub fn put(&mut self, bytes: &[u8], enough: usize) -> io::Result<Vec<u8>> {
        self.encoder.write_all(bytes)?;
        if self.encoder.get_ref().len() < enough { Ok(Vec::new()) } else { Ok(std::mem::take(self.encoder.get_mut())) }
    }

    /// What is left, with the end mark.
    pub fn finish(self) -> io::Result<Vec<u8>> {
        self.encoder.finish()
    }
}

impl Default for Packer {
    fn default() -> Self {
        Packer::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packed(text: &[u8]) -> Vec<u8> {
        let mut packer = Packer::new();
        let mut out = Vec::new();
        for piece in text.chunks(1000) {
            out.extend(packer.put(piece, 100).unwrap());
        }
        out.extend(packer.finish().unwrap());
        out
    }

    fn unpacked(bytes: Vec<u8>) -> io::Result<Vec<u8>> {
        let mut out = Vec::new();
        unpack(Box::new(io::Cursor::new(bytes))).read_to_end(&mut out)?;
        Ok(out)
    }

    #[test]
    fn what_goes_in_comes_out() {
        let text: Vec<u8> =
            (0..100_000_u32).flat_map(|i| format!("{},", i.wrapping_mul(2_654_435_761)).into_bytes()).collect();
        let bytes = packed(&text);
        assert!(bytes.len() < text.len() && bytes[4..8] == [0; 4], "smaller, and without a time");
        assert_eq!(bytes, packed(&text));
        assert_eq!(unpacked(bytes).unwrap(), text);
    }

    #[test]
    fn members_follow_each_other_and_a_cut_is_told() {
        let mut two = packed(b"x,y\n1,2\n");
        two.extend(packed(b"3,4\n"));
        assert_eq!(unpacked(two.clone()).unwrap(), b"x,y\n1,2\n3,4\n");
        two.truncate(two.len() - 5);
        assert_eq!(unpacked(two).unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
        assert!(unpacked(b"x,y\n1,2\n".to_vec()).is_err(), "no gzip at all");
    }

    #[test]
    fn the_ending_tells() {
        assert_eq!(inner(Path::new("a/b.csv.GZ")), Some(PathBuf::from("a/b.csv")));
        assert_eq!(inner(Path::new("a.gz/b.csv")), None);
    }
}
