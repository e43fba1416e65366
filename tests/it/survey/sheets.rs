//! Sheets that are written, filled in and read back.

use std::fs;

use serde_json::{Value, json};

use super::{MISSING, SURVEY, check, facts, without};
use crate::place::{PLAN, Place, Ran, SITE};
use crate::typed::typed;

/// Puts a value into a cell of a sheet, as a spreadsheet with this separator would write it.
fn fill(place: &Place, sheet: &str, cells: &[(&str, &str, &str)], separator: u8) {
    let text = place.read(sheet);
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let mut rows: Vec<Vec<String>> =
        reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect();
    for (key, field, value) in cells {
        let column = rows[0].iter().position(|head| head == field).unwrap_or_else(|| panic!("{field}: {:?}", rows[0]));
        let row = rows.iter_mut().find(|row| row[0] == *key).unwrap_or_else(|| panic!("{key}"));
        row[column] = (*value).to_owned();
    }
    let mut writer = csv::WriterBuilder::new().delimiter(separator).from_writer(Vec::new());
    rows.iter().for_each(|row| writer.write_record(row).unwrap());
    fs::write(place.path(sheet), writer.into_inner().unwrap()).unwrap();
}

/// What the copy of the example has, in sheets of `MISSING`.
fn fill_in(place: &Place) {
    fill(
        place,
        "sheets/mail.csv",
        &[
            ("mail", "simulated", "no"),
            ("mail", "transport", "fluent-smtp"),
            ("mail", "sender_domain", "bloom.example"),
        ],
        b',',
    );
    fill(
        place,
        "sheets/crm.csv",
        &[
            ("crm", "connected", "TRUE"),
            ("crm", "managed", "FALSE"),
            ("crm", "sells", "no"),
            ("crm", "system", "ontraport"),
        ],
        b';',
    );
    let guard = "charging-guard";
    let address = "//staging.bloom.example";
    fill(place, "sheets/charging-guard.csv", &[(guard, "enabled", "yes"), (guard, "production_url", address)], b'\t');
    fill(
        place,
        "sheets/emails.csv",
        &[
            ("emails", "enabled", "yes"),
            ("emails", "welcome", "none"),
            ("emails", "failed_payment", "yes"),
            ("emails", "module_release", "yes"),
        ],
        b';',
    );
    let forms = [
        ("foundations-membership", "release foundations", "cancel"),
        ("group-coaching-checkout", "release group-coaching", "revoke"),
        ("group-coaching-payment-plan", "release group-coaching", "revoke"),
        ("group-coaching-summer-sale", "release group-coaching", "-"),
        ("group-coaching-vip-checkout", "release group-coaching, release mastermind", "-"),
        ("team-seats-checkout", "release team-seats", "'-"),
    ];
    for (form, operations, retry) in forms {
        let cells = [(form, "is there", "yes"), (form, "operations", operations), (form, "after_final_retry", retry)];
        fill(place, "sheets/order-form.csv", &cells, b',');
    }
    for (form, field, value) in [
        ("foundations-membership", "price", "39.00 USD"),
        ("foundations-membership", "gateway", "stripe"),
        ("group-coaching-checkout", "price", "497.00 USD"),
        ("group-coaching-checkout", "gateway", "stripe"),
        ("group-coaching-checkout", "recurring", "no"),
        ("group-coaching-payment-plan", "price", "179.00 USD"),
        ("group-coaching-payment-plan", "gateway", "stripe"),
        ("foundations-membership", "recurring", "yes"),
        ("group-coaching-payment-plan", "recurring", "yes"),
        ("group-coaching-summer-sale", "gateway", "stripe"),
        ("group-coaching-summer-sale", "price", "297.00 USD"),
        ("group-coaching-vip-checkout", "price", "1997.00 USD"),
        ("team-seats-checkout", "price", "990.00 USD"),
        ("group-coaching-vip-checkout", "gateway", "stripe"),
        ("team-seats-checkout", "gateway", "stripe"),
        ("group-coaching-summer-sale", "recurring", "no"),
        ("group-coaching-vip-checkout", "recurring", "no"),
        ("team-seats-checkout", "recurring", "no"),
    ] {
        fill(place, "sheets/order-form.csv", &[(form, field, value)], b',');
    }
}

fn read_sheets(place: &Place, more: &[&str]) -> Ran {
    place.run(&[&SURVEY[..], &["--read", "sheets"], more].concat())
}

