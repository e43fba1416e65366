//! Whose turn it is at a site: the files of a run beside its plan, and the lock.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::apply::journal::JournalError;
use crate::apply::lock::{self, Lock, LockError};
use crate::apply::take_over::set_aside;
use crate::apply::{self};
use crate::failure::{Failure, exit};
use crate::fs::{folder_of, is_link, make_private};
use crate::model::Identity;
use crate::output::escape::shell;
use crate::project::Project;
use crate::project::git::Books;
use crate::site::file::FileSite;
use crate::trust::{self, NotOurs, is_own};

impl From<JournalError> for Failure {
    fn from(error: JournalError) -> Self {
        let failure = Self::new(exit::COULD_NOT_RUN, error.to_string());
        if matches!(error, JournalError::NotOurs { .. }) {
            return Self { code: exit::UNCONFIRMED, ..failure }
                .help("look at what was confirmed, and take the run over: `plan adopt PLAN --site SITE`");
        }
        if matches!(error, JournalError::Foreign { .. }) {
            return failure
                .help("take the journal from a backup; until then nobody knows what this run did, so press nothing");
        }
        failure.help(
            "everything is written to the journal before it is done; fix the disk or the folder, then run it \
        again",
        )
    }
}

impl From<LockError> for Failure {
    fn from(error: LockError) -> Self {
        let failure = Self::new(exit::LOCKED, error.to_string());
        match &error {
            LockError::Held { .. } => failure.help("wait for it to end; nothing was written"),
            LockError::File { path, source } => match shut_by_another(path, source) {
                Some(shut) => shut,
                None => Self { code: exit::COULD_NOT_RUN, ..failure },
            },
        }
    }
}

/// Where a file beside the site cannot be read or written since it is another user's: they may be at the site.
pub(super) fn shut_by_another(path: &Path, source: &std::io::Error) -> Option<Failure> {
    let owner = trust::other_owner(path).filter(|_| source.kind() == ErrorKind::PermissionDenied)?;
    let message = format!(
        "`{}` belongs to another user (number {owner}) and this user cannot open it, so it is unknown whether that user is \
            working on the site: nothing was written",
        path.display()
    );
    Some(
        Failure::new(exit::LOCKED, message)
            .help("ask that user to end their run, or to give you access to that folder"),
    )
}

/// The files of the runs of one plan's folder on one site, and the lock of the site.
pub(crate) struct RunFiles {
    /// The plan, as it was named.
    pub(super) plan: PathBuf,
    /// The plan's folder, from the root where it exists.
    pub(super) plans: PathBuf,
    /// The state folder; it need not exist.
    pub(super) folder: PathBuf,
    /// One name for one site, however it was spelled.
    name: String,
    pub(super) site: String,
    /// A site in a file, from the root and through every link: where its lock lies, so that it is one lock from every
    /// plan's folder. None for an address, and where not even the file's folder exists.
    pub(super) real: Option<PathBuf>,
    /// Where what every plan's folder has to see of a site at an address lies: in this user's own state folder. None for a site in a
    /// file, and where there is no such folder.
    of_addresses: Option<PathBuf>,
    /// What git tracks.
    pub(super) git: Books,
}

impl RunFiles {
    /// Where the files of runs on this site are, beside this plan.
    pub(crate) fn of(plan: &Path, site: &str) -> Self {
        let plans = real(folder_of(plan));
        let real = real_file(site);
        let name = one_name(&plans, site, real.as_deref());
        let home = if site.contains("://") { trust::state_home().ok() } else { None };
        Self {
            of_addresses: home.map(|home| home.join("sites")),
            plan: plan.to_owned(),
            plans,
            folder: apply::state_folder(plan),
            name,
            site: site.to_owned(),
            real,
            git: Books::default(),
        }
    }

    /// The same, with git's books that are open already.
    pub(crate) fn of_project(project: &Project, site: &str) -> Self {
        Self { git: project.git().clone(), ..Self::of(project.path(), site) }
    }

    /// A command line of this plan on this site, as it is typed.
    pub(super) fn command(&self, verb: &str) -> String {
        format!("plan {verb} {} --site {}", shell(&self.plan.display().to_string()), shell(&self.site))
    }

    /// The plan, as it was named.
    pub(super) fn plan(&self) -> &Path {
        &self.plan
    }

