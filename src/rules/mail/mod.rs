//! Rules about the mail that the switch needs, and whom it may reach.

pub(super) mod sender_of_another_domain;
pub(super) mod test_mail_reaches_member;
pub(super) mod test_mail_reaches_nobody;
pub(super) mod type_of_mail_off;
