//! Mail: what one is, and the three places it can go (a server, a folder, memory). Only this module names lettre.
//!
//! SMTP cannot promise exactly once: when the connection is lost after the message was handed over and before the answer,
//! nobody knows. [`SendError`] therefore has three answers, and whoever sends repeats an unknown one with the same
//! Message-ID, by which a mail program shows it once.

mod folder;
mod memory;
mod message;
mod smtp;

use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use chrono::{DateTime, Utc};

pub use folder::Folder;
pub use memory::{Memory, StoredMail};
pub use smtp::{Smtp, is_this_machine};

use crate::output::one_line::{clip, one_line};

/// How long one mail may take from connecting to the server's answer, unless told otherwise.
pub const DEADLINE: Duration = Duration::from_secs(30);

/// Where mail goes.
#[derive(Clone, Debug)]
pub enum Mailer {
    /// A mail server.
    Smtp(Smtp),
    /// One `.eml` file a mail.
    Folder(Folder),
    /// Stored in this process, for tests.
    Memory(Memory),
}

/// An address with an optional name: who a mail is from, and where answers go. Written `Peer Support <psn@board.example>` or
/// `psn@board.example`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mailbox(lettre::message::Mailbox);

impl std::fmt::Display for Mailbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl Mailbox {
    /// The part after the @.
    #[must_use]
    pub fn domain(&self) -> &str {
        self.0.email.domain()
    }

    /// The address without the name.
    #[must_use]
    pub fn address(&self) -> String {
        self.0.email.to_string()
    }
}

/// A setting that mail cannot be sent with; the message names the remedy and never a password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// Not an address.
    #[error(
        "'{0}' is not a valid e-mail address; write it as 'Peer Support <psn@board.example>' or 'psn@board.example'"
    )]
    Mailbox(String),
    /// Not a mail server's URL.
    #[error(
        "the mail server's URL {0}; write it as smtps://user:password@host, smtp+starttls://host or, for this machine only, smtp://127.0.0.1:1025"
    )]
    Url(&'static str),
    /// Not a private authority's certificate.
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

/// Whom an encrypted connection to a mail server trusts, and whether it must be one. By default it must, and the server's
/// certificate and name are verified by the public authorities.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tls {
    /// The certificates of a private authority, trusted besides the public ones: PEM.
    pub ca: Option<Vec<u8>>,
    /// Whether `smtp://` may lead to another machine.
    pub plain: bool,
}

/// One mail to one recipient.
#[derive(Clone, Debug)]
pub struct Email {
    /// Whom it comes from.
    pub from: Mailbox,
    /// Where answers go; to the sender if absent.
    pub reply_to: Option<Mailbox>,
    /// Name of the mailing, for `List-Id`: `gap-report`.
    pub list: &'static str,
    /// The recipient's name, if known; cleaned before it becomes a header.
    pub to_name: Option<String>,
    /// The recipient's address.
    pub to: String,
    /// Subject line; cleaned before it becomes a header.
    pub subject: String,
    /// Message-ID without its angle brackets.
    pub message_id: String,
    /// The Date header: when the mail was written, the same for every attempt.
    pub date: DateTime<Utc>,
    /// Plain-text part.
    pub text: String,
    /// HTML part.
    pub html: String,
    /// The attached CSV.
    pub csv: String,
    /// The attachment's file name.
    pub csv_name: String,
    /// What a file of this mail is called, without its ending; unsafe characters are replaced.
    pub file_stem: String,
}

/// The mail was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// The file that it was written to, where mail goes into a folder.
    pub stored_at: Option<PathBuf>,
}

/// The mail was not taken, or nobody knows. The sentence never holds the recipient's address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// Certainly not taken, and may be taken later.
    #[error("{0}")]
    Retry(String),
    /// Certainly not taken, and never will be.
    #[error("{0}")]
    Refused(String),
    /// The message was handed over and the answer was lost. Repeat it with the same Message-ID.
    #[error("{0}")]
    Unknown(String),
}

impl Mailer {
    /// A mail server by its URL, each mail within `deadline`.
    ///
    /// # Errors
    ///
    /// [`SettingsError::Url`] for a URL of another form, and for one without encryption to another machine unless `tls` allows
    /// it; [`SettingsError::Certificate`].
    pub fn smtp(url: &str, deadline: Duration, tls: &Tls) -> Result<Self, SettingsError> {
        Smtp::new(url, deadline, tls).map(Self::Smtp)
    }

    /// A folder, made with the first mail.
    #[must_use]
    pub fn folder(path: impl Into<PathBuf>) -> Self {
        Self::Folder(Folder::new(path.into()))
    }

    /// Memory, and a handle that reads it.
    #[must_use]
    pub fn memory() -> (Self, Memory) {
        let memory = Memory::default();
        (Self::Memory(memory.clone()), memory)
    }

    /// Hands one mail over.
    ///
    /// # Errors
    ///
    /// Whether to repeat it: see [`SendError`].
    pub async fn send(&self, email: &Email) -> Result<Accepted, SendError> {
        let (envelope, bytes) = message::build(email)?;
        match self {
            Self::Smtp(smtp) => smtp.send(&envelope, &bytes, &email.to).await,
            Self::Folder(folder) => folder.write(&email.file_stem, bytes).await,
            Self::Memory(memory) => memory.store(email, bytes),
        }
    }

    /// What mail goes through, without a password. Another text means that mail goes another way.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Smtp(smtp) => smtp.name(),
            Self::Folder(folder) => folder.name(),
            Self::Memory(_) => "memory".to_owned(),
        }
    }

    /// Asks whether mail could be sent now, without sending any, and says where it would go.
    ///
    /// # Errors
    ///
    /// What stands in the way, in one sentence.
    pub async fn check(&self) -> Result<String, SendError> {
        match self {
            Self::Smtp(smtp) => smtp.check().await,
            Self::Folder(folder) => folder.check().await,
            Self::Memory(_) => Ok("mail is stored in memory".to_owned()),
        }
    }
}

/// Whether mail can be sent to this address, as far as its letters tell.
#[must_use]
pub fn is_address(text: &str) -> bool {
    message::address(text).is_ok()
}

/// An address as a log line may show it: `m…@example.org`.
#[must_use]
pub fn mask(address: &str) -> String {
    let line = one_line(address);
    match line.rsplit_once('@') {
        Some((user, domain)) => format!("{}…@{domain}", user.chars().next().map(String::from).unwrap_or_default()),
        None => "…".to_owned(),
    }
}

/// What a server or the operating system said, fit for a stored sentence: one line, bounded, the recipient masked.
fn sentence(text: &str, address: &str) -> String {
    let line = one_line(text);
    let masked = if address.is_empty() { line } else { masked_in(&line, address) };
    clip(&masked, 300)
}

/// The line with the address masked wherever it stands, in whatever case a server writes it.
fn masked_in(line: &str, address: &str) -> String {
    // In ASCII alone, so that both texts have the same places.
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
