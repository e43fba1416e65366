//! A text in its canonical form: keys in their order, two blanks a level, one space where one is enough, every comment and value as it was.
//!
//! What is written over several lines within quotes or brackets keeps its lines. A text that says something in a way which this cannot lay out
//! (a `?` in front of a key, tabs in front of a line) stays as it is.

mod proof;

use super::{Limits, Node, Source, Tree, Value, compose};
use proof::comments;

/// Which keys of a mapping come first, in their order; none where the order is the author's. The path has its keys from the root on, and
/// `-` for an item of a list.
pub type Order<'o> = dyn Fn(&[String]) -> Option<Vec<String>> + 'o;

/// Why a text is left as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unformatted {
    /// It cannot be read completely.
    #[error("it cannot be read completely")]
    Unreadable,
    /// In its canonical form it would say something else, or lack a comment.
    #[error("in its canonical form it would not say the same")]
    Otherwise,
}

/// A text in its canonical form, proven to say the same with the same comments.
///
/// # Errors
/// [`Unformatted`] where it cannot be read, or the proof fails.
pub fn formatted(text: &str, order: &Order<'_>, limits: &Limits) -> Result<String, Unformatted> {
    let (mark, body) = text.strip_prefix('\u{feff}').map_or(("", text), |rest| ("\u{feff}", rest));
    let lines = if body.contains('\r') { body.replace("\r\n", "\n") } else { body.to_owned() };
    let tree = read(&lines, limits).ok_or(Unformatted::Unreadable)?;
    let printer = Printer { text: &lines, order };
    let out = printer.document(&tree.root).unwrap_or_else(|| lines.clone());
    let proof = read(&out, limits).ok_or(Unformatted::Otherwise)?;
    if proof.root.to_json() != tree.root.to_json() || comments(&out, &proof.root) != comments(&lines, &tree.root) {
        return Err(Unformatted::Otherwise);
    }
    let out = if body.contains('\r') { out.replace('\n', "\r\n") } else { out };
    Ok(format!("{mark}{out}"))
}

fn read(text: &str, limits: &Limits) -> Option<Tree> {
    let (tree, problems) = compose(&Source::new("", text), limits);
    tree.filter(|tree| tree.complete && problems.is_empty())
}

/// Lines of a block: each with its indentation.
type Lines = Vec<String>;

struct Printer<'p> {
    text: &'p str,
    order: &'p Order<'p>,
}

/// An entry of a mapping, or an item of a list, with the comments that belong to it.
struct Part {
    /// Blank lines and comments above it.
    above: Lines,
    lines: Lines,
    rank: usize,
}

/// Where a key stands in an order; what nobody knows, and each key where the order is the author's, stays behind what it followed.
fn rank(order: Option<&[String]>, key: &str, last: usize) -> usize {
    let at = order.and_then(|all| all.iter().position(|one| one == key));
    at.map_or(last, |at| at + 1)
}

