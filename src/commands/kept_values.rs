//! What a file of contact values has already, and what stays of it when it is written again: the values of others, which cannot be
//! read from the site once it is switched.

use std::collections::BTreeMap;
use std::path::{Component, Path};

use crate::change::text::yaml;
use crate::failure::{Failure, exit};
use crate::fs::Folder;
use crate::model::plan::ContactRecord;
use crate::project::Opened;

/// Most bytes of such a file.
const LIMIT: u64 = 1 << 20;

/// What stays.
#[derive(Default)]
pub(super) struct Kept {
    /// The comments at its head.
    head: String,
    /// The values of contacts that the plan does not list.
    others: BTreeMap<String, ContactRecord>,
}

impl Kept {
    /// What stays of the file that a plan names for its contacts' values.
    pub(super) fn of(folder: &Folder, name: &str, opened: &Opened) -> Result<Self, Failure> {
        ensure_may_be_written(name)?;
        let text = folder.text(name, LIMIT).map_err(|e| Failure::file("read", &folder.path(name), &e))?;
        let Some(text) = text else { return Ok(Self::default()) };
        let values = opened.contacts.values.as_ref().filter(|_| opened.contacts.left_out.is_empty());
        let values = values.ok_or_else(|| {
            refused(format!("`{name}` is not a file of contact values, or has values that do not fit"))
                .help("correct it, or name another file under `spot_check/values`: this one is not overwritten")
        })?;
        let head: String = text.split_inclusive('\n').take_while(|line| line.starts_with('#')).collect();
        if let Some((at, _)) = text.lines().enumerate().skip(head.lines().count()).find(|(_, line)| has_comment(line)) {
            return Err(refused(format!("line {} of `{name}` has a comment, which would be lost", at + 1))
                .help("move it to the head of the file, where comments are kept"));
        }
        let others = values.iter().filter(|(id, _)| !opened.plan.spot_check.list.contains_key(*id));
        Ok(Self { head, others: others.map(|(id, record)| (id.clone(), record.clone())).collect() })
    }

    /// How many others there are.
    pub(super) fn others(&self) -> usize {
        self.others.len()
    }

    /// The text of the file with these values of the listed contacts.
    pub(super) fn with(&self, listed: &str) -> String {
        let others = if self.others.is_empty() {
            String::new()
        } else {
            yaml(&serde_json::to_value(&self.others).unwrap_or_default())
        };
        format!("{}{listed}{others}", self.head)
    }
}

fn refused(why: String) -> Failure {
    Failure::new(exit::USAGE, format!("{why}, so nothing was written"))
}

/// A plan can come from somebody else: what it names is no file of git's, of a run's, or of any other kind.
fn ensure_may_be_written(name: &str) -> Result<(), Failure> {
    let path = Path::new(name);
    let is_hidden = |part: Component<'_>| part.as_os_str().to_string_lossy().starts_with('.');
    let is_yaml = path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml");
    if is_yaml && !path.components().any(is_hidden) {
        return Ok(());
    }
    Err(refused(format!("`{name}`, which the plan names for the contacts' values, is not the name of such a file"))
        .help("name a `.yaml` file below the plan's folder, such as `private/my-plan.contacts.yaml`"))
}

/// Whether a line has a comment: a `#` outside quotes, at its beginning or after a blank.
fn has_comment(line: &str) -> bool {
    let (mut quote, mut before) = (None, ' ');
    for c in line.chars() {
        match (quote, c) {
            (None, '#') if before.is_whitespace() => return true,
            (None, '"' | '\'') if !before.is_alphanumeric() => quote = Some(c),
            (Some(open), c) if c == open && before != '\\' => quote = None,
            _ => {}
        }
        before = c;
    }
    false
}
