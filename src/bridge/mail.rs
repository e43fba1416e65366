//! The mail to a site's owner that asks for one way in which the site can be read. Plain English for somebody who is no developer,
//! and no promise that nothing here keeps.

use std::fmt::Write as _;

use crate::guide::readings;
use crate::model::plan::{SiteRole, Strategy};

use super::Read;

/// A way to read a site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// The plugin, and an administrator's login for `plan`.
    Plugin,
    /// The plugin, and files that its owner downloads.
    Download,
    /// One script on the server's command line, and nothing installed.
    Script,
    /// Somebody looks, and types what the screens show.
    Survey,
}

/// What a mail is made of.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// The way that is asked for.
    pub way: Way,
    /// What the list of the plugin reads.
    pub reads: &'a [Read],
    /// Whether that list names the text of pages.
    pub reads_text: bool,
    /// The SHA-256 of the plugin's zip with that list.
    pub zip: &'a str,
    /// The sites of the plan, where there is one: the staging copy and live.
    pub sites: Option<[&'a str; 2]>,
    /// How the change reaches the live site, where a plan says it.
    pub strategy: Option<Strategy>,
}

impl Way {
    /// All of them: what shows most comes first.
    pub const ALL: [Self; 4] = [Self::Plugin, Self::Download, Self::Script, Self::Survey];

    /// The word for it, as on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Plugin => "plugin",
            Self::Download => "download",
            Self::Script => "script",
            Self::Survey => "survey",
        }
    }

    fn for_whom(self) -> &'static str {
        match self {
            Self::Plugin => "an owner who lets you install a plugin and gives you an administrator's login",
            Self::Download => "an owner who installs a plugin and gives no login away",
            Self::Script => "a host that forbids installing plugins, where somebody has SSH with WP-CLI",
            Self::Survey => {
                "where nothing may be installed or run: an administrator looks, and types what the screens show"
            }
        }
    }

    fn lacks(self) -> &'static str {
        match self {
            Self::Plugin => {
                "nothing that an adapter knows, and no later reading needs the owner; what no adapter knows is asked of a person"
            }
            Self::Download => {
                "each proof of a run waits for a new download, and it counts as recorded, or as attested by a named person"
            }
            Self::Script => {
                "what a download lacks too: a new run of it for each proof, and it counts as recorded, or as attested by a named person"
            }
            Self::Survey => {
                "the members: nobody can attest them, so no verdict is green, and the spot-check contacts are compared by eye"
            }
        }
    }

    /// The command that writes its mail.
    fn mail(self) -> &'static str {
        match self {
            Self::Plugin => "`plan site ask --way plugin`",
            Self::Download => "`plan site ask --way download`",
            Self::Script => "`plan site ask --way script`",
            Self::Survey => "`plan site ask --way survey`",
        }
    }

    fn takes(self) -> &'static str {
        match self {
            Self::Plugin => {
                "`plan bridge zip --out plan-bridge.zip`, an Application Password, `plan site capture URL --out FILE`"
            }
            Self::Download => {
                "`plan bridge zip --out plan-bridge.zip`, then `plan snapshot from-capture FILE --out FILE`"
            }
            Self::Script => {
                "`plan bridge script`, piped into `wp eval-file -`, then `plan snapshot from-capture FILE --out FILE`"
            }
            Self::Survey => "`plan survey PLAN --site SITE --who WHO`",
        }
    }
}

/// The ways beside each other: for whom each is, what it takes, what is lost by it.
pub fn ways() -> String {
    Way::ALL.iter().fold(String::new(), |mut text, way| {
        let (whom, takes, lacks) = (way.for_whom(), way.takes(), way.lacks());
        let _ = writeln!(text, "{}: {whom}\n  takes  {takes}\n  lacks  {lacks}\n  mail   {}", way.name(), way.mail());
        text
    })
}

