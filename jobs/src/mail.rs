//! Mail: its contents, and the three destinations it can have (a server, a folder, memory). Only this module uses lettre.
//!
//! SMTP cannot deliver exactly once: if the connection is lost after the message was sent and before the answer arrived, it is
//! not known whether the server accepted it. [`SendError`] therefore has three cases, and the sender repeats an unknown one
//! with the same Message-ID, so that a mail program shows the mail once.

mod folder;
mod memory;
mod message;
pub(crate) mod outbox;
mod refusal;
mod sending;
mod smtp;

use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use chrono::{DateTime, Utc};

pub use folder::Folder;
pub use memory::{Memory, StoredMail};
pub use sending::Process;
pub use smtp::{Smtp, is_this_machine};

use crate::output::one_line::{clip, one_line};

/// The default time limit for one mail, from connecting to the server's answer.
pub const DEADLINE: Duration = Duration::from_secs(30);

/// The destination of all mail.
#[derive(Clone, Debug)]
pub enum Mailer {
    /// A mail server.
    Smtp(Smtp),
    /// A folder with one `.eml` file per mail.
    Folder(Folder),
    /// Stored in this process, for tests.
    Memory(Memory),
}

/// An address with an optional name, for the sender of a mail and for replies. Written `Peer Support <psn@board.example>` or
/// `psn@board.example`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mailbox(lettre::message::Mailbox);

impl std::fmt::Display for Mailbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl Mailbox {
    /// Returns the part after the @.
    #[must_use]
    pub fn domain(&self) -> &str {
        self.0.email.domain()
    }

    /// Returns the address without the name.
    #[must_use]
    pub fn address(&self) -> String {
        self.0.email.to_string()
    }
}

/// An invalid mail setting. The message says how to correct it and never contains a password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// Not a valid address.
    #[error(
        "'{0}' is not a valid e-mail address; write it as 'Peer Support <psn@board.example>' or 'psn@board.example'"
    )]
    Mailbox(String),
    /// Not a valid URL of a mail server.
    #[error(
        "the mail server's URL {0}; write it as smtps://user:password@host, smtp+starttls://host or, for this machine only, smtp://127.0.0.1:1025"
    )]
    Url(&'static str),
    /// The file of the private certificate authority is not valid.
    #[error("the certificate authority file for the mail server is not valid ({0}); it must be a PEM file")]
    Certificate(String),
}

impl FromStr for Mailbox {
    type Err = SettingsError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let clean = one_line(text);
        clean.parse().map(Self).map_err(|_| SettingsError::Mailbox(clip(&clean, 80)))
    }
}

/// Which certificate authorities a connection to a mail server trusts, and whether it must be encrypted. By default it must,
/// and the server's certificate and name are verified against the public authorities.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tls {
    /// PEM certificates of a private authority, trusted in addition to the public ones.
    pub ca: Option<Vec<u8>>,
    /// Whether `smtp://` may name another machine.
    pub plain: bool,
}

/// One mail to one recipient.
#[derive(Clone, Debug)]
pub struct Email {
    /// The sender.
    pub from: Mailbox,
    /// The address for replies. `None` if replies go to the sender.
    pub reply_to: Option<Mailbox>,
    /// Name of the mailing for `List-Id`, such as `gap-report`.
    pub list: &'static str,
    /// The recipient's name, if known; cleaned before it becomes a header.
    pub to_name: Option<String>,
    /// The recipient's address.
    pub to: String,
    /// Subject line; cleaned before it becomes a header.
    pub subject: String,
    /// Message-ID without its angle brackets.
    pub message_id: String,
    /// The Date header: when the mail was composed, the same for every attempt.
    pub date: DateTime<Utc>,
    /// Plain-text part.
    pub text: String,
    /// HTML part.
    pub html: String,
    /// The attached CSV. Empty if there is no attachment.
    pub csv: String,
    /// File name of the attachment.
    pub csv_name: String,
    /// File name of this mail in a folder, without the extension. Unsafe characters are replaced.
    pub file_stem: String,
}

