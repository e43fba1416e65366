//! Whether git tracks the contacts' values, as git itself says of real repositories.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::place::{Edited, PLAN, Place, SITE};

const VALUES: &str = "private/bloom-coaching.contacts.yaml";
const RULE: &str = "contacts-tracked-by-git";

fn git(folder: &Path, words: &[&str]) {
    let ran = Command::new("git").args(words).current_dir(folder).output().expect("git is installed");
    assert!(ran.status.success(), "{words:?}: {ran:?}");
}

/// The example, with one address in its values that can be a person's.
fn example() -> Place {
    let place = Place::new();
    place.edit(VALUES, "@member.example", "@bloom.coach");
    place
}

/// Whether the check says that git tracks the values; it says so with no address in it.
#[track_caller]
fn warned(place: &Place) -> bool {
    let checked = place.run(&["check", PLAN, "--site", SITE, "--format", "concise"]);
    assert!(checked.out.contains("contact-differs"), "the values were read: {checked:#?}");
    assert!(!checked.out.contains("@bloom"), "{checked:#?}");
    checked.out.contains(RULE)
}

#[test]
fn only_what_git_tracks_is_warned_of() {
    let place = example();
    assert!(!warned(&place), "without a repository");
    git(place.folder.path(), &["init", "-q"]);
    git(place.folder.path(), &["add", PLAN]);
    assert!(!warned(&place), "untracked");
    git(place.folder.path(), &["add", "-f", VALUES]);
    assert!(warned(&place), "tracked");
    git(place.folder.path(), &["rm", "-q", "--cached", VALUES]);
    assert!(!warned(&place), "tracked no more");
}

#[test]
fn a_repository_above_the_plan_or_inside_its_folder_counts_too() {
    let place = example();
    let above = tempfile::tempdir().unwrap();
    git(above.path(), &["init", "-q"]);
    let inside = above.path().join("client/plans");
    std::fs::create_dir_all(inside.parent().unwrap()).unwrap();
    std::fs::rename(place.folder.path(), &inside).unwrap();
    let check = || {
        let mut plan = crate::place::program();
        plan.args(["check", PLAN, "--site", SITE, "--format", "concise"]).current_dir(&inside);
        String::from_utf8(plan.output().unwrap().stdout).unwrap()
    };
    assert!(!check().contains(RULE));
    git(above.path(), &["add", "-f", "client/plans/private"]);
    assert!(check().contains(RULE), "tracked from above");
    git(above.path(), &["rm", "-rq", "--cached", "client"]);
    git(&inside.join("private"), &["init", "-q"]);
    assert!(!check().contains(RULE));
    git(&inside.join("private"), &["add", "-f", "."]);
    assert!(check().contains(RULE), "tracked by a repository of its own");
    std::fs::create_dir(place.folder.path()).unwrap();
}

/// An index in every version of its format, with names that share their beginnings, and more names than one block holds.
#[test]
fn every_version_of_the_index_is_read() {
    let place = example();
    git(place.folder.path(), &["init", "-q"]);
    let names = (0..12_000).fold(String::new(), |mut names, n| {
        writeln!(names, "100644 e69de29bb2d1d6434b8b29ae775ad8c2e48c5391\tarchive/{n:0100}").unwrap();
        names
    });
    let mut index = Command::new("git");
    index.args(["update-index", "--index-info"]).current_dir(place.folder.path()).stdin(Stdio::piped());
    let mut index = index.spawn().unwrap();
    index.stdin.take().unwrap().write_all(names.as_bytes()).unwrap();
    assert!(index.wait().unwrap().success());
    for version in ["2", "3", "4"] {
        git(place.folder.path(), &["update-index", "--index-version", version]);
        assert!(!warned(&place), "version {version}");
        git(place.folder.path(), &["add", "-f", VALUES]);
        assert!(warned(&place), "version {version}");
        // With an entry whose flags take two more bytes, as the third version alone has them.
        git(place.folder.path(), &["add", "-N", SITE]);
        assert!(warned(&place), "version {version}");
        git(place.folder.path(), &["rm", "-q", "--cached", VALUES, SITE]);
    }
}

