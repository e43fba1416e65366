//! Every record of a population in its order, its blocks parsed by several threads.
//!
//! Whoever takes a block parses it, and shows its records once those of the block before were shown: what sees them goes from block to block
//! like a baton. So no record outlives its block, and what comes of a stream is the same for any number of threads.

use std::io::{self, Read};
use std::num::NonZero;
use std::sync::mpsc::{Receiver, Sender, channel, sync_channel};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::{mem, panic, thread};

use super::ahead::{BLOCK, Block, Cutter, WAITING};
use super::record::Record;
use super::records::{Course, cut, read_opening};
use super::{Damage, Line};
use crate::model::population::Opening;
use crate::model::snapshot::PopulationDigest;

/// How many threads parse at most: one at a time shows what was parsed, and that takes half as long as parsing it.
const MOST_THREADS: usize = 4;

/// How many records are parsed at a time, of a block that is full of the shortest.
const BATCH: usize = 8192;

/// Reads a whole population and shows every record, in their order.
///
/// # Errors
/// [`Damage`] where the stream cannot be read, or is not a whole population in the format, and what `see` gives first.
pub(super) fn each<R: Read + Send>(
    reader: R,
    see: impl FnMut(&Record<'_>) -> Result<(), Damage> + Send,
) -> Result<(Opening, PopulationDigest), Damage> {
    let threads = thread::available_parallelism().map_or(1, NonZero::get).min(MOST_THREADS);
    by_threads((threads, BLOCK), reader, see)
}

fn by_threads<R: Read + Send>(
    (threads, size): (usize, usize),
    reader: R,
    see: impl FnMut(&Record<'_>) -> Result<(), Damage> + Send,
) -> Result<(Opening, PopulationDigest), Damage> {
    let mut cutter = Cutter::new(reader, size);
    let mut first = cutter.next()?;
    let course = Course::begun(read_opening(first.next_line()?)?);
    let opening = course.opening.clone();
    let (hand_on, baton) = channel();
    // Whoever takes it is below.
    let _ = hand_on.send(Baton { course, see, digest: None });
    let mut source = Source { first: Some(first), rest: None, baton };
    if cutter.is_over() {
        let source = Mutex::new(source);
        show(&source)?;
        return ended(source, opening);
    }
    let (to, rest) = sync_channel(WAITING);
    source.rest = Some(rest);
    let source = Mutex::new(source);
    thread::scope(|scope| {
        scope.spawn(move || cutter.hand_on(&to));
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(|| show(&source))).collect();
        let mine = show(&source);
        others.into_iter().fold(mine, |all, other| match other.join() {
            Ok(one) => all.and(one),
            Err(panicked) => panic::resume_unwind(panicked),
        })
    })?;
    ended(source, opening)
}

/// What there is to say once every block was shown.
fn ended<S>(source: Mutex<Source<S>>, opening: Opening) -> Result<(Opening, PopulationDigest), Damage> {
    let source = source.into_inner().unwrap_or_else(PoisonError::into_inner);
    let baton = source.baton.recv().map_err(|_| cut())?;
    Ok((opening, baton.course.finish(baton.digest)?))
}

/// The blocks that nobody took yet, and where the baton comes from for whoever takes the next one.
struct Source<S> {
    first: Option<Block>,
    rest: Option<Receiver<io::Result<Block>>>,
    baton: Receiver<Baton<S>>,
}

/// What is known of the stream up to here, and what sees its records.
struct Baton<S> {
    course: Course,
    see: S,
    digest: Option<String>,
}

/// The next block, with where its baton comes from and goes to; none after the last one.
type Taken<S> = Option<(io::Result<Block>, Receiver<Baton<S>>, Sender<Baton<S>>)>;

impl<S> Source<S> {
    fn take(&mut self) -> Taken<S> {
        let block = match self.first.take() {
            Some(first) => Ok(first),
            None => self.rest.as_ref()?.recv().ok()?,
        };
        let (hand_on, next) = channel();
        Some((block, mem::replace(&mut self.baton, next), hand_on))
    }
}

/// Ends the reading, however whoever holds it ends: where nobody shows blocks any more nobody waits to hand one on.
struct Ends<'a, S>(&'a Mutex<Source<S>>);

impl<S> Drop for Ends<'_, S> {
    fn drop(&mut self) {
        held(self.0).rest = None;
    }
}

fn held<S>(source: &Mutex<Source<S>>) -> MutexGuard<'_, Source<S>> {
    source.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Takes one block after the other, parses it, and shows its records when it is their turn. Where the baton does not come another thread ended.
fn show<S: FnMut(&Record<'_>) -> Result<(), Damage>>(source: &Mutex<Source<S>>) -> Result<(), Damage> {
    let _ends = Ends(source);
    loop {
        let taken = held(source).take();
        let Some((block, turn, hand_on)) = taken else { return Ok(()) };
        let block = match block {
            Ok(block) => block,
            Err(error) => return turn.recv().map_or(Ok(()), |_| Err(error.into())),
        };
        let mut parsed = block.lines().map(|line| line.map(|line| (line, Record::read(line))));
        let mut batch: Vec<_> = parsed.by_ref().take(BATCH).collect();
        let Ok(mut baton) = turn.recv() else { return Ok(()) };
        while !batch.is_empty() {
            batch.into_iter().try_for_each(|one| baton.takes(one))?;
            batch = parsed.by_ref().take(BATCH).collect();
        }
        drop(parsed);
        baton.digest = block.digest;
        if hand_on.send(baton).is_err() {
            return Ok(());
        }
    }
}

