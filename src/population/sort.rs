//! Records put in order by a number, in a bounded amount of memory: what does not fit is written to one spill file and merged.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io::{self, BufWriter, ErrorKind, Read, Seek, SeekFrom, Write};

/// How many bytes records may take before they are spilled, and the buffers of a merge together.
const ALLOWANCE: usize = 12 << 20;

/// The smallest and the largest piece that a merge reads at a time.
const PIECE: std::ops::RangeInclusive<usize> = 4096..=1 << 18;

/// Key, tag and length before each record of the spill.
const HEAD: usize = 13;

/// A place for what does not fit into memory.
pub trait Spill: Read + Write + Seek {}

impl<T: Read + Write + Seek> Spill for T {}

/// Makes such a place, where one is needed: a small site needs none.
pub type MakeSpill = Box<dyn FnOnce() -> io::Result<Box<dyn Spill>>>;

/// By what records are ordered: a number, and a tag within it. Those that have both in common keep the order in which they came.
pub(crate) type Key = (u64, u8);

/// Takes records in any order.
pub(crate) struct Sorter {
    make: Option<MakeSpill>,
    spill: Option<Box<dyn Spill>>,
    bytes: Vec<u8>,
    records: Vec<Held>,
    allowance: usize,
    /// Where the spill's runs end, each of them in order.
    ends: Vec<u64>,
}

/// A record in memory.
#[derive(Clone, Copy)]
struct Held {
    key: u64,
    start: u32,
    length: u32,
    tag: u8,
}

impl Sorter {
    pub(crate) fn new(make: MakeSpill) -> Self {
        Self::within(make, ALLOWANCE)
    }

    pub(crate) fn within(make: MakeSpill, allowance: usize) -> Self {
        Self { make: Some(make), spill: None, bytes: Vec::new(), records: Vec::new(), allowance, ends: Vec::new() }
    }

    /// Takes a record, which is what `write` appends.
    pub(crate) fn push(
        &mut self,
        (key, tag): Key,
        write: impl FnOnce(&mut Vec<u8>) -> io::Result<()>,
    ) -> io::Result<()> {
        let start = self.bytes.len();
        write(&mut self.bytes)?;
        let cut = |size: usize| u32::try_from(size).map_err(|_| io::Error::from(ErrorKind::FileTooLarge));
        let held = Held { key, start: cut(start)?, length: cut(self.bytes.len() - start)?, tag };
        self.records.push(held);
        let taken = self.bytes.len() + self.records.len() * size_of::<Held>();
        if taken >= self.allowance { self.write_run() } else { Ok(()) }
    }

    /// All records, in order.
    pub(crate) fn sorted(mut self) -> io::Result<Sorted> {
        if self.ends.is_empty() {
            self.order();
            return Ok(Sorted(Place::Memory { bytes: self.bytes, records: self.records.into_iter() }));
        }
        self.write_run()?;
        let Some(mut spill) = self.spill.take() else { return Err(ErrorKind::NotFound.into()) };
        let piece = (self.allowance / self.ends.len()).clamp(*PIECE.start(), *PIECE.end());
        drop((self.bytes, self.records));
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        let mut runs: Vec<Run> = starts.zip(&self.ends).map(|(start, end)| Run::new(start, *end, piece)).collect();
        let mut heads = BinaryHeap::with_capacity(runs.len());
        for (number, run) in runs.iter_mut().enumerate() {
            heads.extend(run.head(&mut *spill)?.map(|key| Reverse((key, number))));
        }
        Ok(Sorted(Place::Spilled { spill, runs, heads, record: Vec::new() }))
    }

    fn order(&mut self) {
        // Only an empty record begins where the next one does.
        self.records.sort_unstable_by_key(|held| (held.key, held.tag, held.start, held.length));
    }

    fn write_run(&mut self) -> io::Result<()> {
        if self.records.is_empty() {
            return Ok(());
        }
        self.order();
        if let Some(make) = self.make.take() {
            self.spill = Some(make()?);
        }
        let Some(spill) = self.spill.as_mut() else { return Err(ErrorKind::NotFound.into()) };
        let mut written = self.ends.last().copied().unwrap_or_default();
        let mut out = BufWriter::with_capacity(*PIECE.end(), spill);
        for held in &self.records {
            out.write_all(&held.key.to_le_bytes())?;
            out.write_all(&[held.tag])?;
            out.write_all(&held.length.to_le_bytes())?;
            out.write_all(held.of(&self.bytes))?;
            written += HEAD as u64 + u64::from(held.length);
        }
        out.flush()?;
        drop(out);
        self.ends.push(written);
        self.bytes.clear();
        self.records.clear();
        Ok(())
    }
}

impl Held {
    fn of(self, bytes: &[u8]) -> &[u8] {
        &bytes[self.start as usize..][..self.length as usize]
    }
}

/// Records in order, one at a time.
pub(crate) struct Sorted(Place);

