//! `plan contacts import`: exports with the headers that CRMs and sites have, and invented values; and what is wrong with such a file.

use std::fs;

use serde_json::{Value, json};

use crate::common::one_of;
use crate::place::{PLAN, Place, Ran, SITE};

const HOST: &str = "https://staging.bloom.example";
const AT: &str = "2026-11-20T05:10:00Z";

fn write(place: &Place, name: &str, text: &str) {
    fs::write(place.path(name), text).unwrap();
}

/// Imports a file of these bytes into `new.site.ndjson`.
pub(crate) fn import(place: &Place, from: &str, bytes: &[u8], more: &[&str]) -> Ran {
    fs::write(place.path("export.csv"), bytes).unwrap();
    let words = ["contacts", "import", "export.csv", "--from", from, "--host", HOST, "--taken-at", AT];
    place.run(&[&words[..], &["--out", "new.site.ndjson"], more].concat())
}

fn lines(place: &Place, name: &str) -> Vec<Value> {
    place.read(name).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The records of the population, without its first line and its last one.
fn records(place: &Place) -> Vec<Value> {
    let all = lines(place, "new.population.ndjson");
    all[1..all.len() - 1].to_vec()
}

fn unknown(place: &Place) -> Vec<String> {
    let first = lines(place, "new.population.ndjson").remove(0);
    first["unknown"]
        .as_array()
        .map(|all| all.iter().map(|one| one.as_str().unwrap().to_owned()).collect())
        .unwrap_or_default()
}

fn contact(key: &str, first: &str, last: &str, email: &str, tags: &[&str]) -> Value {
    json!({"kind": "contact", "key": key, "first_name": first, "last_name": last, "email": email, "tags": tags})
}

#[test]
fn a_first_line_that_may_be_somebody_s_row_is_not_shown() {
    let place = Place::new();
    fs::write(place.path("m.yaml"), "version: 1\ncontacts: {id: Nr, email: Mail}\n").unwrap();
    for (from, more) in [("ontraport", &[][..]), ("csv", &["--mapping", "m.yaml"])] {
        let ran = import(&place, from, b"z1,Ada,Lovelace\nz2,Bo,Beech\n", more);
        ran.ends(3, &["cells, and none looks like a header"]);
        assert!(!ran.err.contains("Ada") && !ran.err.contains("Lovelace"), "{}", ran.err);
    }
    // Where it is one of headers, they are named.
    let ran = import(&place, "ontraport", b"Kundennummer,First Name\nz1,Ada\n", &[]);
    ran.ends(3, &["columns are `Kundennummer`, `First Name`"]);
}

#[test]
fn each_system_s_own_headers_are_known() {
    let ada = contact("10231", "Ada", "Ash", "ada@member.example", &["Base", "Goals"]);
    for (from, csv, expected, not_taken) in [
        (
            "ontraport",
            "Contact ID,First Name,Last Name,Email,Contact Tags,Date Added\n10231,Ada,Ash,ada@member.example,*/*Base*/*Goals*/*,11-02-2026\n",
            ada.clone(),
            Some("not taken: `Date Added`"),
        ),
        (
            "keap",
            "\"Id\",\"First Name\",\"Last Name\",\"Email\",\"Tag Ids\",\"Tags\"\r\n\"10231\",\"Ada\",\"Ash\",\"ada@member.example\",\"91,92\",\"Base,Goals\"\r\n",
            ada.clone(),
            Some("not taken: `Tag Ids`"),
        ),
        (
            "keap",
            "Id,FirstName,LastName,Email,Tags\n10231,Ada,Ash,ada@member.example,\"Base,Goals\"\n",
            ada.clone(),
            None,
        ),
        (
            "activecampaign",
            "Contact ID,Email,First Name,Last Name,Phone,Tags\n10231,ada@member.example,Ada,Ash,,\"Base, Goals\"\n",
            ada.clone(),
            Some("not taken: `Phone`"),
        ),
        (
            "drip",
            "id,email,first_name,last_name,tags,lifetime_value\nz1togz2hcj,ada@member.example,Ada,Ash,\"Base,Goals\",$0.00\n",
            contact("z1togz2hcj", "Ada", "Ash", "ada@member.example", &["Base", "Goals"]),
            Some("not taken: `lifetime_value`"),
        ),
        (
            "kit",
            "id,email_address,first_name,last_name,tags,state\n10231,ada@member.example,Ada,Ash,\"Base, Goals\",active\n",
            ada.clone(),
            Some("not taken: `state`"),
        ),
    ] {
        let place = Place::new();
        let ran = import(&place, from, csv.as_bytes(), &[]);
        ran.ends(0, &["wrote new.population.ndjson", "wrote new.site.ndjson", "counts as recorded"]);
        assert_eq!(records(&place), [expected], "{from}");
        assert_eq!(ran.out.lines().find(|line| line.starts_with("not taken")), not_taken, "{from}: {}", ran.out);
        assert_eq!(unknown(&place), ["affiliate"], "{from}: no column says who referred anybody");
        assert!(ran.out.contains("contact `affiliate` unknown: no column is taken for it\n"), "{}", ran.out);
        assert!(!format!("{}{}", ran.out, ran.err).contains("Ada"), "{from}: nobody's name");
        let first = lines(&place, "new.population.ndjson").remove(0);
        assert_eq!((&first["host"], &first["taken_at"]), (&json!("staging.bloom.example"), &json!(AT)));
        let site = &lines(&place, "new.site.ndjson")[0];
        assert_eq!(site["sections"]["contact"], json!({"how": "manual"}));
        assert!(
            site["sections"]["order"]["missing"].is_string()
                && site["sections"]["contact-without-user"]["missing"].is_string()
        );
        #[cfg(unix)]
        for name in ["new.population.ndjson", "new.site.ndjson"] {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(fs::metadata(place.path(name)).unwrap().permissions().mode() & 0o777, 0o600, "{name}");
        }
    }
}

#[test]
fn the_users_of_a_wordpress_are_contacts_by_the_column_that_a_mapping_names() {
    let place = Place::new();
    let csv = "ID,user_login,user_email,first_name,last_name,roles,meta:aal_contact_id\n\
        7,ada,ada@member.example,Ada,Ash,subscriber,10231\n8,bo,bo@member.example,Bo,Birch,administrator,\n";
    import(&place, "wordpress", csv.as_bytes(), &[]).ends(
        3,
        &[
            "no column is known to hold the contact IDs; the users' own `ID` is none",
            "contacts: {id: HEADER}",
            "--mapping FILE",
        ],
    );
    write(&place, "map.yaml", "version: 1\ncontacts: {id: \"meta:aal_contact_id\"}\n");
    let ran = import(&place, "wordpress", csv.as_bytes(), &["--mapping", "map.yaml"]);
    ran.ends(0, &[]);
    assert!(ran.out.contains("without a contact ID, and so no contacts: 1 user\n"), "{}", ran.out);
    let ada = json!({"kind": "contact", "key": "10231", "first_name": "Ada", "last_name": "Ash", "email": "ada@member.example"});
    assert_eq!(records(&place), [ada]);
    assert_eq!(unknown(&place), ["tags", "affiliate"]);
}

#[test]
fn a_mapping_says_what_is_not_known_and_is_itself_checked_with_a_place() {
    let place = Place::new();
    let csv =
        "Nr;Mail;Groups;Partner\n1;a@member.example;Gold, annual|Silver;\n2;b@member.example;;zoe@member.example\n";
    let map = "version: 1\ncontacts:\n  id: Nr\n  email: Mail\n  affiliate: Partner\n  tags: {column: Groups, separator: \"|\"}\n";
    write(&place, "map.yaml", map);
    import(&place, "csv", csv.as_bytes(), &["--mapping", "map.yaml"]).ends(0, &[]);
    assert_eq!(
        records(&place),
        [
            json!({"kind": "contact", "key": "1", "email": "a@member.example", "tags": ["Gold, annual", "Silver"]}),
            json!({"kind": "contact", "key": "2", "email": "b@member.example", "tags": [], "affiliate": "zoe@member.example"}),
        ]
    );
    assert_eq!(unknown(&place), ["first_name", "last_name"], "who has no affiliate is known to have none");
    for (edit, says) in [
        (("id: Nr", "id: Nrr"), "line 1: no column has the header `Nrr`"),
        (("id: Nr", "id: Nrr"), "did you mean `Nr`?"),
        (("separator", "seperator"), "map.yaml:6:26: unknown key `seperator`"),
        (("separator", "seperator"), "did you mean `separator`?"),
        (("version: 1", "version: 2"), "map.yaml:1:"),
        (("id: Nr", "id: [Nr]"), "map.yaml:3:"),
        (("id: Nr", "id: !!python/object x"), "map.yaml:3:"),
    ] {
        let place = Place::new();
        write(&place, "map.yaml", &map.replacen(edit.0, edit.1, 1));
        let ran = import(&place, "csv", csv.as_bytes(), &["--mapping", "map.yaml"]);
        ran.ends(3, &[says]);
        assert!(!place.path("new.population.ndjson").exists() && !place.path("new.site.ndjson").exists());
    }
    let place = Place::new();
    write(&place, "elsewhere.yaml", map);
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("elsewhere.yaml", place.path("map.yaml")).unwrap();
        import(&place, "csv", csv.as_bytes(), &["--mapping", "map.yaml"]).ends(3, &["it is a link"]);
    }
}

