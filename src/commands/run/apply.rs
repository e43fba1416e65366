//! `plan apply`: lock, fresh read, gate, confirmation, then exactly the confirmed changes, journaled.

use crate::cli::Apply;
use crate::commands::{Terminal, inputs, lifted};
use crate::failure::Failure;
use crate::model::plan::SiteRole;
use crate::project::Project;
use crate::rules::Moment;

use super::begin::begin;
use super::confirm::{confirm, ensure_still_confirmed, without_members};
use super::event_log::EventLog;
use super::no_change::ends_here;
use super::previous_run::is_closed_by_a_copy;
use super::session::Session;

pub(super) fn run(args: &Apply, project: Project, log: &EventLog, terminal: &mut Terminal<'_>) -> Result<u8, Failure> {
    let (mut session, opened, earlier) = Session::open(project, &args.site, log, terminal)?;
    lifted::attend_to([&opened.settings], terminal.err)?;
    let live = args.on == SiteRole::Live;
    let mut checked = inputs::judged_at(opened, session.site.as_mut(), Moment::Begin, live)?;
    let cloned = is_closed_by_a_copy(args, &session.turn.files, (earlier.as_ref(), &checked), terminal)?;
    if checked.may_go_on(without_members(args)) {
        checked.attend_to_age(terminal.err)?;
        checked.attend_to_guided(terminal.err)?;
    }
    match confirm(args, &checked, terminal)? {
        None => {
            if let Some(code) = ends_here(args, &checked, (earlier.as_ref(), cloned), terminal)? {
                return Ok(code);
            }
        }
        Some(confirmation) if args.confirm.is_none() && args.seal.is_none() || live && args.host.is_none() => {
            // A person took their time: the site may have moved while they read.
            let opened = session.turn.project.open()?;
            checked = inputs::judged_at(opened, session.site.as_mut(), Moment::Begin, live)?;
            ensure_still_confirmed(args, &checked, &confirmation, terminal)?;
        }
        Some(_) => {}
    }
    begin(args, checked, session, cloned, terminal)
}
