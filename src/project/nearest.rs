//! Which `plan.toml` holds for a plan: the nearest one, from the plan's folder up to where its repository begins. No program is asked, and no
//! setting of git's.

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use crate::failure::{Failure, exit};
use crate::fs::{Folder, bounded, folder_of, text};

/// The file's name.
pub(super) const NAME: &str = "plan.toml";

/// Most bytes of it.
const LIMIT: u64 = 1 << 20;

/// A file that was found, with its text.
pub(super) struct Found {
    /// Where it lies, as it is named from the working folder.
    pub(super) file: PathBuf,
    pub(super) text: String,
}

/// The file that holds, and those further up in its repository, which would hold if it were not there: of what cannot be read, why.
pub(super) struct Nearest {
    pub(super) found: Found,
    pub(super) further: Vec<Result<Found, Failure>>,
}

/// The nearest one above a plan; none where there is none up to the top of the repository, and outside of one in the plan's own folder.
///
/// # Errors
/// Where one is there that cannot be read, is a link, or belongs to somebody else: what it demands is never passed over.
pub(super) fn nearest(plan: &Path) -> Result<Option<Nearest>, Failure> {
    let own = folder_of(plan);
    if let Some(found) = in_folder(own, plan)? {
        return Ok(Some(Nearest { further: further(&found.file, own, plan), found }));
    }
    // A new plan's folder may not be there yet.
    let there =
        own.ancestors().find_map(|folder| folder_of(&folder.join("-")).canonicalize().ok().map(|real| (folder, real)));
    let Some((folder, real)) = there else { return Ok(None) };
    let Some(top) = top_of(&real) else { return Ok(None) };
    let own_is_there = usize::from(folder == own);
    let above = real.ancestors().skip(own_is_there).take_while(|folder| folder.starts_with(top));
    let found = above.map(|folder| in_folder(&named(folder), plan)).find_map(Result::transpose).transpose()?;
    Ok(found.map(|found| Nearest { further: further(&found.file, folder_of(&found.file), plan), found }))
}

/// Where the repository of a folder begins; none outside of one.
fn top_of(folder: &Path) -> Option<&Path> {
    folder.ancestors().find(|folder| folder.join(".git").symlink_metadata().is_ok())
}

/// Those further up than this file of this folder, the nearest first. Whoever wants to know learns which one would hold in its place.
fn further(file: &Path, folder: &Path, plan: &Path) -> Vec<Result<Found, Failure>> {
    let Ok(real) = folder.canonicalize() else { return Vec::new() };
    let Some(top) = top_of(&real) else { return Vec::new() };
    let above = real.ancestors().skip(1).take_while(|folder| folder.starts_with(top));
    let hidden: Vec<PathBuf> = above.filter(|folder| folder.join(NAME).symlink_metadata().is_ok()).map(named).collect();
    if let Some(first) = hidden.first() {
        log::info!("`{}` does not hold, as `{}` is nearer", file_in(first).display(), file.display());
    }
    hidden.iter().filter_map(|folder| in_folder(folder, plan).transpose()).collect()
}

/// The file in a folder, as it is named.
fn file_in(folder: &Path) -> PathBuf {
    if folder == Path::new(".") { PathBuf::from(NAME) } else { folder.join(NAME) }
}

fn in_folder(folder: &Path, plan: &Path) -> Result<Option<Found>, Failure> {
    let file = file_in(folder);
    let unread = |error: io::Error| Failure::file("read", &file, &error);
    let opened = match Folder::at(folder).open(NAME, OpenOptions::new().read(true)) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        opened => opened.map_err(unread)?,
    };
    ensure_counts(&file, &opened, plan)?;
    let text = bounded(&opened, LIMIT).and_then(text).map_err(unread)?;
    Ok(Some(Found { file, text }))
}

/// A folder above the plan's, as it is named from the working folder.
fn named(folder: &Path) -> PathBuf {
    let Ok(here) = Path::new(".").canonicalize() else { return folder.to_owned() };
    if let Ok(below) = folder.strip_prefix(&here) {
        return below.to_owned();
    }
    here.strip_prefix(folder).map_or_else(|_| folder.to_owned(), |up| up.components().map(|_| "..").collect())
}

