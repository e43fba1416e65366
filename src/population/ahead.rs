//! The lines of a population, read in blocks and digested ahead of whoever reads its records.
//!
//! What is longer than a block is read by a thread of its own: neither the disk nor the digest is waited for.

use std::io::{self, Read};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::Scope;

use memchr::{memchr, memchr_iter, memmem, memrchr};
use sha2::{Digest as _, Sha256};

use super::lines::{BYTE_ORDER_MARK, whole};
use super::{Damage, LONGEST_LINE, Line};
use crate::model::digest;

/// How many bytes are read at a time, and a line more.
pub(super) const BLOCK: usize = 1 << 20;

/// How many blocks wait to be looked at.
pub(super) const WAITING: usize = 2;

/// Lines, each whole, but for the last one of a stream that is cut; with the last block comes the digest.
#[derive(Debug, Default)]
pub(super) struct Block {
    bytes: Vec<u8>,
    /// Up to where it was read.
    at: usize,
    /// How many lines came before that.
    number: u64,
    /// Of all lines of the stream but the last one.
    pub(super) digest: Option<String>,
}

impl Block {
    fn is_read(&self) -> bool {
        self.at == self.bytes.len()
    }

    /// The next line; none at the end.
    ///
    /// # Errors
    /// [`Damage`] where it is cut, too long or not UTF-8.
    pub(super) fn next_line(&mut self) -> Result<Option<Line<'_>>, Damage> {
        let mut lines = LinesOf { bytes: &self.bytes, at: self.at, number: self.number };
        let line = lines.next().transpose();
        (self.at, self.number) = (lines.at, lines.number);
        line
    }

    /// The lines that were not read yet, up to one that is damaged.
    pub(super) fn lines(&self) -> LinesOf<'_> {
        LinesOf { bytes: &self.bytes, at: self.at, number: self.number }
    }
}

/// The lines of a block.
pub(super) struct LinesOf<'a> {
    bytes: &'a [u8],
    at: usize,
    number: u64,
}

impl<'a> Iterator for LinesOf<'a> {
    type Item = Result<Line<'a>, Damage>;

    fn next(&mut self) -> Option<Self::Item> {
        let left = &self.bytes[self.at..];
        if left.is_empty() {
            return None;
        }
        let longest = left.len().min(usize::try_from(LONGEST_LINE).unwrap_or(usize::MAX).saturating_add(1));
        let raw = &left[..memchr(b'\n', &left[..longest]).map_or(longest, |at| at + 1)];
        self.at += raw.len();
        self.number += 1;
        let number = self.number;
        let line = whole(raw, number).map(|text| Line { number, text });
        if line.is_err() {
            self.at = self.bytes.len();
        }
        Some(line)
    }
}

/// Cuts a stream where lines end.
pub(super) struct Cutter<R> {
    reader: R,
    size: usize,
    /// What was read of the line that is not whole yet.
    begun: Vec<u8>,
    /// How many lines were cut off so far.
    number: u64,
    digest: OfLines,
    is_over: bool,
}

impl<R: Read> Cutter<R> {
    pub(super) fn new(reader: R, size: usize) -> Self {
        Self { reader, size, begun: Vec::new(), number: 0, digest: OfLines::default(), is_over: false }
    }

    /// Whether there are no more blocks.
    pub(super) fn is_over(&self) -> bool {
        self.is_over
    }

    /// The next lines.
    ///
    /// # Errors
    /// What the reader gives.
    pub(super) fn next(&mut self) -> io::Result<Block> {
        let mut bytes = std::mem::take(&mut self.begun);
        loop {
            let from = bytes.len();
            let read = self.fill(&mut bytes)?;
            self.is_over = read < self.size;
            if self.is_over {
                break;
            }
            if let Some(at) = memrchr(b'\n', &bytes[from..]) {
                self.begun = bytes.split_off(from + at + 1);
                break;
            }
            // No line is so long: whoever reads it says so.
            if bytes.len() as u64 > LONGEST_LINE {
                self.is_over = true;
                break;
            }
        }
        self.digest.see(&bytes);
        let digest = self.is_over.then(|| std::mem::take(&mut self.digest).of_all_but_the_last());
        let number = self.number;
        self.number += memchr_iter(b'\n', &bytes).count() as u64;
        Ok(Block { bytes, at: 0, number, digest })
    }

