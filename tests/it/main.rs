//! The tests of the whole program, a module a subject: one program, so that it is linked once.

mod adopt;
mod apply;
mod backup;
mod beside;
mod certificate;
mod colors;
mod common;
mod conformance;
mod crash;
mod docs;
mod elsewhere;
mod ended;
mod endless;
mod event_log;
mod example;
mod faults;
mod file_site;
mod gates;
mod grades;
mod guided;
mod hints;
mod hostile;
mod identity;
mod inert;
mod inert_verbs;
mod laws;
mod limits;
mod live;
mod live_check;
mod meeting;
mod members;
#[cfg(target_os = "linux")]
mod memory;
mod moved;
mod output;
mod personal;
mod place;
mod population;
mod purchases;
mod reading;
mod reconcile;
mod recording;
mod rules;
mod runbook;
mod schemas;
mod seal;
#[cfg(unix)]
mod second_user;
mod snapshot;
mod snapshot_laws;
mod staging;
mod step_readings;
mod text;
mod tidy;
mod timing;
mod tracked;
mod transcripts;
#[cfg(target_os = "linux")]
mod typed;
#[cfg(unix)]
mod waits;
mod walk;
mod way_back;
mod wordpress;
mod words;
mod yaml;