enum Place {
    Memory { bytes: Vec<u8>, records: std::vec::IntoIter<Held> },
    Spilled { spill: Box<dyn Spill>, runs: Vec<Run>, heads: BinaryHeap<Reverse<(Key, usize)>>, record: Vec<u8> },
}

impl Sorted {
    /// The next record with its key; none after the last one.
    pub(crate) fn next(&mut self) -> io::Result<Option<(Key, &[u8])>> {
        match &mut self.0 {
            Place::Memory { bytes, records } => Ok(records.next().map(|held| ((held.key, held.tag), held.of(bytes)))),
            Place::Spilled { spill, runs, heads, record } => {
                let Some(Reverse((key, number))) = heads.pop() else { return Ok(None) };
                runs[number].take(&mut **spill, record)?;
                heads.extend(runs[number].head(&mut **spill)?.map(|key| Reverse((key, number))));
                Ok(Some((key, record)))
            }
        }
    }
}

/// One run of the spill, read a piece at a time. Of a record that is not taken yet only the head is in memory.
struct Run {
    at: u64,
    end: u64,
    piece: usize,
    buffer: Vec<u8>,
    read: usize,
    length: usize,
}

impl Run {
    fn new(at: u64, end: u64, piece: usize) -> Self {
        Self { at, end, piece, buffer: Vec::new(), read: 0, length: 0 }
    }

    /// The key of the next record; none at the run's end.
    fn head(&mut self, spill: &mut dyn Spill) -> io::Result<Option<Key>> {
        if self.at == self.end && self.read == self.buffer.len() {
            self.buffer = Vec::new();
            return Ok(None);
        }
        let mut head = [0; HEAD];
        self.fill(spill, &mut head)?;
        let [k0, k1, k2, k3, k4, k5, k6, k7, tag, l0, l1, l2, l3] = head;
        self.length = u32::from_le_bytes([l0, l1, l2, l3]) as usize;
        Ok(Some((u64::from_le_bytes([k0, k1, k2, k3, k4, k5, k6, k7]), tag)))
    }

    fn take(&mut self, spill: &mut dyn Spill, record: &mut Vec<u8>) -> io::Result<()> {
        record.resize(self.length, 0);
        self.fill(spill, record)
    }

    fn fill(&mut self, spill: &mut dyn Spill, mut out: &mut [u8]) -> io::Result<()> {
        while !out.is_empty() {
            if self.read == self.buffer.len() {
                let left = usize::try_from(self.end - self.at).unwrap_or(usize::MAX);
                self.buffer.resize(self.piece.min(left), 0);
                spill.seek(SeekFrom::Start(self.at))?;
                spill.read_exact(&mut self.buffer)?;
                self.at += self.buffer.len() as u64;
                self.read = 0;
                if self.buffer.is_empty() {
                    return Err(ErrorKind::UnexpectedEof.into());
                }
            }
            let some = out.len().min(self.buffer.len() - self.read);
            let (now, later) = std::mem::take(&mut out).split_at_mut(some);
            now.copy_from_slice(&self.buffer[self.read..][..some]);
            self.read += some;
            out = later;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use proptest::prelude::*;

    use super::*;

    fn in_memory() -> MakeSpill {
        Box::new(|| Ok(Box::new(Cursor::new(Vec::new()))))
    }

    fn sorted(records: &[(u64, u8, Vec<u8>)], allowance: usize) -> Vec<(u64, u8, Vec<u8>)> {
        let mut sorter = Sorter::within(in_memory(), allowance);
        for (key, tag, record) in records {
            sorter.push((*key, *tag), |out| out.write_all(record)).unwrap();
        }
        let mut sorted = sorter.sorted().unwrap();
        let mut all = Vec::new();
        while let Some(((key, tag), record)) = sorted.next().unwrap() {
            all.push((key, tag, record.to_vec()));
        }
        all
    }

    proptest! {
        /// With any allowance the order is that of a stable sort, which has none.
        #[test]
        fn the_order_is_that_of_a_stable_sort(
            records in proptest::collection::vec((0_u64..9, 0_u8..3, proptest::collection::vec(any::<u8>(), 0..40)), 0..200),
            allowance in prop_oneof![Just(1_usize), Just(64), 100_usize..4000, Just(1 << 20)],
        ) {
            let mut expected = records.clone();
            expected.sort_by_key(|(key, tag, _)| (*key, *tag));
            prop_assert_eq!(sorted(&records, allowance), expected);
        }
    }

    #[test]
    fn a_record_may_be_larger_than_a_piece() {
        let large = |key: u64| (key, 0, vec![u8::try_from(key).unwrap(); 300_000]);
        let records: Vec<_> = [5, 3, 9, 1].map(large).into();
        assert_eq!(sorted(&records, 500_000), [1, 3, 5, 9].map(large));
    }

    #[test]
    fn a_spill_that_cannot_be_made_or_is_full_is_an_error() {
        let mut sorter = Sorter::within(Box::new(|| Err(ErrorKind::PermissionDenied.into())), 1);
        let error = sorter.push((1, 0), |out| out.write_all(b"x")).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::PermissionDenied);
    }
}