/// The mail.
pub fn ask(asked: &Asked<'_>) -> String {
    let mut mail = Mail(String::new());
    let site = asked.sites.map_or_else(
        || "your membership site".to_owned(),
        |[staging, live]| format!("{live} and of its staging copy {staging}"),
    );
    let of = asked.sites.map_or_else(|| "your site".to_owned(), |[_, live]| live.to_owned());
    mail.line(&format!("Subject: Reading {of} before its switch to AccessAlly Managed Contacts"));
    mail.paragraph("Hello,");
    mail.paragraph(&format!(
        "before anything is changed, we compare our plan for the switch with what is really set on your site, and afterwards we compare the \
         members, as far as we can read them, with how they were before. For that we need to read parts of {site}."
    ));
    if asked.sites.is_none() {
        mail.paragraph("We begin with the staging copy of your site, where there is one, and write again before it is the turn of the live site.");
    }
    match asked.way {
        Way::Plugin => plugin(&mut mail, asked),
        Way::Download => download(&mut mail, asked),
        Way::Script => script(&mut mail, asked),
        Way::Survey => survey(&mut mail),
    }
    mail.heading("If this does not suit you");
    match asked.way {
        Way::Plugin => {
            mail.item("You give no login away: you can install the plugin and download the files for us yourself.")
        }
        Way::Download => mail
            .item("You would rather not download anything: with an administrator's login we read the site ourselves."),
        Way::Script => mail.item("Your host allows plugins: a small plugin with a download button does the same."),
        Way::Survey => {
            mail.item("A small plugin that only reads would spare most of the typing, and can show the members too.")
        }
    }
    if asked.way != Way::Script {
        mail.item("Your host forbids installing plugins: somebody with SSH and WP-CLI can run one script, which installs nothing.");
    }
    if asked.way != Way::Survey {
        mail.item("Nothing may be installed or run: somebody looks at the screens, and we go through them together.");
    }
    mail.item("Just answer this mail.");
    mail.0
}

fn plugin(mail: &mut Mail, asked: &Asked<'_>) {
    mail.heading("What we ask for");
    mail.paragraph("Two things: that the attached plugin is installed, and a login for the time of the switch.");
    install(mail, asked);
    mail.item("Users > Add New: make an account for us with the role Administrator. Sign in as that account, open Users > Profile, go to Application Passwords, name one \"plan\" and press Add New Application Password. Where that part is missing, a security plugin has switched it off, or the site has no https.");
    mail.item("Give us the account's name and that password by a password manager or on the phone, not in a mail.");
    mail.paragraph("Please know that such a password opens whatever an administrator may do, not only reading. Our program sends nothing but requests to read with it.");
    what_is_read(mail, asked);
    removal(
        mail,
        &[
            "Then write to us that it is deleted, and wait for our answer: only with the login can we see that it is gone.",
            "When we have answered, and not before: Users > Profile of that account > Application Passwords > Revoke, and delete the account. The password opens nothing from then on.",
        ],
    );
    mail.heading("How long it takes");
    mail.paragraph(&format!(
        "About ten clicks for the plugin on each site, and as many again for the account. {READS_QUICKLY} If the list has to name more places on \
         your site, we ask you once more to upload a zip."
    ));
    mail.heading("What is missing without it");
    mail.paragraph(MISSING);
}

fn download(mail: &mut Mail, asked: &Asked<'_>) {
    mail.heading("What we ask for");
    mail.paragraph("That you, or another administrator, install the attached plugin, and download a file with it whenever we ask. We get no login.");
    install(mail, asked);
    mail.item("Tools > Plan: the page lists what is read. Press \"Download the capture\".");
    mail.item(FIRST);
    mail.item(GIVE);
    how_often(mail, asked.strategy, ["download", "downloads"]);
    what_is_read(mail, asked);
    removal(mail, &[]);
    mail.heading("How long it takes");
    mail.paragraph(&format!("About ten clicks for the plugin, and two for each download. {READS_QUICKLY} During the switch itself we wait for each of these files, so somebody with the administrator's login has to be at hand."));
    mail.heading("What is missing without it");
    mail.paragraph(MISSING);
}