#[test]
fn sheets_are_written_filled_in_and_read_back_and_make_the_plan_green() {
    let place = without(&MISSING);
    let sheets = ["survey", PLAN, "--site", SITE, "--sheets", "sheets"];
    let ran = place.run(&sheets);
    assert!(ran.code == Some(0) && ran.out.contains("--who WHO --read sheets"), "{ran:#?}");
    #[cfg(unix)]
    for kind in MISSING {
        let about = fs::metadata(place.path(&format!("sheets/{kind}.csv"))).unwrap();
        assert_eq!(std::os::unix::fs::PermissionsExt::mode(&about.permissions()) & 0o777, 0o600);
    }
    let guard = place.read("sheets/charging-guard.csv");
    let rows = ["\u{feff}key,enabled,enabled (plan),production_url", "charging-guard,,yes,", ""];
    assert_eq!(guard, rows.join("\r\n"), "the wanted address stands nowhere");
    assert!(!place.read("sheets/order-form.csv").contains("after_final_retry (plan)"));
    // Never over what somebody filled in.
    place.run(&sheets).ends(2, &["exists, and is not overwritten"]);
    // Nothing filled in is nothing said.
    let ran = read_sheets(&place, &[]);
    assert!(ran.code == Some(1) && ran.out.contains("still lacking") && facts(&place).is_empty(), "{ran:#?}");
    fill_in(&place);
    let ran = read_sheets(&place, &[]);
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    let ran = check(&place, &[]);
    assert!(ran.code == Some(0) && ran.out.contains(" 0 unknown"), "{ran:#?}");
    let facts = facts(&place);
    assert_eq!(facts.len(), 11);
    let list = facts.iter().find_map(|fact| fact.get("saw-all")).unwrap();
    assert_eq!(list["names"][4], json!("Group Coaching VIP Checkout"), "as it is called, and not its key");
}

#[test]
fn a_sheet_of_returns_alone_is_read_and_its_cells_are_where_a_spreadsheet_has_them() {
    let place = without(&MISSING);
    place.run(&["survey", PLAN, "--site", SITE, "--sheets", "sheets"]).ends(0, &[]);
    fill_in(&place);
    fill(&place, "sheets/order-form.csv", &[("team-seats-checkout", "after_final_retry", "revok")], b';');
    let said = read_sheets(&place, &[]).out;
    assert!(said.contains("order-form.csv, C7: "), "{said}");
    for name in MISSING {
        let sheet = format!("sheets/{name}.csv");
        let alone = place.read(&sheet).replace("\r\n", "\n").replace('\n', "\r");
        fs::write(place.path(&sheet), alone).unwrap();
    }
    assert_eq!(read_sheets(&place, &[]).out, said);
}

#[test]
fn what_is_wrong_with_sheets_is_said_by_file_and_cell_and_nothing_is_recorded() {
    let place = without(&MISSING);
    place.run(&["survey", PLAN, "--site", SITE, "--sheets", "sheets"]).ends(0, &[]);
    fill_in(&place);
    fill(&place, "sheets/mail.csv", &[("mail", "simulated", "perhaps")], b',');
    fill(&place, "sheets/order-form.csv", &[("team-seats-checkout", "after_final_retry", "revok")], b';');
    let tess = "tess@nowhere.example";
    fs::write(
        place.path("sheets/plugin.csv"),
        format!("key,version\naccessally/accessally.php,9\n{tess},1\na/a.php,1\n"),
    )
    .unwrap();
    fs::write(place.path("sheets/environment.csv"), "key,type\n").unwrap();
    fs::write(place.path("sheets/offerings.csv"), "key\n").unwrap();
    fs::write(place.path("sheets/tag.csv"), b"key\n\xe9\n").unwrap();
    let ran = read_sheets(&place, &[]);
    let cells: Vec<&str> = ran.out.lines().filter(|line| !line.starts_with(' ')).collect();
    assert_eq!(ran.code, Some(1), "{ran:#?}");
    for (cell, said) in [
        ("environment.csv, A1: ", "which site it is"),
        ("mail.csv, C2: ", "`perhaps` is not a valid value of `mail: simulated`"),
        ("offerings.csv, A1: ", "any kind of object"),
        ("order-form.csv, C7: ", "`revok` is not a valid value of `order-form/team-seats-checkout: after_final_retry`"),
        ("plugin.csv, B2: ", "shows `4."),
        ("plugin.csv, A3: ", "holds an e-mail address"),
        ("plugin.csv, B4: ", "the site that was read has no `plugin/a/a.php`"),
        ("tag.csv, A1: ", "not UTF-8"),
    ] {
        assert!(cells.iter().any(|line| line.starts_with(cell) && line.contains(said)), "{cell}: {cells:#?}");
    }
    assert!(ran.out.contains("nothing was recorded: ") && !ran.out.contains(tess), "{ran:#?}");
    assert!(facts(&place).is_empty());
    let json: Value = serde_json::from_str(&read_sheets(&place, &["--format", "json"]).out).unwrap();
    assert_eq!(json["wrong"][1]["cell"], json!("C2"), "{json:#}");
    place.run(&["survey", PLAN, "--site", SITE, "--read", "sheets"]).ends(2, &["it is not known who looks"]);
}

