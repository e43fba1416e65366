//! Rules that keep money, mail and the way back safe.

pub(super) mod emails_off;