    /// How it is said that nobody pressed *Run Migration*.
    pub(super) fn say_not_pressed(&self) -> String {
        format!("`{}`", self.typed().named().not_pressed())
    }

    pub(super) fn journal(&self) -> PathBuf {
        apply::state_file(&self.folder, &self.name, "journal.ndjson")
    }

    /// The journal's path from the root: as it is found from another folder.
    pub(super) fn journal_from_root(&self) -> PathBuf {
        apply::state_file(&self.plans.join(".plan"), &self.name, "journal.ndjson")
    }

    /// The lock: of the site, whichever plan's folder asks for it; of the plan's folder alone where nothing else can be written.
    pub(super) fn lock(&self) -> PathBuf {
        self.of_site("lock").unwrap_or_else(|| apply::state_file(&self.folder, &self.name, "lock"))
    }

    /// A file that runs on this site from every folder see: beside a site in a file; of an address, in this user's state folder. None
    /// where there is no such folder.
    pub(super) fn of_site(&self, suffix: &str) -> Option<PathBuf> {
        if let Some(folder) = &self.of_addresses {
            return Some(apply::state_file(folder, &self.name, suffix));
        }
        let site = self.real.as_ref()?;
        let name = site.file_name()?.to_string_lossy();
        Some(apply::state_file(&apply::state_folder(site), &name, suffix))
    }

    /// The site as it was before the run; its population lies beside it.
    pub(crate) fn before(&self) -> PathBuf {
        apply::state_file(&self.folder, &self.name, "before.site.ndjson")
    }

    /// The site as it was at the end of the run that took live through the switch; its population lies beside it.
    pub(crate) fn at_the_end(&self) -> PathBuf {
        apply::state_file(&self.folder, &self.name, "end.site.ndjson")
    }

    /// Where runs on this site may have kept it as it was, in state folders that were taken over as well.
    pub(super) fn kept(&self) -> Vec<PathBuf> {
        let folders = std::iter::once(self.folder.clone()).chain(set_aside(&self.folder));
        let names = [self.before(), self.at_the_end()].map(|kept| kept.file_name().unwrap_or_default().to_owned());
        folders.flat_map(|folder| names.each_ref().map(|name| folder.join(name))).collect()
    }

    /// Takes the lock; makes the state folders where there are none. A site beside which nothing can be written could not be
    /// written itself, so there is no lock in its place.
    pub(super) fn take(&self, plan: &Path) -> Result<Lock, Failure> {
        let failed = |beside: &Path, e| Failure::file("make the state folder beside", beside, &e);
        self.ensure_own()?;
        self.ensure_no_link()?;
        if self.site.contains("://") {
            // Beside a plan it would keep out nobody who runs another plan on the same site.
            trust::state_home()?;
        }
        apply::make_state_folder(plan).map_err(|e| failed(plan, e))?;
        if let Some(site) = &self.real {
            apply::make_shared_folder(site).map_err(|e| {
                let shut = shut_by_another(&apply::state_folder(site), &e);
                let help = "a run locks the site next to its file, and writes there: make that folder writable";
                shut.unwrap_or_else(|| failed(site, e).help(help))
            })?;
        }
        if let Some(folder) = &self.of_addresses {
            let help = "set XDG_STATE_HOME to a folder of your own, as an absolute path, in which you can write";
            make_private(folder)
                .map_err(|e| Failure::file("make the folder of the sites' locks", folder, &e).help(help))?;
            ensure_own_locks(folder)?;
        }
        self.take_as_it_is()
    }

    /// Refuses a link to a site in a file: it is read through one, and never written.
    fn ensure_no_link(&self) -> Result<(), Failure> {
        let Some(real) = self.real.as_ref().filter(|_| is_link(Path::new(&self.site))) else { return Ok(()) };
        let message =
            format!("`{}` is a link, and a run writes to the site: nothing is written through a link", self.site);
        let help = format!("name the file itself: `--site {}`", shell(&real.display().to_string()));
        Err(Failure::new(exit::COULD_NOT_RUN, message).help(help))
    }

    /// Which site it is, as far as its address or the first line of its file says.
    pub(super) fn identity(&self) -> Option<Identity> {
        if self.real.is_none() && self.site.contains("://") {
            return Identity::parse(&self.site);
        }
        FileSite::open(&self.site).ok()?.identity()
    }