fn script(mail: &mut Mail, asked: &Asked<'_>) {
    mail.heading("What we ask for");
    mail.paragraph("That somebody with SSH access to the server, such as your developer or your host, runs one script. Nothing is installed, and the host may forbid plugins. If you give us that SSH access, we run it ourselves.");
    mail.item("Put the attached file plan-collector.php into your home folder on the server, and not into a folder of the website. In the folder of WordPress run:");
    mail.command("(umask 077; wp eval-file - < ~/plan-collector.php > ~/plan-capture.ndjson)");
    mail.item("Of several sites in one WordPress, name ours:");
    mail.command("(umask 077; wp --url=ADDRESS eval-file - < ~/plan-collector.php > ~/plan-capture.ndjson)");
    mail.item("So what comes of it, plan-capture.ndjson, lies in your home folder too, where no other account of the server can read it.");
    mail.item("The first time run the second attached file, plan-inventory.php, in the same way. What comes of it holds names and no values, and shows whether the list has to name more places on your site. If so, we send you another script.");
    mail.command("(umask 077; wp eval-file - < ~/plan-inventory.php > ~/plan-inventory.ndjson)");
    mail.item("If a command says that something failed, or `echo $?` right after it prints anything but 0, the file is not whole: send us what it said.");
    mail.item(GIVE);
    how_often(mail, asked.strategy, ["run of the script", "runs of the script"]);
    what_is_read(mail, asked);
    mail.heading("How it is removed");
    mail.paragraph("There is nothing to uninstall. Delete these files from the server.");
    mail.heading("How long it takes");
    mail.paragraph(&format!("One command. {READS_QUICKLY}"));
    mail.heading("What is missing without it");
    mail.paragraph(MISSING);
}

fn survey(mail: &mut Mail) {
    mail.heading("What we ask for");
    mail.paragraph("The time of somebody who can sign in as an administrator. We name one admin screen after the other, and they say, or fill into a spreadsheet, what it shows. Nothing is installed, nothing is run on your server, and you give no login away.");
    mail.item("Sign in, and open the screens that we name: those of AccessAlly's settings, offerings, order forms, opt-in forms and webhooks.");
    mail.item("Say what is there, not what should be there: what you say is kept with your name and the day, and counts for 14 days.");
    mail.item("We ask again during the switch for what must have changed by then, such as maintenance mode.");
    mail.heading("What is read");
    mail.paragraph("What you type, and nothing else. Please type no passwords and no keys; none is asked for.");
    mail.heading("How it is removed");
    mail.paragraph("There is nothing to remove.");
    mail.heading("How long it takes");
    mail.paragraph(
        "That depends on how many offerings and forms the site has. We can say beforehand how many answers it will be.",
    );
    mail.heading("What is missing this way");
    mail.paragraph("The members. Nobody can type all of them, so we cannot compare everybody before and after: a few contacts are compared by eye, and what went wrong for others is noticed when they write to you.");
}

/// Measured (benches/README.md), and said as what it is.
const READS_QUICKLY: &str =
    "A reading itself is quick: 100,000 accounts took about 3 seconds on our test server. Your host may take longer.";

const MISSING: &str = "WordPress by itself shows us its plugins and administrators, and that only with a login. What is listed above stays unknown, \
    and somebody has to read it off the screens, but for the members: nobody can do that for all of them.";

const NEVER: &str = "Never read are passwords, keys, tokens, licences and whatever else is named or shaped like one, and the text of your \
    pages. A secret that looks like an ordinary word cannot be recognised, which is why the list names each field.";

const NEVER_BUT_TEXT: &str = "Never read are passwords, keys, tokens, licences and whatever else is named or shaped like one. A secret \
    that looks like an ordinary word cannot be recognised, which is why the list names each field.";

const WRITES_NOTHING_BUT_USE: &str = "It writes nothing to the site and sends nothing to anybody by itself. WordPress itself notes of an \
    Application Password when and from which network address it was used last, and shows both under Users > Profile.";

const FIRST: &str = "The first time press \"Download the inventory\" too. It holds names and no values, and shows whether the list has to name \
    more places on your site. If so, we send you another zip; WordPress then offers \"Replace current with uploaded\".";

const GIVE: &str = "Give us the file by a shared folder that only we can open, not in a mail: it holds names and e-mail addresses of members. Keep no copy, or keep it as you keep a backup.";

fn install(mail: &mut Mail, asked: &Asked<'_>) {
    mail.item("Sign in as an administrator, go to Plugins > Add New > Upload Plugin, choose plan-bridge.zip, press Install Now, then Activate.");
    mail.item(&format!("Whoever wants to be sure of the file: its SHA-256 is {}", asked.zip));
}

