//! Places, patterns and pointers.

use super::super::place::{STAR, named, shown};
use super::super::pointer::segments;
use super::super::secret::{EXEMPT, word_in};
use super::super::set::is_only;
use super::Check;
use crate::model::adapter::Place;
use crate::text::{child, nearest};

/// Longest name that is read, in bytes: as long as an option's.
const LONGEST: usize = 191;

/// Under how many conditions the rows of one place are asked for.
const MOST_CONDITIONS: usize = 12;

/// Most keys in a pointer.
const DEEPEST: usize = 16;

/// The columns of WordPress's users that are no secrets.
const USER_COLUMNS: [&str; 8] =
    ["ID", "user_login", "user_nicename", "user_email", "user_url", "user_registered", "user_status", "display_name"];

/// The columns of WordPress's posts that are no secrets.
const POST_COLUMNS: [&str; 22] = [
    "ID",
    "post_author",
    "post_date",
    "post_date_gmt",
    "post_content",
    "post_title",
    "post_excerpt",
    "post_status",
    "comment_status",
    "ping_status",
    "post_name",
    "to_ping",
    "pinged",
    "post_modified",
    "post_modified_gmt",
    "post_content_filtered",
    "post_parent",
    "guid",
    "menu_order",
    "post_type",
    "post_mime_type",
    "comment_count",
];

/// What a place is named for.
#[derive(Clone, Copy)]
pub(super) enum Use {
    /// The objects of a kind.
    Objects(&'static str),
    /// One value of an object.
    Value,
    /// A list.
    Lookup,
    /// Something that is only read.
    Read,
}

impl Check<'_> {
    pub(super) fn place(&mut self, place: &Place, at: &str, used: Use) {
        let [name] = named(place)[..] else {
            let message = match named(place).as_slice() {
                [] => "no place is named".to_owned(),
                several => format!("`{}` are several places", several.join("`, `")),
            };
            self.say(
                at,
                "place-unclear",
                message,
                "name exactly one, such as `option`, `table`, `posts`, `usermeta` or `call`",
            );
            return;
        };
        let only_read = matches!(name, "cron" | "shortcode" | "hosts" | "function") && !matches!(used, Use::Read);
        if only_read {
            self.say(
                &child(at, name),
                "place-only-read",
                format!("no field can come from `{name}`"),
                "move it to `reads`",
            );
        }
        let text =
            [&place.option, &place.usermeta, &place.posts, &place.postmeta, &place.table, &place.call, &place.constant];
        for text in text.into_iter().chain([&place.function]).flatten() {
            self.name(text, &child(at, name), name);
        }
        self.narrowed(place, at, name);
        match used {
            Use::Objects(kind) => self.objects(kind, place, at, name),
            Use::Lookup if matches!(name, "users" | "usermeta") => {
                self.say(
                    at,
                    "place-of-members",
                    "what users have is no list to look up".to_owned(),
                    "name an option, a table, posts or a call",
                );
            }
            Use::Value => self.one_of(place, at, name),
            Use::Lookup if !place.join.is_empty() => self.say(
                &child(at, "join"),
                "place-unclear",
                "a list of its own is joined to nothing".to_owned(),
                "remove it, or give the field itself this place",
            ),
            Use::Lookup | Use::Read => {}
        }
    }

    /// What several objects have is not read from a place that belongs to none of them.
    pub(super) fn tied(&mut self, place: &Place, at: &str, kind: &str) {
        let is_tied = !place.join.is_empty();
        if place.postmeta.is_some() && !is_tied && !self.are_posts {
            let message = "nothing says whose post meta this is".to_owned();
            self.say(
                at,
                "place-unclear",
                message,
                "tie it to the object: `join: {post_id: /COLUMN}`, with the pointer to the post's number",
            );
        }
        let has_rows = place.table.is_some() || place.posts.is_some();
        if has_rows && !is_tied && place.only.is_empty() && !is_only(kind) {
            let message = format!("every object would be given the rows of {}", shown(place));
            let help =
                "tie them to the object with `join: {COLUMN: /POINTER}`, or say with `where` which row counts for all";
            self.say(at, "place-unclear", message, help);
        }
    }