#[test]
fn a_repository_of_the_longer_digest_is_read_too() {
    let place = example();
    git(place.folder.path(), &["init", "-q", "--object-format=sha256"]);
    git(place.folder.path(), &["add", PLAN]);
    assert!(!warned(&place));
    git(place.folder.path(), &["add", "-f", VALUES]);
    assert!(warned(&place));
}

/// What the check says where it cannot say.
#[track_caller]
fn unknown(place: &Place, why: &str) {
    let checked = place.run(&["check", PLAN, "--site", SITE, "--format", "concise"]);
    let line = checked.out.lines().find(|line| line.contains(RULE)).unwrap_or_else(|| panic!("{checked:#?}"));
    assert!(line.contains("whether git tracks the contacts' values is unknown"), "{line}");
    assert!(line.contains(why), "{line}");
    assert!(!checked.out.contains("@bloom"), "{checked:#?}");
}

#[test]
fn what_cannot_be_read_is_unknown_and_not_untracked() {
    let place = example();
    let inside = |name: &str| place.path(".git").join(name);
    git(place.folder.path(), &["init", "-q"]);
    git(place.folder.path(), &["add", "-f", "."]);
    let whole = std::fs::read(inside("index")).unwrap();
    for kept in [0, 11, 40, 100, whole.len() / 2, whole.len() - 1] {
        std::fs::write(inside("index"), &whole[..kept]).unwrap();
        unknown(&place, "not a git index, or it is incomplete");
    }
    std::fs::remove_file(inside("index")).unwrap();
    std::os::unix::fs::symlink("/dev/zero", inside("index")).unwrap();
    unknown(&place, "it is a link");
    std::fs::remove_file(inside("index")).unwrap();
    assert!(Command::new("mkfifo").arg(inside("index")).status().unwrap().success());
    unknown(&place, "not a regular file");
    std::fs::remove_file(inside("index")).unwrap();
    std::fs::write(inside("index"), &whole).unwrap();
    assert!(warned(&place));
    git(place.folder.path(), &["update-index", "--split-index"]);
    unknown(&place, "split");
    std::fs::remove_dir_all(inside("")).unwrap();
    for pointer in ["gitdir: nowhere\n", "gitdir: private\n", "gitdir: \n", "nonsense", ""] {
        std::fs::write(place.path(".git"), pointer).unwrap();
        unknown(&place, "unknown, as");
    }
}

#[test]
fn a_sparse_index_is_unknown_where_it_leaves_the_file_out() {
    let place = example();
    let folder = place.folder.path();
    git(folder, &["init", "-q"]);
    git(folder, &["add", "-f", "."]);
    git(folder, &["-c", "user.name=x", "-c", "user.email=x@example.com", "commit", "-qm", "x"]);
    git(folder, &["sparse-checkout", "set", "--cone", "--sparse-index", "other"]);
    assert!(!place.path(VALUES).exists());
    std::fs::create_dir_all(place.path("private")).unwrap();
    let values = Place::new().read(VALUES);
    std::fs::write(place.path(VALUES), values.edited_once("@member.example", "@bloom.coach")).unwrap();
    unknown(&place, "sparse");
}

#[test]
fn a_repository_of_another_user_is_not_trusted() {
    let place = example();
    git(place.folder.path(), &["init", "-q"]);
    if std::os::unix::fs::chown(place.path(".git"), Some(54_321), None).is_err() {
        // Only who may give a file away can try this.
        return;
    }
    unknown(&place, "belongs to another user");
}

#[test]
fn a_folder_that_is_no_repository_hides_none_above_it() {
    let place = example();
    git(place.folder.path(), &["init", "-q"]);
    git(place.folder.path(), &["add", "-f", VALUES]);
    std::fs::create_dir(place.path("private/.git")).unwrap();
    assert!(warned(&place));
}

