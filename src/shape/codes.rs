//! The codes of reading and of the shape check: no rules, but findings all the same, which are explained as rules are.

/// What a finding of this code means, and what to do; none where there is no such code.
pub fn about(id: &str) -> Option<&'static str> {
    CODES.iter().find(|(code, _)| *code == id).map(|(_, about)| *about)
}

/// All of them.
pub fn names() -> impl Iterator<Item = &'static str> {
    CODES.iter().map(|(code, _)| *code)
}

const CODES: &[(&str, &str)] = &[
    ("alias-refused", "A plan reads as it runs, so it has no YAML aliases (`*name`). Write the value out."),
    (
        "anchor-refused",
        "A plan reads as it runs, so it has no YAML anchors (`&name`). Write the value out where it is meant.",
    ),
    (
        "contact-values-unreadable",
        "The file that `spot_check/values` names cannot be read: its path leads out of the plan's folder, or it is a link, a folder or \
         too large. Put the file itself below the plan's folder and correct the path. A file that is not there is not this finding: \
         git ignores it, so a clone does not have it, and the rules that need it are unproven.",
    ),
    ("control-character", "The plan contains a character that cannot be seen and steers a terminal. Remove it."),
    ("directive-refused", "A plan has no YAML directives (`%YAML`, `%TAG`). Remove the line."),
    ("does-not-fit", "A value is not of the kind that stands there. `plan schema` prints what a plan may say."),
    ("duplicate-key", "A key stands twice in one place, and only one of the two could count. Remove or rename one."),
    ("empty-plan", "The file holds no plan. `plan init --site SITE --out FILE` writes a first one."),
    ("key-not-text", "A key is not text. Put it in quotes."),
    (
        "merge-conflict",
        "The file still holds the marks of a merge (`<<<<<<<`). Decide between the two sides and remove the marks.",
    ),
    ("merge-key-refused", "A plan reads as it runs, so it has no YAML merge keys (`<<`). Write the keys out."),
    ("missing-key", "A key is missing that every plan has. `plan schema` prints what a plan may say."),
    ("not-utf8", "The file is not UTF-8. Save it again as UTF-8."),
    ("number-not-finite", "A number is infinite or none (`.inf`, `.nan`). Write a number."),
    (
        "number-out-of-range",
        "A number is too large to be read as it is written. Write a smaller one, or put it in quotes if it is an ID.",
    ),
    (
        "own-rules-unreadable",
        "The plan's own rules, the file `rules.yaml` beside it, cannot be read: it is a link, a folder or too large. What it asks is never \
         passed over, so put the file itself beside the plan, or remove what has its name.",
    ),
    (
        "renamed-key",
        "The key has another name since an earlier version of the format. `plan upgrade PLAN` rewrites the names and nothing else.",
    ),
    (
        "second-document",
        "A plan is one YAML document. Remove what follows the `---`, or put it into a file of its own.",
    ),
    ("tag-refused", "A plan has no YAML tags (`!name`). Remove the tag."),
    ("too-deep", "The plan is nested deeper than is read. `--max-depth` sets another limit."),
    ("too-large", "The file is larger than is read. `--max-bytes` sets another limit."),
    ("too-many-keys", "Keys stand together of which only one can be true, such as `retired` beside `kept`. Keep one."),
    ("too-many-nodes", "The plan has more keys and values than are read. `--max-nodes` sets another limit."),
    (
        "unknown-key",
        "No plan has this key here, so it would have no effect. Correct or remove it; `plan schema` prints the keys.",
    ),
    (
        "wrong-type",
        "A value is of another type than stands there, such as a list for a text. `plan schema` prints what a plan may say.",
    ),
    ("wrong-value", "A value is none of those that can stand there. `plan schema` prints which can."),
    (
        "yaml-syntax",
        "The file is not valid YAML at this place. What comes after it was not read, so nothing is said of it.",
    ),
];
