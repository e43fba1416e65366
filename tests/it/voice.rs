//! How much is said besides data: `--quiet`, `--verbose`, `PLAN_LOG`. And what else the environment says.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};

use crate::place::{PLAN, Place, Ran, SITE};

const DRAFT: &str = "bloom-coaching-first-draft.yaml";

#[test]
fn quietly_there_are_findings_and_the_verdict_and_nothing_else() {
    let place = Place::new();
    let green = place.run(&["check", PLAN, "--site", SITE, "-q"]);
    assert_eq!(green.out, format!("{PLAN}: green at gate `configure` · 0 errors, 0 warnings\n"), "{green:#?}");
    assert_eq!((green.code, green.err.as_str()), (Some(0), ""));
    // A hook judges without a site: what needs one is no line of its own.
    let hook = place.run(&["check", PLAN, "--no-site", "--quiet"]);
    assert_eq!(hook.out, format!("{PLAN}: unproven at gate `configure` · 0 errors, 0 warnings\n"), "{hook:#?}");
    assert_eq!((hook.code, hook.err.as_str()), (Some(0), ""));
    // Each finding that is due is said, and none that comes later.
    let draft = place.run(&["check", DRAFT, "--site", SITE, "-q"]);
    let concise = place.run(&["check", DRAFT, "--site", SITE, "--format", "concise"]);
    let due: Vec<&str> =
        concise.out.lines().filter(|line| line.contains("error[") || line.contains("warning[")).collect();
    let lines: Vec<&str> = draft.out.lines().collect();
    assert!(due.len() > 5 && lines[..lines.len() - 1] == due, "{draft:#?}");
    assert!(lines.last().unwrap().starts_with(&format!("{DRAFT}: red at gate")), "{draft:#?}");
    assert_eq!(draft.code, Some(1));
    // Several plans have a verdict each. What asks for another form gets it whole.
    let both = place.run(&["check", PLAN, DRAFT, "--no-site", "-q"]);
    assert_eq!(both.out.lines().filter(|line| line.contains("at gate `configure`")).count(), 2, "{both:#?}");
    for format in ["json", "sarif", "junit", "concise", "markdown"] {
        let words = ["check", PLAN, "--site", SITE, "--format", format];
        assert_eq!(place.run(&[&words[..], &["-q"]].concat()).out, place.run(&words).out, "{format}");
    }
}

#[test]
fn quietly_nothing_says_what_to_do_next_and_what_warns_or_fails_is_still_said() {
    let place = Place::new();
    let (loud, quiet) = (place.run(&["diff", PLAN, "--site", SITE]), place.run(&["diff", PLAN, "--site", SITE, "-q"]));
    let last = loud.out.lines().last().unwrap();
    assert!(last.contains("plan apply"), "{loud:#?}");
    assert_eq!(quiet.out, loud.out.strip_suffix(&format!("{last}\n")).unwrap());
    let (loud, quiet) =
        (place.run(&["status", PLAN, "--site", SITE]), place.run(&["status", PLAN, "--site", SITE, "-q"]));
    assert!(loud.out.contains("\nnext: ") && !quiet.out.contains("next: "), "{quiet:#?}");
    assert!(quiet.out.contains("no run is under way"), "{quiet:#?}");
    // The page of notes on standard error is gone, and the file is there.
    let written = place.run(&["seal", PLAN, "--site", SITE, "-q"]);
    assert_eq!((written.code, written.err.as_str()), (Some(0), ""), "{written:#?}");
    // What failed says why, and no more.
    let failed = place.run(&["check", "none.yaml", "--no-site", "-q"]);
    failed.ends(3, &["plan: cannot read `none.yaml`"]);
    assert!(
        place.run(&["check", PLAN]).err.contains("help: ") && !place.run(&["check", PLAN, "-q"]).err.contains("help")
    );
    // A danger is one however little is to be said.
    std::fs::write(place.path("other.yaml"), "a: b\n").unwrap();
    let named = place.path("").display().to_string();
    let folder = place.run(&["check", &named, "--no-site", "-q"]);
    assert!(folder.err.starts_with("attention: ") && folder.err.contains("other.yaml"), "{folder:#?}");
}

fn with(place: &Place, log: &str, words: &[&str]) -> Ran {
    place.command(words).env("PLAN_LOG", log).output().unwrap().into()
}

#[test]
fn the_variable_says_it_where_the_command_line_does_not() {
    let place = Place::new();
    let words = ["check", PLAN, "--site", SITE];
    let plain = place.run(&words);
    assert_eq!(with(&place, "quiet", &words).out, place.run(&[&words[..], &["-q"]].concat()).out);
    assert_eq!(with(&place, "", &words).out, plain.out);
    let verbose = with(&place, "verbose", &words);
    assert!(verbose.out == plain.out && verbose.err.starts_with("verbose: "), "{verbose:#?}");
    // Said with the command it is said last.
    let quiet = with(&place, "http", &[&words[..], &["-q"]].concat());
    assert!(quiet.err.is_empty() && quiet.out.lines().count() == 1, "{quiet:#?}");
    assert!(with(&place, "quiet", &[&words[..], &["-v"]].concat()).err.starts_with("verbose: "));
    with(&place, "loud", &words).ends(2, &["PLAN_LOG is `loud`, and can be quiet, verbose or http"]);
    place.run(&[&words[..], &["-q", "-v"]].concat()).ends(2, &["cannot be used with"]);
}

