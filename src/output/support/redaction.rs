//! What of a text leaves the machine: no address, no secret, nothing of a member, and no site's name unless it was asked for.

use std::collections::BTreeSet;

use crate::model::{Identity, Kind, Plan};
use crate::output::escape;
use crate::text::{MASK, masked, words_as_read};

/// What is left out of a text that goes to somebody else.
#[derive(Clone, Debug, Default)]
pub struct Redaction {
    /// The hosts of the plan's two sites, each with what stands for it; the longer one first, as the other may be its end.
    hosts: Vec<(String, &'static str)>,
    /// Names of people and of what stands on a site.
    names: BTreeSet<String>,
    /// Words of members, in small letters.
    members: BTreeSet<String>,
}

impl Redaction {
    /// Of a plan. `sites` says that the sites' names may be shown.
    pub fn of(plan: &Plan, sites: bool) -> Self {
        // As it is known, as the plan spells it, and without its folder.
        let names = |site: Option<Identity>, spelt: &str, stands| {
            let known = site.into_iter().flat_map(|site| [site.to_string(), site.host().to_owned()]);
            let spelt = spelt.split_once("://").map(|(_, rest)| rest.trim_end_matches('/').to_owned());
            let all: Vec<String> = known.chain(spelt).map(|name| name.to_lowercase()).collect();
            let bare = all.iter().filter_map(|name| name.strip_prefix("www.")).map(str::to_owned);
            bare.chain(all.clone()).map(|name| (name, stands)).collect::<Vec<_>>()
        };
        let staging = names(plan.staging_site(), &plan.sites.staging, "STAGING");
        let live = names(plan.live_site(), &plan.sites.live, "LIVE");
        let mut hosts: Vec<_> =
            staging.into_iter().chain(live).filter(|(host, _)| !sites && !host.is_empty()).collect();
        hosts.sort_by_key(|(host, _)| std::cmp::Reverse(host.len()));
        let mut names: BTreeSet<String> = plan.people.keys().cloned().collect();
        names.extend(plan.name.clone());
        let forms = plan.order_forms.iter().map(|(key, form)| (key, &form.name));
        let forms = forms.chain(plan.opt_in_forms.iter().map(|(key, form)| (key, &form.name)));
        let named = plan.offerings.iter().map(|(key, offering)| (key, &offering.name)).chain(forms);
        names.extend(named.flat_map(|(key, name)| [key.clone(), name.clone()]));
        names.extend(plan.webhooks.keys().cloned());
        names.extend(plan.spot_check.list.keys().cloned());
        names.retain(|name| !name.trim().is_empty());
        Self { hosts, names, members: BTreeSet::new() }
    }

    /// The same, with these people's names left out too.
    #[must_use]
    pub fn without(mut self, names: impl IntoIterator<Item = String>) -> Self {
        self.names.extend(names.into_iter().filter(|name| !name.trim().is_empty()));
        self
    }

    /// The same, with these words of members left out too.
    #[must_use]
    pub fn without_members(mut self, words: impl IntoIterator<Item = String>) -> Self {
        self.members.extend(words);
        self
    }

    /// A line of a setting, or of what the vendor's screen showed: it keeps what things on the site are called.
    pub fn value(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (host, stands) in &self.hosts {
            text = replaced(&text, host, stands);
        }
        escape::line(&masked(&without_tokens(&without_passwords(&self.without_words(&text))), false))
    }

    /// A sentence of this program about a site: what it quotes, and every name in it, is left out.
    pub fn sentence(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for sign in ['`', '"'] {
            // From the first to the last one: a value may hold a sign itself. What one alone begins goes on in another line.
            if let (Some(from), Some(to)) = (text.find(sign), text.rfind(sign)) {
                let end = if from == to { text.len() } else { to + sign.len_utf8() };
                text.replace_range(from..end, MASK);
            }
        }
        for name in &self.names {
            text = replaced(&text, name, MASK);
        }
        let is_left_out = |word: &str| names_a_place(word) || is_opaque(word);
        let words = text.split(' ').map(|word| if is_left_out(word) { in_place_of(word) } else { word.to_owned() });
        self.value(&words.collect::<Vec<_>>().join(" "))
    }

