//! The columns that each system's exports are known to have. Each header is compared without case, blanks, dashes and underscores, so that
//! `First Name`, `first_name` and `FirstName` are one.
//!
//! None of these systems publishes the headers of its export. What is known, and from where (docs/exports.md has the addresses):
//!
//! | system | documented | seen in code | inferred |
//! |---|---|---|---|
//! | Ontraport | `First Name`, `Last Name`, `Email`, `Contact Tags` as the fields' names, and `*/*` between two tags, by its page on imports | – | that the export has the fields' names as headers; `Contact ID`, the name of its merge field |
//! | Keap | `FirstName`, `LastName`, `Email` by AccessAlly's data mapping reference; that a category is often set before a tag, as `Category: Tag` or `Category – Tag` | – | `Id`, which is the contact's field in its API; `Tags` with commas; `Tag Ids` |
//! | ActiveCampaign | `email`, `first_name`, `last_name` by AccessAlly's reference; commas between tags by its page on imports | – | `Contact ID`, `Tags` |
//! | Drip | `email`, `first_name`, `last_name` by its page on imports | `tags` with commas, in a public converter of its export | `id`, which is the subscriber's field in its API |
//! | Kit | `email`, `first_name`, `last_name` by AccessAlly's reference; commas between tags by its page on imports; `id`, `email_address` in its API | – | that the export has these headers; `Subscriber ID` |
//! | WordPress | `user_email` of `wp user list` | `user_email`, `first_name`, `last_name` of the plugin *Export and Import Users and Customers* | – |
//!
//! Where a site keeps a member's contact ID no public code shows, so no column of a WordPress is taken for it: its `ID` numbers users.

use crate::model::mapping::System;

/// The headers of each column, the first that is there counts.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) id: &'static [&'static str],
    pub(super) email: &'static [&'static str],
    pub(super) first_name: &'static [&'static str],
    pub(super) last_name: &'static [&'static str],
    pub(super) tags: &'static [&'static str],
    /// IDs of tags, which are no names.
    pub(super) tag_ids: &'static [&'static str],
}

const FIRST: &[&str] = &["firstname"];
const LAST: &[&str] = &["lastname"];
const NONE: &[&str] = &[];

const NOTHING: Known = Known { id: NONE, email: NONE, first_name: NONE, last_name: NONE, tags: NONE, tag_ids: NONE };

/// What is known of a system's export.
pub(super) fn of(system: System) -> Known {
    let names = Known { email: &["email"], first_name: FIRST, last_name: LAST, tags: &["tags"], ..NOTHING };
    match system {
        System::Ontraport => Known { id: &["contactid"], tags: &["contacttags", "tags"], ..names },
        System::Keap => Known { id: &["id", "contactid"], tag_ids: &["tagids"], ..names },
        System::ActiveCampaign => Known { id: &["contactid", "id"], ..names },
        System::Drip => Known { id: &["id"], ..names },
        System::Kit => Known { id: &["id", "subscriberid"], email: &["email", "emailaddress"], ..names },
        System::WordPress => Known { email: &["useremail"], tags: NONE, ..names },
        System::Csv => NOTHING,
    }
}

/// A header as it is compared.
pub(super) fn plain(header: &str) -> String {
    let letters = header.chars().filter(|c| !matches!(c, ' ' | '_' | '-' | '\u{a0}'));
    letters.flat_map(char::to_lowercase).collect()
}
