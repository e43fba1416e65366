//! The search for an irreducible set of edits: all that is offered, without what brings something new, without what is not needed.

use std::collections::BTreeSet;

use crate::diag::{Answer, Finding};
use crate::rules::{Judgement, by_id};
use crate::text::{Correction, Limits, corrected_each};

use super::stops::{Stop, Stops, below, unedited};
use super::{Edit, Needed, Refused, Suggestion};

/// How much is tried at most.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Edits that are taken into a suggestion.
    pub edits: usize,
    /// Texts that are judged.
    pub tries: usize,
    /// Bytes of those texts together.
    pub bytes: usize,
}

/// What one check tries.
pub const BOUNDS: Bounds = Bounds { edits: 40, tries: 250, bytes: 256 << 20 };

/// A bound that ended a search.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reached {
    /// More is offered than is taken in.
    Edits,
    /// No further text was judged.
    Tries,
}

/// How often an edit may lead to a further one.
const ROUNDS: usize = 6;

/// A text of the plan with edits made, judged.
struct Try {
    text: String,
    made: Vec<Edit>,
    stops: Stops,
    judgement: Judgement,
}

struct Search<'s> {
    text: &'s str,
    limits: &'s Limits,
    judge: &'s mut dyn FnMut(&str) -> Judgement,
    left: Bounds,
    reached: Option<Reached>,
    /// What was offered already.
    seen: BTreeSet<String>,
}

/// Finds edits of a plan's text with which the verdict is nearer to green, each of them needed, and none of which brings up anything new.
///
/// `judge` says what a text comes to; it is asked as often as the bounds allow, and once at least.
pub fn suggest(text: &str, limits: &Limits, bounds: Bounds, judge: &mut dyn FnMut(&str) -> Judgement) -> Suggestion {
    let mut search = Search { text, limits, judge, left: bounds, reached: None, seen: BTreeSet::new() };
    let (mut at, mut known) = (search.unedited(), Stops::default());
    known.join(&at.stops);
    // What the form hides comes up when it is right, and was there before.
    search.grow(&mut at, is_of_form, |stops| known.join(stops));
    search.grow(&mut at, |_| true, |_| {});
    let refused = search.without_new(&mut at, &known);
    let edits = search.reduced(&mut at);
    Suggestion { text: at.text, edits, refused, judgement: at.judgement, reached: search.reached }
}

/// Whether a finding is about the plan's form, and no rule's.
fn is_of_form(finding: &Finding) -> bool {
    by_id(&finding.rule).is_none()
}

