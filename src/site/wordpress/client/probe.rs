//! What only a look at the way to a site needs: each form of address by itself, and a header that is no login.

use super::{Answer, Failure, Login, Reader};
use crate::site::SiteError;
use crate::site::wordpress::address::Address;
use crate::site::wordpress::limits::Limits;
use crate::site::wordpress::route::Root;

/// A header of a scheme that nobody knows: whether it arrives says nothing of anybody's password.
const PROBE: &str = "Plan-Probe does-this-arrive";

/// Where the collector says what it is, and whether a header arrived, this also to whom it refuses.
pub(in crate::site::wordpress) const SAYS: &str = "/plan/v1/capabilities";

/// Which header that carries a login reaches WordPress.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::site::wordpress) enum Arrives {
    /// The usual one, `Authorization`.
    Usual,
    /// Only the one that the collector takes.
    OwnAlone,
    /// None.
    Neither,
}

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

    /// Whether headers of the kind that carry a login reach WordPress; none where nothing there says so.
    pub(in crate::site::wordpress) fn arrives(&self) -> Option<Arrives> {
        self.probing.set(true);
        let answer = self.as_nobody(|reader| reader.get_once(SAYS, &[]));
        self.probing.set(false);
        let Answer { arrived, own_arrived, .. } = answer.ok()?;
        Some(match (arrived?, own_arrived) {
            (true, _) => Arrives::Usual,
            (false, true) => Arrives::OwnAlone,
            (false, false) => Arrives::Neither,
        })
    }

    /// Whether a login that was refused never reached WordPress, and would in the collector's own header: from here on it goes in the collector's own header
    /// too. It is asked once.
    pub(super) fn is_lost_on_the_way(&self) -> bool {
        if !self.has_sent_login() || self.own_header.get().is_some() {
            return false;
        }
        let is_lost = self.arrives() == Some(Arrives::OwnAlone);
        self.own_header.set(Some(is_lost));
        is_lost
    }

    /// Whether the login reaches the collector by the collector's own header alone.
    pub(in crate::site::wordpress) fn goes_by_own_header(&self) -> bool {
        self.own_header.get() == Some(true)
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
