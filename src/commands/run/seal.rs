//! `plan seal`: what is to be confirmed, in a small file for review; and how `apply` reads it.

use crate::apply::gate;
use crate::apply::seal::Seal;
use crate::cli;
use crate::commands::Terminal;
use crate::commands::choice::Choice;
use crate::commands::told_git;
use crate::commands::{inputs, lifted};
use crate::failure::{Failure, exit};
use crate::fs::{Folder, Readers};
use crate::model::text::many;
use crate::output::{Mode, concise, escape};
use crate::project::Project;
use crate::project::signed::signature_of;
use crate::rules::{self, Phase, Verdict};

use super::confirm::{Given, ask};
use super::typed::Typed;

pub(crate) fn run(args: &cli::Seal, terminal: &mut Terminal<'_>) -> Result<u8, Failure> {
    let choice = Choice::of(args.reading.site.as_ref(), args.reading.snapshot.as_ref());
    let opened = Project::new(&args.plan, args.limits.into()).open()?;
    let checked = inputs::judged(opened, &choice, Phase::Configure, false)?;
    if checked.judgement.verdict != Verdict::Green {
        concise::render(&checked.report(&args.plan.display().to_string()), terminal.err)?;
    }
    lifted::attend_to([&checked.opened.settings], terminal.err)?;
    checked.attend_to_age(terminal.err)?;
    let site = args.reading.site.as_deref().unwrap_or("SITE");
    let typed = Typed::on_staging(&args.plan, site);
    ask(gate::ensure_may_be_confirmed, (&checked, Given::default()), &typed)?;
    let Some(shown) = checked.confirmation() else {
        return Err(Failure::new(exit::USAGE, "a seal needs a site"));
    };
    let rules = rules::version(&checked.opened.settings.raised, &checked.opened.own);
    let seal = Seal::new(&shown, checked.tally().changes, rules, args.expires);
    let file = args.plan.with_extension("seal.json");
    let (folder, name) = (Folder::of(&file), file.file_name().unwrap_or_default());
    told_git::keep_line_ends(&folder)?;
    folder.write(name, &seal.text(), Readers::All).map_err(|e| Failure::file("write", &file, &e))?;
    let (total, host) = (many(seal.changes.values().sum::<usize>(), "change"), escape::line(&seal.host.to_string()));
    let [plan, shown] = [&args.plan, &file].map(|path| escape::shell(&path.display().to_string()));
    writeln!(terminal.out, "sealed {total} on {host} in {shown}, for {:#}", args.expires)?;
    writeln!(terminal.out, "  changes  {}", seal.digests.changes)?;
    if let Some(site) = checked.site.as_ref().filter(|site| site.line.mode == Mode::Snapshot) {
        let how = escape::line(&site.line.how());
        writeln!(terminal.notes(), "this is of {how}; `apply` reads the site itself, and refuses if it changed since")?;
    }
    if signature_of(&file).symlink_metadata().is_ok() {
        let old = signature_of(&file);
        writeln!(
            terminal.notes(),
            "`{}` is the signature of the seal before this one; remove it, or sign this one",
            escape::path(&old)
        )?;
    }
    writeln!(terminal.out, "to carry out exactly this: plan apply {plan} --site SITE --seal {shown}")?;
    checked.leave();
    Ok(exit::OK)
}