/// The mail was accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// The file that it was written to. `None` unless the destination is a folder.
    pub stored_at: Option<PathBuf>,
}

/// The mail was not accepted, or it is not known whether it was. The text never contains the recipient's address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// Not accepted now; a later attempt may succeed.
    #[error("{0}")]
    Retry(String),
    /// Not accepted, and no later attempt will succeed.
    #[error("{0}")]
    Refused(String),
    /// The message was sent and the answer was lost. Repeat it with the same Message-ID.
    #[error("{0}")]
    Unknown(String),
}

impl Mailer {
    /// Creates a mailer for the mail server with this URL. Each mail must be sent within `deadline`.
    ///
    /// # Errors
    ///
    /// [`SettingsError::Url`] for an invalid URL, and for an unencrypted one to another machine unless `tls` allows it;
    /// [`SettingsError::Certificate`].
    pub fn smtp(url: &str, deadline: Duration, tls: &Tls) -> Result<Self, SettingsError> {
        Smtp::new(url, deadline, tls).map(Self::Smtp)
    }

    /// Creates a mailer for a folder. The folder is created with the first mail.
    #[must_use]
    pub fn folder(path: impl Into<PathBuf>) -> Self {
        Self::Folder(Folder::new(path.into()))
    }

    /// Creates a mailer for memory, and a handle to read the mails.
    #[must_use]
    pub fn memory() -> (Self, Memory) {
        let memory = Memory::default();
        (Self::Memory(memory.clone()), memory)
    }

    /// Sends one mail.
    ///
    /// # Errors
    ///
    /// [`SendError`] says whether to repeat it.
    pub async fn send(&self, email: &Email) -> Result<Accepted, SendError> {
        let (envelope, bytes) = message::build(email)?;
        match self {
            Self::Smtp(smtp) => smtp.send(&envelope, &bytes, &email.to).await,
            Self::Folder(folder) => folder.write(&email.file_stem, bytes).await,
            Self::Memory(memory) => memory.store(email, bytes),
        }
    }

    /// Returns the destination without a password. A different text means a different destination.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Smtp(smtp) => smtp.name(),
            Self::Folder(folder) => folder.name(),
            Self::Memory(_) => "memory".to_owned(),
        }
    }

    /// Checks whether mail could be sent now, without sending any, and describes the destination.
    ///
    /// # Errors
    ///
    /// The reason why not, in one sentence.
    pub async fn check(&self) -> Result<String, SendError> {
        match self {
            Self::Smtp(smtp) => smtp.check().await,
            Self::Folder(folder) => folder.check().await,
            Self::Memory(_) => Ok("mail is stored in memory".to_owned()),
        }
    }
}

/// Whether the text is a valid address. The mailbox may still not exist.
#[must_use]
pub fn is_address(text: &str) -> bool {
    message::address(text).is_ok()
}

/// Returns an address as a log line may show it: `m…@example.org`.
#[must_use]
pub fn mask(address: &str) -> String {
    let line = one_line(address);
    match line.rsplit_once('@') {
        Some((user, domain)) => format!("{}…@{domain}", user.chars().next().map(String::from).unwrap_or_default()),
        None => "…".to_owned(),
    }
}

/// Prepares a message of a server or the operating system for storage: one line, at most 300 characters, the recipient's
/// address masked.
fn sentence(text: &str, address: &str) -> String {
    let line = one_line(text);
    let masked = if address.is_empty() { line } else { masked_in(&line, address) };
    clip(&masked, 300)
}

/// Masks every occurrence of the address in the line, in upper or lower case.
fn masked_in(line: &str, address: &str) -> String {
    // Only ASCII letters change case, so that byte positions are the same in both texts.
    let (mut rest, lower) = (line, address.to_ascii_lowercase());
    let mut masked = String::with_capacity(line.len());
    while let Some(at) = rest.to_ascii_lowercase().find(&lower) {
        masked.push_str(&rest[..at]);
        masked.push_str(&mask(address));
        rest = &rest[at + address.len()..];
    }
    masked + rest
}

#[cfg(test)]
mod tests;
