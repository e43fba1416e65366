//! What a `plan.toml` further up demands and the nearest one, which holds alone, does not: whoever may add a file may so lift a demand.

use std::io::{self, Write};

use crate::output::escape;
use crate::project::settings::Settings;

/// Says it of each of these settings, once: plans of one folder share theirs.
pub(super) fn attend_to<'a>(all: impl IntoIterator<Item = &'a Settings>, err: &mut dyn Write) -> io::Result<()> {
    let mut demands: Vec<&String> = all.into_iter().flat_map(|settings| &settings.lifted).collect();
    demands.sort();
    demands.dedup();
    demands.into_iter().try_for_each(|demands| writeln!(err, "attention: {}", escape::line(demands)))
}