impl Printer<'_> {
    /// The whole text; none where it is no mapping in lines.
    fn document(&self, root: &Node) -> Option<String> {
        let (Value::Map(_), false) = (&root.value, self.is_flow(root)) else { return None };
        let start = self.line_start(root.span.range().start);
        let head = &self.text[..start];
        let parts = self.block(root, 0, (&mut Vec::new(), Lines::new()))?;
        let end = root.span.range().end;
        let rest = self.rest_of_line(end);
        let mut out: Lines = Vec::new();
        let is_plain = |line: &&str| line.trim().is_empty() || line.trim_start().starts_with('#');
        if head.lines().all(|line| is_plain(&line)) {
            out.extend(spaced(head.lines().map(|line| line.trim_end().to_owned()).collect()));
        } else {
            out.extend(head.lines().map(str::to_owned));
        }
        while out.first().is_some_and(String::is_empty) {
            out.remove(0);
        }
        out.extend(parts);
        let tail = self.text[rest..].lines();
        if self.ends_in_a_text(root) {
            // Blank lines may be a part of it.
            out.extend(tail.map(str::to_owned));
        } else {
            out.extend(spaced(tail.map(|line| line.trim_end().to_owned()).collect()));
            out.truncate(out.iter().rposition(|line| !line.is_empty()).map_or(0, |last| last + 1));
        }
        Some(out.join("\n") + "\n")
    }

    /// A mapping or a list in lines, whose first entry has these comments above it.
    fn block(&self, node: &Node, indent: usize, (path, mut first): (&mut Vec<String>, Lines)) -> Option<Lines> {
        let parts = match &node.value {
            Value::Map(map) => {
                let order = (self.order)(path);
                let (mut parts, mut end): (Vec<Part>, Option<(usize, bool)>) = (Vec::new(), None);
                for entry in map {
                    let at = entry.key.span.range();
                    let mut above = self.between(end, at.start, indent, &mut parts)?;
                    above.append(&mut first);
                    path.push(entry.key.text.to_string());
                    let lines = self.entry(entry.key.span.range(), &entry.value, indent, path);
                    path.pop();
                    let last = parts.last().map_or(0, |part| part.rank);
                    let rank = rank(order.as_deref(), &entry.key.text, last);
                    parts.push(Part { above, lines: lines?, rank });
                    end = Some((entry.value.span.range().end.max(at.end), self.ends_in_a_text(&entry.value)));
                }
                parts.sort_by_key(|part| part.rank);
                parts
            }
            Value::Seq(items) => {
                let (mut parts, mut end): (Vec<Part>, Option<(usize, bool)>) = (Vec::new(), None);
                path.push("-".to_owned());
                for item in items {
                    let range = item.span.range();
                    let dash = self.dash_before(end.map_or(node.span.range().start, |(end, _)| end), range.start)?;
                    let mut above = self.between(end, dash, indent, &mut parts)?;
                    above.append(&mut first);
                    let lines = self.item(dash, item, indent, path)?;
                    parts.push(Part { above, lines, rank: 0 });
                    end = Some((range.end.max(dash + 1), self.ends_in_a_text(item)));
                }
                path.pop();
                parts
            }
            _ => return None,
        };
        let mut out = Lines::new();
        for part in parts {
            // Nothing blank is above the first one, whichever that is now.
            let is_first = out.is_empty();
            out.extend(spaced(part.above).into_iter().skip_while(|line| is_first && line.is_empty()));
            out.extend(part.lines);
        }
        Some(out)
    }

    /// The comments between two parts: those that stand further in than the next one belong to the one before. Of what is before it is said where it ends, and
    /// whether that is in a text block.
    fn between(&self, end: Option<(usize, bool)>, start: usize, indent: usize, parts: &mut [Part]) -> Option<Lines> {
        let Some((end, after_text)) = end else { return Some(Lines::new()) };
        let from = self.rest_of_line(end);
        let line = self.line_start(start);
        let column = start - line;
        if from > line || !self.text[line..start].chars().all(|c| c == ' ') {
            return None;
        }
        let (mut of_before, mut of_after) = (Lines::new(), Lines::new());
        for text in self.text[from..line].lines() {
            let comment = text.trim();
            if !comment.is_empty() && !comment.starts_with('#') || text.starts_with('\t') && !after_text {
                return None;
            }
            let at = text.len() - text.trim_start().len();
            if comment.is_empty() {
                of_after.push(if after_text { text.to_owned() } else { String::new() });
            } else if at > column && of_after.iter().all(String::is_empty) {
                of_before.append(&mut of_after);
                of_before.push(format!("{}{comment}", " ".repeat(indent + at - column)));
            } else {
                of_after.push(format!("{}{comment}", " ".repeat(indent)));
            }
        }
        parts.last_mut()?.lines.extend(spaced(of_before));
        Some(of_after)
    }

    /// A key with its value.
    fn entry(&self, key: std::ops::Range<usize>, value: &Node, indent: usize, path: &mut Vec<String>) -> Option<Lines> {
        let name = format!("{}{}:", " ".repeat(indent), &self.text[key.clone()]);
        let range = value.span.range();
        if range.is_empty() {
            let end = range.end.max(key.end);
            return Some(vec![name + self.comment_after(end)]);
        }
        let gap = &self.text[key.end..range.start];
        let after = gap.trim_start_matches(' ').strip_prefix(':')?;
        let is_in_lines = matches!(value.value, Value::Map(_) | Value::Seq(_)) && !self.is_flow(value);
        if !is_in_lines {
            if after.trim() != "" {
                return None;
            }
            return Some(self.scalar(name + " ", value, key.start, indent, path));
        }
        let start = match &value.value {
            Value::Seq(items) => self.dash_before(key.end, items.first()?.span.range().start)?,
            _ => range.start,
        };
        let (first, rest) = self.text[key.end..self.line_start(start)].split_once('\n')?;
        let first = first.trim_start_matches(' ').strip_prefix(':')?.trim_end();
        if !first.trim().is_empty() && !first.trim_start().starts_with('#') {
            return None;
        }
        let (mut lines, mut above) = (vec![name + first], Lines::new());
        for line in rest.lines().filter(|line| !line.trim().is_empty()) {
            line.trim().starts_with('#').then_some(())?;
            above.push(format!("{}{}", " ".repeat(indent + 2), line.trim()));
        }
        lines.extend(self.block(value, indent + 2, (path, above))?);
        Some(lines)
    }

    /// An item of a list, after its dash.
    fn item(&self, dash: usize, item: &Node, indent: usize, path: &mut Vec<String>) -> Option<Lines> {
        let range = item.span.range();
        let name = format!("{}-", " ".repeat(indent));
        if range.is_empty() {
            return Some(vec![name + self.comment_after(range.end.max(dash + 1))]);
        }
        if matches!(item.value, Value::Map(_) | Value::Seq(_)) && !self.is_flow(item) {
            // Only where it begins on the line of its dash: there is no room for a comment.
            let inside = &self.text[dash + 1..range.start];
            let is_near = inside.chars().all(|c| c == ' ' || c == '-') && !inside.is_empty();
            let mut lines = is_near.then(|| self.block(item, indent + 2, (path, Lines::new())))??;
            let first = lines.first_mut()?;
            *first = format!("{name} {}", first.trim_start());
            return Some(lines);
        }
        (self.text[dash + 1..range.start].trim() == "").then_some(())?;
        Some(self.scalar(name + " ", item, dash, indent, path))
    }

    /// A value in one piece after what introduces it: on its line, or over several, which keep their distance.
    fn scalar(&self, name: String, value: &Node, from: usize, indent: usize, path: &mut Vec<String>) -> Lines {
        let range = value.span.range();
        let text = &self.text[range.clone()];
        let is_text_block = text.starts_with(['|', '>']);
        if !text.trim_end_matches('\n').contains('\n') && !is_text_block {
            let text = self.flow(value, path).unwrap_or_else(|| text.to_owned());
            return vec![name + &text + self.comment_after(range.end)];
        }
        let old = {
            let line = self.line_start(from);
            self.text[line..from].len() - self.text[line..from].trim_start_matches(' ').len()
        };
        let shifted = |line: &str| {
            let blanks = line.len() - line.trim_start_matches(' ').len();
            let text = if is_text_block { &line[blanks..] } else { line[blanks..].trim_end() };
            if text.is_empty() && !is_text_block {
                return String::new();
            }
            let blanks = if text.is_empty() {
                (blanks + indent).saturating_sub(old)
            } else {
                (blanks + indent).saturating_sub(old).max(indent + 1)
            };
            format!("{}{text}", " ".repeat(blanks))
        };
        let mut lines: Lines = text
            .strip_suffix('\n')
            .unwrap_or(text)
            .split('\n')
            .enumerate()
            .map(|(at, line)| if at == 0 { name.clone() + line.trim_end() } else { shifted(line) })
            .collect();
        if let (false, Some(last)) = (is_text_block, lines.last_mut()) {
            last.push_str(self.comment_after(range.end));
        }
        lines
    }

    /// What stands in brackets on one line, with one space where one is enough; none where it is written in another way.
    fn flow(&self, node: &Node, path: &mut Vec<String>) -> Option<String> {
        let text = &self.text[node.span.range()];
        match &node.value {
            Value::Map(map) if text.starts_with('{') => {
                let order = (self.order)(path);
                let mut all = Vec::new();
                let mut last = 0;
                for entry in map {
                    let key = &self.text[entry.key.span.range()];
                    path.push(entry.key.text.to_string());
                    let value =
                        if entry.value.span.is_empty() { Some(String::new()) } else { self.flow(&entry.value, path) };
                    path.pop();
                    let value = value?;
                    last = rank(order.as_deref(), &entry.key.text, last);
                    let has_colon = entry.value.span.range().start > entry.key.span.range().end;
                    all.push((
                        last,
                        match (value.is_empty(), has_colon) {
                            (true, false) => key.to_owned(),
                            (true, true) => format!("{key}:"),
                            (false, _) => format!("{key}: {value}"),
                        },
                    ));
                }
                all.sort_by_key(|(rank, _)| *rank);
                let all: Vec<String> = all.into_iter().map(|(_, text)| text).collect();
                Some(format!("{{{}}}", all.join(", ")))
            }
            Value::Seq(items) if text.starts_with('[') => {
                path.push("-".to_owned());
                let all: Option<Vec<String>> = items.iter().map(|item| self.flow(item, path)).collect();
                path.pop();
                Some(format!("[{}]", all?.join(", ")))
            }
            // A pair in a list without brackets of its own.
            Value::Map(_) | Value::Seq(_) => None,
            _ => Some(text.to_owned()),
        }
    }

    fn is_flow(&self, node: &Node) -> bool {
        self.text[node.span.range()].starts_with(['{', '['])
    }

    /// Whether the last thing said is a text block, to which the blank lines after it may belong.
    fn ends_in_a_text(&self, node: &Node) -> bool {
        match &node.value {
            Value::Map(map) if !self.is_flow(node) => {
                map.iter().last().is_some_and(|entry| self.ends_in_a_text(&entry.value))
            }
            Value::Seq(items) if !self.is_flow(node) => items.last().is_some_and(|item| self.ends_in_a_text(item)),
            _ => self.text[node.span.range()].starts_with(['|', '>']),
        }
    }

    fn line_start(&self, at: usize) -> usize {
        self.text[..at].rfind('\n').map_or(0, |newline| newline + 1)
    }

    /// Where the next line begins, after what ends here.
    fn rest_of_line(&self, end: usize) -> usize {
        if end > 0 && self.text.as_bytes()[end - 1] == b'\n' {
            return end;
        }
        self.text[end..].find('\n').map_or(self.text.len(), |newline| end + newline + 1)
    }

    /// The comment after a value on its line, with the blanks before it.
    fn comment_after(&self, end: usize) -> &str {
        let rest = &self.text[end..self.rest_of_line(end)];
        // An empty value ends in front of its own colon's blanks.
        let rest = rest.trim_end();
        let rest = rest.strip_prefix(':').unwrap_or(rest);
        if rest.trim_start().starts_with('#') { rest } else { "" }
    }

    /// The dash of the item that begins here.
    fn dash_before(&self, from: usize, start: usize) -> Option<usize> {
        let mut at = from;
        let mut found = None;
        for line in self.text.get(from..start)?.split_inclusive('\n') {
            let code = line
                .find('#')
                .filter(|at| *at == 0 || line.as_bytes()[at - 1].is_ascii_whitespace())
                .map_or(line, |at| &line[..at]);
            if let Some(dash) = code.find('-') {
                found.get_or_insert(at + dash);
            }
            at += line.len();
        }
        found
    }
}

