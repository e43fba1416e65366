#![allow(clippy::unwrap_used, reason = "a test may end so")]

use std::fmt::Write as _;
use std::io::BufReader;

use proptest::prelude::*;

use super::*;
use crate::model::digest::of_bytes;
use crate::population::Damage;

const HEAD: &str = r#"{"capture":{"format":1,"plugin":{"name":"plan-bridge","version":"0.1.0","sha256":"5f2c"},"request":{"sha256":"77ab","adapters":[{"name":"accessally","sha256":"9f86"}]},"taken_at":"2026-11-29T07:00:00Z","versions":{"wordpress":"6.8.7","php":"8.2.31","database":"10.11.14-MariaDB"},"multisite":false,"object_cache":false,"site":{"home":"https://staging.bloom.example","url":{"withheld":"secret-value"},"host":"staging.bloom.example","environment":"staging","blog":1,"locale":"en_US","timezone":"Europe/Berlin"},"before":{"users":2,"posts":41}}}"#;

const BODY: [&str; 15] = [
    r#"{"source":{"kind":"option","of":["blog_public","not_there"],"scope":"site","engine":"InnoDB","expected":1}}"#,
    r#"{"option":{"name":"blog_public","scope":"site","sha256":"5fec","length":1,"twin":{"state":"differs","expires":1796000000,"value":"1"},"value":"0"}}"#,
    r#"{"source":{"kind":"users","of":["user_login","user_email"],"engine":"InnoDB","expected":2}}"#,
    r#"{"users":{"rows":[[1,"operator","operator@bloom.example"],[2,"spare-admin",{"withheld":"secret-value"}]]}}"#,
    r#"{"source":{"kind":"usermeta","of":["first_name"],"engine":"InnoDB"}}"#,
    r#"{"usermeta":{"rows":[[12,1,"first_name","Jo"]]}}"#,
    r#"{"usermeta":{"rows":[[13,2,{"withheld":"secret-value"},{"picked":{"":{"php":1},"/administrator":true}}]]}}"#,
    r#"{"counted":{"kind":"usermeta","expected":2}}"#,
    r#"{"source":{"kind":"table","of":["aal_user_tags"],"scope":"site","columns":[],"engine":"InnoDB","expected":120}}"#,
    r#"{"source":{"kind":"table","of":["pa_user_progress"],"scope":"site","columns":["id"],"unread":"no-such-table"}}"#,
    r#"{"source":{"kind":"content","of":["page"],"engine":"InnoDB","expected":9}}"#,
    r#"{"content":{"id":12,"type":"page","shortcodes":[{"name":"x","arguments":{"id":"3"}}],"hosts":[{"element":"form","host":"forms.crm.example"}]}}"#,
    r#"{"source":{"kind":"moon","of":["phase"],"expected":1}}"#,
    r#"{"moon":{"phase":["full"]}}"#,
    r#"{"source":{"kind":"call","of":["AccessAllyAPI::get_all_tags"],"unread":"effects-unknown"}}"#,
];

const COUNTS: &str = r#""counts":{"option":1,"users":2,"usermeta":2,"content":1,"moon":1},"expected":{"option":1,"users":2,"usermeta":2}"#;

/// These lines with a last one of these counts, and the digest that fits.
pub(crate) fn closed(lines: &[&str], counts: &str) -> String {
    let mut text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    let digest = of_bytes(text.as_bytes());
    writeln!(text, "{{\"end\":{{{counts},\"sha256\":\"{digest}\"}}}}").unwrap();
    text
}

fn sample() -> String {
    closed(&[&[HEAD], &BODY[..]].concat(), COUNTS)
}

/// All lines of a whole capture, or what is wrong with it, with its line.
fn read(text: &str) -> Result<Vec<Line>, String> {
    let said = |damage: Damage| match damage {
        Damage::Broken { line: Some(line), what, .. } => format!("{line}: {what}"),
        other => other.to_string(),
    };
    let mut reader = Reader::open(text.as_bytes()).map_err(said)?;
    let mut all = Vec::new();
    while let Some(line) = reader.next().map_err(said)? {
        all.push(line);
    }
    Ok(all)
}