impl Search<'_> {
    /// The text as it is.
    fn unedited(&mut self) -> Try {
        let judgement = (self.judge)(self.text);
        let stops = Stops::of(&judgement, [].iter());
        Try { text: self.text.to_owned(), made: Vec::new(), stops, judgement }
    }

    /// Judges the text with those of these edits that can be made; none where enough was tried.
    fn attempt(&mut self, edits: Vec<Edit>) -> Option<Try> {
        let left = self.left.tries.checked_sub(1).zip(self.left.bytes.checked_sub(self.text.len()));
        let Some((tries, bytes)) = left else {
            self.reached = self.reached.or(Some(Reached::Tries));
            return None;
        };
        self.left = Bounds { tries, bytes, ..self.left };
        let (text, made) = self.made(edits);
        let judgement = (self.judge)(&text);
        let stops = Stops::of(&judgement, made.iter().flat_map(|edit| &edit.remedy.corrections));
        Some(Try { text, made, stops, judgement })
    }

    /// The text with those of these edits that can be made, and which those are: what cannot be made without another one goes with it.
    fn made(&self, edits: Vec<Edit>) -> (String, Vec<Edit>) {
        let groups: Vec<&[Correction]> = edits.iter().map(|edit| &edit.remedy.corrections[..]).collect();
        let (text, made) = corrected_each(self.text, &groups, self.limits);
        (text, edits.into_iter().zip(made).filter(|(_, made)| made.is_ok()).map(|(edit, _)| edit).collect())
    }

    /// Takes in what is offered, and what is offered then, and so on; each text's stops are shown to `seen`.
    fn grow(&mut self, at: &mut Try, takes: impl Fn(&Finding) -> bool, mut seen: impl FnMut(&Stops)) {
        for _ in 0..ROUNDS {
            let offered = self.offered(&at.judgement, &takes, at.made.len());
            if offered.is_empty() {
                return;
            }
            let edits = at.made.iter().cloned().chain(offered).collect();
            let Some(next) = self.attempt(edits) else { return };
            seen(&next.stops);
            *at = next;
        }
    }

    /// The edits that what stops the verdict offers, and that were not offered before.
    fn offered(&mut self, judgement: &Judgement, takes: impl Fn(&Finding) -> bool, made: usize) -> Vec<Edit> {
        let mut offered = Vec::new();
        for finding in judgement.stops().filter(|finding| takes(finding)) {
            let Some(remedy) = finding.remedy.as_ref().filter(|remedy| remedy.answer != Answer::Decision) else {
                continue;
            };
            let name = format!("{:?}", remedy.corrections);
            if self.seen.contains(&name) {
                continue;
            }
            if made + offered.len() >= self.left.edits {
                self.reached = Some(Reached::Edits);
                break;
            }
            self.seen.insert(name);
            let (rule, place) = (finding.rule.clone(), finding.primary.place.clone());
            offered.push(Edit { rule, place, remedy: remedy.clone() });
        }
        offered
    }

    /// Leaves out what brings up something that was not known, one edit after the other.
    fn without_new(&mut self, at: &mut Try, known: &Stops) -> Vec<Refused> {
        let mut refused = Vec::new();
        loop {
            let new: Vec<(Stop, String)> =
                at.stops.beyond(known).map(|(stop, now)| (stop.clone(), now.to_owned())).collect();
            let Some((_, place)) = new.first() else { return refused };
            // What nobody can try any more without what is new is not suggested at all.
            let Some(guilty) = self.guilty(at, known, place, new.len()) else {
                *at = self.unedited();
                return refused;
            };
            let mut edits = at.made.clone();
            let edit = edits.remove(guilty);
            let Some(next) = self.attempt(edits) else {
                *at = self.unedited();
                return refused;
            };
            let still: BTreeSet<&Stop> = next.stops.beyond(known).map(|(stop, _)| stop).collect();
            let mut brings: Vec<String> =
                new.iter().filter(|(stop, _)| !still.contains(stop)).map(|(stop, _)| stop.rule.clone()).collect();
            brings.dedup();
            refused.push(Refused { edit, brings });
            *at = next;
        }
    }

    /// The edit that something new is owed to: the one that wrote nearest to where it stands, or the last without which less is new. What
    /// puts the form right only shows what was there.
    fn guilty(&mut self, at: &Try, known: &Stops, place: &str, count: usize) -> Option<usize> {
        let of_rules: Vec<usize> = (0..at.made.len()).filter(|nth| by_id(&at.made[*nth].rule).is_some()).collect();
        let nearness = |nth: &usize| {
            let written = at.made[*nth].remedy.corrections.iter().flat_map(Correction::places);
            written.filter(|written| below(place, written).is_some()).map(|written| written.len()).max()
        };
        if let Some(nearest) = of_rules.iter().copied().filter(|nth| nearness(nth).is_some()).max_by_key(nearness) {
            return Some(nearest);
        }
        for index in of_rules.iter().copied().rev() {
            let mut edits = at.made.clone();
            edits.remove(index);
            if self.attempt(edits)?.stops.beyond(known).count() < count {
                return Some(index);
            }
        }
        of_rules.last().copied().or(at.made.len().checked_sub(1))
    }

    /// Leaves out what is not needed, until every edit is: each with what comes back without it.
    fn reduced(&mut self, at: &mut Try) -> Vec<Needed> {
        loop {
            let (mut without, mut was_dropped) = (vec![Vec::new(); at.made.len()], false);
            for index in (0..at.made.len()).rev() {
                // What went with another one is gone.
                if index >= at.made.len() {
                    continue;
                }
                let mut edits = at.made.clone();
                edits.remove(index);
                let Some(less) = self.attempt(edits) else { return needed(&at.made, without) };
                let back: Vec<Stop> = less.stops.beyond(&at.stops).map(|(stop, _)| stop.clone()).collect();
                if back.is_empty() {
                    (*at, was_dropped) = (less, true);
                    without = vec![Vec::new(); at.made.len()];
                } else {
                    without[index] = back;
                }
            }
            if !was_dropped {
                return needed(&at.made, without);
            }
        }
    }
}