/// What stands in a file's rows, and is never repeated.
const HEAD: &str = "Id,First Name,Last Name,Email,Tags\n";

#[test]
fn what_is_wrong_with_a_file_is_said_by_its_line_and_nothing_is_written() {
    let row = |id: &str| format!("{id},Canary,Ash,canary{id}@member.example,Base\n");
    let one = row("1");
    for (csv, says) in [
        (format!("{HEAD}{one}{}", row("")), "line 3: the ID is empty"),
        (format!("{HEAD}{one}{}", row("1.23E+08")), "line 3: the ID is in scientific notation"),
        (format!("{HEAD}{one}{}", row("7.0")), "line 3: the ID has a decimal part"),
        (format!("{HEAD}{one}2,Canary,canary2@member.example\n"), "line 3: the row has 3 cells under 5 headers"),
        (
            format!("{HEAD}{one}2,Canary,Ash,canary2@member.example,Base,Goals\n"),
            "line 3: the row has more than 5 cells",
        ),
        (format!("{HEAD}{one}2,Canary,canary2@member.example,Ash,Base\n"), "line 3: the e-mail address has no `@`"),
        (format!("{HEAD}{one}{}{one}", row("2")), "lines 2 and 4 of the export have one contact ID"),
        (
            format!("{HEAD}{one}2,\"Canary,Ash,c@member.example,Base\n{}", row("3")),
            "line 3: a quote is opened in this row and never closed",
        ),
        (format!("{HEAD}{one}2,Canary,As"), "line 3: the row has 3 cells under 5 headers: it is cut off"),
        (
            format!("{HEAD}{one}2,A,B,c@member.example,\"\"\"Gold, annual\"\",Base\"\n"),
            "line 3: a tag stands in quotes",
        ),
        (
            format!("{HEAD}1,A,B,c@member.example,\"Gold,Base\"\n2,A,B,d@member.example,\"Gold, annual\"\n"),
            "line 3: a comma between tags has a blank after it, and in line 2 it has none",
        ),
        (one.clone(), "the first line is no line of headers: it holds an e-mail address"),
        (String::new(), "it is empty"),
        ("First Name,Last Name,Email\nA,B,c@member.example\n".to_owned(), "no column is known to hold the contact IDs"),
        ("Contact Idd,Email\n1,c@member.example\n".to_owned(), "did you mean `Contact Idd`?"),
        ("IP,Email\n10.0.0.2,c@member.example\n".to_owned(), "the file's columns are `IP`, `Email`"),
        ("Id,Email\n10.0.0.2,c@member.example\n".to_owned(), "is an IP address"),
        ("Id,Id,Email\n1,2,c@member.example\n".to_owned(), "two columns have the header `Id`"),
        (
            "Id,Email,E-Mail\n1,c@member.example,d@member.example\n".to_owned(),
            "the columns `Email`, `E-Mail` could both be meant",
        ),
        (format!("{HEAD}1,A\0,B,c@member.example,\n"), "line 2: it holds a zero byte"),
    ] {
        let place = Place::new();
        let ran = import(&place, "keap", csv.as_bytes(), &[]);
        ran.ends(3, &[says, "help: "]);
        assert!(!format!("{}{}", ran.out, ran.err).to_lowercase().contains("canary"), "{}", ran.err);
        assert!(!place.path("new.population.ndjson").exists() && !place.path("new.site.ndjson").exists(), "{csv}");
    }
    let place = Place::new();
    let many: String = (0..30).map(|_| row("")).collect();
    import(&place, "keap", format!("{HEAD}{many}").as_bytes(), &[])
        .ends(3, &["30 rows cannot be taken", "line 11: ", "and 20 more"]);
    import(&place, "keap", format!("{HEAD}{}", row("007")).as_bytes(), &[]).ends(0, &[]);
    assert_eq!(records(&place)[0]["key"], "007", "a zero in front is part of an ID");
    import(&place, "keap", format!("{HEAD}{one}").as_bytes(), &[]).ends(2, &["exists, and is not overwritten"]);
}

