//! Several tags in one cell.

use std::collections::HashMap;

use crate::model::mapping::{System, TagColumn};

use super::fault::Fault;

/// What Ontraport sets between two tags, and around all of them.
const ONTRAPORT: &str = "*/*";

/// What AccessAlly's guide, and those who wrote exports down, show between a category and its tag.
const CATEGORIES: [&str; 4] = [" -> ", ": ", " - ", " – "];

/// How tags stand in a cell.
#[derive(Debug)]
pub(super) struct Splitter {
    separator: Option<String>,
    is_ontraport: bool,
    whole: Vec<String>,
    category: Option<String>,
    is_keap: bool,
    /// The line in which a comma has a blank after it, and one in which it has none.
    after_comma: [Option<u64>; 2],
    /// Tags that look as if a category stood before them.
    prefixed: u64,
}

impl Splitter {
    /// How this system writes tags, unless a mapping says otherwise.
    pub(super) fn new(system: System, said: Option<&TagColumn>) -> Self {
        let mut whole = said.map(|said| said.whole.clone()).unwrap_or_default();
        // The longest first: one can begin as another one.
        whole.retain(|tag| !tag.is_empty());
        whole.sort_by_key(|tag| std::cmp::Reverse(tag.len()));
        let separator = said.and_then(|said| said.separator.clone());
        Self {
            is_ontraport: system == System::Ontraport && separator.is_none(),
            separator,
            whole,
            category: said.and_then(|said| said.category.clone()),
            is_keap: system == System::Keap,
            after_comma: [None; 2],
            prefixed: 0,
        }
    }

    /// The tags in a cell, each once.
    pub(super) fn split(&mut self, line: u64, cell: &str) -> Result<Vec<String>, Fault> {
        let is_stars = self.is_ontraport && cell.contains(ONTRAPORT);
        let separator = match &self.separator {
            Some(separator) => separator.clone(),
            None if is_stars => ONTRAPORT.to_owned(),
            None => ",".to_owned(),
        };
        let (mut tags, mut rest) = (Vec::new(), cell);
        loop {
            let begins = rest.trim_start();
            if !tags.is_empty() && separator == "," && self.separator.is_none() && !begins.is_empty() {
                let place = usize::from(begins.len() == rest.len());
                self.after_comma[place].get_or_insert(line);
            }
            let (tag, is_whole) = match self.whole_at(begins, &separator) {
                Some(whole) => (whole, true),
                None => (begins.find(&separator).map_or(begins, |end| &begins[..end]), false),
            };
            let after = begins[tag.len()..].trim_start_matches(' ');
            let name = tag.trim();
            if !is_whole && !is_stars && name.contains('"') {
                return Err(Fault::QuotedTag);
            }
            tags.push(name);
            match after
                .strip_prefix(separator.as_str())
                .or_else(|| begins[tag.len()..].strip_prefix(separator.as_str()))
            {
                Some(next) => rest = next,
                None => break,
            }
        }
        tags.retain(|tag| !tag.is_empty());
        self.without_categories(&tags)
    }