#[test]
fn verbosely_it_is_said_what_is_read_from_where_and_data_stays_as_it_is() {
    let place = Place::new();
    std::fs::write(place.path("plan.toml"), "").unwrap();
    for format in ["human", "json", "sarif", "junit", "github", "rdjson"] {
        let words = ["check", PLAN, "--site", SITE, "--format", format];
        let (plain, verbose) = (place.run(&words), place.run(&[&words[..], &["-v"]].concat()));
        assert_eq!((verbose.code, &verbose.out), (plain.code, &plain.out), "{format}");
        for said in [
            "verbose: `plan.toml` holds for `bloom-coaching.yaml`",
            "verbose: the plan `bloom-coaching.yaml`: ",
            "verbose: the record `bloom-coaching.record.ndjson`: ",
            "verbose: the contacts' values `private/bloom-coaching.contacts.yaml`: ",
            "verbose: the site `bloom-coaching.site.ndjson`: read in ",
            "verbose: the site `bloom-coaching.site.ndjson`: its members, and what was not read before, in ",
            "verbose: the rules: judged in ",
        ] {
            assert_eq!(verbose.err.matches(said).count(), 1, "{said}: {verbose:#?}");
        }
        assert!(verbose.err.lines().all(|line| line.starts_with("verbose: ")), "{verbose:#?}");
    }
    std::fs::remove_file(place.path("plan.toml")).unwrap();
    place.run(&["check", PLAN, "--site", SITE, "-v"]).ends(0, &["no `plan.toml` holds for `bloom-coaching.yaml`"]);
}

const PASSWORD: &str = "cana ryca nary cana ryca nary";

/// A site that sends back whatever it gets, and leads to addresses that hold it.
fn parrot() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let home = url.clone();
    std::thread::spawn(move || listener.incoming().flatten().for_each(|stream| repeat(stream, &home)));
    url
}

fn repeat(mut stream: TcpStream, home: &str) {
    let lines: Vec<String> = BufReader::new(stream.try_clone().unwrap())
        .lines()
        .map_while(Result::ok)
        .take_while(|line| !line.is_empty())
        .collect();
    let all = lines.join(" ");
    let login = all.split("Basic ").nth(1).and_then(|rest| rest.split(' ').next());
    let (status, more, body) = match login {
        None => ("200 OK", String::new(), format!("{{\"home\": \"{home}\"}}")),
        Some(_) if all.contains("canary") => {
            ("404 Not Found", String::new(), format!("{{\"message\": \"tess@nowhere.example {PASSWORD}\"}}"))
        }
        Some(login) => {
            let to = format!(
                "/wp-json/canarycanarycanarycanary/tess@nowhere.example/tess%40nowhere.example/{login}?of=tess@nowhere.example&token={login}"
            );
            ("302 Found", format!("Location: {to}\r\nSet-Cookie: id=tess%40nowhere.example\r\n"), String::new())
        }
    };
    let _ = write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Type: application/json\r\n{more}Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
}

#[test]
fn requests_are_shown_without_what_a_site_sends_back() {
    let place = Place::new();
    let url = parrot();
    place.edit(PLAN, "https://staging.bloom.example", &url);
    for words in [
        &["check", PLAN, "--site", &url, "-vv"][..],
        &["site", "doctor", &url, "-vv"],
        &["snapshot", "--site", &url, "-vv"],
    ] {
        let mut command = place.command(words);
        command.env("PLAN_LOGIN_ORIGIN", &url).env("PLAN_LOGIN_USER", "tess").env("PLAN_LOGIN_PASSWORD", PASSWORD);
        let ran = Ran::from(command.output().unwrap());
        let said = format!("{}{}", ran.out, ran.err);
        assert!(
            ran.err.contains(&format!("http: GET {url}/")) && ran.err.contains(" → 302, another address, "),
            "{ran:#?}"
        );
        assert!(ran.err.contains(&format!("http: GET {url}/… → 404, ")), "{ran:#?}");
        for secret in
            [PASSWORD, "canarycanary", "tess@nowhere", "tess%40", "Basic", "Authorization", "Cookie", "dGVzczpj"]
        {
            assert!(!said.contains(secret), "`{secret}` in {ran:#?}");
        }
    }
}