fn needed(made: &[Edit], without: Vec<Vec<Stop>>) -> Vec<Needed> {
    let with_at = |(nth, edit): (usize, &Edit)| {
        let earlier = made[..nth].iter().flat_map(|edit| &edit.remedy.corrections);
        (edit.clone(), unedited(edit.place.pointer().unwrap_or_default(), earlier))
    };
    let all = made.iter().enumerate().map(with_at).zip(without);
    all.map(|((edit, at), without)| Needed { edit, at, without }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::{Location, Severity};
    use crate::text::{Source, compose};

    /// A finding of a rule that there is (`strategy-missing` stands for any), or of the form.
    fn finding(rule: &str, at: &str, corrections: &[Correction]) -> Finding {
        let finding = Finding::new(rule, Severity::Error, Location::key(at), "x");
        if corrections.is_empty() { finding } else { finding.perhaps_corrected_by("write it", corrections) }
    }

    fn key(at: &str, to: &str) -> Correction {
        Correction::Key { at: at.to_owned(), to: to.to_owned() }
    }

    fn value(at: &str, to: &str) -> Correction {
        Correction::Value { at: at.to_owned(), to: to.to_owned() }
    }

    fn add(into: &str, entries: &str) -> Correction {
        Correction::Add { into: into.to_owned(), entries: entries.to_owned() }
    }

    /// What a text comes to, by these laws: each says of a text, by its pointers, whether it speaks.
    fn suggested(
        text: &str,
        bounds: Bounds,
        laws: impl Fn(&dyn Fn(&str) -> Option<String>) -> Vec<Finding>,
    ) -> Suggestion {
        let mut judge = |text: &str| {
            let tree = compose(&Source::new("", text), &Limits::default()).0.unwrap();
            let has = |at: &str| tree.locate(at).map(|at| at.node.as_str().unwrap_or_default().to_owned());
            Judgement::unread(laws(&has))
        };
        suggest(text, &Limits::default(), bounds, &mut judge)
    }

    fn titles(suggestion: &Suggestion) -> Vec<&Correction> {
        suggestion.edits.iter().flat_map(|needed| &needed.edit.remedy.corrections).collect()
    }

    const RULE: &str = "reference-unknown";

    #[test]
    fn what_a_slip_hides_is_found_under_the_right_key_and_both_are_needed() {
        // Under `oferings` nobody looks for anything.
        let text = "oferings: {a: {sold: by-mail}} # mine\n";
        let suggestion = suggested(text, BOUNDS, |has| {
            let mut all = Vec::new();
            if has("/oferings").is_some() {
                all.push(finding("unknown-key", "/oferings", &[key("/oferings", "offerings")]));
            }
            if has("/offerings/a/sold").is_some_and(|sold| sold == "by-mail") {
                all.push(finding(RULE, "/offerings/a/sold", &[value("/offerings/a/sold", "order-form")]));
            }
            all
        });
        assert_eq!(suggestion.text, "offerings: {a: {sold: order-form}} # mine\n");
        assert!(suggestion.is_irreducible() && suggestion.reached.is_none(), "{suggestion:?}");
        let without: Vec<Vec<&str>> = suggestion
            .edits
            .iter()
            .map(|needed| needed.without.iter().map(|stop| stop.at.as_str()).collect())
            .collect();
        // Without the key its value cannot be written, and nobody asks for that.
        assert_eq!(without, [vec!["/oferings"], vec!["/oferings/a/sold"]]);
    }

    #[test]
    fn what_goes_by_itself_once_another_is_written_is_left_out() {
        let text = "a: wrong\nb: wrong\n";
        let suggestion = suggested(text, BOUNDS, |has| {
            let a_is_wrong = has("/a").is_some_and(|a| a == "wrong");
            let b_is_wrong = has("/b").is_some_and(|b| b == "wrong");
            let mut all = Vec::new();
            if a_is_wrong && b_is_wrong {
                all.push(finding(RULE, "/a", &[value("/a", "right")]));
                all.push(finding("not-on-site", "/b", &[value("/b", "right")]));
            }
            all
        });
        assert_eq!(titles(&suggestion), [&value("/a", "right")]);
        assert_eq!(suggestion.judgement.stops().count(), 0);
    }

    #[test]
    fn two_that_need_each_other_are_suggested_together() {
        let suggestion = suggested("forms: {x: 1}\nofferings: {y: 1}\n", BOUNDS, |has| {
            let (form, offering) = (has("/forms/a").is_some(), has("/offerings/a").is_some());
            let mut all = Vec::new();
            if !form {
                all.push(finding("order-form-not-in-plan", "/forms/a", &[add("/forms", "a: 2\n")]));
            }
            if !offering {
                all.push(finding("offering-not-in-plan", "/offerings/a", &[add("/offerings", "a: 2\n")]));
            }
            if form && !offering {
                all.push(finding(RULE, "/forms/a/release", &[]));
            }
            if offering && !form {
                all.push(finding("order-form-missing", "/offerings/a/sold", &[]));
            }
            all
        });
        assert_eq!(suggestion.text, "forms: {x: 1, a: 2}\nofferings: {y: 1, a: 2}\n");
        assert_eq!(suggestion.edits[0].without.len(), 2, "{suggestion:?}");
    }

    #[test]
    fn what_brings_something_new_is_not_suggested_and_what_else_is_offered_is() {
        let suggestion = suggested("a: {x: 1}\nb: wrong\n", BOUNDS, |has| {
            let mut all = Vec::new();
            if has("/a/new").is_none() {
                all.push(finding("offering-not-in-plan", "/a/new", &[add("/a", "new: {sold: x}\n")]));
            } else {
                all.push(finding("members-between-modules-undecided", "/a/new/between", &[]));
            }
            if has("/b").is_some_and(|b| b == "wrong") {
                all.push(finding(RULE, "/b", &[value("/b", "right")]));
            }
            all
        });
        assert_eq!(suggestion.text, "a: {x: 1}\nb: right\n");
        let [refused] = &suggestion.refused[..] else { panic!("{suggestion:?}") };
        assert_eq!(
            (&*refused.edit.rule, &refused.brings[..]),
            ("offering-not-in-plan", &["members-between-modules-undecided".to_owned()][..])
        );
        // Also where what is new stands somewhere else.
        let suggestion = suggested("a: wrong\nb: wrong\n", BOUNDS, |has| {
            let is_wrong = |at: &str| has(at).is_some_and(|text| text == "wrong");
            let at = |at: &str| finding(RULE, at, &[value(at, "right")]);
            let mut all: Vec<Finding> = ["/a", "/b"].into_iter().filter(|at| is_wrong(at)).map(at).collect();
            if !is_wrong("/a") {
                all.push(finding("not-on-site", "/elsewhere", &[]));
            }
            all
        });
        assert_eq!(titles(&suggestion), [&value("/b", "right")]);
    }

    #[test]
    fn whoever_put_the_form_right_is_not_blamed_for_what_another_edit_brings() {
        let suggestion = suggested("oferings: {x: {sold: y}}\nb: wrong\n", BOUNDS, |has| {
            let mut all = Vec::new();
            if has("/oferings").is_some() {
                all.push(finding("unknown-key", "/oferings", &[key("/oferings", "offerings")]));
            }
            match has("/b").is_some_and(|b| b == "wrong") {
                true => all.push(finding(RULE, "/b", &[value("/b", "right")])),
                // Below the key that was mistyped, and for another reason.
                false if has("/offerings").is_some() => all.push(finding("not-on-site", "/offerings/x", &[])),
                false => {}
            }
            all
        });
        assert_eq!(suggestion.text, "offerings: {x: {sold: y}}\nb: wrong\n");
        assert_eq!(suggestion.refused[0].brings, ["not-on-site"]);
    }

    #[test]
    fn what_a_person_decides_is_never_suggested() {
        let suggestion = suggested("a: {x: 1}\n", BOUNDS, |has| {
            let decided = has("/a/fate").is_none().then(|| {
                finding("webhook-undecided", "/a/fate", &[add("/a", "fate: retired\n")]).which_a_person_decides()
            });
            decided.into_iter().collect()
        });
        assert_eq!((suggestion.edits.len(), &*suggestion.text), (0, "a: {x: 1}\n"));
    }

    #[test]
    fn a_bound_is_said_and_what_nobody_tried_is_not_called_needed() {
        let text: String = (0..30).map(|number| format!("k{number}: wrong\n")).collect();
        let laws = |has: &dyn Fn(&str) -> Option<String>| {
            let wrong =
                (0..30).map(|number| format!("/k{number}")).filter(|at| has(at).is_some_and(|is| is == "wrong"));
            wrong.map(|at| finding(RULE, &at, &[value(&at, "right")])).collect()
        };
        let all = suggested(&text, BOUNDS, laws);
        assert_eq!((all.edits.len(), all.reached, all.is_irreducible()), (30, None, true));
        let few = suggested(&text, Bounds { edits: 7, ..BOUNDS }, laws);
        assert_eq!((few.edits.len(), few.reached, few.is_irreducible()), (7, Some(Reached::Edits), true));
        for tries in 0..33 {
            let tired = suggested(&text, Bounds { tries, ..BOUNDS }, laws);
            let is_enough = tries >= 31;
            assert_eq!(
                (tired.reached.is_none(), tired.is_irreducible()),
                (is_enough, is_enough || tries == 0),
                "{tries}"
            );
        }
        let large = suggested(&text, Bounds { bytes: 0, ..BOUNDS }, laws);
        assert_eq!((large.edits.len(), large.reached), (0, Some(Reached::Tries)));
    }
}