    fn without_words(&self, text: &str) -> String {
        let words = words_as_read(text).into_iter().filter(|(word, _)| self.members.contains(word));
        let mut somebodys: Vec<_> = words.map(|(_, at)| at).collect();
        somebodys.sort_by_key(|at| at.start);
        let (mut clean, mut from) = (String::new(), 0);
        for at in somebodys {
            if at.start >= from {
                clean.push_str(&text[from..at.start]);
                clean.push_str(MASK);
            }
            from = from.max(at.end);
        }
        clean + &text[from..]
    }
}

/// A text without what has the form of an application password: six groups of four letters and digits, as WordPress shows them, or all in one.
fn without_passwords(text: &str) -> String {
    let words: Vec<&str> = text.split(' ').collect();
    let bare = |word: &str| word.trim_matches(|c: char| !c.is_ascii_alphanumeric()).to_owned();
    let is_mixed = |word: &str| word.chars().all(|c| c.is_ascii_alphanumeric());
    let is_group = |word: &&str| bare(word).len() == 4 && is_mixed(&bare(word));
    let is_whole = |word: &str| {
        let has = |is: fn(&char) -> bool| word.chars().any(|c| is(&c));
        word.len() == 24 && is_mixed(word) && has(char::is_ascii_lowercase) && has(char::is_ascii_uppercase)
    };
    let (mut clean, mut at) = (Vec::new(), 0);
    while at < words.len() {
        let groups = words[at..].iter().take_while(|word| is_group(word)).count();
        let left_out = if groups >= 6 { groups } else { usize::from(is_whole(&bare(words[at]))) };
        clean.push(if left_out > 0 { MASK } else { words[at] });
        at += left_out.max(1);
    }
    clean.join(" ")
}

/// How tokens of known makes begin.
const MAKES: [&str; 16] = [
    "sk_",
    "rk_",
    "pk_",
    "whsec_",
    "SG.",
    "AKIA",
    "ghp_",
    "gho_",
    "github_pat_",
    "xoxb-",
    "xoxp-",
    "AIza",
    "ya29.",
    "eyJ",
    "glpat-",
    "shpat_",
];

/// A text without what has the form of a token: of a known make, or twenty letters and digits or more without a break, as no word has them.
fn without_tokens(text: &str) -> String {
    let is_part = |c: char| c.is_ascii_alphanumeric() || "_-.+".contains(c);
    let (mut clean, mut rest) = (String::new(), text);
    while let Some(from) = rest.find(is_part) {
        let token = &rest[from..];
        let token = &token[..token.find(|c: char| !is_part(c)).unwrap_or(token.len())];
        clean.push_str(&rest[..from]);
        clean.push_str(if is_token(token) { MASK } else { token });
        rest = &rest[from + token.len()..];
    }
    clean + rest
}

fn is_token(text: &str) -> bool {
    let mixed = |run: &str| {
        run.len() >= 20 && run.contains(|c: char| c.is_ascii_digit()) && run.contains(|c: char| c.is_ascii_alphabetic())
    };
    let is_of_make = text.len() >= 12 && MAKES.iter().any(|make| text.starts_with(make));
    is_of_make && text.contains(|c: char| c.is_ascii_digit()) || text.split(['_', '-', '.', '+']).any(mixed)
}

/// Whether a word is a key, a digest or a token rather than a word.
fn is_opaque(word: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    let runs = word.split(|c| !is_part(c));
    runs.into_iter().any(|run| run.len() >= 20 && run.contains(|c: char| c.is_ascii_digit()))
}

/// Whether a word names a place: an address, a host, a path, a file, an object by its key.
fn names_a_place(word: &str) -> bool {
    let bare = word.trim_matches(|c: char| c.is_ascii_punctuation());
    let has_letters = |part: &str| part.chars().any(char::is_alphabetic);
    let is_dotted = || bare.rsplit_once('.').is_some_and(|(before, last)| has_letters(last) && !before.is_empty());
    // A moment has letters after its last dot too.
    let is_moment = || bare.parse::<jiff::Timestamp>().is_ok();
    bare.contains(['/', '\\']) || is_dotted() && !is_moment()
}

/// What stands for such a word: of an object its kind.
fn in_place_of(word: &str) -> String {
    let kind = word.split_once('/').and_then(|(kind, _)| Kind::ALL.iter().find(|one| one.name() == kind));
    let end = word.rfind(|c: char| !matches!(c, ':' | ',' | ';' | ')')).map_or(word.len(), |at| at + 1);
    let end = if word.is_char_boundary(end) { &word[end..] } else { "" };
    kind.map_or_else(|| format!("{MASK}{end}"), |kind| format!("{kind}/{MASK}{end}"))
}

/// A text without a name, in whatever case it stands, where it stands by itself.
fn replaced(text: &str, name: &str, stands: &str) -> String {
    let name = name.to_lowercase();
    let (mut lower, mut places) = (String::new(), Vec::new());
    for (at, c) in text.char_indices() {
        let before = lower.len();
        lower.extend(c.to_lowercase());
        // Each byte of it is of this character.
        places.resize(places.len() + lower.len() - before, (at, at + c.len_utf8()));
    }
    let is_apart = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
    let (mut clean, mut from) = (String::new(), 0);
    for (found, _) in lower.match_indices(&name).filter(|_| !name.is_empty()) {
        let (at, end) = (places[found].0, places[found + name.len() - 1].1);
        if at < from || !is_apart(text[..at].chars().next_back()) || !is_apart(text[end..].chars().next()) {
            continue;
        }
        clean.push_str(&text[from..at]);
        clean.push_str(stands);
        from = end;
    }
    clean + &text[from..]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn redaction(sites: bool) -> Redaction {
        let plan = Plan {
            sites: serde_json::from_value(
                serde_json::json!({"staging": "https://staging.bloom.example", "live": "https://bloom.example"}),
            )
            .unwrap(),
            people: [("jo".to_owned(), "operator".to_owned())].into(),
            ..Plan::default()
        };
        Redaction::of(&plan, sites).without_members(["zoë".to_owned(), "10231".to_owned()])
    }

    #[test]
    fn a_sentence_keeps_what_this_program_says_and_nothing_that_it_names() {
        let of = |text: &str| redaction(false).sentence(text);
        assert_eq!(
            of("stopped at change 1 offering/group-coaching: nothing"),
            "stopped at change 1 offering/…: nothing"
        );
        assert_eq!(of("`Bloom` and `Rose` differ since 6.8.7"), "… differ since 6.8.7");
        assert_eq!(of("began x.yaml on staging.bloom.example: 4 changes"), "began … on …: 4 changes");
        assert_eq!(of("Jo decided: go on, with jolt"), "… decided: go on, with jolt");
        assert_eq!(of("see /home/jo/x and C:\\x or https://a/?key=s"), "see … and … or …");
        assert_eq!(of("read at 2026-11-21T06:12:00.25Z"), "read at 2026-11-21T06:12:00.25Z");
        assert_eq!(of("key pk_live_4242424242424242 is"), "key … is");
        assert_eq!(of("the server says \"Zed lives in `x` \" here"), "the server says … here");
        assert_eq!(of("the server says \"Zed lives in"), "the server says …", "what goes on in another line");
        assert_eq!(of("JO and Jö and Ünal"), "… and Jö and Ünal");
    }

    #[test]
    fn a_site_is_left_out_with_and_without_its_www_and_in_any_letters() {
        let plan = Plan {
            sites: serde_json::from_value(
                serde_json::json!({"staging": "https://www.Müller.example", "live": "https://www.bloom.example/club"}),
            )
            .unwrap(),
            ..Plan::default()
        };
        let of = |text: &str| Redaction::of(&plan, false).value(text);
        assert_eq!(of("www.bloom.example bloom.example cdn.bloom.example/club"), "LIVE LIVE cdn.LIVE");
        assert_eq!(of("MÜLLER.example www.müller.example"), "STAGING STAGING");
        assert_eq!(of("xn--mller-kva.example"), "STAGING");
    }

    #[test]
    fn a_value_keeps_what_things_are_called_and_no_person_secret_or_host() {
        let of = |text: &str| redaction(false).value(text);
        assert_eq!(of("production_url: //bloom.example"), "production_url: //LIVE");
        assert_eq!(of("STAGING.Bloom.example, mybloom.example"), "STAGING, mybloom.example");
        assert_eq!(
            of("! Zoë (10231) has no contact ID in Group Coaching"),
            "! … (…) has no contact ID in Group Coaching"
        );
        assert_eq!(of("ask zo@nowhere.example"), "ask …");
        for zoe in ["Zo<b>ë</b>", "Zoe\u{308}", "Zo\u{200b}ë", "Zo%C3%AB", "Zo&#235;"] {
            assert!(!of(&format!("! {zoe} has none")).to_lowercase().contains("zo"), "{zoe}");
        }
        for token in ["sk_live_4242abcd", "hooks/T0AB/x8Kd02mQp91LzRt4Wq7s", "whsec_12345678", "0123456789abcdef0123"] {
            let last = token.rsplit('/').next().unwrap();
            assert!(!of(&format!("calls https://hooks.example/{token}, then")).contains(last), "{token}");
        }
        let kept =
            "group-coaching-2026-for-everybody at 2026-11-21T06:12:00.25Z, 10.11.14-MariaDB, accessally_offering_12";
        assert_eq!(of(kept), kept);
        assert_eq!(redaction(true).value("//bloom.example"), "//bloom.example");
        assert_eq!(of("password Zq7s ecre tXyW 1234 abcd EFGH, then go"), "password … go");
        assert_eq!(of("password Zq7secretXyW1234abcdEFGH"), "password …");
        assert_eq!(of("four more days have gone by"), "four more days have gone by");
        assert_eq!(of("a\nb\u{202e}"), "a\\nb\\u{202e}");
    }
}