#[test]
fn every_encoding_and_line_end_is_read_or_named() {
    let text = "Id;First Name;Last Name;Email;Tags\r\n1;Zoë;\"Größe\nAsh\";z@member.example;Résumé ✓\r\n";
    let latin = text.replace(" ✓", "€");
    let utf16 = |big: bool| -> Vec<u8> {
        let unit = |unit: u16| if big { unit.to_be_bytes() } else { unit.to_le_bytes() };
        "\u{feff}".encode_utf16().chain(text.encode_utf16()).flat_map(unit).collect()
    };
    let windows: Vec<u8> =
        latin.chars().map(|c| if c == '€' { 0x80 } else { u8::try_from(u32::from(c)).unwrap() }).collect();
    let named = ["--encoding", "windows-1252"];
    for (bytes, more, tag) in [
        (text.as_bytes().to_vec(), &[][..], "Résumé ✓"),
        (format!("\u{feff}{text}").into_bytes(), &[], "Résumé ✓"),
        (format!("sep=;\r\n{text}").into_bytes(), &[], "Résumé ✓"),
        (text.replace("\r\n", "\n").into_bytes(), &[], "Résumé ✓"),
        (text.replace('\n', "\r").replace("\r\r", "\r").into_bytes(), &[], "Résumé ✓"),
        (utf16(false), &[], "Résumé ✓"),
        (utf16(true), &[], "Résumé ✓"),
        (windows.clone(), &named, "Résumé€"),
    ] {
        let place = Place::new();
        import(&place, "keap", &bytes, more).ends(0, &[]);
        assert_eq!(records(&place), [contact("1", "Zoë", "Größe\nAsh", "z@member.example", &[tag])]);
    }
    let place = Place::new();
    import(&place, "keap", &windows, &[]).ends(3, &["line 2: the byte 0xEB is not UTF-8", "--encoding windows-1252"]);
    import(&place, "keap", &utf16(false)[2..], &[]).ends(3, &["it holds a zero byte", "--encoding utf-16"]);
    import(&place, "keap", &utf16(false)[2..], &["--encoding", "utf-16"]).ends(0, &[]);
    let place = Place::new();
    let cut = &utf16(false)[..101];
    import(&place, "keap", cut, &[]).ends(3, &["it ends in the middle of a character: the file is cut off"]);
    // An old Mac's lines are counted too, and a row that spans two lines by its first.
    let old = text.replace("\r\n", "\r").replace('\n', "\r") + ";A;B;c@member.example;\r";
    import(&place, "keap", old.as_bytes(), &[]).ends(3, &["line 4: the ID is empty"]);
}