fn what_is_read(mail: &mut Mail, asked: &Asked<'_>) {
    mail.heading("What is read");
    for read in asked.reads {
        mail.item(&format!("{}: {}", read.from, read.what.join("; ")));
    }
    mail.paragraph(if asked.reads_text { NEVER_BUT_TEXT } else { NEVER });
    mail.paragraph(match asked.way {
        Way::Plugin => WRITES_NOTHING_BUT_USE,
        _ => "It writes nothing to the site and sends nothing to anybody by itself.",
    });
}

fn removal(mail: &mut Mail, more: &[&str]) {
    mail.heading("How it is removed");
    mail.item("Plugins > Plan bridge > Deactivate, then Delete. It makes no settings, no tables and no files, so nothing is left.");
    more.iter().for_each(|line| mail.item(line));
    mail.item(
        "Please remove it from the staging copy before that is pushed over the live site, which would carry it along.",
    );
}

/// How many of them the switch needs at least, by the steps of the guide.
fn how_often(mail: &mut Mail, strategy: Option<Strategy>, [what, all]: [&str; 2]) {
    let Some(strategy) = strategy else {
        mail.paragraph(&format!("The first {what} is for the plan. Each later step of the switch is proven by a new one: how many, we say when the plan is made."));
        return;
    };
    let due = readings(strategy);
    mail.paragraph(&format!(
        "The switch needs at least {} {all} in all, each new, as an old one proves nothing of what was done since:",
        due.len()
    ));
    for (on, name) in [(SiteRole::Staging, "of the staging copy"), (SiteRole::Live, "of the live site")] {
        let when: Vec<&str> = due.iter().filter(|due| due.on == on).map(|due| due.when).collect();
        if !when.is_empty() {
            mail.item(&format!("{} {name}: {}", when.len(), when.join("; ")));
        }
    }
    mail.paragraph("A step that turns out not to be done needs one more.");
}

/// Its text, broken where lines of a mail end.
struct Mail(String);

impl Mail {
    fn line(&mut self, text: &str) {
        let _ = writeln!(self.0, "{text}");
    }

    fn paragraph(&mut self, text: &str) {
        self.filled(text, "", "");
    }

    fn heading(&mut self, text: &str) {
        let _ = write!(self.0, "\n{text}\n");
    }

    fn item(&mut self, text: &str) {
        if !self.0.lines().next_back().is_some_and(|line| line.starts_with("- ") || line.starts_with("  ")) {
            self.0.push('\n');
        }
        self.filled_on(text, "- ", "  ");
    }

    /// A line of its own, as it is typed.
    fn command(&mut self, text: &str) {
        let _ = writeln!(self.0, "      {text}");
    }

    fn filled(&mut self, text: &str, first: &str, rest: &str) {
        self.0.push('\n');
        self.filled_on(text, first, rest);
    }

