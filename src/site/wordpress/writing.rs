//! Writing to a site on which the build that writes is: one stored value at a time, under the site's own lock.
//!
//! What an answer leaves open is found out by reading, under a new number of the lock: what was sent under an older one can then do
//! nothing any more. Nothing is sent twice.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use serde_json::{Value, json};

use super::client::{Asked, Writer};
use super::excerpt::excerpt;
use super::unwritten::Unwritten;
use super::{Limits, WordPress, errors};
use crate::adapter::read::{Settable, Setting};
use crate::adapter::{Set, compile};
use crate::capture::StoredOption;
use crate::change::{self, Change, Conflict};
use crate::model::{ObjectRef, digest};
use crate::site::{Site as _, SiteError};

/// The route that says what the build that writes may set, and whether it does now.
const WRITES: &str = "/plan/v1/writes";

/// What its hooks came to where not all of them were seen to end.
const HOOK_FAILED: &str = "committed, hook failed";

/// How many settings are read in one request: those that a run comes to next are read with the first of them.
const AT_ONCE: usize = 100;

/// How many settings are named whose hooks failed.
const FAILED: usize = 20;

/// How long the lock is waited for where it is let go: it ends by itself.
const LETTING_GO: Duration = Duration::from_secs(5);

/// That a site's owner agreed that it is written to.
#[derive(Clone, Debug)]
pub(crate) struct Writes {
    /// Who this machine is to the lock on the site, and to nobody else: 64 hexadecimal digits.
    pub(crate) holder: String,
}

/// What of a site can be written, as it was read last.
#[derive(Debug)]
pub(super) struct Writing {
    settable: Settable,
    adapters: Rc<Set>,
}

/// The lock on the site, as far as this process has it.
#[derive(Debug, Default)]
pub(super) struct Held {
    /// Its number; none where it is not held, or nobody knows what became of what was sent under it.
    token: Option<i64>,
    /// How many changes were sent.
    sent: u64,
    /// The digests of what was read under this number. A value that is another one since is not written over: the site compares.
    digests: BTreeMap<String, String>,
    /// The option that the last answer showed as it was after the change: a reading, until something else is done.
    shown: Option<String>,
    /// What a person is to know of what was written.
    noticed: Vec<String>,
}

impl Held {
    /// Nothing is known any more of what was read under its number.
    fn is_lost(&mut self) {
        self.token = None;
        self.digests.clear();
    }
}

/// Why a request was not answered as it should be.
enum Undone {
    /// The site refused it, and did nothing.
    Refused(String),
    /// It is open what became of it.
    Open(SiteError),
}

impl WordPress {
    /// Keeps what can be written of what was read, where that is agreed and the site takes it.
    pub(super) fn note_settable(&mut self, settable: Settable, adapters: &Rc<Set>) {
        let announced = self.announced(adapters);
        self.writing = match &announced {
            Ok(()) => Some(Writing { settable, adapters: Rc::clone(adapters) }),
            Err(why) => {
                log::info!("`{}` is not written to: {}", self.reader.address(), why.why);
                None
            }
        };
        self.not_written = announced.err();
    }

    /// Whether the site has the build that writes, with the list of these adapters, and writes now; else why not.
    fn announced(&self, adapters: &Set) -> Result<(), Unwritten> {
        let answer = self.reader.get(WRITES, &[]).map_err(|_| Unwritten::silent())?;
        let body = match (answer.status, answer.body) {
            (200, Ok(body)) => body,
            (404, _) => return Err(Unwritten::reads()),
            _ => return Err(Unwritten::silent()),
        };
        if body.get("open") != Some(&Value::Bool(true)) {
            return Err(self.unwritten(body.pointer("/why/code").and_then(Value::as_str).unwrap_or_default()));
        }
        let list = compile::writes(adapters, &self.reader.address().identity().to_string());
        let is_same = body.get("sha256").and_then(Value::as_str) == Some(&*digest::of_bytes(list.as_bytes()));
        is_same.then_some(()).ok_or_else(Unwritten::of_other_adapters)
    }