#[test]
fn a_last_line_without_an_end_is_taken_and_named() {
    let place = Place::new();
    let ran = import(&place, "keap", format!("{HEAD}1,A,B,c@member.example,Base").as_bytes(), &[]);
    ran.ends(0, &["attention: the last line of export.csv has no line end"]);
    let place = Place::new();
    let ran = import(&place, "keap", format!("{HEAD}1,A,B,c@member.example,Base\n").as_bytes(), &[]);
    assert!(!ran.err.contains("no line end"), "{}", ran.err);
}

#[test]
fn a_category_before_a_tag_is_named_and_taken_off_only_where_a_mapping_says_so() {
    let csv = format!("{HEAD}1,A,B,c@member.example,\"Membership -> Gold,Plain\"\n");
    let place = Place::new();
    import(&place, "keap", csv.as_bytes(), &[])
        .ends(0, &["one tag of a contact looks as if a category stood before the name"]);
    assert_eq!(records(&place)[0]["tags"], json!(["Membership -> Gold", "Plain"]));
    let place = Place::new();
    write(&place, "map.yaml", "version: 1\ncontacts: {tags: {category: \" -> \"}}\n");
    let ran = import(&place, "keap", csv.as_bytes(), &["--mapping", "map.yaml"]);
    ran.ends(0, &[]);
    assert!(!ran.err.contains("category"), "{}", ran.err);
    assert_eq!(records(&place)[0]["tags"], json!(["Gold", "Plain"]));
    let twice = format!("{HEAD}1,A,B,c@member.example,\"X -> Gold,Y -> Gold\"\n");
    let place = Place::new();
    write(&place, "map.yaml", "version: 1\ncontacts: {tags: {category: \" -> \"}}\n");
    import(&place, "keap", twice.as_bytes(), &["--mapping", "map.yaml"])
        .ends(3, &["two tags of different categories have the same name"]);
    let ids = "Id,Email,Tag Ids\n1,c@member.example,\"91,92\"\n";
    let ran = import(&place, "keap", ids.as_bytes(), &[]);
    assert!(ran.out.contains("the column `Tag Ids` holds IDs of tags, and no names"), "{}", ran.out);
    assert!(unknown(&place).contains(&"tags".to_owned()));
}