#[test]
fn the_environment_hides_nothing_in_the_hook_of_a_linked_worktree() {
    let place = example();
    let folder = place.folder.path();
    git(folder, &["init", "-q"]);
    git(folder, &["-c", "user.name=x", "-c", "user.email=x@example.com", "commit", "-q", "--allow-empty", "-m", "x"]);
    git(folder, &["worktree", "add", "-q", "linked"]);
    let linked = folder.join("linked");
    let example = example();
    std::fs::create_dir(linked.join("private")).unwrap();
    for name in [PLAN, SITE, VALUES, "bloom-coaching.population.ndjson"] {
        std::fs::copy(example.path(name), linked.join(name)).unwrap();
    }
    let told = |variables: &[(&str, &str)]| {
        let mut plan = Command::new(env!("CARGO_BIN_EXE_plan"));
        plan.args(["check", PLAN, "--site", SITE, "--format", "concise"]).current_dir(&linked);
        plan.envs(variables.iter().copied());
        String::from_utf8(plan.output().unwrap().stdout).unwrap().contains(RULE)
    };
    assert!(!told(&[]));
    git(&linked, &["add", "-f", VALUES]);
    assert!(told(&[]));
    assert!(told(&[("GIT_DIR", "/nowhere")]));
    assert!(told(&[("GIT_INDEX_FILE", "/dev/null"), ("GIT_WORK_TREE", "/")]));
    let hooks = folder.join(".git/hooks");
    std::fs::create_dir_all(&hooks).unwrap();
    let hook = format!(
        "#!/bin/sh\n{} check {PLAN} --site {SITE} --format concise >told\nexit 1\n",
        env!("CARGO_BIN_EXE_plan")
    );
    std::fs::write(hooks.join("pre-commit"), hook).unwrap();
    std::fs::set_permissions(hooks.join("pre-commit"), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let commit = ["-c", "user.name=x", "-c", "user.email=x@example.com", "commit", "-qm", "x"];
    assert!(!Command::new("git").args(commit).current_dir(&linked).output().unwrap().status.success());
    assert!(std::fs::read_to_string(linked.join("told")).unwrap().contains(RULE), "in the hook itself");
}

/// Settings that make git run a program, each in its own way.
fn hostile_settings(ran: &str) -> String {
    format!(
        "[core]\n\trepositoryformatversion = 1\n\tfsmonitor = \"{ran}\"\n\thooksPath = hooks\n\tsshCommand = \"{ran}\"\n\
         \tpager = \"{ran}\"\n\teditor = \"{ran}\"\n\tattributesFile = attributes\n\
         [include]\n\tpath = more\n[alias]\n\tls-files = \"!{ran}\"\n\tstatus = \"!{ran}\"\n\
         [filter \"x\"]\n\tclean = \"{ran}\"\n\tsmudge = \"{ran}\"\n\tprocess = \"{ran}\"\n[diff \"x\"]\n\ttextconv = \"{ran}\"\n\tcommand = \"{ran}\"\n\
         [credential]\n\thelper = \"!{ran}\"\n\
         [extensions]\n\tpartialClone = o\n[remote \"o\"]\n\turl = .\n\tpromisor = true\n\tuploadpack = \"{ran};false\"\n"
    )
}

/// A repository that was made to harm who reads it, with a sparse index whose tree is missing.
fn hostile(at: &Path, ran: &str, settings: &str) {
    std::fs::create_dir_all(at.join("objects")).unwrap();
    std::fs::create_dir_all(at.join("refs")).unwrap();
    std::fs::create_dir_all(at.join("hooks")).unwrap();
    std::fs::write(at.join("HEAD"), "ref: refs/heads/main\n").unwrap();
    std::fs::write(at.join("config"), settings).unwrap();
    std::fs::write(at.join("more"), settings.replace("[include]\n\tpath = more\n", "")).unwrap();
    std::fs::write(at.join("attributes"), "* filter=x diff=x\n").unwrap();
    for hook in ["post-index-change", "pre-commit", "fsmonitor-watchman"] {
        let hook = at.join("hooks").join(hook);
        std::fs::write(&hook, format!("#!/bin/sh\n{ran}\n")).unwrap();
        std::fs::set_permissions(hook, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    }
    // One entry, the folder `private/`, whose tree is nowhere; the mark of a sparse index; no checksum.
    let mut index = b"DIRC\0\0\0\x03\0\0\0\x01".to_vec();
    let mut entry = vec![0; 40];
    entry[24..28].copy_from_slice(&0o40000_u32.to_be_bytes());
    entry.extend([0xaa; 20]);
    entry.extend([0x40, 8, 0x40, 0]);
    entry.extend(b"private/");
    entry.resize(80, 0);
    index.extend(entry);
    index.extend(b"sdir\0\0\0\0");
    index.extend([0; 20]);
    std::fs::write(at.join("index"), index).unwrap();
}

/// Every verb that opens a plan, and some that open what stands beside it.
const VERBS: &[&[&str]] = &[
    &["check", PLAN, "--site", SITE],
    &["check", PLAN, "--no-site"],
    &["check", PLAN, "--site", SITE, "--show-personal"],
    &["diff", PLAN, "--site", SITE],
    &["seal", PLAN, "--site", SITE],
    &["apply", PLAN, "--site", SITE, "--no-input"],
    &["apply", PLAN, "--site", SITE, "--resume", "--no-input"],
    &["undo", PLAN, "--site", SITE],
    &["status", PLAN, "--site", SITE],
    &["log", PLAN, "--site", SITE],
    &["verify", PLAN, "--after", SITE],
    &["runbook", PLAN, "--out", "runbook.html"],
    &["record", "step", PLAN, "review-contacts", "--who", "jo", "--says", "done"],
    &["init", "--site", SITE, "--out", "new.yaml"],
];

fn git_runs(at: &Path, marker: &Path) -> bool {
    let asked = Command::new("git").args(["ls-files"]).current_dir(at).output().unwrap();
    drop(asked);
    std::fs::remove_file(marker).is_ok()
}

#[test]
fn nothing_that_a_repository_configures_is_run() {
    for name in [".", ".git"] {
        let place = example();
        let marker = place.path("../ran-").with_file_name(format!("ran-{}", std::process::id()));
        let ran = format!("touch {}", marker.display());
        let settings = hostile_settings(&ran);
        let lazily = format!(
            "[core]\n\trepositoryformatversion = 1\n[extensions]\n\tpartialClone = o\n[remote \"o\"]\n\turl = .\n\tpromisor = true\n\
             \tuploadpack = \"{ran};false\"\n"
        );
        hostile(&place.path(name), &ran, if name == "." { &lazily } else { &settings });
        let environment =
            [("GIT_CONFIG_COUNT", "1"), ("GIT_CONFIG_KEY_0", "core.fsmonitor"), ("GIT_CONFIG_VALUE_0", &ran)];
        assert!(git_runs(place.folder.path(), &marker), "git itself is caught by what lies in `{name}`");
        for verb in VERBS {
            for variables in [&environment[..], &[]] {
                let mut plan = Command::new(env!("CARGO_BIN_EXE_plan"));
                let plan = plan.args(*verb).current_dir(place.folder.path()).stdin(Stdio::null());
                let ended = plan.envs(variables.iter().copied()).output().unwrap();
                let said = String::from_utf8_lossy(&ended.stderr);
                assert!(!said.contains("Usage:") && !said.contains("panicked"), "{verb:?}: {said}");
                assert!(!marker.exists(), "{verb:?} ran a program");
            }
        }
        if name == ".git" {
            unknown(&place, "sparse");
        } else {
            assert!(!warned(&place), "the parts of a bare repository in a plan's folder are none to it");
        }
    }
}

#[test]
fn a_population_that_git_tracks_is_warned_of_with_how_many_addresses_it_holds() {
    const POPULATION: &str = "bloom-coaching.population.ndjson";
    let place = Place::new();
    let text = place.read(POPULATION);
    let some = text.replacen("@member.example", "@bloom.coach", 30);
    assert_eq!(some.matches("@bloom.coach").count(), 30, "the example has members");
    std::fs::write(place.path(POPULATION), some).unwrap();
    for file in [POPULATION, SITE] {
        place.run(&["snapshot", "finalize", file]).ends(0, &[]);
    }
    let folder = place.folder.path();
    git(folder, &["init", "-q"]);
    let found = format!("git tracks the population `{POPULATION}`, which holds 30 members' addresses");
    let check = |flag: &str| {
        let ran = place.run(&["check", PLAN, flag, SITE, "--format", "concise"]);
        assert!(!ran.out.contains("@bloom"), "{ran:#?}");
        ran.out.contains(&found)
    };
    assert!(!check("--site") && !check("--snapshot"), "untracked");
    git(folder, &["add", "-f", POPULATION]);
    assert!(check("--site") && check("--snapshot"), "tracked");
    // Verbs that judge no plan say it too, and go on.
    let (told, live) = (format!("attention: {found}"), "live.site.ndjson");
    std::fs::write(place.path(live), place.read(SITE).replace("2026-11-21T06:12", "2026-11-21T09:12")).unwrap();
    std::fs::write(place.path("live.population.ndjson"), place.read(POPULATION)).unwrap();
    place.run(&["snapshot", "finalize", live]).ends(0, &[]);
    let verbs: [&[&str]; 6] = [
        &["verify", PLAN, "--before", SITE, "--after", live],
        &["merge-list", "--cloned", SITE, "--live", live],
        &["record", "merge-list", "--plan", PLAN, "--who", "jo", "--cloned", SITE, "--live", live],
        &["snapshot", "finalize", SITE],
        &["contacts", "suggest", PLAN, "--site", SITE],
        &["init", "--site", SITE, "--out", "new.yaml"],
    ];
    for verb in verbs {
        let ran = place.run(verb);
        assert!(ran.err.contains(&told), "{verb:?}: {ran:#?}");
    }
    let ran = place.run(&["snapshot", "finalize", POPULATION]);
    assert!(ran.err.contains(&told), "{ran:#?}");
    // What this machine is known to have captured is shared by all tests, so the import keeps it elsewhere.
    let mut import = crate::place::program();
    let import = import.args(["snapshot", "import", SITE, "--plan", PLAN, "--yes"]).current_dir(folder);
    let imported = import.env("PLAN_STATE_HOME", place.path("state")).output().unwrap();
    assert!(String::from_utf8(imported.stderr).unwrap().contains(&told));
    // Of one that holds nobody's address nothing is said.
    let nobody = place.read(POPULATION).replace("@bloom.coach", "@member.example");
    std::fs::write(place.path(POPULATION), nobody).unwrap();
    for file in [POPULATION, SITE] {
        place.run(&["snapshot", "finalize", file]).ends(0, &[]);
    }
    assert!(!place.run(&["check", PLAN, "--site", SITE, "--format", "concise"]).out.contains(RULE));
}

#[test]
fn a_backup_that_git_tracks_is_warned_of() {
    const DUMP: &str = "live.sql";
    let place = Place::new();
    std::fs::write(place.path(DUMP), crate::backup::dump(&["wp_"], 250)).unwrap();
    git(place.folder.path(), &["init", "-q"]);
    let found = format!("git tracks the backup `{DUMP}`, which holds whoever is on the site");
    let told = || {
        let record = ["record", "backup", DUMP, "--plan", PLAN, "--who", "jo", "--taken-at", "2026-11-21T05:10:00Z"];
        let check = ["check", PLAN, "--site", SITE, "--format", "concise", "--backup-dir", "."];
        let (record, check) = (place.run(&record), place.run(&check));
        assert_eq!(record.code, Some(0), "{record:#?}");
        (record.err.contains(&format!("attention: {found}")), check.out.contains("live.sql`, which holds"))
    };
    assert_eq!(told(), (false, false));
    git(place.folder.path(), &["add", "-f", DUMP]);
    assert_eq!(
        told(),
        (true, true),
        "{:#?}",
        place.run(&["check", PLAN, "--site", SITE, "--format", "concise", "--backup-dir", "."])
    );
}
