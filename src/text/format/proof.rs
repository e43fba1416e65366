//! What a text says besides its values: its comments.

use super::super::{Node, Value};

/// Every comment of a text, sorted: whatever is no part of a key or value and begins with `#` at the start of a line or after a blank.
pub(super) fn comments<'t>(text: &'t str, root: &Node) -> Vec<&'t str> {
    let (mut all, mut from) = (Vec::new(), 0);
    let mut gap = |range: std::ops::Range<usize>| {
        let mut at = range.start;
        while let Some(found) = text.get(at..range.end).and_then(|gap| gap.find('#')) {
            let begins = at + found;
            let before = text[..begins].chars().next_back();
            let end = text[begins..].find('\n').map_or(text.len(), |length| begins + length);
            if before.is_none_or(char::is_whitespace) {
                all.push(text[begins..end].trim_end());
            }
            at = end.max(begins + 1);
        }
    };
    leaves(root, &mut |leaf: &std::ops::Range<usize>| {
        gap(from..leaf.start);
        from = leaf.end.max(from);
    });
    gap(from..text.len());
    all.sort_unstable();
    all
}

fn leaves(node: &Node, see: &mut impl FnMut(&std::ops::Range<usize>)) {
    match &node.value {
        Value::Map(map) => map.iter().for_each(|entry| {
            see(&entry.key.span.range());
            leaves(&entry.value, see);
        }),
        Value::Seq(items) => items.iter().for_each(|item| leaves(item, see)),
        _ => see(&node.span.range()),
    }
}
