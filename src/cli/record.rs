//! What every verb of `plan record` has.

use super::{By, RecordVerb};

impl RecordVerb {
    /// The plan, and who says it.
    pub fn by(&self) -> &By {
        match self {
            Self::Verification { by, .. }
            | Self::Ack { by, .. }
            | Self::Attest { by, .. }
            | Self::Step { by, .. }
            | Self::SignIn { by, .. }
            | Self::Moved { by, .. }
            | Self::MergeList { by, .. }
            | Self::Purchase { by, .. } => by,
            Self::Backup(args) => &args.by,
            Self::OutsideWindow(args) => &args.by,
            Self::RestoreDrill(args) => &args.by,
            Self::Decision(args) => &args.by,
            Self::NotPressed(args) | Self::Restored(args) => &args.by,
        }
    }
}