/// A row that nobody touched has the object's key, and no screen shows that.
#[test]
fn a_row_as_it_was_written_is_the_object_by_the_name_in_the_plan() {
    let place = without(&["offering", "opt-in-form", "order-form"]);
    place.run(&["survey", PLAN, "--site", SITE, "--sheets", "sheets"]).ends(0, &[]);
    for kind in ["offering", "opt-in-form", "order-form"] {
        let sheet = format!("sheets/{kind}.csv");
        let text = place.read(&sheet);
        let keys: Vec<&str> = text.lines().skip(1).map(|row| row.split(',').next().unwrap()).collect();
        let is_there: Vec<_> = keys.iter().map(|key| (*key, "is there", "yes")).collect();
        fill(&place, &sheet, &is_there, b',');
    }
    fill(&place, "sheets/order-form.csv", &[("group-coaching-vip-checkout", "operations", "-")], b',');
    fill(&place, "sheets/offering.csv", &[("alumni", "system", "ontraport")], b',');
    assert_eq!(read_sheets(&place, &[]).code, Some(1));
    let facts = facts(&place);
    let names: Vec<&str> = facts
        .iter()
        .flat_map(|fact| fact["saw-all"]["names"].as_array().into_iter().flatten())
        .chain(facts.iter().filter_map(|fact| fact["saw"]["fields"].get("name")))
        .map(|name| name.as_str().unwrap())
        .collect();
    assert!(names.contains(&"Mini Course Signup") && names.contains(&"Group Coaching VIP Checkout"), "{names:?}");
    assert!(names.iter().all(|name| name.starts_with(char::is_uppercase)), "{names:?}");
    let ran = check(&place, &[]);
    assert!(!ran.out.contains("the site spells"), "{ran:#?}");
}

/// Of a key that is made of it no mask knows an address again.
#[test]
fn an_address_in_a_sheet_or_a_pasted_list_reaches_neither_the_record_nor_what_is_said() {
    let place = without(&["order-form", "administrator"]);
    place.run(&["survey", PLAN, "--site", SITE, "--sheets", "sheets"]).ends(0, &[]);
    for cells in ["yes,", ",revoke", ",revok"] {
        let text = format!("key,is there,after_final_retry\nmara@member.example,{cells}\n");
        fs::write(place.path("sheets/order-form.csv"), text).unwrap();
        for format in ["human", "json"] {
            let ran = read_sheets(&place, &["--format", format]);
            assert!(ran.code == Some(1) && ran.out.contains("it holds an e-mail address or a login"), "{ran:#?}");
            assert!(ran.out.contains("A2") && !format!("{ran:?}").contains("mara"), "{ran:#?}");
        }
    }
    // What was pasted is refused as a whole, and the screen stands as it stood.
    let (shown, _) = typed(&place, &SURVEY, "n\np\nmara@member.example\n\nq");
    assert!(shown.contains("the list holds an e-mail address") && !shown.contains("not in your list"), "{shown}");
    assert_eq!(shown.matches("price").count() % 2, 0, "asked as before: {shown}");
    assert!(facts(&place).is_empty());
}

