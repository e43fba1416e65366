//! What proves that something on disk is this user's and this machine's: a key outside every repository, and the mark that it
//! leaves; owner and mode, as ssh checks those of its own files.

mod captures;
mod key;
mod ledger;
mod line;
mod logins;
mod own;
mod readings;
mod recorded;
mod voided;

pub use captures::{note_capture, was_taken_here};
pub use key::{Key, Purpose, state_home};
pub use line::{marked, unmarked};
pub use logins::{Worked, mark_of_login, note_taken, note_worked, worked};
pub use own::{Fault, NotOurs, is_own, is_without_modes, other_owner};
pub use readings::Readings;
pub use recorded::{note_recorded, of_this_machine, recorded_here};
pub use voided::note_voided;