    /// Of a field's own place it is said which of several is this object's.
    fn one_of(&mut self, place: &Place, at: &str, name: &str) {
        let pattern = [&place.option, &place.usermeta, &place.postmeta].into_iter().flatten().next();
        let Some(pattern) = pattern.filter(|pattern| is_narrow(pattern)) else { return };
        let help = match name {
            "option" => {
                "tie it to the object with `join: {star: /id}` (`*` stands for what the object has at that pointer), or write the whole name"
            }
            _ => "write the whole name",
        };
        match (name, place.join.get(STAR), pattern.matches('*').count()) {
            ("option", Some(_), 1) => {}
            ("option", Some(_), stars) => self.say(
                &child(at, name),
                "place-unclear",
                format!("`{pattern}` has {stars} stars, and `join` ties one"),
                "write out the others",
            ),
            _ => self.say(
                &child(at, name),
                "place-unclear",
                format!("`{pattern}` can be several, and nothing says which of them is this object's"),
                help,
            ),
        }
    }

    /// What narrows a place belongs to it.
    fn narrowed(&mut self, place: &Place, at: &str, name: &str) {
        let of_rows = matches!(name, "table" | "posts");
        let all = [
            ("where", !place.only.is_empty(), of_rows),
            ("join", !place.join.is_empty(), of_rows || matches!(name, "option" | "postmeta")),
            ("scope", place.scope.is_some(), matches!(name, "option" | "table")),
            ("effects", place.effects.is_some(), name == "call"),
            ("twin", place.twin.is_some(), name == "option"),
        ];
        for (what, is_there, fits) in all {
            if is_there && !fits {
                self.say(&child(at, what), "place-unclear", format!("`{what}` says nothing of `{name}`"), "remove it");
            }
        }
        if name == "option" && place.join.keys().any(|column| column != STAR) {
            let message = "an option has no columns".to_owned();
            self.say(
                &child(at, "join"),
                "place-unclear",
                message,
                "write `join: {star: /id}`, and the option with a `*`",
            );
        } else if name == "option" && !place.join.is_empty() && !place.option.iter().any(|name| name.contains('*')) {
            let message = "the option's name has no `*` that `star` could tie".to_owned();
            self.say(&child(at, "join"), "place-unclear", message, "write the name with a `*`, or remove `join`");
        }
        for (column, pointer) in &place.join {
            self.secret(column, &child(&child(at, "join"), column), "column");
            self.pointer(pointer, &child(&child(at, "join"), column), None, false);
        }
        let conditions = place.only.values().map(|only| only.words().len()).product::<usize>();
        if conditions > MOST_CONDITIONS {
            let message =
                format!("this asks for rows under {conditions} conditions, and at most {MOST_CONDITIONS} are asked");
            self.say(&child(at, "where"), "too-many-rules", message, "name fewer words, or none");
        }
        for column in place.only.keys() {
            self.secret(column, &child(&child(at, "where"), column), "column");
        }
        if place.join.len() > 1 {
            self.say(
                &child(at, "join"),
                "place-unclear",
                "rows are joined by one column".to_owned(),
                "keep one of them",
            );
        }
    }

    fn objects(&mut self, kind: &str, place: &Place, at: &str, name: &str) {
        let of_users = matches!(kind, "contact" | "administrator");
        let fits = match kind {
            "contact" | "administrator" => name == "users",
            "order" | "subscription" => matches!(name, "table" | "posts"),
            _ => !matches!(name, "users" | "usermeta" | "postmeta"),
        };
        if !fits {
            let help = if of_users {
                "write `from: {users: all}`; a field can come from `usermeta`, or from a table with `join: {user_id: /ID}`"
            } else if matches!(kind, "order" | "subscription") {
                "name a table or posts"
            } else {
                "name an option, a table, posts or a call"
            };
            self.say(
                &child(at, name),
                "place-does-not-fit",
                format!("objects of the kind `{kind}` cannot come from `{name}`"),
                help,
            );
        }
        if !place.join.is_empty() {
            let help = "remove it: a field of an object can have a place with `join`";
            self.say(
                &child(at, "join"),
                "place-unclear",
                "the objects' own place is joined to nothing".to_owned(),
                help,
            );
        }
    }

