//! Rules about offerings and the release timers of their modules.

pub(super) mod unscheduled_module;
