//! `plan`: the switch of a membership site to AccessAlly Managed Contacts, as a reviewed text file.
pub mod text;
