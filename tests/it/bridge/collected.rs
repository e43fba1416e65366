//! `plan site`: what the program takes from a real collector, what it keeps, and what it says where there is none to be had.

use std::io::Read as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use amc_plan::capture::{Line, Reader};

use super::{Lines, Site, bridge, hidden};
use crate::place::{Ran, program};

/// The program, with the administrator's login.
fn plan(site: &Site, words: &[&str]) -> Ran {
    as_user(site, words, ("operator", site.staging.text("/password")))
}

fn as_user(site: &Site, words: &[&str], by: (&str, &str)) -> Ran {
    let ran = Ran::from(command(site, words, by).output().unwrap());
    crate::hints::hold(words, &ran.err);
    ran
}

fn command(site: &Site, words: &[&str], (user, password): (&str, &str)) -> Command {
    let login = [("ORIGIN", site.staging.url()), ("USER", user), ("PASSWORD", password)];
    let mut command = program();
    command.args(words).envs(login.map(|(name, value)| (format!("PLAN_LOGIN_{name}"), value)));
    command
}

fn unpacked(file: &Path) -> String {
    let mut text = String::new();
    flate2::read::MultiGzDecoder::new(std::fs::File::open(file).unwrap()).read_to_string(&mut text).unwrap();
    text
}

#[cfg(unix)]
fn mode(file: &Path) -> u32 {
    std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(file).unwrap().permissions()) & 0o777
}

#[test]
fn an_inventory_is_kept_and_shown_and_holds_nobody_s_name() {
    let Some(site) = Site::ready() else { return };
    hidden::fill(&site);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("bloom.inventory.ndjson.gz");
    let name = file.to_str().unwrap();
    let kept = plan(&site, &["site", "inventory", site.staging.url(), "--out", name]);
    kept.ends(0, &["wrote ", "next: look through it"]);
    assert_eq!((mode(&file), &*kept.out), (0o600, ""));
    let shown = plan(&site, &["site", "inventory", name]);
    let text = unpacked(&file);
    Lines::of(text.as_bytes());
    for said in [&text, &shown.out, &shown.err, &kept.err] {
        assert!(!said.to_lowercase().contains("canary") && !said.contains("bloom.example"), "{said}");
    }
    for part in [
        "\nOptions\n",
        "  _accessally_offering_*  ×2, php, 8 elements",
        "      /pages/*/status     text, 7 bytes\n",
        "\nTables\n",
        "  {prefix}usermeta  about ",
        "      umeta_id    bigint(20) unsigned, primary key\n",
    ] {
        assert!(shown.out.contains(part), "{part}: {}", shown.out);
    }
    // Without a file the same is shown.
    assert_eq!(plan(&site, &["site", "inventory", site.staging.url()]).out.lines().count(), shown.out.lines().count());
    plan(&site, &["site", "inventory", site.staging.url(), "--out", name]).ends(2, &["exists, and is not overwritten"]);
    plan(&site, &["site", "inventory", name, "--out", "x"]).ends(2, &["this inventory is in a file already"]);
    std::fs::write(folder.path().join("cut.ndjson"), &text[..text.len() - 40]).unwrap();
    let cut = plan(&site, &["site", "inventory", folder.path().join("cut.ndjson").to_str().unwrap()]);
    cut.ends(3, &["the file ends in the middle"]);
    assert_eq!(cut.out, "");
}

#[test]
fn a_capture_is_kept_whole_and_for_its_owner_alone() {
    let Some(site) = Site::ready() else { return };
    hidden::fill(&site);
    let folder = tempfile::tempdir().unwrap();
    for (name, is_packed) in [("a.ndjson.gz", true), ("a.ndjson", false)] {
        let file = folder.path().join(name);
        let ran = plan(&site, &["site", "capture", site.staging.url(), "--out", file.to_str().unwrap()]);
        ran.ends(0, &["wrote "]);
        assert_eq!((mode(&file), ran.out.as_str()), (0o600, ""));
        let text = if is_packed { unpacked(&file) } else { std::fs::read_to_string(&file).unwrap() };
        let mut reader = Reader::open(text.as_bytes()).unwrap();
        let (mut users, mut meta) = (0, 0);
        while let Some(line) = reader.next().unwrap() {
            match line {
                Line::Users(rows) => users += rows.len(),
                Line::UserMeta(rows) => meta += rows.len(),
                _ => {}
            }
        }
        assert!(ran.err.contains(reader.digest().unwrap()), "{ran:?}");
        let raw = site.capture();
        assert_eq!((users, meta), (raw.rows("users").len(), raw.rows("usermeta").len()));
        assert!(!text.contains("CANARY") && !ran.err.contains('@'), "{ran:?}");
    }
}