fn wrong(lines: &[&str]) -> String {
    read(&closed(&[&[HEAD], lines].concat(), COUNTS)).unwrap_err()
}

#[test]
fn a_capture_is_read_line_by_line() {
    let text = sample();
    let mut reader = Reader::open(BufReader::with_capacity(7, text.as_bytes())).unwrap();
    let site = reader.header().site.clone().unwrap();
    assert_eq!((site.home.known(), site.url.known(), site.blog), (Some("https://staging.bloom.example"), None, 1));
    assert_eq!(reader.header().request.adapters[0].name, "accessally");
    let mut lines = Vec::new();
    while let Some(line) = reader.next().unwrap() {
        assert_eq!(reader.digest(), None);
        lines.push(line);
    }
    assert_eq!(reader.digest().unwrap().len(), 64);
    assert!(reader.next().unwrap().is_none());
    // Of a kind that this build does not know its source is there, and its lines are not.
    assert_eq!(lines.len(), 13);
    let Line::Option(option) = &lines[1] else { panic!("{:?}", lines[1]) };
    assert_eq!((option.name.known(), option.value.text()), (Some("blog_public"), Some("0")));
    assert_eq!(option.twin.as_ref().unwrap().state, TwinState::Differs);
    let Line::UserMeta(rows) = &lines[6] else { panic!("{:?}", lines[6]) };
    assert_eq!((rows[0].owner, rows[0].key.known()), (2, None));
    assert_eq!(rows[0].value.find("/administrator"), Found::Scalar(&Scalar::Boolean(true)));
    let Line::Source(counted) = &lines[7] else { panic!("{:?}", lines[7]) };
    assert_eq!(counted.outcome, Outcome::Read { expected: Some(120), engine: Some("InnoDB".to_owned()) });
    let Line::Source(unread) = &lines[8] else { panic!("{:?}", lines[8]) };
    assert_eq!(unread.outcome, Outcome::Unread(Unread::NoSuchTable));
}

#[test]
fn every_line_that_the_format_shows_is_one_that_is_read() {
    let format = include_str!("../../bridge/FORMAT.md");
    let (_, capture) = format.split_once("## 3. The capture").unwrap();
    let (capture, _) = capture.split_once("## 4. The inventory").unwrap();
    let lines: Vec<&str> = capture.lines().filter(|line| line.starts_with("{\"")).collect();
    assert!(lines.len() > 15, "{lines:?}");
    for line in lines {
        let any: line::Any = frame::line(1, line).unwrap_or_else(|damage| panic!("{damage}: {line}"));
        assert!(!matches!(any, line::Any::Unknown), "{line}");
    }
}

#[test]
fn a_capture_that_is_cut_anywhere_is_never_whole() {
    let text = sample();
    for end in 0..text.len() {
        assert!(read(&text[..end]).is_err() && whole(&text.as_bytes()[..end], "capture").is_err(), "cut at {end}");
    }
    let (header, digest) = whole(text.as_bytes(), "capture").unwrap();
    assert_eq!((header.versions.php.as_str(), digest.len()), ("8.2.31", 64));
    let without_its_end = text.trim_end().rsplit_once('\n').unwrap().0.to_owned() + "\n";
    assert_eq!(read(&without_its_end).unwrap_err(), lines::CUT);
}

#[test]
fn any_change_is_noticed() {
    let text = sample();
    for (from, to) in [
        ("Jo\"", "Jp\""),
        ("\"blog\":1", "\"blog\":2"),
        ("}}\n{\"source\":{\"kind\":\"users\"", "}} \n{\"source\":{\"kind\":\"users\""),
    ] {
        assert!(text.contains(from), "{from}");
        let changed = text.replacen(from, to, 1);
        assert!(read(&changed).unwrap_err().contains("its SHA-256 is not the one"), "{from}");
        let seen = whole(changed.as_bytes(), "capture").unwrap_err().to_string();
        assert!(seen.contains("its SHA-256 is not the one"), "{seen}");
    }
    assert_eq!(read(&(text.clone() + "{\"end\":{}}\n")).unwrap_err(), "18: there is more after the last line");
}