    fn filled_on(&mut self, text: &str, first: &str, rest: &str) {
        // A command, a digest and an address stay whole, to be copied.
        let options = textwrap::Options::new(76)
            .initial_indent(first)
            .subsequent_indent(rest)
            .break_words(false)
            .word_separator(textwrap::WordSeparator::AsciiSpace)
            .word_splitter(textwrap::WordSplitter::NoHyphenation);
        let _ = writeln!(self.0, "{}", textwrap::fill(text, options));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mail(way: Way, strategy: Option<Strategy>) -> String {
        let reads =
            [Read { from: "settings", what: vec!["the offerings".to_owned(), "the pages".to_owned()], entries: 2 }];
        let sites = strategy.map(|_| ["https://staging.example.com", "https://example.com"]);
        let asked = Asked { way, reads: &reads, reads_text: false, zip: "0123abcd", sites, strategy };
        ask(&asked)
    }

    /// Its words as one line.
    fn words(text: &str) -> String {
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn each_says_what_is_asked_read_removed_and_lost_and_how_long_it_takes_and_names_another_way() {
        for way in Way::ALL {
            let mail = mail(way, None);
            let headings = [
                "What we ask for",
                "What is read",
                "How it is removed",
                "How long it takes",
                "What is missing",
                "If this does not suit you",
            ];
            let at: Vec<usize> =
                headings.iter().map(|heading| mail.find(&format!("\n\n{heading}")).expect(heading)).collect();
            assert!(at.is_sorted(), "{mail}");
            assert!(mail.starts_with("Subject: "), "{mail}");
            let long: Vec<&str> =
                mail.lines().filter(|line| line.len() > 76 && !line.starts_with("      (umask 077; wp ")).collect();
            assert_eq!(long, Vec::<&str>::new());
            let (is_installed, is_read) = (matches!(way, Way::Plugin | Way::Download), way != Way::Survey);
            assert_eq!(mail.contains("plan-bridge.zip") && mail.contains("0123abcd"), is_installed, "{mail}");
            assert_eq!(mail.contains("- settings: the offerings; the pages"), is_read, "{mail}");
            assert_eq!(mail.contains("Application Password"), way == Way::Plugin, "{mail}");
            // WordPress itself writes down when an application password was used, whoever only reads with it.
            let says = words(&mail).contains("WordPress itself notes of an Application Password when and from which");
            assert_eq!(says, way == Way::Plugin, "{mail}");
            // A host that forbids plugins, and an owner who gives no login, find theirs in each.
            assert!(way == Way::Script || words(&mail).contains("Your host forbids installing plugins"), "{mail}");
            assert!(way != Way::Plugin || words(&mail).contains("You give no login away"), "{mail}");
        }
    }

    #[test]
    fn the_login_is_revoked_only_once_it_showed_that_the_plugin_is_gone() {
        let mail = words(&mail(Way::Plugin, None));
        let at = |text: &str| mail.find(text).unwrap_or_else(|| panic!("{text}: {mail}"));
        let steps = [
            "Deactivate, then Delete",
            "Then write to us that it is deleted, and wait for our answer",
            "Revoke, and delete",
        ];
        assert!(steps.map(at).is_sorted(), "{mail}");
    }

    #[test]
    fn what_a_script_gives_goes_where_no_visitor_and_no_other_account_sees_it() {
        let mail = mail(Way::Script, None);
        let commands: Vec<&str> = mail.lines().filter(|line| line.contains("eval-file")).collect();
        assert_eq!(commands.len(), 3, "{mail}");
        for command in commands {
            // The folder above WordPress is often one of the website itself.
            assert!(command.contains("umask 077") && command.contains("> ~/"), "{command}");
            assert!(!command.contains("../"), "{command}");
        }
    }

    #[test]
    fn an_address_is_not_broken() {
        let sites = Some(["https://staging.club.bloom.example", "https://club.bloom.example"]);
        let way = Way::Survey;
        let mail = ask(&Asked { way, reads: &[], reads_text: false, zip: "", sites, strategy: None });
        assert!(mail.contains("staging copy\nhttps://staging.club.bloom.example."), "{mail}");
    }

    #[test]
    fn how_often_a_file_is_needed_is_counted_by_the_steps_of_the_strategy() {
        for way in [Way::Download, Way::Script] {
            let what = if way == Way::Download { "downloads" } else { "runs of the script" };
            for (strategy, all, staging, live) in [
                (Strategy::RehearseAndReplay, 11, 5, 6),
                (Strategy::FreezeAndPush, 6, 5, 1),
                (Strategy::PushThenMerge, 8, 5, 3),
            ] {
                let text = words(&mail(way, Some(strategy)));
                assert!(text.contains(&format!("at least {all} {what} in all")), "{text}");
                assert!(
                    text.contains(&format!("{staging} of the staging copy: before anything is changed;")),
                    "{text}"
                );
                assert!(text.contains(&format!("- {live} of the live site: ")), "{text}");
            }
            assert!(!mail(way, None).contains("at least"), "without a plan nobody knows");
        }
        let merge = words(&mail(Way::Download, Some(Strategy::PushThenMerge)));
        assert!(
            merge.contains(
                "when the staging copy is made; right before staging is pushed over it; when it is open again"
            ),
            "{merge}"
        );
    }

    #[test]
    fn that_no_text_of_pages_is_read_is_said_only_where_it_is_so() {
        let of = |reads_text| {
            ask(&Asked { way: Way::Download, reads: &[], reads_text, zip: "", sites: None, strategy: None })
        };
        assert!(words(&of(false)).contains("and the text of your pages."));
        assert!(!words(&of(true)).contains("the text of your pages"));
    }
}
