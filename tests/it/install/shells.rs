//! Completions in the shells that they are for, and manual pages as `man` shows them.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::{Release, VERSION, linters, names, said};

/// What a shell offers after `plan mem`.
fn offered(shell: &str, words: &[&str], script: &str, folder: &Path) -> String {
    said(Command::new(shell).args(words).arg("-c").arg(script).current_dir(folder).env("HOME", folder))
}

#[test]
fn bash_zsh_and_fish_load_the_completions_and_offer_verbs() {
    linters();
    let folder = Release::made().unpacked.join("completions");
    let bash = "source ./plan.bash; complete -p plan >&2; COMP_WORDS=(plan mem); COMP_CWORD=1; _plan plan mem plan; printf '%s\\n' \"${COMPREPLY[@]}\"";
    assert_eq!(offered("bash", &["--norc", "--noprofile"], bash, &folder), "member\n");
    let fish = "source ./plan.fish; complete --do-complete 'plan mem'";
    assert!(offered("fish", &["--no-config"], fish, &folder).starts_with("member\t"));
    // Found by its name in the folder of functions, and offered on a terminal that zsh has to itself.
    let zsh = r#"
        zmodload zsh/zpty
        zpty shell zsh -f -i
        zpty -w shell "PROMPT=; fpath=($PWD \$fpath); autoload -Uz compinit; compinit -u -D; print LOADED=\$_comps[plan]"
        zpty -r shell line '*LOADED=_plan*' && print loaded
        zpty -w -n shell $'plan mem\t'
        zpty -r shell line '*plan member*' && print offered
        zpty -d shell
    "#;
    assert_eq!(offered("zsh", &["-f"], zsh, &folder), "loaded\noffered\n");
}

#[test]
fn each_verb_has_a_manual_page_that_man_can_show() {
    linters();
    let folder = Release::made().unpacked.join("man/man1");
    let pages = names(&folder);
    let mut lint = Command::new("mandoc");
    said(lint.args(["-T", "lint", "-W", "error"]).args(&pages).current_dir(&folder));
    for verb in ["plan", "plan-check", "plan-apply", "plan-record-saw", "plan-site-connect"] {
        assert!(pages.contains(&format!("{verb}.1")), "{pages:?}");
    }
    for page in &pages {
        let shown = said(Command::new("mandoc").args(["-T", "ascii"]).arg(page).current_dir(&folder));
        let plain = shown.split('\u{8}').fold(String::new(), |mut text, part| {
            text.pop();
            text + part
        });
        let name = page.strip_suffix(".1").unwrap();
        assert!(plain.contains(&format!("\n       {name} - ")), "{plain}");
        let last = plain.trim_end().lines().last().unwrap();
        assert!(last.starts_with(&format!("plan {VERSION} ")) && last.ends_with(&format!("{name}(1)")), "{last}");
    }
    assert!(fs::metadata(folder.join("plan.1")).unwrap().len() > 1000);
}