#[test]
fn why_there_is_nothing_is_said_and_nothing_is_left() {
    let Some(site) = Site::up(&[]) else { return };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.ndjson");
    let url = site.staging.url();
    let capture = || plan(&site, &["site", "capture", url, "--out", file.to_str().unwrap()]);
    let fails = |words: &[&str]| {
        let ran = capture();
        ran.ends(3, words);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "{ran:?}");
    };
    fails(&["`plan-bridge`, which gives this, does not answer there (404 `rest_no_route`", "activate it"]);
    site.activate();
    let reader = as_user(&site, &["site", "inventory", url], ("reader", site.staging.text("/subscriber/password")));
    reader.ends(3, &["not an administrator"]);
    site.ask("{\"format\": 2}");
    fails(&["could not be read to its end. It reported: ", "not of format 1", "request.json"]);
    site.ask(&std::fs::read_to_string("tests/it/bridge/request.json").unwrap());
    let plugin = site.plugin().join("src/Plugin.php");
    let code = std::fs::read_to_string(&plugin).unwrap();
    std::fs::write(&plugin, code.replace("FORMAT = 1", "FORMAT = 2")).unwrap();
    fails(&["its format is 2, and this version of `plan` reads format 1"]);
    std::fs::write(&plugin, code).unwrap();
    let early = site.other_plugin(
        "early.php",
        "<?php if (strpos($_SERVER['REQUEST_URI'] ?? '', 'capture')) { echo 'hello'; flush(); }",
    );
    fails(&["it gave nothing, and reported: Another plugin", "display_errors"]);
    std::fs::remove_file(early).unwrap();
    capture().ends(0, &["wrote "]);
    let inventory = plan(&site, &["site", "inventory", file.to_str().unwrap()]);
    inventory.ends(3, &["it is not an inventory: it is a capture, which holds values of the site"]);
}

/// A capture of a site that gives it in drops, of which some has come. Each has a sign of its own: PHP goes on for a while for who is gone.
#[cfg(target_os = "linux")]
fn half_read(site: &Site, folder: &Path, sign: &str) -> Child {
    let stream = site.plugin().join("src/Stream.php");
    let code = std::fs::read_to_string(bridge().join("src/Stream.php")).unwrap();
    let begun = site.staging.dir().join(sign);
    let slow = format!(" flush(); touch('{}'); usleep(200000);\n", begun.display());
    let slow = code.replace("BLOCK = 65536", "BLOCK = 64").replace(" flush();\n", &slow);
    std::fs::write(&stream, slow).unwrap();
    let out = folder.join("a.ndjson");
    let words = ["site", "capture", site.staging.url(), "--out", out.to_str().unwrap()];
    let mut command = command(site, &words, ("operator", site.staging.text("/password")));
    let child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let began = Instant::now();
    let writes = || {
        let files = std::fs::read_dir(format!("/proc/{}/fd", child.id())).into_iter().flatten().flatten();
        files.filter_map(|file| std::fs::read_link(file.path()).ok()).any(|file| file.starts_with(folder))
    };
    while !writes() || !begun.exists() {
        assert!(began.elapsed() < Duration::from_secs(20), "nothing comes");
        std::thread::sleep(Duration::from_millis(10));
    }
    child
}

#[test]
#[cfg(target_os = "linux")]
fn what_is_cut_off_leaves_nothing_of_anybody() {
    let Some(site) = Site::ready() else { return };
    let folder = tempfile::tempdir().unwrap();
    let nothing = || std::fs::read_dir(folder.path()).unwrap().count() == 0;
    let mut killed = half_read(&site, folder.path(), "begun");
    assert!(nothing());
    killed.kill().unwrap();
    killed.wait().unwrap();
    assert!(nothing());
    let left = half_read(&site, folder.path(), "begun-again");
    // The whole site goes away.
    drop(site);
    let left = Ran::from(left.wait_with_output().unwrap());
    left.ends(3, &["the connection broke off before the whole answer had come"]);
    assert!(nothing());
}