    fn unwritten(&self, code: &str) -> Unwritten {
        Unwritten::of(code, (self.clock)())
    }

    /// Why a person makes every change although the site's owner agreed, in one sentence; none where that is not so.
    pub(super) fn guided_why(&self) -> Option<String> {
        let why = self.not_written.as_ref().filter(|_| self.writing.is_none())?;
        Some(format!("`{}`: {}", self.name_of(), why.in_a_line()))
    }

    /// What makes a change here, proven on what was read: that, and nothing else; and how the site is read then.
    pub(super) fn setting(&self, change: &Change) -> Option<(Setting, Settable)> {
        let Writing { settable, adapters } = self.writing.as_ref()?;
        let setting = settable.setting(&change.on, [change.before.as_ref()?, change.after.as_ref()?])?;
        let mut wanted = settable.state().clone();
        change::apply(&mut wanted, change).ok()?;
        let then = settable.with(&setting, adapters)?;
        (*then.state() == wanted).then_some((setting, then))
    }

    /// Carries out a change as one compare-and-set: with what was read under this number of the lock, and where the site has something
    /// else now, once more with that.
    pub(super) fn write(&mut self, change: &Change) -> Result<(), SiteError> {
        let option = self.settable().and_then(|settable| settable.option(&change.on)).map(str::to_owned);
        let Some(option) = option else { return self.ensure_made(change) };
        let mut is_fresh = !self.held.digests.contains_key(&option);
        if is_fresh {
            self.refresh(&option, true)?;
        }
        loop {
            let found = self.settable().and_then(|settable| change::read(settable.state(), &change.on));
            if change::shows(found.as_ref(), change.after.as_ref()) {
                return Ok(());
            }
            let shows_before = change::shows(found.as_ref(), change.before.as_ref());
            let refused = match shows_before {
                true => self.sends(change)?,
                false => Some(Conflict { on: change.on.clone(), expected: change.before.clone(), found }.into()),
            };
            match refused {
                None => return Ok(()),
                Some(why) if is_fresh => return Err(why),
                Some(_) => {
                    self.refresh(&option, false)?;
                    is_fresh = true;
                }
            }
        }
    }

    /// Sends a change once. Why the site refused it, where another reading may show what to do.
    fn sends(&mut self, change: &Change) -> Result<Option<SiteError>, SiteError> {
        let (setting, then) = self.setting(change).ok_or_else(|| self.not_automatic(change))?;
        let token = self.token()?;
        let unread = || self.refused(&self.unwritten("unread"));
        let sha256 = self.held.digests.get(&setting.option).cloned().ok_or_else(unread)?;
        self.held.sent += 1;
        // No other number of the lock, and no other change under this one, ever makes the same.
        let key = digest::of_parts([self.holder(), &token.to_string(), &self.held.sent.to_string()]);
        let body = json!({
            "token": token, "option": setting.option, "sha256": sha256, "set": setting.sets, "key": key
        });
        match self.post(Asked::Change, &body) {
            Ok(answer) => {
                if answer.get("outcome").and_then(Value::as_str) == Some(HOOK_FAILED) {
                    self.notices(&setting.option);
                }
                self.put(&setting.option, &answer, Some(then))?;
                self.held.shown = Some(setting.option);
                Ok(None)
            }
            Err(Undone::Refused(code)) if code == "stale" => {
                Ok(Some(Conflict { on: change.on.clone(), expected: change.before.clone(), found: None }.into()))
            }
            Err(Undone::Refused(code)) if code == "lock-lost" => {
                self.held.is_lost();
                Ok(Some(self.refused(&self.unwritten(&code))))
            }
            Err(Undone::Refused(code)) => Err(self.refused(&self.unwritten(&code))),
            Err(Undone::Open(error)) => Err(error),
        }
    }