    /// A name or pattern of something that is read.
    fn name(&mut self, text: &str, at: &str, what: &str) {
        if text.is_empty() || text.len() > LONGEST || text.chars().any(char::is_control) {
            let message = format!("this is no name of `{what}`");
            self.say(at, "name-impossible", message, "write the name as the site's inventory has it");
            return;
        }
        if matches!(what, "option" | "usermeta" | "postmeta") && text.contains('*') && !is_narrow(text) {
            let message = format!("`{text}` names next to everything");
            self.say(at, "pattern-too-wide", message, "write four characters at least before the first `*`");
        } else if text.contains('*') && !matches!(what, "option" | "usermeta" | "postmeta") {
            self.say(
                at,
                "pattern-too-wide",
                format!("`{what}` is no pattern: `*` stands for nothing there"),
                "write the whole name",
            );
        }
        self.secret_of(text, at, what, "");
    }

    /// A pattern of something of which only names are read.
    pub(super) fn pattern(&mut self, text: &str, at: &str, what: &str) {
        if text.is_empty() || text.len() > LONGEST {
            self.say(
                at,
                "name-impossible",
                format!("`{text}` is no name of {what}"),
                "write a name, in which `*` is any run of characters",
            );
        }
    }

    /// A pointer; only where it says what is read may `*` stand for keys.
    pub(super) fn pointer(&mut self, pointer: &str, at: &str, of: Option<&Place>, may_have_star: bool) {
        let Some(keys) = segments(pointer) else {
            let help = "begin with `/`, and write `~1` for a slash in a key, `~0` for a tilde, `~2` for a star";
            self.say(at, "pointer-wrong", format!("`{pointer}` is no pointer"), help);
            return;
        };
        let columns = match of {
            _ if at.contains("/item/") => None,
            Some(place) if place.users.is_some() => Some(("a user", &USER_COLUMNS[..])),
            Some(place) if place.posts.is_some() => Some(("a post", &POST_COLUMNS[..])),
            _ => None,
        };
        if let (Some(column), Some((what, columns))) = (keys.first(), columns)
            && !columns.contains(&column.as_str())
        {
            let message = format!("the row of {what} has no column `{column}`");
            let help = match nearest(column, columns.iter().copied()) {
                Some(near) => {
                    format!("did you mean `/{near}`? What else is kept of one is a place of its own (`from`)")
                }
                None => "name the place that has it with `from`: meta, or a table with `join`".to_owned(),
            };
            self.say(at, "unknown-column", message, &help);
        }
        if keys.len() > DEEPEST || pointer.len() > 2 * LONGEST {
            self.say(at, "pointer-wrong", format!("`{pointer}` goes too deep"), "at most 16 keys are read");
        }
        if !may_have_star && pointer.contains('*') {
            let message = format!("`{pointer}` names many places, and one value is read");
            self.say(at, "pointer-wrong", message, "use `each` for every element; a star in a key is `~2`");
        }
        for (nth, key) in keys.iter().enumerate() {
            let upto: String = pointer.split('/').skip(1).take(nth + 1).map(|key| format!("/{key}")).collect();
            let is_exempt = of.is_some_and(|place| {
                EXEMPT.iter().any(|(_, name, exempt)| place.option.as_deref() == Some(*name) && *exempt == upto)
            });
            if !is_exempt {
                self.secret(key, at, "key");
            }
        }
    }

    fn secret(&mut self, name: &str, at: &str, what: &str) {
        self.secret_of(name, at, what, "");
    }

    fn secret_of(&mut self, name: &str, at: &str, what: &str, pointer: &str) {
        let is_exempt = EXEMPT.contains(&(what, name, pointer));
        if let Some(word) = word_in(name).filter(|_| !is_exempt) {
            let message = format!("`{name}` holds `{word}`, as names of secrets do, so it never leaves a site");
            self.say(at, "secret-name", message, "remove it: what is under such a name stays unknown");
        }
    }
}

/// Whether a pattern has enough before its first `*` to name something in particular.
fn is_narrow(pattern: &str) -> bool {
    pattern.find('*').is_some_and(|at| at >= 4)
}
