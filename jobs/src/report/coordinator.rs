//! The coordinator named in a report, for questions and replies.

use crate::mail::Mailbox;

/// The coordinator of the network as shown in mails. Missing parts are left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coordinator {
    /// Name of the person or team.
    pub name: Option<String>,
    /// Address for replies to a report.
    pub email: Option<Mailbox>,
    /// Telephone number, as it is shown.
    pub phone: Option<String>,
}

impl Coordinator {
    /// Returns the e-mail address without a name.
    #[must_use]
    pub fn address(&self) -> Option<String> {
        self.email.as_ref().map(Mailbox::address)
    }

    /// Returns `Mairi Reid (psn@board.example, 0141 496 0000)`. `None` if nothing is known.
    #[must_use]
    pub fn line(&self) -> Option<String> {
        let ways: Vec<_> = self.address().into_iter().chain(self.phone.clone()).collect();
        match (&self.name, ways.is_empty()) {
            (None, true) => None,
            (Some(name), true) => Some(name.clone()),
            (None, false) => Some(ways.join(", ")),
            (Some(name), false) => Some(format!("{name} ({})", ways.join(", "))),
        }
    }
}