    /// Reads as many bytes as a block has, or up to the end; how many.
    fn fill(&mut self, bytes: &mut Vec<u8>) -> io::Result<usize> {
        let (begun, mut filled) = (bytes.len(), 0);
        bytes.resize(begun + self.size, 0);
        while filled < self.size {
            match self.reader.read(&mut bytes[begun + filled..]) {
                Ok(0) => break,
                Ok(read) => filled += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        bytes.truncate(begun + filled);
        Ok(filled)
    }

    /// Hands on one block after the other, until nobody takes them any more.
    pub(super) fn hand_on(mut self, to: &SyncSender<io::Result<Block>>) {
        while !self.is_over {
            let block = self.next();
            let failed = block.is_err();
            if to.send(block).is_err() || failed {
                return;
            }
        }
    }
}

/// The digest of lines, without what is no part of them, and without the last of them: of an end record's own digest it is no part.
#[derive(Default)]
struct OfLines {
    digest: Sha256,
    last: Vec<u8>,
    has_begun: bool,
}

impl OfLines {
    /// More lines, each whole.
    fn see(&mut self, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        let last = memrchr(b'\n', &bytes[..bytes.len() - 1]).map_or(0, |at| at + 1);
        let before = std::mem::take(&mut self.last);
        self.add(&before);
        self.add(&bytes[..last]);
        self.last = before;
        self.last.clear();
        self.last.extend_from_slice(&bytes[last..]);
    }

    fn add(&mut self, mut bytes: &[u8]) {
        if !self.has_begun {
            bytes = bytes.strip_prefix(BYTE_ORDER_MARK.as_bytes()).unwrap_or(bytes);
            self.has_begun = !bytes.is_empty();
        }
        while let Some(at) = memmem::find(bytes, b"\r\n") {
            self.digest.update(&bytes[..at]);
            bytes = &bytes[at + 1..];
        }
        self.digest.update(bytes);
    }

    fn of_all_but_the_last(self) -> String {
        digest::hex(&self.digest.finalize())
    }
}

/// The lines of a stream, one at a time.
#[derive(Debug)]
pub(super) struct Ahead {
    block: Block,
    /// What comes after this block; none where it is the last one.
    rest: Option<Receiver<io::Result<Block>>>,
    /// What went wrong with the first block already.
    failed: Option<io::Error>,
}

impl Ahead {
    /// Begins to read a stream: in a thread of this scope where it is longer than a block.
    pub(super) fn of<'scope, R: Read + Send + 'scope>(scope: &'scope Scope<'scope, '_>, reader: R) -> Self {
        Self::in_blocks(scope, reader, BLOCK)
    }

    /// The same in blocks of this size.
    pub(super) fn in_blocks<'scope, R: Read + Send + 'scope>(
        scope: &'scope Scope<'scope, '_>,
        reader: R,
        size: usize,
    ) -> Self {
        let mut cutter = Cutter::new(reader, size);
        let (block, failed) = match cutter.next() {
            Ok(first) => (first, None),
            Err(error) => (Block::default(), Some(error)),
        };
        let rest = (!cutter.is_over && failed.is_none()).then(|| {
            let (to, from) = sync_channel(WAITING);
            scope.spawn(move || cutter.hand_on(&to));
            from
        });
        Self { block, rest, failed }
    }

    /// The next line; none at the end.
    ///
    /// # Errors
    /// [`Damage`] where the stream cannot be read, or the line is cut, too long or not UTF-8.
    pub(super) fn next_line(&mut self) -> Result<Option<Line<'_>>, Damage> {
        if let Some(error) = self.failed.take() {
            return Err(error.into());
        }
        while self.block.is_read() {
            let Some(rest) = &self.rest else { return Ok(None) };
            let Ok(block) = rest.recv() else { return Ok(None) };
            self.block = block?;
            if self.block.digest.is_some() {
                self.rest = None;
            }
        }
        self.block.next_line()
    }

    /// The digest of all lines but the last one, once there are no more.
    pub(super) fn digest(self) -> Option<String> {
        let is_read = self.rest.is_none() && self.block.is_read();
        self.block.digest.filter(|_| is_read)
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use proptest::prelude::*;

    use super::super::Lines;
    use super::*;

    /// The lines up to the end or to what is wrong, and the digest of all but the last.
    type Lined = (Vec<String>, Result<String, String>);

    fn line_by_line(bytes: &[u8]) -> Lined {
        let (mut lines, mut all) = (Lines::new(bytes), Vec::new());
        loop {
            match lines.next_line() {
                Ok(Some(line)) => all.push(line.text.to_owned()),
                Ok(None) => break,
                Err(damage) => return (all, Err(format!("{damage:?}"))),
            }
        }
        let mut digest = Sha256::new();
        for line in all.iter().rev().skip(1).rev() {
            digest.update(line);
            digest.update(b"\n");
        }
        (all, Ok(digest::hex(&digest.finalize())))
    }

    fn in_blocks(bytes: &[u8], size: usize) -> Lined {
        thread::scope(|scope| {
            let (mut lines, mut all) = (Ahead::in_blocks(scope, bytes, size), Vec::new());
            loop {
                match lines.next_line() {
                    Ok(Some(line)) => all.push(line.text.to_owned()),
                    Ok(None) => break,
                    Err(damage) => return (all, Err(format!("{damage:?}"))),
                }
            }
            let digest = lines.digest();
            (all, digest.ok_or_else(|| "there is no digest".to_owned()))
        })
    }

    const PARTS: &[&[u8]] = &[
        b"\n",
        b"\r\n",
        b"\r",
        b"{\"key\":\"1\"}",
        b"\xef\xbb\xbf",
        b"\xc3\xa9",
        b"\xff",
        b"<<<<<<< HEAD\n",
        b"abc\n",
        b"\n\n",
    ];

    proptest! {
        #[test]
        fn blocks_of_any_size_give_the_same_lines_and_digest(
            parts in prop::collection::vec(prop::sample::select(PARTS), 0..24),
            size in 1_usize..40,
        ) {
            let bytes = parts.concat();
            prop_assert_eq!(in_blocks(&bytes, size), line_by_line(&bytes));
        }
    }

    #[test]
    fn a_line_is_no_longer_than_it_may_be_in_blocks_of_any_size() {
        let longest = usize::try_from(LONGEST_LINE).unwrap();
        for length in [longest - 1, longest, longest + 1] {
            let text = [&vec![b'x'; length][..], b"\nshort\n"].concat();
            for size in [4096, BLOCK, 3 * BLOCK] {
                assert_eq!(in_blocks(&text, size), line_by_line(&text), "{length} in blocks of {size}");
            }
        }
    }

    #[test]
    fn what_fails_on_the_way_comes_after_the_lines_before_it() {
        struct Fails;
        impl Read for Fails {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::other("the disk is gone"))
            }
        }
        let told = thread::scope(|scope| {
            let mut lines = Ahead::in_blocks(scope, (&b"one\ntwo\n"[..]).chain(Fails), 4);
            let first = lines.next_line().unwrap().unwrap().text.to_owned();
            let second = lines.next_line().unwrap().unwrap().text.to_owned();
            (first, second, lines.next_line().unwrap_err().to_string())
        });
        assert_eq!(told, ("one".to_owned(), "two".to_owned(), "the disk is gone".to_owned()));
    }

    #[test]
    fn whoever_stops_reading_stops_the_thread() {
        let endless = io::repeat(b'\n');
        let first = thread::scope(|scope| Ahead::in_blocks(scope, endless, 4096).next_line().unwrap().is_some());
        assert!(first);
    }
}