    /// The tag of which it is said that it has the separator in it, where one stands here.
    fn whole_at<'c>(&self, cell: &'c str, separator: &str) -> Option<&'c str> {
        let ends = |rest: &str| {
            rest.trim_start().is_empty()
                || rest.trim_start_matches(' ').starts_with(separator)
                || rest.starts_with(separator)
        };
        let found = self.whole.iter().find(|tag| cell.strip_prefix(tag.as_str()).is_some_and(ends));
        found.map(|tag| &cell[..tag.len()])
    }

    fn without_categories(&mut self, tags: &[&str]) -> Result<Vec<String>, Fault> {
        let mut kept = Vec::new();
        // A cell has room for a hundred thousand of them.
        let mut known: HashMap<&str, &str> = HashMap::with_capacity(tags.len());
        for tag in tags {
            let name = match &self.category {
                Some(category) => tag.split_once(category.as_str()).map_or(*tag, |(_, name)| name.trim()),
                None => tag,
            };
            if self.category.is_none() && self.is_keap && CATEGORIES.iter().any(|sign| tag.contains(sign)) {
                self.prefixed += 1;
            }
            match known.insert(name, tag) {
                None => kept.push(name.to_owned()),
                // Whoever has a tag twice has it.
                Some(other) if other == *tag => {}
                Some(_) => return Err(Fault::OneTagOfTwo),
            }
        }
        Ok(kept)
    }

    /// Two lines that write what follows a comma differently, so that a comma may be part of a tag.
    pub(super) fn mixed(&self) -> Option<[u64; 2]> {
        let [blank, none] = self.after_comma;
        Some([blank?, none?])
    }

    /// How many tags look as if a category stood before them.
    pub(super) fn prefixed(&self) -> u64 {
        self.prefixed
    }

    /// Whether a comma in a tag's name would be taken for the end of it.
    pub(super) fn splits_at_commas(&self) -> bool {
        self.after_comma.iter().any(Option::is_some) || self.separator.as_deref() == Some(",")
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may end so")]
mod tests {
    use super::*;

    fn split(system: System, said: TagColumn, cell: &str) -> Result<Vec<String>, Fault> {
        Splitter::new(system, Some(&said)).split(2, cell)
    }

    #[test]
    fn each_system_separates_tags_in_its_own_way() {
        for (system, cell, tags) in [
            (System::Ontraport, "*/*A*/*B, with a comma*/*", &["A", "B, with a comma"][..]),
            (System::Ontraport, "A*/*B", &["A", "B"]),
            (System::Ontraport, "A,B", &["A", "B"]),
            (System::Keap, "A,B", &["A", "B"]),
            (System::Drip, " A, B ,,", &["A", "B"]),
            (System::Kit, "A", &["A"]),
            (System::ActiveCampaign, "", &[]),
            (System::Drip, "A*/*B", &["A*/*B"]),
            (System::Drip, "A,A", &["A"]),
        ] {
            assert_eq!(split(system, TagColumn::default(), cell).unwrap(), tags, "{cell}");
        }
    }

    #[test]
    fn a_tag_that_is_named_keeps_its_separator_and_its_quotes() {
        let said = |whole: &[&str]| TagColumn {
            whole: whole.iter().map(|tag| (*tag).to_owned()).collect(),
            ..TagColumn::default()
        };
        let both = said(&["Gold", "Gold, annual"]);
        assert_eq!(split(System::Drip, both.clone(), "Gold, annual,Silver").unwrap(), ["Gold, annual", "Silver"]);
        assert_eq!(split(System::Drip, both.clone(), "Silver,Gold, annual").unwrap(), ["Silver", "Gold, annual"]);
        assert_eq!(split(System::Drip, both, "Goldfish,Gold").unwrap(), ["Goldfish", "Gold"]);
        assert_eq!(split(System::Drip, TagColumn::default(), "\"Gold, annual\",Silver"), Err(Fault::QuotedTag));
        assert_eq!(split(System::Drip, said(&["12\" vinyl"]), "12\" vinyl,CD").unwrap(), ["12\" vinyl", "CD"]);
    }

    #[test]
    fn blanks_after_some_commas_only_show_that_a_comma_may_be_in_a_tag() {
        let mut splitter = Splitter::new(System::Drip, None);
        splitter.split(2, "A,B").unwrap();
        assert_eq!(splitter.mixed(), None);
        splitter.split(3, "A, B").unwrap();
        assert_eq!(splitter.mixed(), Some([3, 2]));
    }

    #[test]
    fn a_category_goes_only_where_it_is_said_so_and_never_makes_two_tags_one() {
        let mut splitter = Splitter::new(System::Keap, None);
        assert_eq!(splitter.split(2, "Membership -> Gold,Plain").unwrap(), ["Membership -> Gold", "Plain"]);
        assert_eq!(splitter.prefixed(), 1);
        let said = TagColumn { category: Some(" -> ".to_owned()), ..TagColumn::default() };
        assert_eq!(split(System::Keap, said.clone(), "Membership -> Gold,Plain").unwrap(), ["Gold", "Plain"]);
        assert_eq!(split(System::Keap, said, "A -> Gold,B -> Gold"), Err(Fault::OneTagOfTwo));
    }
}
