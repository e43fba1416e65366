//! Who of a CRM's contacts is a user of the site: by the addresses in a file of its users.

use std::io::BufRead;

use sha2::{Digest, Sha256};

use super::fault::{Fault, Faults};
use super::known::{self, plain};
use super::rows::Rows;
use crate::model::mapping::{Mapping, System};
use crate::population::{Allowance, Damage, address};

/// How many bytes the addresses may take: of four million.
const KEPT: u64 = 64 << 20;

/// The addresses of a site's users, each as a number that no two are known to share.
#[derive(Debug)]
pub(crate) struct Users(Vec<u128>);

impl Users {
    /// Reads a file of users; and what is wrong with its rows.
    ///
    /// # Errors
    /// [`Damage`] where it cannot be read, or no column has the addresses.
    pub(crate) fn read<R: BufRead>(rows: &mut Rows<R>, mapping: &Mapping) -> Result<(Self, Faults), Damage> {
        let at = match &mapping.users {
            Some(users) => rows.column(&users.email)?,
            None => {
                let names = known::of(System::WordPress).email;
                let found = rows.head().iter().position(|header| names.contains(&plain(header).as_str()));
                found.ok_or_else(|| {
                    Damage::at(1, "no column is known to hold the users' e-mail addresses").help(
                        "`wp user list --format=csv` has them as `user_email`; another header is named in a mapping, `users: {email: HEADER}`",
                    )
                })?
            }
        };
        let mut room = Allowance::new(KEPT, "the addresses of the site's users");
        let (mut all, mut faults) = (Vec::new(), Faults::default());
        while let Some(row) = rows.next()? {
            match row {
                Err((line, fault)) => faults.push(line, fault),
                Ok(row) if !row.cell(at).contains('@') => faults.push(row.line, Fault::NoAddress),
                Ok(row) => {
                    room.take(size_of::<u128>())?;
                    all.push(number(row.cell(at)));
                }
            }
        }
        if all.is_empty() && faults.count() == 0 {
            return Err(Damage::whole("it lists no user under its headers").help("export the site's users again"));
        }
        all.sort_unstable();
        Ok((Self(all), faults))
    }

    /// Whether a user has this address.
    pub(super) fn has(&self, email: &str) -> bool {
        !email.is_empty() && self.0.binary_search(&number(email)).is_ok()
    }
}

fn number(email: &str) -> u128 {
    digest_of(&address(email))
}

/// A text as a number that no two are known to share.
pub(super) fn digest_of(text: &str) -> u128 {
    let digest = Sha256::digest(text.as_bytes());
    digest.iter().take(16).fold(0, |number, byte| number << 8 | u128::from(*byte))
}
