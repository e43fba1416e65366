//! The whole switch on a real WordPress: from an empty folder to a rehearsal's certificate, and its replay on a second site.

mod person;