/// A line with what it was parsed into.
type Parsed<'a> = Result<(Line<'a>, Result<Record<'a>, Damage>), Damage>;

impl<S: FnMut(&Record<'_>) -> Result<(), Damage>> Baton<S> {
    fn takes(&mut self, parsed: Parsed<'_>) -> Result<(), Damage> {
        self.course.goes_on()?;
        let (line, record) = parsed?;
        self.course.comes_to(line)?;
        match self.course.takes(line, record?)? {
            Some(record) => (self.see)(&record),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use proptest::prelude::*;
    use serde_json::Map;

    use super::super::ahead::Ahead;
    use super::super::records::Records;
    use super::super::sealed;
    use super::*;

    /// What was shown, and how the reading ended.
    type Shown = (Vec<String>, Result<(Opening, PopulationDigest), String>);

    /// One record after the other in one thread: what counts.
    fn one_by_one(bytes: &[u8]) -> Shown {
        let mut seen = Vec::new();
        let ended = thread::scope(|scope| {
            let mut records = Records::beginning(Ahead::in_blocks(scope, bytes, 1 << 20))?;
            while let Some(record) = records.next()? {
                seen.push(format!("{record:?}"));
            }
            let opening = records.opening().clone();
            Ok((opening, records.finish()?))
        });
        (seen, ended.map_err(|damage: Damage| format!("{damage:?}")))
    }

    fn by(threads: usize, size: usize, bytes: &[u8]) -> Shown {
        let mut seen = Vec::new();
        let ended = by_threads((threads, size), bytes, |record| {
            seen.push(format!("{record:?}"));
            Ok(())
        });
        (seen, ended.map_err(|damage| format!("{damage:?}")))
    }

    fn population(contacts: usize) -> String {
        let opening = r#"{"kind":"population","format":"1.0","host":"x.example","taken_at":"2026-11-21T06:12:00Z"}"#;
        let contact = |id| format!(r#"{{"kind":"contact","key":"{id:09}","email":"{id}@b.example","tags":["A","B"]}}"#);
        let lines: Vec<String> = (0..contacts).map(contact).collect();
        sealed(opening, lines.iter().map(|line| ("contact", line.as_str())), Map::new()).0
    }

    const PIECES: &[&str] = &[
        "\n",
        "\r",
        "x",
        "\u{feff}",
        "{\"kind\":\"end\",\"counts\":{},\"sha256\":\"\"}\n",
        "{\"kind\":\"a\",\"key\":\"1\"}\n",
        "\\u0041",
        "\"",
        "<<<<<<< HEAD\n",
    ];

    proptest! {
        #[test]
        fn what_is_shown_is_the_same_for_any_number_of_threads(
            contacts in 0_usize..30,
            edits in prop::collection::vec((any::<prop::sample::Index>(), 0_usize..60, prop::sample::select(PIECES)), 0..3),
            size in 1_usize..400,
        ) {
            let mut text = population(contacts);
            for (at, taken, piece) in edits {
                let ends: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
                let at = at.index(ends.len());
                text.replace_range(ends[at]..ends[(at + taken).min(ends.len() - 1)], piece);
            }
            let expected = one_by_one(text.as_bytes());
            for threads in [1, 2, 7] {
                prop_assert_eq!(by(threads, size, text.as_bytes()), expected.clone(), "{} threads", threads);
            }
        }
    }

    #[test]
    fn a_whole_population_is_shown_whole() {
        let text = population(3 * BATCH);
        let (seen, ended) = by(3, BLOCK, text.as_bytes());
        assert_eq!((seen.len(), ended.unwrap().1.counts["contact"]), (3 * BATCH, 3 * BATCH as u64));
        assert_eq!(by(7, 1000, text.as_bytes()), one_by_one(text.as_bytes()));
    }

    #[test]
    fn what_sees_the_records_ends_the_reading_and_nobody_waits() {
        let text = population(2000);
        for threads in [1, 2, 7] {
            let seen = AtomicUsize::new(0);
            let ended = by_threads((threads, 500), text.as_bytes(), |record| {
                seen.fetch_add(1, Ordering::Relaxed);
                if record.line == 101 { Err(Damage::at(record.line, "enough")) } else { Ok(()) }
            });
            assert_eq!((ended.unwrap_err().to_string(), seen.into_inner()), ("enough".to_owned(), 100));
        }
    }

    #[test]
    fn a_reader_that_fails_does_so_after_what_came_before_it() {
        struct Fails;
        impl Read for Fails {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::other("the disk is gone"))
            }
        }
        let text = population(2000);
        let begun = &text.as_bytes()[..50_000];
        for threads in [1, 2, 7] {
            let mut seen = 0_usize;
            let ended = by_threads((threads, 1000), begun.chain(Fails), |_| {
                seen += 1;
                Ok(())
            });
            assert_eq!(ended.unwrap_err().to_string(), "the disk is gone");
            assert!(seen > 500, "{seen}");
        }
    }

    #[test]
    fn a_panic_of_one_thread_is_everybodys_and_nobody_waits() {
        let text = population(2000);
        for threads in [1, 2, 7] {
            let panicked = panic::catch_unwind(|| {
                by_threads((threads, 500), text.as_bytes(), |record| {
                    assert!(record.line < 100, "planted");
                    Ok(())
                })
            });
            assert!(panicked.is_err());
        }
    }
}