#[test]
fn orders_subscriptions_and_users_come_from_files_of_their_own() {
    let place = Place::new();
    write(
        &place,
        "map.yaml",
        "version: 1\norders: {id: ID, contact: Contact, form: Form, total: Total, currency: Currency, date: {column: Date, form: \"%m/%d/%Y\"}, \
         status: Status}\nsubscriptions: {id: ID, contact: Contact, form: Form, status: Status, next_payment: {column: Next}}\n",
    );
    write(
        &place,
        "orders.csv",
        "ID,Contact,Form,Total,Currency,Date,Status\n5014,1,Group Coaching Checkout,497.00,USD,11/17/2026,Success\n",
    );
    write(&place, "subs.csv", "ID,Contact,Form,Status,Next\n701,2,VIP,Active,2026-12-17\n");
    write(
        &place,
        "users.csv",
        "ID,user_login,display_name,user_email,user_registered,roles\n7,ada,Ada,ADA@member.example,2026-01-01,subscriber\n",
    );
    let csv = "Id,First Name,Last Name,Email,Tags\n2,Bo,Birch,bo@member.example,\n1,Ada,Ash,ada@member.example,Base\n";
    let files =
        ["--mapping", "map.yaml", "--orders", "orders.csv", "--subscriptions", "subs.csv", "--users", "users.csv"];
    let ran = import(&place, "keap", csv.as_bytes(), &files);
    ran.ends(0, &[]);
    assert!(!ran.err.contains("every row counts as a member"), "{}", ran.err);
    assert_eq!(
        records(&place),
        [
            contact("1", "Ada", "Ash", "ada@member.example", &["Base"]),
            json!({"kind": "contact-without-user", "key": "2", "first_name": "Bo", "last_name": "Birch", "email": "bo@member.example", "tags": []}),
            json!({"kind": "order", "key": "5014", "contact": "1", "form": "group-coaching-checkout", "status": "Success", "total": "497.00 USD", "date": "2026-11-17"}),
            json!({"kind": "subscription", "key": "701", "contact": "2", "form": "vip", "status": "Active", "next_payment": "2026-12-17"}),
        ]
    );
    let sections = &lines(&place, "new.site.ndjson")[0]["sections"];
    for kind in ["contact", "contact-without-user", "order", "subscription"] {
        assert_eq!(sections[kind], json!({"how": "manual"}), "{kind}");
    }
    for (edit, says) in [
        (("11/17/2026", "2026-11-17"), "orders.csv`: 1 row cannot be taken"),
        (("11/17/2026", "2026-11-17"), "line 2: a day is not written as the mapping says"),
        (("USD", "Dollars"), "line 2: the total is not an amount with its currency"),
        (("5014,1,", "5014,,"), "line 2: it names no contact"),
        (("Success", ""), "line 2: the status is empty"),
    ] {
        let other = Place::new();
        for name in ["map.yaml", "orders.csv", "subs.csv", "users.csv"] {
            write(&other, name, &place.read(name));
        }
        other.edit("orders.csv", edit.0, edit.1);
        import(&other, "keap", csv.as_bytes(), &files).ends(3, &[says]);
        assert!(!other.path("new.population.ndjson").exists());
    }
}

