//! How much of what goes by may be kept: a stream says anything, and memory has an end.

use super::Damage;

/// So much may be kept in memory, and no more.
#[derive(Debug)]
pub(crate) struct Allowance {
    left: u64,
    most: u64,
    what: &'static str,
}

/// What a kept text takes beside its bytes: its place in a list or a map, what that has in reserve, and the heap's own book.
const EACH: usize = 128;

impl Allowance {
    /// So many bytes for what is named here.
    pub(crate) fn new(most: u64, what: &'static str) -> Self {
        Self { left: most, most, what }
    }

    /// Keeps these texts.
    ///
    /// # Errors
    /// [`Damage`] where there is no room for them.
    pub(crate) fn keep<'t>(&mut self, texts: impl IntoIterator<Item = &'t str>) -> Result<(), Damage> {
        texts.into_iter().try_for_each(|text| self.take(text.len() + EACH))
    }

    /// Keeps so many bytes.
    ///
    /// # Errors
    /// [`Damage`] where there is no room for them.
    pub(crate) fn take(&mut self, bytes: usize) -> Result<(), Damage> {
        let left = self.left.checked_sub(bytes as u64);
        self.left = left.ok_or_else(|| {
            let what = format!("{} would take more than {} MiB of memory", self.what, self.most >> 20);
            Damage::whole(what).help("no site has that many: find out who made the file, and take it again")
        })?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_has_an_end() {
        let mut allowance = Allowance::new(1 << 20, "its tags");
        for _ in 0..8000 {
            allowance.keep(["abc"]).unwrap();
        }
        let error = allowance.keep(["abc"; 10]).unwrap_err();
        assert_eq!(error.to_string(), "its tags would take more than 1 MiB of memory");
    }
}
