//! The coordinator that a report names: recipients ask them, and answers go to their address.

use crate::mail::Mailbox;

/// The coordinator of the network as mails name them. Absent parts are left out of the mail.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coordinator {
    /// Name of the person or team.
    pub name: Option<String>,
    /// Where answers to a report go.
    pub email: Option<Mailbox>,
    /// Telephone number as it is written.
    pub phone: Option<String>,
}

impl Coordinator {
    /// The e-mail address without a name.
    #[must_use]
    pub fn address(&self) -> Option<String> {
        self.email.as_ref().map(Mailbox::address)
    }

    /// `Mairi Reid (psn@board.example, 0141 496 0000)`. Returns `None` if nothing is known.
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
