//! What the collector on a site at an address gives: its capture, read through adapters, with everybody in files without a name, which are
//! gone with this process.

use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Read, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use jiff::Timestamp;

use super::collect::{Made, not_of_now};
use super::writing::Writes;
use super::{Given, Limits, WordPress, errors};
use crate::adapter::Set;
use crate::adapter::read::{Settable, is_not_asked, take};
use crate::fs::temporary;
use crate::model::snapshot::{COLLECTOR, Capture, PopulationDigest};
use crate::model::{Kind, Snapshot, Worth};
use crate::population::{Damage, MakeSpill};
use crate::site::{Population, SiteError, disk};

/// How much of the members is read at a time.
const BLOCK: usize = 1 << 18;

/// By what the members of a site at an address are read.
#[derive(Clone)]
pub(crate) struct Through {
    /// Where the site keeps them.
    pub(crate) adapters: Rc<Set>,
    /// Gets how many bytes have come, again and again, and at the end zero.
    pub(crate) came: Rc<dyn Fn(u64)>,
    /// Whether a reading that is not whole is an error, where the site lists the collector as active, and no reason why they are unknown: of
    /// a run they are unknown because of what the site is, and never because of what became of one request.
    pub(crate) is_to_be_whole: bool,
    /// That it may be written to; none where nobody agreed to that.
    pub(crate) writes: Option<Writes>,
}

impl std::fmt::Debug for Through {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Through").field("adapters", &self.adapters).finish_non_exhaustive()
    }
}

impl WordPress {
    /// What the collector gives now; or why nothing, noted in the configuration that was read before.
    ///
    /// # Errors
    /// [`SiteError`] where another site answers, the login is not taken any more, or no temporary file can be written; and where they are
    /// to be whole, whatever cuts them off. Whatever else keeps the collector from being read is why what it gives is unknown.
    pub(super) fn collected_beside(
        &mut self,
        rest: &mut Snapshot,
        everybody: bool,
    ) -> Result<Option<Collected>, SiteError> {
        let Some(through) = self.through.clone() else { return Ok(None) };
        let found = match collector(rest) {
            Ok(listed) => {
                let begun = Instant::now();
                let found = self.collected(&through, everybody, &rest.header.taken_at)?;
                self.took = begun.elapsed();
                match found {
                    Err(why) if listed && through.is_to_be_whole => {
                        return Err(errors::cut_off(self.reader.address(), &why));
                    }
                    found => found,
                }
            }
            Err(why) => Err(why),
        };
        Ok(found
            .map_err(|why| {
                let missing = Capture::Missing(why);
                let unknown =
                    rest.header.sections.values_mut().filter(|capture| matches!(capture, Capture::Missing(_)));
                unknown.for_each(|capture| *capture = missing.clone());
            })
            .ok())
    }

    /// What the collector gives, as a population: of the moment at which the reading began, by this machine's clock, as everything else that
    /// is read at an address. A site's own clock may be hours off, and then no step would ever be proven.
    fn collected(
        &mut self,
        through: &Through,
        everybody: bool,
        begun: &str,
    ) -> Result<Result<Collected, String>, SiteError> {
        let name = Path::new("a temporary file");
        let failed = |source: io::Error| disk::failed("write", name, source);
        let mut capture = temporary().map_err(failed)?;
        let within = self.reader.within(Limits::of_collecting());
        let came = self.collect(Given::Capture, (name, &mut capture), &mut |bytes| (through.came)(bytes));
        self.reader.within(within);
        (through.came)(0);
        let made = match came {
            Ok(came) => came.made,
            Err(error @ (SiteError::Login { .. } | SiteError::Another { .. } | SiteError::File { .. })) => {
                return Err(error);
            }
            Err(error) => return Ok(Err(format!("the plugin `plan-bridge` did not give it: {error}"))),
        };
        if let Made::Before(before) = made {
            return Ok(Err(not_of_now(before)));
        }
        capture.rewind().map_err(failed)?;
        let spill = || -> MakeSpill { Box::new(|| Ok(Box::new(temporary()?))) };
        let unread = |damage: Damage| format!("what the plugin `plan-bridge` gave cannot be read: {damage}");
        let mut taken = match take(BufReader::with_capacity(BLOCK, capture), &through.adapters, [spill(), spill()]) {
            Ok(taken) => taken,
            Err(damage) => return Ok(Err(unread(damage))),
        };
        if made == Made::Then {
            begun.clone_into(&mut taken.snapshot.header.taken_at);
        }
        let another_list = another_list(&taken.not_asked);
        let address = self.reader.address();
        if !taken.snapshot.header.site.is_same_site(&address.identity()) {
            return Err(errors::other_members(address, &taken.snapshot.header.site));
        }
        let ground = taken.ground.take().filter(|_| through.writes.is_some());
        if let Some(ground) = ground {
            self.note_settable(Settable::new(ground, &through.adapters), &through.adapters);
        }
        let address = self.reader.address();
        if !everybody || !taken.has_population() {
            return Ok(Ok(Collected { snapshot: taken.without_population(), members: None, another_list }));
        }
        let mut file = temporary().map_err(failed)?;
        let taken_at = taken.snapshot.header.taken_at.parse().ok();
        let written = taken.write_population(&mut BufWriter::with_capacity(BLOCK, &mut file));
        let snapshot = match written {
            Ok(snapshot) => snapshot,
            Err(Damage::Read(source)) => return Err(failed(source)),
            Err(damage) => return Ok(Err(unread(damage))),
        };
        let path = PathBuf::from(format!("the members of {address}"));
        let own = snapshot.population.clone();
        let members = own.map(|own| Members { file: Arc::new(Mutex::new(file)), own, taken_at, path });
        Ok(Ok(Collected { snapshot, members, another_list }))
    }
}