/// Lines with one blank line where there are more.
fn spaced(lines: Lines) -> Lines {
    let mut out = Lines::new();
    for line in lines {
        if !line.is_empty() || out.last().is_none_or(|last: &String| !last.is_empty()) {
            out.push(line);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(path: &[String]) -> Option<Vec<String>> {
        let known = |keys: &[&str]| Some(keys.iter().map(|key| (*key).to_owned()).collect());
        match path {
            [] => known(&["version", "name", "offerings"]),
            [offerings, _] if offerings == "offerings" => known(&["name", "modules"]),
            [offerings, _, modules, item] if offerings == "offerings" && modules == "modules" && item == "-" => {
                known(&["module", "release"])
            }
            _ => None,
        }
    }

    #[track_caller]
    fn is(text: &str, wanted: &str) {
        let limits = Limits::default();
        assert_eq!(formatted(text, &order, &limits).as_deref(), Ok(wanted));
        assert_eq!(formatted(wanted, &order, &limits).as_deref(), Ok(wanted), "once more");
    }

    #[test]
    fn keys_come_in_their_order_with_what_belongs_to_them() {
        is(
            "# head\n\nname:   A   # why\n# of the version\nversion: 1\n\n\n\nother: x\nofferings:\n    b:\n        # about modules\n        modules:\n        - {release:  soon,module: M}\n        # - {module: N}\n        name: B # its name\n    a: {modules: [ {module: X,}], name: 'A' }\n",
            "# head\n\n# of the version\nversion: 1\n\nother: x\nname: A   # why\nofferings:\n  b:\n    # - {module: N}\n    name: B # its name\n    # about modules\n    modules:\n      - {module: M, release: soon}\n  a: {name: 'A', modules: [{module: X}]}\n",
        );
    }

    #[test]
    fn what_is_written_over_several_lines_keeps_them() {
        is(
            "a:\n    b: |\n        one\n          two\n\n    c: >-\n        x\n        y\nd: \"e\n  f\"\ng: {h: 1,\n  i: 2} # j\n",
            "a:\n  b: |\n      one\n        two\n\n  c: >-\n      x\n      y\nd: \"e\n  f\"\ng: {h: 1,\n  i: 2} # j\n",
        );
        is("- a\n-  b\n", "- a\n-  b\n");
    }

    #[test]
    fn lists_stand_two_blanks_further_in_and_items_after_one() {
        is(
            "a:\n-   b: 1\n    c: 2\n-\n- - d\n  - e\n# end\n",
            "a:\n  - b: 1\n    c: 2\n  -\n  - - d\n    - e\n# end\n",
        );
    }

    #[test]
    fn line_ends_and_a_byte_order_mark_stay() {
        is("\u{feff}a:  1\r\nb: 2\r\n", "\u{feff}a: 1\r\nb: 2\r\n");
        assert_eq!(formatted("a: &b 1\nc: *b\n", &order, &Limits::default()), Err(Unformatted::Unreadable));
    }
}