/// Each variable that an option has, and those of options that a person says, all at once: nothing is written, confirmed or attested by them.
#[test]
fn nothing_dangerous_comes_with_an_environment() {
    let place = Place::new();
    let digest = place.digest();
    let before = place.read(SITE);
    let set = [
        ("PLAN_SITE", SITE),
        ("PLAN_CONFIRM", &digest),
        ("PLAN_WHO", "jo"),
        ("PLAN_ON", "live"),
        ("PLAN_HOST", "bloom.example"),
        ("PLAN_ACKNOWLEDGE", "run migration on staging.bloom.example"),
        ("PLAN_ACCEPT_UNKNOWN", "members"),
        ("PLAN_RESUME", "1"),
        ("PLAN_THROUGH", "certify"),
        ("PLAN_YES", "1"),
        ("PLAN_SHOW_PERSONAL", "1"),
        ("PLAN_OUT", "written"),
        ("PLAN_ID", "1"),
        ("PLAN_SEAL", "bloom-coaching.seal.json"),
        ("PLAN_NO_INPUT", "1"),
    ];
    let with = |words: &[&str]| Ran::from(place.command(words).envs(set).output().unwrap());
    let written = |file: &str| place.path(file).exists();
    let record = place.read("bloom-coaching.record.ndjson");
    with(&["apply", PLAN]).ends(2, &["--site"]);
    with(&["apply", PLAN, "--site", SITE]).ends(12, &["no digest was confirmed"]);
    with(&["undo", PLAN]).ends(2, &["--site"]);
    with(&["adopt", PLAN]).ends(2, &["--site"]);
    with(&["purge", PLAN]).ends(2, &["--site"]);
    with(&["lock", "break", PLAN, "--site", SITE]).ends(2, &["--id"]);
    with(&["record", "ack", "--plan", PLAN]).ends(2, &[]);
    with(&["snapshot"]).ends(0, &[]);
    assert!(!written("written") && place.read(SITE) == before && record == place.read("bloom-coaching.record.ndjson"));
    // What only reads does count: the site, and that of staging.
    let checked = with(&["check", PLAN, "--format", "json"]);
    assert!(checked.code == Some(0) && checked.out.contains("staging.bloom.example"), "{checked:#?}");
}

#[test]
fn a_variable_is_named_where_it_is_wrong_and_a_misspelt_one_only_to_who_asks() {
    let place = Place::new();
    let with =
        |name: &str, value: &str, words: &[&str]| Ran::from(place.command(words).env(name, value).output().unwrap());
    let check = ["check", PLAN, "--no-site"];
    with("PLAN_FAIL_ON", "nothing", &check).ends(2, &["PLAN_FAIL_ON is `nothing`: it can be error, unproven, warning"]);
    with("PLAN_FAIL_ON", "warning", &["check", "bloom-coaching-first-draft.yaml", "--no-site"]).ends(1, &[]);
    let hostile = with("PLAN_FAIL_ON", "::error::x \u{1b}[2J tess@nowhere.example", &check);
    hostile.ends(2, &["PLAN_FAIL_ON is"]);
    assert!(
        !hostile.err.contains('\u{1b}') && !hostile.err.contains("tess@") && !hostile.err.contains("\n::"),
        "{hostile:#?}"
    );
    let misspelt = with("PLAN_FIAL_ON", "warning", &check);
    assert_eq!((misspelt.code, misspelt.err.as_str()), (Some(0), ""));
    with("PLAN_FIAL_ON", "warning", &[&check[..], &["-v"]].concat())
        .ends(0, &["verbose: PLAN_FIAL_ON is no option's; the nearest is PLAN_FAIL_ON"]);
    let seen = with("PLAN_GATE", "migrate", &[&check[..], &["-v"]].concat());
    seen.ends(0, &["verbose: PLAN_GATE counts"]);
    assert!(seen.out.contains("at gate `migrate`"), "{seen:#?}");
    with("PLAN_VERBOSE", "1", &check).ends(0, &["verbose: "]);
    // Help says nothing of an environment's values.
    let help = with("PLAN_FAIL_ON", "canary", &["check", "--help"]);
    assert!(help.code == Some(0) && !help.out.contains("canary") && !help.out.contains("[env"), "{help:#?}");
}

/// A name that something in this repository reads already means the same as the option, or is no option's.
#[test]
fn no_name_means_two_things() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let known = amc_plan::cli::variables();
    let mut files =
        vec!["action.yml".into(), "review/judge.sh".into(), "review/comment.sh".into(), "review/gitlab.yml".into()];
    crate::tidy::rust_files(&root.join("src"), &mut files);
    crate::tidy::rust_files(&root.join("tests"), &mut files);
    let mut named = std::collections::BTreeSet::new();
    for file in files {
        let text = std::fs::read_to_string(root.join(&file)).unwrap();
        if file.ends_with("cli/variables.rs") || file.ends_with("it/voice.rs") {
            continue;
        }
        for (at, _) in text.match_indices("PLAN_") {
            let whole = |c: char| c.is_ascii_uppercase() || c == '_';
            if !text[..at].ends_with(whole) {
                named.insert(
                    text[at..].chars().take_while(|c| whole(*c)).collect::<String>().trim_end_matches('_').to_owned(),
                );
            }
        }
    }
    assert!(named.contains("PLAN_LOGIN_USER"), "{named:?}");
    let both: Vec<&String> = named.iter().filter(|name| known.contains(name)).collect();
    // The folder of backups and the recording of GitLab's job are what the options of their names say.
    assert_eq!(both, ["PLAN_BACKUP_DIR", "PLAN_FAIL_ON", "PLAN_SNAPSHOT"]);
}