/// What the collector gave, seen through adapters.
pub(super) struct Collected {
    snapshot: Snapshot,
    /// Who they are; nobody where no kind of them was captured.
    members: Option<Members>,
    /// That the plugin's list is not that of the adapters, with what to do; empty where it is.
    another_list: String,
}

/// That a plugin has another list than these adapters make, as the end of a sentence.
fn another_list(not_asked: &[String]) -> String {
    if not_asked.is_empty() {
        return String::new();
    }
    format!(
        "; the plugin on the site has another list, which was not made with the adapter `{}` as it is now: `plan bridge zip --adapter FILE --out \
         NEW.zip` makes one with it, to be uploaded under Plugins, where WordPress offers to replace the one that is there",
        not_asked.join("`, `")
    )
}

impl Collected {
    /// The configuration as the collector gave it, what it lacks out of core REST, and who they are.
    pub(super) fn whole(self, rest: Snapshot) -> (Snapshot, Result<Members, String>) {
        let Self { mut snapshot, members, another_list } = self;
        for (kind, capture) in &rest.header.sections {
            let is_lacking = !snapshot.header.is_captured(kind) && matches!(capture, Capture::How(_));
            match (is_lacking, Kind::from_name(kind)) {
                (true, Some(Kind::Plugin)) => snapshot.state.plugins.clone_from(&rest.state.plugins),
                (true, Some(Kind::Administrator)) => {
                    snapshot.state.administrators.clone_from(&rest.state.administrators);
                }
                (true, Some(Kind::Environment)) => snapshot.state.environment.clone_from(&rest.state.environment),
                _ => continue,
            }
            snapshot.header.sections.insert(kind.clone(), capture.clone());
        }
        if !another_list.is_empty() {
            with_cure(&mut snapshot, &another_list);
        }
        let members = members.ok_or_else(|| not_captured(&snapshot) + &another_list);
        (snapshot.with_worth(Worth::Captured), members)
    }
}

/// What is unknown because the plugin's list does not ask for it says how that is mended.
fn with_cure(snapshot: &mut Snapshot, another_list: &str) {
    let sources = snapshot.sources.values_mut();
    let of_objects = sources.flat_map(|sources| sources.whole.iter_mut().chain(sources.fields.values_mut()));
    for capture in snapshot.header.sections.values_mut().chain(of_objects) {
        if let Capture::Missing(why) = capture
            && is_not_asked(why)
        {
            why.push_str(another_list);
        }
    }
}

/// Whether the collector may answer on a site, and whether the site lists it as active; else why not. Where nobody may list the plugins,
/// only asking it shows.
fn collector(snapshot: &Snapshot) -> Result<bool, String> {
    if !snapshot.header.is_captured("plugin") {
        return Ok(false);
    }
    let why = match snapshot.state.plugins.get(COLLECTOR) {
        Some(plugin) if plugin.active.is_on() => return Ok(true),
        Some(_) => "is installed there but not active: activate it under Plugins",
        None => "is not installed there (docs/live-site.md)",
    };
    Err(format!("{}, and the plugin `plan-bridge`, which gives it, {why}", super::NOT_SHOWN))
}

/// Why nobody can be asked for.
pub(super) fn not_captured(snapshot: &Snapshot) -> String {
    match snapshot.header.capture("contact") {
        Capture::Missing(why) => format!("not captured, because {why}"),
        Capture::How(_) => "nothing but their number was captured".to_owned(),
    }
}

/// Everybody, in a file without a name.
#[derive(Debug)]
pub(super) struct Members {
    file: Arc<Mutex<File>>,
    own: PopulationDigest,
    taken_at: Option<Timestamp>,
    /// What messages call it.
    path: PathBuf,
}

impl Population for Members {
    fn open(&self) -> Result<Box<dyn BufRead + Send>, SiteError> {
        Ok(Box::new(BufReader::with_capacity(BLOCK, Shared { file: Arc::clone(&self.file), at: 0 })))
    }

    fn taken_at(&self) -> Option<Timestamp> {
        self.taken_at
    }

    fn belongs(&self, read: &PopulationDigest) -> Result<(), SiteError> {
        if self.own.is_same(read) {
            return Ok(());
        }
        Err(self
            .damaged(Damage::whole("the temporary file is not what was written into it").help("read the site again")))
    }

    fn damaged(&self, damage: Damage) -> SiteError {
        disk::damaged(&self.path, damage)
    }
}

/// One reader of several of one file: each has its own place.
struct Shared {
    file: Arc<Mutex<File>>,
    at: u64,
}

impl Read for Shared {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut file = self.file.lock().map_err(|_| io::Error::other("another reader of it failed"))?;
        file.seek(SeekFrom::Start(self.at))?;
        let read = file.read(buffer)?;
        self.at += read as u64;
        Ok(read)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may end so")]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn readers_of_one_file_have_their_own_places() {
        let mut file = temporary().unwrap();
        file.write_all(b"one\ntwo\n").unwrap();
        let path = PathBuf::from("the members of https://example.com");
        let own = PopulationDigest { counts: [].into(), sha256: String::new() };
        let members = Members { file: Arc::new(Mutex::new(file)), own, taken_at: None, path };
        let mut both = [members.open().unwrap(), members.open().unwrap()];
        let mut text = String::new();
        for reader in &mut both {
            reader.read_line(&mut text).unwrap();
        }
        for reader in &mut both {
            reader.read_line(&mut text).unwrap();
        }
        assert_eq!(text, "one\none\ntwo\ntwo\n");
    }
}