#[test]
fn lines_stand_below_their_source_and_are_counted() {
    let [option, blog, users, two, usermeta, meta, more, counted, _, unread, ..] = BODY;
    assert_eq!(wrong(&[blog]), "2: a line of `option` comes before its source was named");
    assert_eq!(wrong(&[option, two]), "3: a line of `users` comes before its source was named");
    assert_eq!(wrong(&[option, blog, blog]), "4: there are more rows of `option` than the 1 of its source");
    assert_eq!(wrong(&[users, users]), "3: only 0 of 2 rows of `users` are in it");
    assert_eq!(wrong(&[users, two, users]), "4: there is a second source of `users`");
    assert_eq!(wrong(&[usermeta, meta, counted, unread]), "5: only 1 of 2 rows of `usermeta` are in it");
    assert_eq!(wrong(&[usermeta, meta, more, unread]), "5: it is not said how many rows of `usermeta` there are");
    assert_eq!(wrong(&[usermeta, meta, counted, more]), "5: a line of `usermeta` comes after its rows were counted");
    for lines in [&[counted][..], &[usermeta, counted, counted], &[users, two, counted]] {
        let said = format!("{}: rows of `usermeta` are counted, and no source of them ends here", lines.len() + 1);
        assert_eq!(wrong(lines), said);
    }
    let again = counted.replace("usermeta", "users");
    assert_eq!(wrong(&[users, two, &again]), "4: rows of `users` are counted, and no source of them ends here");
    assert_eq!(
        wrong(&[users, &two.replace("[1,\"operator\",", "[1,")]),
        "3: a line of `users` is not as its source names it"
    );
    assert_eq!(
        wrong(&[option, &blog.replace("\"scope\":\"site\"", "\"scope\":\"network\"")]),
        "3: a line of `option` is not as its source names it"
    );
    assert_eq!(
        wrong(&[unread, r#"{"table":{"name":"pa_user_progress","columns":["id"],"rows":[]}}"#]),
        "3: there is a line of `table`, which was not read by its source"
    );
    assert_eq!(wrong(&[users, two, option]), "4: a source of `option` comes after one of `users`");
    assert_eq!(wrong(&[HEAD]), "2: a second capture begins here");
    // The digest fits, and the counts do not.
    assert_eq!(wrong(&[option, blog]), "4: its last line counts 1 of `content`, and 0 are in it");
    assert_eq!(
        read(&closed(&[HEAD, option, blog], r#""counts":{"option":1},"expected":{"option":2}"#)).unwrap_err(),
        "4: its last line counts 2 of `option`, and 1 are in it"
    );
}

#[test]
fn counts_beyond_every_number_are_counts_that_do_not_fit() {
    let option =
        BODY[0].replace("\"site\"", "\"network\"").replace("\"expected\":1", "\"expected\":18446744073709551615");
    assert_eq!(wrong(&[BODY[0], BODY[1], &option]), "5: only 0 of 18446744073709551615 rows of `option` are in it");
}

#[test]
fn what_the_collector_reported_is_said() {
    let error = r#"{"error":{"code":"database","message":"The database answered with error 2013 while usermeta was read by jo@bloom.example.","kind":"usermeta","number":2013}}"#;
    let text = format!("{HEAD}\n{}\n{error}\n", BODY[0]);
    assert_eq!(
        read(&text).unwrap_err(),
        "3: the site could not be read to its end. It reported: The database answered with error 2013 while usermeta was read by …"
    );
    assert!(whole(text.as_bytes(), "capture").unwrap_err().to_string().contains("error 2013 while usermeta"));
    // What another plugin printed comes before the line that says so.
    let output = r#"{"error":{"code":"output","message":"Another plugin writes into every answer."}}"#;
    for text in [format!("{output}\n"), format!("\u{feff}<br />Warning: x\n{output}\n")] {
        let error = read(&text).unwrap_err();
        assert!(error.contains("Another plugin writes into every answer."), "{error}");
    }
}

#[test]
fn what_is_no_capture_is_named() {
    let said = |text: &str| read(text).unwrap_err();
    assert_eq!(said(""), "1: it is not a capture: it is empty");
    assert_eq!(
        said("{\"inventory\":{\"format\":1}}\n"),
        "1: it is not a capture: it is an inventory, which holds names and shapes and no values"
    );
    assert_eq!(said("{\"kind\":\"snapshot\",\"format\":\"1.0\"}\n"), "1: it is not a capture: it is a snapshot");
    assert_eq!(said("<html>\n"), "1: it is not a capture: its first line is not one that the collector writes");
    assert_eq!(
        said(&HEAD.replace("\"format\":1,", "\"format\":2,").add_line()),
        "1: its format is 2, and this version of `plan` reads format 1"
    );
    assert_eq!(said(&HEAD.replace("\"format\":1,", "").add_line()), "1: it is not a capture: it names no format");
    assert!(said(&HEAD.replace("2026-11-29T07:00:00Z", "today").add_line()).contains("`taken_at` is not a time"));
}

trait AddLine {
    fn add_line(self) -> String;
}

impl AddLine for String {
    fn add_line(self) -> String {
        self + "\n"
    }
}

#[test]
fn damage_never_shows_a_value() {
    for (line, canary) in [
        (r#"{"usermeta":{"rows":[[12,"canary@member.example","first_name","Jo"]]}}"#, "canary"),
        (r#"{"option":{"name":7,"value":"canary"}}"#, "canary"),
        (r#"{"users":{"rows":[["canary",1]]}}"#, "canary"),
        (r#"{"canary":1,"x":2}"#, "canary"),
        (r#"{"usermeta":{"rows":[[1,2,"k",{"canary":"secret, expected canary"}]]}}"#, "canary"),
        (r#"{"source":{"kind":"option","of":"canary"}}"#, "canary"),
    ] {
        let said = wrong(&[line]);
        assert!(said.starts_with("2: ") && !said.contains(canary), "{said}");
    }
}

#[test]
fn width_has_an_end() {
    let [users, two, table] = [BODY[2], r#"{"users":{"rows":[[1"#, r#"{"table":{"name":"x","columns":["a"],"rows":["#];
    let cells = format!("{two}{}]]}}}}", ",1".repeat(2000));
    assert!(wrong(&[users, &cells]).contains("expected at most 1024 in one"), "{}", wrong(&[users, &cells]));
    for line in [format!("{table}{}[1]]}}}}", "[1],".repeat(2000)), format!("{table}[1{}]]}}}}", ",1".repeat(2000))] {
        assert!(wrong(&[&line]).contains("expected at most 1024 in one"), "{}", wrong(&[&line]));
    }
}

#[test]
fn depth_has_an_end() {
    let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    // What is passed over needs no stack.
    let unknown = format!("{{\"moon\":{deep}}}");
    assert_eq!(read(&closed(&[HEAD, &unknown], "\"counts\":{}")), Ok(Vec::new()));
    let value = format!("{{\"usermeta\":{{\"rows\":[[1,2,\"k\",{deep}]]}}}}");
    assert!(wrong(&[&value]).contains("expected a stored value"), "{}", wrong(&[&value]));
    let first = format!("{{\"capture\":{deep}}}\n");
    assert!(read(&first).unwrap_err().starts_with("1: it is not a capture"), "{:?}", read(&first));
}

proptest! {
    /// Bytes that are changed, or text that was never a capture, neither end the program nor pass for a whole capture.
    #[test]
    fn no_bytes_pass_for_a_capture(at in 0_usize..2000, byte in any::<u8>(), junk in proptest::collection::vec(any::<u8>(), 0..300)) {
        let mut bytes = sample().into_bytes();
        let at = at % bytes.len();
        if bytes[at] != byte {
            bytes[at] = byte;
            let mut reader = Reader::open(&bytes[..]).ok();
            let whole = reader.as_mut().is_some_and(|reader| loop {
                match reader.next() {
                    Ok(Some(_)) => {}
                    Ok(None) => break true,
                    Err(_) => break false,
                }
            });
            // The last line is not part of what it digests: a blank more or less in it changes nothing.
            prop_assert!(!whole || at > sample().trim_end().rfind('\n').unwrap_or_default());
        }
        prop_assert!(Reader::open(&junk[..]).is_err());
    }
}