/// The example's own members as an export, with the columns that are wanted.
pub(crate) fn bloom(place: &Place, with_tags: bool) -> String {
    let mut csv = String::from(if with_tags {
        "Id,First Name,Last Name,Email,Tags\n"
    } else {
        "Id,First Name,Last Name,Email\n"
    });
    for line in place.read("bloom-coaching.population.ndjson").lines() {
        let record: Value = serde_json::from_str(line).unwrap();
        if record["kind"] != "contact" {
            continue;
        }
        let text = |key: &str| format!("\"{}\"", record[key].as_str().unwrap_or_default().replace('"', "\"\""));
        csv += &[text("key"), text("first_name"), text("last_name"), text("email")].join(",");
        if with_tags {
            let tags: Vec<&str> = record["tags"].as_array().unwrap().iter().map(|tag| tag.as_str().unwrap()).collect();
            csv += &format!(",\"{}\"", tags.join("|").replace('"', "\"\""));
        }
        csv += "\n";
    }
    csv
}

#[test]
fn what_an_export_does_not_say_is_unproven_and_never_taken_for_nothing() {
    for with_tags in [true, false] {
        let place = Place::new();
        write(&place, "map.yaml", "version: 1\ncontacts: {tags: {separator: \"|\"}}\n");
        let csv = bloom(&place, with_tags);
        import(&place, "keap", csv.as_bytes(), &["--mapping", "map.yaml"]).ends(0, &[]);
        let ran = place.run(&["verify", PLAN, "--before", "new.site.ndjson", "--after", SITE, "--format", "json"]);
        let said: Value = serde_json::from_str(&ran.out).unwrap();
        assert_eq!(ran.code, Some(1), "{}", ran.out);
        let unproven: Vec<&str> =
            said["unproven"].as_array().unwrap().iter().map(|one| one["what"].as_str().unwrap()).collect();
        assert!(unproven.contains(&"the affiliate of the contacts before"), "{unproven:?}");
        assert_eq!(unproven.contains(&"the tags of the contacts before"), !with_tags, "{unproven:?}");
        let contacts = &said["everybody"]["contacts"];
        assert_eq!(
            (&contacts["changed"]["total"], &contacts["missing"]["total"]),
            (&json!(0), &json!(0)),
            "nobody differs in what is unknown"
        );
        // One address that really differs is found all the same.
        write(&place, "other.csv", &csv.replacen("@member.example", "@other.example", 1));
        let words = [
            "contacts",
            "import",
            "other.csv",
            "--from",
            "keap",
            "--host",
            HOST,
            "--taken-at",
            AT,
            "--out",
            "other.site.ndjson",
        ];
        place.run(&[&words[..], &["--mapping", "map.yaml"]].concat()).ends(0, &[]);
        place.run(&["verify", PLAN, "--before", "other.site.ndjson", "--after", SITE]).ends(21, &[]);
    }
}

