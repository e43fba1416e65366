//! What only a look at the way to a site needs: each form of address by itself, and a header that is no login.

use super::{Answer, Failure, Login, Reader};
use crate::site::SiteError;
use crate::site::wordpress::address::Address;
use crate::site::wordpress::limits::Limits;
use crate::site::wordpress::route::Root;

/// A header of a scheme that nobody knows: whether it arrives says nothing of anybody's password.
const PROBE: &str = "Plan-Probe does-this-arrive";

impl Reader {
    /// A reader without a login.
    ///
    /// # Errors
    /// [`SiteError::Answer`] where no certificate can be read.
    pub(in crate::site::wordpress) fn of_nobody(address: Address, limits: Limits) -> Result<Self, SiteError> {
        let login = Login::of_nobody(&address)?;
        let reader = Self::unchecked(address, login, limits)?;
        reader.is_nobodys.set(true);
        Ok(reader)
    }

    /// Asks for a route in either form of address, without falling back from one to the other.
    pub(in crate::site::wordpress) fn by_form(
        &self,
        route: &str,
        query: &[(&str, &str)],
    ) -> [(String, Result<Answer, Failure>); 2] {
        let first = Root::of(&self.address);
        let second = first.other(&self.address);
        [first, second].map(|root| (format!("`{}`", root.shown(route)), self.ask(root.url(route, query))))
    }

    /// Whether a header of the kind that carries a login reaches WordPress; none where nothing there says so.
    pub(in crate::site::wordpress) fn arrives(&self, route: &str) -> Option<bool> {
        self.probing.set(true);
        let answer = self.get(route, &[]);
        self.probing.set(false);
        answer.ok()?.arrived
    }

    /// Whether the index offers application passwords, as it says to anybody; unknown where it cannot be read. No login is sent: each that
    /// is refused may count towards an account that is locked.
    pub(in crate::site::wordpress) fn offers_passwords(&self) -> Option<bool> {
        let index = self.as_nobody(|reader| reader.get("/", &[("_fields", "authentication")])).ok()?;
        let body = index.body.ok().filter(|_| index.status == 200)?;
        // WordPress before 5.6 has neither this list's entry nor application passwords.
        Some(body.get("authentication").is_some_and(|ways| ways.get("application-passwords").is_some()))
    }

    /// What is sent in the place of a login.
    pub(super) fn probe(&self) -> Option<&'static str> {
        self.probing.get().then_some(PROBE)
    }
}
