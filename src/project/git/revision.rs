//! What a file was at a revision: git is asked, by its program, as somebody who trusts no repository asks it.
//!
//! Only `rev-parse --verify` and `cat-file` are run, which show no page, call no filter and run no hook; nothing is fetched, no
//! variable of the environment points to another repository, and what a setting could start (the watcher of files, a remote's transport) is
//! switched off. A revision is one word that names a commit; git's answer is read to a bound, and waited for so long.

use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use jiff::Timestamp;

use crate::fs::folder_of;

/// How long git is waited for.
const PATIENCE: Duration = Duration::from_secs(30);

/// Most characters of a revision.
const LONGEST: usize = 256;

/// Most bytes of a commit.
const COMMIT: u64 = 1 << 20;

/// Variables that git needs to run, and to know that a folder is its user's.
const KEPT: [&str; 6] = ["PATH", "HOME", "XDG_CONFIG_HOME", "SYSTEMROOT", "USERPROFILE", "TMPDIR"];

/// A commit of the repository that a file lies in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Commit {
    /// Its name.
    pub(crate) name: String,
    /// When it was made; none where it does not say.
    pub(crate) at: Option<Timestamp>,
}

/// The commit that a revision names, in the repository of this file.
///
/// # Errors
/// Why there is none, in words.
pub(crate) fn commit(file: &Path, revision: &str) -> Result<Commit, String> {
    let is_one = !revision.is_empty()
        && revision.len() <= LONGEST
        && !revision.starts_with('-')
        && revision.chars().all(|c| !c.is_whitespace() && !c.is_control() && c != ':');
    if !is_one {
        return Err("it is no file of a seal, and no revision that git could know".to_owned());
    }
    let wanted = format!("{revision}^{{commit}}");
    let name = ask(file, &["rev-parse", "--verify", "--quiet", "--end-of-options", &wanted], COMMIT)?;
    let name = String::from_utf8_lossy(&name.ok_or("git knows no such commit here")?).trim().to_owned();
    if !matches!(name.len(), 40 | 64) || !name.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Err("git names no commit for it".to_owned());
    }
    let text = ask(file, &["cat-file", "commit", &name], COMMIT)?.ok_or("git cannot show that commit")?;
    Ok(Commit { at: made_at(&String::from_utf8_lossy(&text)), name })
}

/// When a commit was made, by its `committer` line: nothing else of it is looked at.
fn made_at(commit: &str) -> Option<Timestamp> {
    let line = commit.lines().take_while(|line| !line.is_empty()).find_map(|line| line.strip_prefix("committer "))?;
    let mut words = line.rsplit(' ');
    let seconds = words.nth(1)?.parse().ok()?;
    Timestamp::from_second(seconds).ok()
}

/// What a file was at a commit, at most so many bytes; none where it was not there.
///
/// # Errors
/// Why nobody can say, in words.
pub(crate) fn file_at(file: &Path, commit: &Commit, most: u64) -> Result<Option<Vec<u8>>, String> {
    let name = file.file_name().and_then(|name| name.to_str()).ok_or("its name is not text")?;
    let bytes = ask(file, &["cat-file", "blob", &format!("{}:./{name}", commit.name)], most)?;
    match bytes {
        Some(bytes) if bytes.len() as u64 > most => Err(format!("it had more than {most} bytes")),
        bytes => Ok(bytes),
    }
}

/// What git answers, one byte more than so many at the most; none where it says no.
fn ask(file: &Path, words: &[&str], most: u64) -> Result<Option<Vec<u8>>, String> {
    let mut git = Command::new("git");
    git.env_clear();
    for name in KEPT {
        if let Some(value) = std::env::var_os(name) {
            git.env(name, value);
        }
    }
    // No transport is allowed at all, for an object that is not here: neither by the newer name nor by the older one.
    git.env("GIT_NO_LAZY_FETCH", "1").env("GIT_ALLOW_PROTOCOL", "").env("GIT_TERMINAL_PROMPT", "0");
    git.env("GIT_OPTIONAL_LOCKS", "0").env("LC_ALL", "C");
    git.args(["--no-pager", "--no-replace-objects", "--literal-pathspecs"]);
    for setting in ["core.fsmonitor=false", "core.hooksPath=", "safe.bareRepository=explicit", "protocol.allow=never"] {
        git.args(["-c", setting]);
    }
    git.args(words).current_dir(folder_of(file));
    git.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = git.spawn().map_err(|error| format!("git cannot be run: {error}"))?;
    let Some(out) = child.stdout.take() else { return Err("git says nothing".to_owned()) };
    let (done, answer) = mpsc::channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        let read = out.take(most + 1).read_to_end(&mut bytes);
        // Nobody waits for it any more.
        let _ = done.send(read.map(|_| bytes));
    });
    let read = answer.recv_timeout(PATIENCE);
    let is_whole = matches!(&read, Ok(Ok(bytes)) if bytes.len() as u64 <= most);
    let said_yes = ended(&mut child, is_whole);
    match read {
        Err(_) => Err(format!("git did not answer within {} seconds", PATIENCE.as_secs())),
        Ok(Err(error)) => Err(format!("git's answer cannot be read: {error}")),
        Ok(Ok(bytes)) if !is_whole => Ok(Some(bytes)),
        Ok(Ok(bytes)) => Ok(said_yes.then_some(bytes)),
    }
}

/// Whether git ended well; one that has more to say, or says nothing, is stopped.
fn ended(child: &mut Child, is_whole: bool) -> bool {
    if !is_whole {
        // It may have ended just now.
        let _ = child.kill();
    }
    child.wait().is_ok_and(|status| status.success())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_commit_says_when_it_was_made_and_no_name_in_it_counts() {
        let commit = "tree x\nauthor A committer 1 <a@b.example> 5 +0000\ncommitter B 7 <b> 1764000000 +0100\n\ncommitter C <c> 9 +0000\n";
        assert_eq!(made_at(commit), Timestamp::from_second(1_764_000_000).ok());
        assert_eq!(made_at("tree x\n\ncommitter C <c> 9 +0000\n"), None);
        assert_eq!(made_at("committer"), None);
    }

    #[test]
    fn what_could_be_an_option_or_a_file_is_no_revision() {
        for revision in ["", "-x", "--upload-pack=x", "main:plan.yaml", ":/words", "a b", "a\nb", &"x".repeat(257)] {
            assert!(commit(Path::new("plan.yaml"), revision).is_err(), "{revision:?}");
        }
    }
}