#[test]
fn a_merge_list_of_two_exports_names_what_neither_says() {
    let place = Place::new();
    let head = "Id,First Name,Last Name,Email,Tags\n";
    let words = |file: &'static str, at: &'static str, out: &'static str| {
        ["contacts", "import", file, "--from", "keap", "--host", HOST, "--taken-at", at, "--out", out]
    };
    write(&place, "then.csv", &format!("{head}1,A,B,a@member.example,Base\n2,C,D,c@member.example,Base\n"));
    write(
        &place,
        "now.csv",
        "Id,Email,Tags\n1,a@member.example,Goals\n2,c@member.example,Base\n3,e@member.example,Base\n",
    );
    place.run(&words("then.csv", "2026-11-19T05:10:00Z", "then.site.ndjson")).ends(0, &[]);
    place.run(&words("now.csv", AT, "now.site.ndjson")).ends(0, &[]);
    let ran = place.run(&["merge-list", "--cloned", "then.site.ndjson", "--live", "now.site.ndjson"]);
    ran.ends(1, &["contact affiliate: not captured on both sides", "contact first_name: not captured on both sides"]);
    let moved: Vec<&str> = ran.out.lines().take(2).collect();
    assert_eq!(
        moved,
        ["changed  contact       1  tags", "new      contact       3"],
        "names are unknown now, and gone from nobody"
    );
}

#[test]
fn a_check_does_not_take_unknown_tags_for_none() {
    let place = Place::new();
    let csv = bloom(&place, false);
    import(&place, "keap", csv.as_bytes(), &[]).ends(0, &[]);
    // Beside a site of which everything else is known, only what hangs on tags is unproven.
    let mut site = place.read(SITE).lines().map(str::to_owned).collect::<Vec<_>>();
    site.retain(|line| !line.contains("\"kind\":\"end\"") && !line.contains("\"kind\":\"population\""));
    write(&place, "both.site.ndjson", &(site.join("\n") + "\n"));
    fs::rename(place.path("new.population.ndjson"), place.path("both.population.ndjson")).unwrap();
    place.run(&["snapshot", "finalize", "both.site.ndjson"]).ends(0, &[]);
    let before = place.run(&["check", PLAN, "--site", SITE, "--format", "concise"]);
    let after = place.run(&["check", PLAN, "--site", "both.site.ndjson", "--format", "concise"]);
    assert!(!before.out.contains("cannot evaluate: `contact tags`"), "{}", before.out);
    assert!(
        after.out.contains("cannot evaluate: `contact tags`") || after.out.contains("contact affiliate"),
        "{}",
        after.out
    );
}