    /// Takes the lock, whoever's the state folder is.
    pub(super) fn take_as_it_is(&self) -> Result<Lock, Failure> {
        let lock =
            lock::take(&self.lock(), (&self.plans, self.identity().as_ref()), Timestamp::now()).map_err(|error| {
                let held = matches!(error, LockError::Held { .. });
                let look =
                    format!("wait for it to end, or look: `{}`; nothing was written", self.command("lock status"));
                let failure = Failure::from(error);
                if held { failure.help(look) } else { failure }
            })?;
        if let Some(dead) = lock.last.as_ref().filter(|last| last.process != std::process::id()) {
            FileSite::sweep(Path::new(&self.site), dead.process);
            FileSite::sweep(&self.before(), dead.process);
            FileSite::sweep(&self.at_the_end(), dead.process);
            FileSite::sweep(&self.lock(), dead.process);
        }
        Ok(lock)
    }
}

/// Refuses a folder of locks that somebody else can change, or a link in its place: who can take a lock away lets two runs at one site.
fn ensure_own_locks(folder: &Path) -> Result<(), Failure> {
    if is_link(folder) {
        return Err(NotOurs::new(folder, "is a link, and the sites' locks lie in a folder of its own").into());
    }
    let holder = folder.parent().unwrap_or(folder);
    Ok(is_own(holder, 0o022).and_then(|()| is_own(folder, 0o022))?)
}

/// One name for one site, however it was spelled: an address by the identity that it names, a file by its way from the plan's folder.
fn one_name(plans: &Path, site: &str, file: Option<&Path>) -> String {
    if site.contains("://") {
        return Identity::parse(site).map_or_else(|| site.to_owned(), |site| site.to_string());
    }
    let file = file.unwrap_or(Path::new(site));
    file.strip_prefix(plans).unwrap_or(file).display().to_string()
}

/// A site in a file from the root; one that is away for a moment keeps its place.
fn real_file(site: &str) -> Option<PathBuf> {
    let path = Path::new(site);
    let away = || Some(folder_of(path).canonicalize().ok()?.join(path.file_name()?));
    path.canonicalize().ok().or_else(away).filter(|_| !site.contains("://"))
}

fn real(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_at_an_address_has_one_lock_and_one_note_for_all_folders_of_a_user() {
        let address = "https://staging.bloom.example";
        let (one, other) =
            (RunFiles::of(Path::new("plans/x.yaml"), address), RunFiles::of(Path::new("/tmp/y.yaml"), address));
        assert_eq!((one.lock(), one.of_site("run.json")), (other.lock(), other.of_site("run.json")));
        assert_ne!(one.journal(), other.journal());
    }

    #[cfg(unix)]
    #[test]
    fn locks_lie_in_a_folder_of_their_own_that_nobody_else_can_change() {
        use std::os::unix::fs::PermissionsExt;
        let home = tempfile::tempdir().unwrap();
        let sites = home.path().join("sites");
        make_private(&sites).unwrap();
        ensure_own_locks(&sites).unwrap();
        for (folder, open, shut) in [(&*sites, 0o777, 0o700), (&*sites, 0o720, 0o700), (home.path(), 0o777, 0o700)] {
            std::fs::set_permissions(folder, PermissionsExt::from_mode(open)).unwrap();
            let refused = ensure_own_locks(&sites).unwrap_err();
            assert!(
                refused.code == exit::UNCONFIRMED && refused.message.contains("can be changed by other users"),
                "{refused:?}"
            );
            std::fs::set_permissions(folder, PermissionsExt::from_mode(shut)).unwrap();
        }
        std::fs::rename(&sites, home.path().join("elsewhere")).unwrap();
        std::os::unix::fs::symlink("elsewhere", &sites).unwrap();
        assert!(ensure_own_locks(&sites).unwrap_err().message.contains("is a link"));
    }

    #[test]
    fn one_site_in_every_spelling_of_its_address_has_one_lock() {
        let of = |site: &str| RunFiles::of(Path::new("plans/x.yaml"), site);
        let one = of("https://bücher.example");
        for same in ["https://xn--bcher-kva.example", "https://BÜCHER.example:443/", "https://bücher.example./"] {
            let same = of(same);
            assert_eq!((same.lock(), same.journal(), same.identity()), (one.lock(), one.journal(), one.identity()));
        }
        for other in ["https://bücher.example:8443", "https://bücher.example/wp", "https://www.bücher.example"] {
            assert_ne!(of(other).lock(), one.lock(), "{other}");
        }
    }
}
