//! Rules about the spot-check contacts.