#[test]
fn the_population_alone_lies_beside_a_site_that_somebody_writes_and_git_s_files_are_named() {
    let place = Place::new();
    fs::write(place.path("export.csv"), format!("{HEAD}1,A,B,c@real-club.org,Base\n")).unwrap();
    let words = ["contacts", "import", "export.csv", "--from", "keap", "--host", HOST, "--taken-at", AT];
    let ran = place.run(&[&words[..], &["--out", "own.population.ndjson.gz"]].concat());
    ran.ends(0, &["next: name `contact` under `sections`"]);
    assert!(place.path("own.population.ndjson.gz").exists() && !place.path("own.site.ndjson").exists());
    let header = json!({"kind": "snapshot", "format": "1.1", "host": "staging.bloom.example", "collector": "by hand", "collector_version": "1",
        "taken_at": AT, "sections": {"contact": {"how": "manual"}}});
    write(&place, "own.site.ndjson", &format!("{header}\n"));
    place.run(&["snapshot", "finalize", "own.site.ndjson"]).ends(0, &[]);
    place.run(&["contacts", "suggest", PLAN, "--site", "own.site.ndjson"]).ends(0, &[]);
    for (more, code, says) in [
        (&["--host", "not a host"][..], 3, "`not a host`: this is not an address"),
        (&["--taken-at", "yesterday"], 2, "`yesterday` is not a time"),
        (&["--taken-at", "2099-01-01T00:00:00Z"], 2, "is in the future"),
    ] {
        let mut words: Vec<&str> = words.to_vec();
        let at = words.iter().position(|word| *word == more[0]).unwrap();
        words[at + 1] = more[1];
        place.run(&[&words[..], &["--out", "x.site.ndjson"]].concat()).ends(code, &[says]);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn an_export_is_never_held_in_memory_and_its_rows_may_come_in_any_order() {
    if one_of("SIZES", (0, 2)).is_none() {
        return;
    }
    let place = Place::new();
    let rows = 300_000_u32;
    // Every number once, in no order.
    let row = |at: u32| format!("{},Ada,Ash,a{at}@member.example,Base\n", 1_000_000 + (at * 7919) % rows);
    fs::write(place.path("export.csv"), (0..rows).map(row).fold(HEAD.to_owned(), |all, row| all + &row)).unwrap();
    let mut command = crate::place::program();
    command.current_dir(place.folder.path()).args([
        "contacts",
        "import",
        "export.csv",
        "--from",
        "keap",
        "--host",
        HOST,
    ]);
    let mut child = command.args(["--taken-at", AT, "--out", "new.site.ndjson"]).spawn().unwrap();
    let most = crate::memory::peak(&mut child, "an import");
    assert!(child.wait().unwrap().success());
    assert!(most < 64, "{most} MiB");
    let population = place.read("new.population.ndjson");
    let keys: Vec<&str> =
        population.lines().filter_map(|line| Some(line.split_once("\"key\":\"")?.1.split_once('"')?.0)).collect();
    assert!(keys.len() == rows as usize && keys.is_sorted());
}

#[test]
fn a_quote_that_is_never_closed_is_named_by_its_row_and_swallows_no_memory() {
    let place = Place::new();
    let rest = "3,A,B,c@member.example,Base\n".repeat(200_000);
    let ran = import(
        &place,
        "keap",
        format!("{HEAD}1,A,B,c@member.example,Base\n2,\"A,B,c@member.example,Base\n{rest}").as_bytes(),
        &[],
    );
    ran.ends(3, &["`export.csv`, line 3: the row is longer than 1 MiB", "never closed"]);
}

#[test]
fn a_cell_that_goes_on_after_its_quotes_swallows_nobody() {
    for (csv, line) in [
        ("id,email,note\n1,a@member.example,\"hi\n2,b@member.example,\"yo\"\n3,c@member.example,z\n", 2),
        ("id,email,note\n1,a@member.example,\n2,b@member.example,\"VIP\" customer\n", 3),
    ] {
        let place = Place::new();
        let ran = import(&place, "drip", csv.as_bytes(), &[]);
        ran.ends(3, &[&format!("line {line}: a cell that begins with a quote"), "export the file again"]);
        assert!(!place.path("new.population.ndjson").exists() && !ran.err.contains("member.example"), "{ran:#?}");
    }
}

#[test]
fn an_export_of_nobody_proves_nothing() {
    let place = Place::new();
    import(&place, "drip", b"id,email,tags\n", &[]).ends(3, &["it holds no contact", "there is no row"]);
    write(&place, "map.yaml", "version: 1\ncontacts: {id: cid}\n");
    let users = b"ID,user_email,cid\n7,ada@member.example,\n";
    import(&place, "wordpress", users, &["--mapping", "map.yaml"]).ends(3, &["it holds no contact", "right one"]);
    write(&place, "users.csv", "user_email\n");
    let contacts = b"id,email\n1,ada@member.example\n";
    import(&place, "drip", contacts, &["--users", "users.csv"]).ends(3, &["users.csv", "it lists no user"]);
    write(&place, "users.csv", "user_email\nada@member.example");
    import(&place, "drip", contacts, &["--users", "users.csv"]).ends(0, &["the last line of users.csv"]);
}

#[test]
fn two_rows_of_one_id_are_refused_also_where_only_one_has_a_user() {
    let place = Place::new();
    write(&place, "users.csv", "user_email\nada@member.example\n");
    let csv = b"id,email\n7,x@member.example\n5,ada@member.example\n5,bo@member.example\n";
    import(&place, "drip", csv, &["--users", "users.csv"])
        .ends(3, &["export.csv", "lines 3 and 4 of the export have one contact ID"]);
    assert!(!place.path("new.population.ndjson").exists());
}

#[test]
fn a_cell_of_very_many_tags_takes_no_longer_than_its_bytes() {
    let place = Place::new();
    let cell = (0..150_000).map(|number| format!("{number:x}")).collect::<Vec<String>>().join(",");
    let begun = std::time::Instant::now();
    import(&place, "drip", format!("id,email,tags\n1,ada@member.example,\"{cell}\"\n").as_bytes(), &[]).ends(0, &[]);
    assert!(begun.elapsed().as_secs() < 30, "compared one by one they take minutes");
}
