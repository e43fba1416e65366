//! `plan bridge zip`: what `bridge/` holds, the same bytes each time, as WordPress's own installer takes it.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::Path;

use sha2::{Digest as _, Sha256};

use super::screen::{signed_in, upload};
use super::through::{adapter, ran};
use super::{Site, bridge, php_files};

/// The files of a zip, by their names.
pub(super) fn unzipped(path: &Path) -> BTreeMap<String, String> {
    let mut zip = zip::ZipArchive::new(std::fs::File::open(path).unwrap()).unwrap();
    let count = zip.len();
    let file = |at| {
        let mut file = zip.by_index(at).unwrap();
        let mut text = String::new();
        file.read_to_string(&mut text).unwrap();
        (file.name().unwrap().into_owned(), text)
    };
    (0..count).map(file).collect()
}

#[test]
fn it_holds_the_files_of_bridge_and_its_list_and_is_the_same_each_time() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let said = ran(here, &["bridge", "zip", "--out", "one.zip"], 0);
    std::thread::sleep(std::time::Duration::from_secs(2));
    std::fs::create_dir(here.join("elsewhere")).unwrap();
    ran(here, &["bridge", "zip", "--out", "elsewhere/two.zip"], 0);
    let bytes = std::fs::read(here.join("one.zip")).unwrap();
    assert!(bytes == std::fs::read(here.join("elsewhere/two.zip")).unwrap(), "a zip's times are to the second of two");
    let digest: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    assert!(said.contains(&format!("SHA-256 {digest}")), "{said}");

    let mut wanted: BTreeMap<String, String> = BTreeMap::new();
    for file in php_files().into_iter().chain([bridge().join("request.json")]) {
        let name = file.strip_prefix(bridge()).unwrap().to_str().unwrap().to_owned();
        wanted.insert(format!("plan-bridge/{name}"), std::fs::read_to_string(file).unwrap());
    }
    assert!(wanted.len() > 15, "{:?}", wanted.keys());
    assert_eq!(unzipped(&here.join("one.zip")), wanted);

    // With an adapter of the site the list is the one that `plan adapter request` makes of it, and the rest the same.
    let own = adapter();
    let own = own.to_str().unwrap();
    let said = ran(here, &["bridge", "zip", "--adapter", own, "--out", "own.zip"], 0);
    ran(here, &["adapter", "request", own, "--out", "request.json"], 0);
    wanted.insert("plan-bridge/request.json".to_owned(), std::fs::read_to_string(here.join("request.json")).unwrap());
    assert_eq!(unzipped(&here.join("own.zip")), wanted);
    for words in ["settings (", "offerings", "Plugins > Add New > Upload Plugin", "Deactivate, Delete"] {
        assert!(said.contains(words), "{words}: {said}");
    }

    // Of members an owner is told each column and field that is read, and of what is counted that it is.
    for (own, words) in [
        (vec![], "how many tags AccessAlly's members have (aal_user_tags: only the number of rows)"),
        (vec!["--adapter", own], "each member, with their tags (aal_user_tags: tag_id, user_id)"),
        (vec!["--adapter", own], "who the members are (first_name, last_name)"),
        (
            vec!["--adapter", own],
            "each order (aal_orders: amount, contact_id, currency, form_id, order_date, order_id, status, transaction_id)",
        ),
    ] {
        for way in ["download", "plugin", "script"] {
            let mail = ran(here, &[&["site", "ask", "--way", way], &own[..]].concat(), 0);
            let mail = mail.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(mail.contains(words), "{words}: {mail}");
            assert!(!mail.contains("counted only"), "{mail}");
            assert_eq!(mail.contains("only the number of rows"), own.is_empty(), "{mail}");
        }
    }

    // The mail names the very zip that goes with it.
    for (own, of) in [(vec![], "one.zip"), (vec!["--adapter", own], "own.zip")] {
        let mail = ran(here, &[&["site", "ask", "--way", "download"], &own[..]].concat(), 0);
        let digest = Sha256::digest(std::fs::read(here.join(of)).unwrap());
        let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        assert!(mail.contains(&digest), "{of}: {mail}");
    }
    // With a plan its `plan.toml` names the adapter, and what the zip says last is the mail of that zip.
    std::fs::create_dir(here.join("plans")).unwrap();
    for (name, from) in [("plans/own.yaml", own), ("plans/switch.yaml", "plans/bloom-coaching.yaml")] {
        std::fs::copy(from, here.join(name)).unwrap();
    }
    std::fs::write(here.join("plans/plan.toml"), "[site]\nadapter = \"own.yaml\"\n").unwrap();
    let asked = ["site", "ask", "--way", "plugin", "--plan", "plans/switch.yaml"];
    let digest = |name: &str| {
        let digest = Sha256::digest(std::fs::read(here.join(name)).unwrap());
        digest.iter().map(|byte| format!("{byte:02x}")).collect::<String>()
    };
    let mail = ran(here, &asked, 0);
    assert!(mail.contains(&digest("own.zip")) && !mail.contains(&digest("one.zip")), "{mail}");
    let made = "what this makes: `plan bridge zip --adapter plans/own.yaml --out plan-bridge.zip`";
    assert!(mail.contains(made), "{mail}");
    let said = ran(here, &["bridge", "zip", "--adapter", "plans/own.yaml", "--out", "plan-bridge.zip"], 0);
    assert!(said.contains("`plan site ask --way plugin --adapter plans/own.yaml` writes the mail"), "{said}");
    assert!(ran(here, &asked, 0).contains("attach to it `plan-bridge.zip`, which lies here"));
    // What lies there is not overwritten, so the next command names another file.
    std::fs::copy(here.join("one.zip"), here.join("plan-bridge.zip")).unwrap();
    let said = ran(here, &asked, 0);
    assert!(
        said.contains("as `plan-bridge.zip` what this makes") && said.contains("--out plan-bridge-2.zip`"),
        "{said}"
    );
    let said = ran(here, &["bridge", "zip", "--out", "one.zip"], 2);
    assert!(said.contains("`one.zip` exists, and is not overwritten"), "{said}");
    assert!(bytes == std::fs::read(here.join("one.zip")).unwrap());
    let broken =
        "version: 1\nname: x\nabout: x\nobjects: {mail: {evidence: inferred, source: x, fields: {no: {at: /x}}}}\n";
    std::fs::write(here.join("x.yaml"), broken).unwrap();
    ran(here, &["bridge", "zip", "--adapter", "x.yaml", "--out", "x.zip"], 3);
    assert!(!here.join("x.zip").exists());
}

#[test]
fn wordpress_installs_it_by_its_own_upload_and_removes_it_again() {
    let Some(site) = Site::bare(&[]) else { return };
    let folder = tempfile::tempdir().unwrap();
    ran(folder.path(), &["bridge", "zip", "--out", "plan-bridge.zip"], 0);
    let page = signed_in(&site, "operator");
    upload(&page, &folder.path().join("plan-bridge.zip"));
    for file in php_files().into_iter().chain([bridge().join("request.json")]) {
        let there = site.plugin().join(file.strip_prefix(bridge()).unwrap());
        assert_eq!(std::fs::read(&there).unwrap(), std::fs::read(&file).unwrap(), "{}", there.display());
    }
    site.activate();
    assert!(site.capture().end()["counts"]["users"].as_u64().unwrap() > 20);
}