/// Refuses what belongs to another user than who runs this, who owns the plan, and the system's administrator.
///
/// Git trusts a repository of its own user alone, as it runs what that configures. Nothing in this file runs: it limits what a plan may do, and
/// whoever owns the plan can lay another one beside it, and is believed as much. So a checkout of somebody else's, as CI mounts it into a
/// container, counts as it is, and a file that a stranger laid into a folder of everybody's does not.
#[cfg(unix)]
fn ensure_counts(file: &Path, opened: &File, plan: &Path) -> Result<(), Failure> {
    use std::os::unix::fs::MetadataExt as _;
    let owner = opened.metadata().map_err(|error| Failure::file("read", file, &error))?.uid();
    let here = rustix::process::geteuid().as_raw();
    let of_plan = plan.symlink_metadata().or_else(|_| folder_of(plan).metadata()).map_or(here, |found| found.uid());
    if counts(owner, here, of_plan) {
        return Ok(());
    }
    let message = format!(
        "`{}` belongs to another user (number {owner}; this runs as number {here}), so what it says does not count",
        file.display()
    );
    Err(Failure::new(exit::COULD_NOT_RUN, message).help(
        "it has to belong to you, or to whoever owns the plan: look at what it says, then `chown` it or move it away",
    ))
}

#[cfg(not(unix))]
fn ensure_counts(_: &Path, _: &File, _: &Path) -> Result<(), Failure> {
    Ok(())
}

#[cfg(unix)]
fn counts(owner: u32, here: u32, of_plan: u32) -> bool {
    const ADMINISTRATOR: u32 = 0;
    [here, of_plan, ADMINISTRATOR].contains(&owner)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may end so")]
mod tests {
    use std::fs;

    use super::*;

    /// A repository with a plan two folders below its top.
    fn repository() -> (tempfile::TempDir, PathBuf) {
        let place = tempfile::tempdir().unwrap();
        fs::create_dir_all(place.path().join("repository/.git")).unwrap();
        fs::create_dir_all(place.path().join("repository/plans/club")).unwrap();
        let plan = place.path().join("repository/plans/club/x.yaml");
        fs::write(&plan, "version: 1\n").unwrap();
        (place, plan)
    }

    fn text_of(plan: &Path) -> Option<String> {
        nearest(plan).map_err(|failure| failure.message).unwrap().map(|nearest| nearest.found.text)
    }

    #[test]
    fn the_nearest_one_counts_and_none_above_the_repository_does() {
        let (place, plan) = repository();
        fs::write(place.path().join(NAME), "above").unwrap();
        assert_eq!(text_of(&plan), None);
        for (folder, text) in [("repository", "top"), ("repository/plans", "middle"), ("repository/plans/club", "own")]
        {
            fs::write(place.path().join(folder).join(NAME), text).unwrap();
            assert_eq!(text_of(&plan).as_deref(), Some(text));
        }
        // Outside of a repository a plan's own folder is all there is.
        fs::remove_dir(place.path().join("repository/.git")).unwrap();
        assert_eq!(text_of(&plan).as_deref(), Some("own"));
        fs::remove_file(plan.with_file_name(NAME)).unwrap();
        assert_eq!(text_of(&plan), None);
        // A tree of its own, or a part of another repository, has a file in the place of the folder.
        fs::write(place.path().join("repository/plans/.git"), "gitdir: ../../else\n").unwrap();
        assert_eq!(text_of(&plan).as_deref(), Some("middle"));
        fs::remove_file(place.path().join("repository/plans").join(NAME)).unwrap();
        assert_eq!(text_of(&plan), None, "the repository around it is another one");
    }

    #[cfg(unix)]
    #[test]
    fn what_is_there_and_cannot_count_is_not_passed_over() {
        let (place, plan) = repository();
        let (middle, top) =
            (place.path().join("repository/plans").join(NAME), place.path().join("repository").join(NAME));
        fs::write(&top, "top").unwrap();
        std::os::unix::fs::symlink(&top, &middle).unwrap();
        assert!(nearest(&plan).err().unwrap().message.contains("is a link"));
        fs::remove_file(&middle).unwrap();
        fs::create_dir(&middle).unwrap();
        assert!(nearest(&plan).err().unwrap().message.contains("not a regular file"));
        fs::remove_dir(&middle).unwrap();
        // Only the system's administrator can give a file away.
        if std::os::unix::fs::chown(&top, Some(54_321), None).is_ok() {
            let refused = nearest(&plan).err().unwrap();
            assert!(refused.message.contains("belongs to another user (number 54321"), "{refused:?}");
            std::os::unix::fs::chown(&plan, Some(54_321), None).unwrap();
            assert_eq!(text_of(&plan).as_deref(), Some("top"), "a checkout of another user's");
        }
    }

    #[cfg(unix)]
    #[test]
    fn it_belongs_to_who_runs_this_or_to_whoever_could_do_as_much() {
        for (owner, here, of_plan, is_taken) in
            [(7, 7, 7, true), (8, 7, 7, false), (8, 7, 8, true), (0, 7, 7, true), (8, 0, 0, false)]
        {
            assert_eq!(counts(owner, here, of_plan), is_taken, "{owner} {here} {of_plan}");
        }
    }
}