    /// That a person made a change which is not carried out here.
    fn ensure_made(&mut self, change: &Change) -> Result<(), SiteError> {
        let found = self.observe(&change.on)?;
        if change::shows(found.as_ref(), change.after.as_ref()) { Ok(()) } else { Err(self.not_automatic(change)) }
    }

    /// The managed fields of an object, read from the one stored value in which it can be written; none where it has none.
    pub(super) fn observe_stored(&mut self, on: &ObjectRef) -> Result<Option<Value>, SiteError> {
        let option = self.settable().and_then(|settable| settable.option(on)).map(str::to_owned);
        let Some(option) = option else { return Ok(None) };
        if self.held.shown.take().as_ref() != Some(&option) {
            self.refresh(&option, false)?;
        }
        Ok(self.settable().and_then(|settable| change::read(settable.state(), on)))
    }

    /// What a person is to know of what was written, once.
    pub(super) fn noticed_since(&mut self) -> Vec<String> {
        std::mem::take(&mut self.held.noticed)
    }

    fn notices(&mut self, option: &str) {
        self.held.noticed.push(format!(
            "the setting `{option}` is set, but other code of the site, which is called then, failed or was not seen to end: the site's error \
             log says why, and saving the setting's screen once calls it again"
        ));
    }

    fn settable(&self) -> Option<&Settable> {
        self.writing.as_ref().map(|writing| &writing.settable)
    }

    fn holder(&self) -> &str {
        self.through.as_ref().and_then(|through| through.writes.as_ref()).map_or("", |writes| &writes.holder)
    }

    /// The lock's number, taken where it is not held: from then on nothing that was sent before is done any more.
    fn token(&mut self) -> Result<i64, SiteError> {
        if let Some(token) = self.held.token {
            return Ok(token);
        }
        let body = json!({"holder": self.holder()});
        let answer = match self.post(Asked::Lock, &body) {
            Ok(answer) => answer,
            Err(Undone::Refused(code)) => return Err(self.refused(&self.unwritten(&code))),
            Err(Undone::Open(error)) => return Err(error),
        };
        let token =
            answer.get("token").and_then(Value::as_i64).ok_or_else(|| errors::not_wordpress(self.reader.address()))?;
        self.held.token = Some(token);
        self.held.digests.clear();
        let failed =
            answer.get("hooks_failed").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
        failed.take(FAILED).for_each(|option| self.notices(&excerpt(option)));
        Ok(token)
    }

    /// Reads one stored value again, and with it those that a run may come to next.
    fn refresh(&mut self, option: &str, with_next: bool) -> Result<(), SiteError> {
        let answer = self.asked_under_lock(Asked::Stored, |site| site.to_be_read(option, with_next))?;
        self.put(option, &answer, None)
    }

    fn to_be_read(&self, option: &str, with_next: bool) -> Value {
        let known = &self.held.digests;
        let next = self.settable().filter(|_| with_next).map(|settable| settable.options_after(option));
        let more: Vec<&str> =
            next.into_iter().flatten().filter(|name| !known.contains_key(*name)).take(AT_ONCE - 1).collect();
        json!({"option": option, "more": more})
    }

    /// What the site answers who holds its lock, asked for what changes no setting.
    pub(super) fn asked_under_lock(&mut self, asked: Asked, body: impl Fn(&Self) -> Value) -> Result<Value, SiteError> {
        let post = |site: &mut Self| {
            let token = site.token()?;
            let mut body = body(site);
            body["token"] = token.into();
            Ok::<_, SiteError>(site.post(asked, &body))
        };
        let answer = match post(self)? {
            // A pause longer than the lock lasts.
            Err(Undone::Refused(code)) if code == "lock-lost" => {
                self.held.is_lost();
                post(self)?
            }
            answer => answer,
        };
        match answer {
            Ok(answer) => Ok(answer),
            Err(Undone::Refused(code)) => Err(self.refused(&self.unwritten(&code))),
            Err(Undone::Open(error)) => Err(error),
        }
    }

