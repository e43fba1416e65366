//! What is typed and not shown.

use crate::failure::{Failure, exit};

use super::Terminal;

impl Terminal<'_> {
    /// Asks a person for what nobody may read over their shoulder; none where the input is at its end.
    #[cfg(unix)]
    pub(super) fn ask_hidden(&mut self, question: &str) -> Result<Option<String>, Failure> {
        // Ctrl-C ends the wait for the answer, and not the process before the terminal shows again what is typed.
        super::interrupt::ctrl_c();
        let silence = Silence::begin()?;
        let answer = self.ask_line(question);
        drop(silence);
        answer
    }

    /// The same, where the system has no `termios`.
    #[cfg(not(unix))]
    pub(super) fn ask_hidden(&mut self, question: &str) -> Result<Option<String>, Failure> {
        self.show(question)?;
        let typed = rpassword::read_password().map_err(|error| unreadable(&error.to_string()))?;
        Ok(Some(typed.trim().to_owned()).filter(|typed| !typed.is_empty()))
    }
}

fn unreadable(why: &str) -> Failure {
    Failure::new(exit::COULD_NOT_RUN, format!("the terminal cannot be kept from showing what is typed: {why}"))
}

/// The terminal shows nothing of what is typed but the end of the line, until this is dropped.
#[cfg(unix)]
struct Silence(rustix::termios::Termios);

#[cfg(unix)]
impl Silence {
    fn begin() -> Result<Self, Failure> {
        use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
        let before = tcgetattr(std::io::stdin()).map_err(|error| unreadable(&error.to_string()))?;
        let mut silent = before.clone();
        silent.local_modes.remove(LocalModes::ECHO);
        silent.local_modes.insert(LocalModes::ECHONL);
        // What was typed ahead was shown, and answers nothing.
        tcsetattr(std::io::stdin(), OptionalActions::Flush, &silent).map_err(|error| unreadable(&error.to_string()))?;
        Ok(Self(before))
    }
}

#[cfg(unix)]
impl Drop for Silence {
    fn drop(&mut self) {
        let _ = rustix::termios::tcsetattr(std::io::stdin(), rustix::termios::OptionalActions::Now, &self.0);
    }
}
