//! Lines too long to be drawn: what is around a place, and no more.

use std::ops::Range;

use crate::text::{Position, Source};

/// Bytes of a line that are still drawn whole.
const LONG: usize = 1_000;

/// Bytes shown before and from a place in a line that is longer.
const AROUND: (usize, usize) = (60, 240);

/// A piece of one line.
#[derive(Debug)]
pub(super) struct Clip {
    /// The piece, with `…` where it was cut.
    pub(super) text: String,
    /// Where the place that it was cut for begins in the whole text.
    pub(super) at: Position,
    /// Where the piece begins in the whole text, and what stands before it in `text`.
    start: usize,
    end: usize,
    lead: usize,
}

impl Clip {
    /// The piece around a place, if its line or one beside it is too long to be drawn.
    pub(super) fn of(source: &Source, place: usize) -> Option<Self> {
        let at = source.position(place);
        let mut beside = (at.line.saturating_sub(1).max(1)..=at.line + 1).filter_map(|line| source.line(line));
        if !beside.any(|line| line.len() > LONG) {
            return None;
        }
        let line = source.line(at.line)?;
        let place = place.clamp(line.start, line.end);
        let boundary = |at: usize| (0..4).map(|less| at - less).find(|&at| source.text().is_char_boundary(at));
        let start = boundary(place.saturating_sub(AROUND.0).max(line.start))?;
        let end = boundary((place + AROUND.1).min(line.end))?;
        let lead = if start > line.start { "…" } else { "" };
        let trail = if end < line.end { "…" } else { "" };
        let text = format!("{lead}{}{trail}", source.slice(start..end));
        Some(Self { text, at, start, end, lead: lead.len() })
    }

    /// The bytes of the piece that show a span of the whole text; none where nothing of it is shown.
    pub(super) fn shows(&self, span: &Range<usize>) -> Option<Range<usize>> {
        let inside = |at: usize| at.clamp(self.start, self.end) - self.start + self.lead;
        (self.start..=self.end).contains(&span.start).then(|| inside(span.start)..inside(span.end))
    }
}

/// A text whose long lines are cut.
pub(super) fn short_lines(text: &str) -> String {
    let cut = |line: &str| match line.char_indices().nth(AROUND.1).filter(|_| line.len() > LONG) {
        Some((at, _)) => format!("{}…", &line[..at]),
        None => line.to_owned(),
    };
    text.split('\n').map(cut).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_line_is_cut_around_the_place() {
        let text = format!("short\n{}🌸here{}\n", "ü".repeat(2_000), "b".repeat(100_000));
        let source = Source::new("p", text.clone());
        let place = text.find("here").unwrap();
        let clip = Clip::of(&source, place).unwrap();
        let shown = clip.shows(&(place..place + 4)).unwrap();
        assert_eq!(&clip.text[shown], "here");
        assert_eq!((clip.at.line, clip.at.column), (2, 2_002));
        assert!(clip.text.len() < 400 && clip.text.starts_with('…') && clip.text.ends_with('…'));
        assert_eq!(clip.shows(&(0..3)), None);
        assert!(Clip::of(&source, 0).is_some(), "the line beside it is long");
        assert!(Clip::of(&Source::new("p", "a\nb\n"), 2).is_none());
    }

    #[test]
    fn long_lines_are_cut_and_their_number_stays() {
        let text = format!("a\n{}\nb", "ü".repeat(2_000));
        assert_eq!(short_lines(&text).lines().map(|line| line.chars().count()).collect::<Vec<_>>(), [1, 241, 1]);
    }
}