    /// Takes what the site shows of stored values; that of one must be there. Where it is as it was to be, it is read as was proven.
    fn put(&mut self, of: &str, answer: &Value, then: Option<Settable>) -> Result<(), SiteError> {
        let parsed = |shown: &Value| serde_json::from_value::<StoredOption>(shown.clone()).ok();
        let more = answer.get("more").and_then(Value::as_array).into_iter().flatten().take(AT_ONCE);
        let mut all: Vec<StoredOption> = answer.get("option").into_iter().chain(more).filter_map(parsed).collect();
        all.retain(|option| option.name.known().is_some() && option.sha256.is_some());
        if all.first().is_none_or(|option| option.name.known() != Some(of)) {
            return Err(errors::not_wordpress(self.reader.address()));
        }
        for option in &all {
            if let (Some(name), Some(sha256)) = (option.name.known(), &option.sha256) {
                self.held.digests.insert(name.to_owned(), sha256.clone());
            }
        }
        let Some(Writing { settable, adapters }) = &mut self.writing else { return Ok(()) };
        if let Some(then) = then {
            *settable = then;
        }
        all.retain(|option| !settable.ground().says(option));
        if !all.is_empty() {
            let mut ground = settable.ground().clone();
            all.into_iter().for_each(|option| ground.put(option));
            *settable = Settable::new(ground, adapters);
        }
        Ok(())
    }

    fn post(&mut self, asked: Asked, body: &Value) -> Result<Value, Undone> {
        let answer = match Writer::beside(&self.reader) {
            Some(writer) => writer.post(asked, body),
            None => return Err(Undone::Refused("unmet".to_owned())),
        };
        let open = match answer {
            Ok(answer) => match (answer.status, &answer.body) {
                (200, Ok(body)) => return Ok(body.clone()),
                // A database that fails may have failed at the very end.
                (409, Ok(body)) if code(body).is_some_and(|code| code != "database") => {
                    return Err(Undone::Refused(code(body).unwrap_or_default().to_owned()));
                }
                _ => errors::explain(&self.reader, &answer),
            },
            Err(failure) => errors::failed(self.reader.address(), &failure),
        };
        self.held.is_lost();
        Err(Undone::Open(open))
    }

    fn refused(&self, why: &Unwritten) -> SiteError {
        SiteError::Refused { site: self.name_of(), what: why.why.clone(), help: why.help() }
    }

    /// Why a change is not carried out here.
    fn not_automatic(&self, change: &Change) -> SiteError {
        let is_agreed = self.through.as_ref().is_none_or(|through| through.writes.is_some());
        match &self.not_written {
            _ if !is_agreed => SiteError::Refused {
                site: self.name_of(),
                what: "it is not written to: `plan.toml` does not say any more that its owner agreed".to_owned(),
                help:
                    "put `writes`, `agreed_by` and `agreed_on` back into its table `[site]`, or make the change by hand"
                        .to_owned(),
            },
            Some(why) => SiteError::Refused {
                site: self.name_of(),
                what: format!("it is not written to: {}", why.why),
                help: why.help(),
            },
            None => SiteError::NotAutomatic { site: self.name_of(), on: change.on.to_string() },
        }
    }

    fn name_of(&self) -> String {
        self.reader.address().to_string()
    }
}

impl Drop for WordPress {
    /// Lets the lock on the site go, so that nobody waits for its end.
    fn drop(&mut self) {
        if let Some(token) = self.held.token.take() {
            let within = Limits { answer: LETTING_GO, ..Limits::default() };
            self.reader.within(within);
            let body = json!({"holder": self.holder(), "token": token});
            drop(self.post(Asked::Lock, &body));
        }
    }
}

fn code(body: &Value) -> Option<&str> {
    body.get("code").and_then(Value::as_str)
}