/// Runs with files limited to so many blocks of 512 bytes, as a full disk limits them, but for anybody.
#[cfg(unix)]
#[test]
fn sheets_that_do_not_fit_on_the_disk_leave_nothing_in_the_way_of_the_next() {
    let place = without(&MISSING);
    let words = ["survey", PLAN, "--site", SITE, "--sheets", "sheets"];
    for blocks in ["0", "1"] {
        let script = format!("trap '' XFSZ; ulimit -f {blocks} || exit 99; exec \"$0\" \"$@\"");
        let plain = place.command(&words);
        let mut limited = std::process::Command::new("sh");
        limited.args(["-c", &script, env!("CARGO_BIN_EXE_plan")]).args(words);
        limited
            .current_dir(place.folder.path())
            .envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?))));
        let ran: Ran = limited.output().unwrap().into();
        ran.ends(3, &["too large"]);
        assert!(!ran.out.contains("wrote"), "{ran:#?}");
        let left: Vec<_> = fs::read_dir(place.path("sheets")).unwrap().collect();
        assert!(left.is_empty(), "{blocks}: {left:?}");
    }
    place.run(&words).ends(0, &[]);
}

#[test]
fn no_sheet_steers_a_terminal_and_what_is_copied_from_the_plans_column_is_what_the_plan_wants() {
    let place = without(&["order-form"]);
    let gateway = |price: &str, gateway: &str| {
        let expected = format!("expect: {{price: {price} USD, gateway: stripe}}");
        place.edit(PLAN, &expected, &format!(r#"expect: {{price: {price} USD, gateway: "{gateway}"}}"#));
    };
    gateway("497.00", r"=1+1\e[2J\a");
    gateway("39.00", r"'stripe\u202E");
    place.run(&["survey", PLAN, "--site", SITE, "--sheets", "sheets"]).ends(0, &[]);
    let text = place.read("sheets/order-form.csv");
    let raw = text.trim_start_matches('\u{feff}').replace("\r\n", "");
    assert!(!raw.contains(|c: char| c.is_control() || c == '\u{202e}'), "{text:?}");
    let (form, other) = ("group-coaching-checkout", "foundations-membership");
    let cells = [(form, "gateway", r"'=1+1\u{1b}[2J\u{7}"), (other, "gateway", r"''stripe\u{202e}")];
    assert!(cells.iter().all(|(_, _, cell)| text.contains(cell)), "{text:?}");
    fill(&place, "sheets/order-form.csv", &cells, b',');
    assert_eq!(read_sheets(&place, &[]).code, Some(1));
    let gateways: Vec<Value> = facts(&place).iter().map(|fact| fact["saw"]["fields"]["gateway"].clone()).collect();
    assert_eq!(gateways, [json!("'stripe\u{202e}"), json!("=1+1\u{1b}[2J\u{7}")]);
}

#[test]
fn of_what_is_on_or_off_nothing_set_is_taken_for_no_answer() {
    let place = without(&["crm"]);
    let (shown, code) = typed(&place, &SURVEY, "y\n-\nyes\n-\nno\nno");
    assert_eq!(code, Some(0), "{shown}");
    assert_eq!(shown.matches("this is not a valid value of `").count(), 2, "{shown}");
    let fields = &facts(&place)[0]["saw"]["fields"];
    assert_eq!((&fields["connected"], &fields["managed"]), (&json!(true), &json!(false)));
    let place = without(&["crm"]);
    fs::create_dir(place.path("sheets")).unwrap();
    fs::write(place.path("sheets/crm.csv"), "key,connected\ncrm,-\n").unwrap();
    let ran = read_sheets(&place, &[]);
    assert!(
        ran.code == Some(1) && ran.out.contains("crm.csv, B2: `-` is not a valid value of `crm: connected`"),
        "{ran:#?}"
    );
    assert!(facts(&place).is_empty());
}

#[cfg(unix)]
#[test]
fn no_sheet_is_read_through_a_link() {
    let place = without(&["emails"]);
    fs::create_dir(place.path("sheets")).unwrap();
    fs::write(place.path("outside.csv"), "key,enabled\nemails,yes\n").unwrap();
    std::os::unix::fs::symlink("../outside.csv", place.path("sheets/emails.csv")).unwrap();
    let ran = read_sheets(&place, &[]);
    assert!(ran.code == Some(1) && ran.out.contains("emails.csv, A1: it cannot be read: it is a link"), "{ran:#?}");
    assert!(facts(&place).is_empty());
    fs::remove_file(place.path("sheets/emails.csv")).unwrap();
    read_sheets(&place, &[]).ends(2, &["has no sheet"]);
    std::os::unix::fs::symlink("../outside.csv", place.path("sheets/emails.csv")).unwrap();
    place.run(&["survey", PLAN, "--site", SITE, "--sheets", "sheets"]).ends(2, &["is not overwritten"]);
}
