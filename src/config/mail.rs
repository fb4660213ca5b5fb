//! The settings of outgoing mail.

use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use axum::http::Uri;
use clap::Args;
use jobs::mail::{Mailbox, Tls, is_this_machine};
use jobs::report::coordinator::Coordinator;

use super::secret::{SecretFile, SecretSetting as _, SecretValueParser, shown_masked};
use super::tls::CaFile;
use super::yes_or_no;

/// The settings of outgoing mail: a mail server, or a folder if there is none.
#[derive(Args, Clone, Debug)]
pub struct MailSettings {
    /// URL of the mail server: `smtps://` or `smtp+starttls://` (`smtp://` is not encrypted and only for this machine); without it, mails are written to a folder.
    #[arg(long, env = "SMTP_URL", global = true, value_name = "URL", hide_env_values = true)]
    #[arg(value_parser = SecretValueParser::<SmtpUrl>::new())]
    smtp_url: Option<SmtpUrl>,

    /// File that contains the URL of the mail server, instead of `SMTP_URL`.
    #[arg(long, env = "SMTP_URL_FILE", global = true, value_name = "FILE", conflicts_with = "smtp_url")]
    #[arg(value_parser = SecretFile::<SmtpUrl>::read)]
    smtp_url_file: Option<SecretFile<SmtpUrl>>,

    /// PEM file with an additional certificate authority to trust for the mail server.
    #[arg(long, env = "SMTP_CA_FILE", global = true, value_name = "FILE", value_parser = CaFile::read)]
    smtp_ca_file: Option<CaFile>,

    /// Allow unencrypted mail (`smtp://`) to another machine.
    #[arg(long, env = "SMTP_PLAIN", global = true, value_parser = yes_or_no)]
    smtp_plain: bool,

    /// Folder in which mails are written as `.eml` files if no mail server is set.
    #[arg(long, env = "MAIL_FOLDER", global = true, value_name = "DIR", default_value = "psn-data/mail")]
    pub mail_folder: PathBuf,

    /// Sender of every mail.
    #[arg(long, env = "MAIL_FROM", global = true, value_name = "MAILBOX")]
    #[arg(default_value = "Peer Support Network <psn@localhost>")]
    pub mail_from: String,

    /// Name of the network's coordinator, shown in reports as the person to contact.
    #[arg(long, env = "COORDINATOR_NAME", global = true, value_name = "NAME", value_parser = one_line)]
    coordinator_name: Option<String>,

    /// Email address of the coordinator; replies to a report go there.
    #[arg(long, env = "COORDINATOR_EMAIL", global = true, value_name = "MAILBOX")]
    coordinator_email: Option<Mailbox>,

    /// Telephone number of the coordinator.
    #[arg(long, env = "COORDINATOR_PHONE", global = true, value_name = "NUMBER", value_parser = one_line)]
    coordinator_phone: Option<String>,

    /// Time limit for sending one mail, in seconds.
    #[arg(long, env = "MAIL_TIMEOUT", global = true, value_name = "SECONDS", default_value = "30")]
    #[arg(value_parser = clap::value_parser!(u64).range(1..=600))]
    pub mail_timeout: u64,
}

impl MailSettings {
    /// The URL of the mail server, from the setting or from its file. `None` if mails are written to the folder.
    #[must_use]
    pub fn smtp_url(&self) -> Option<&SmtpUrl> {
        self.smtp_url_file.as_ref().map(SecretFile::secret).or(self.smtp_url.as_ref())
    }

    /// Removes the mail server, so that mails are written to the folder. Returns whether there was one.
    pub fn forget_server(&mut self) -> bool {
        let file = self.smtp_url_file.take().is_some();
        self.smtp_url.take().is_some() || file
    }

    /// Sets the coordinator if no part of one is set.
    pub fn default_coordinator(&mut self, coordinator: Coordinator) {
        if self.coordinator() == Coordinator::default() {
            let Coordinator { name, email, phone } = coordinator;
            (self.coordinator_name, self.coordinator_email, self.coordinator_phone) = (name, email, phone);
        }
    }

    /// The contact that reports name.
    #[must_use]
    pub fn coordinator(&self) -> Coordinator {
        Coordinator {
            name: self.coordinator_name.clone(),
            email: self.coordinator_email.clone(),
            phone: self.coordinator_phone.clone(),
        }
    }

    /// The certificate authorities to trust, and whether encryption is required.
    #[must_use]
    pub fn tls(&self) -> Tls {
        Tls { ca: self.smtp_ca_file.as_ref().map(|file| file.pem().to_owned()), plain: self.smtp_plain }
    }

    fn is_plain_abroad(&self) -> bool {
        self.smtp_url().is_some_and(SmtpUrl::is_plain_abroad)
    }

    /// Why these settings are not accepted, in one sentence. `None` if they are.
    pub(super) fn fault(&self) -> Option<String> {
        let url = self.smtp_url().filter(|_| self.is_plain_abroad() && !self.smtp_plain)?;
        Some(format!(
            "mails and the mail server's password would be sent to {url} unencrypted: use smtps:// or smtp+starttls:// (with SMTP_CA_FILE for a private certificate authority), or set SMTP_PLAIN=yes to allow it"
        ))
    }

    /// Settings that weaken security although they are allowed, one sentence each.
    pub(super) fn weaknesses(&self) -> Vec<String> {
        let url = self.smtp_url().filter(|_| self.is_plain_abroad() && self.smtp_plain);
        let plain =
            url.map(|url| format!("SMTP_PLAIN: mails and the mail server's password are sent to {url} unencrypted"));
        let file = self.smtp_url_file.as_ref().and_then(SecretFile::weakness);
        plain.into_iter().chain(file).collect()
    }

    /// The password, to compare it with well-known passwords.
    pub(super) fn password(&self) -> Option<String> {
        self.smtp_url()?.password()
    }

    /// The time limit for sending one mail.
    #[must_use]
    pub const fn limit(&self) -> Duration {
        Duration::from_secs(self.mail_timeout)
    }
}

/// Parses a name or number that is shown in mails: one line of at most 100 characters.
fn one_line(text: &str) -> Result<String, &'static str> {
    let line = jobs::output::one_line::one_line(text);
    match line.chars().count() {
        1..=100 => Ok(line),
        _ => Err("it must have 1 to 100 characters"),
    }
}

/// The URL of a mail server. It is displayed with its password masked; [`SmtpUrl::reveal`] returns all of it.
#[derive(Clone, PartialEq, Eq)]
pub struct SmtpUrl(String);

shown_masked!(SmtpUrl);

impl FromStr for SmtpUrl {
    type Err = &'static str;

    fn from_str(url: &str) -> Result<Self, Self::Err> {
        let known = ["smtp://", "smtp+starttls://", "smtps://"].iter().any(|scheme| url.starts_with(scheme));
        if known { Ok(Self(url.to_owned())) } else { Err("it must start with smtps://, smtp+starttls:// or smtp://") }
    }
}

impl SmtpUrl {
    fn is_plain_abroad(&self) -> bool {
        // An address that cannot be parsed is refused later, when the mail transport is built.
        let host =
            self.0.starts_with("smtp://").then(|| self.0.parse::<Uri>().ok()?.host().map(str::to_owned)).flatten();
        host.is_some_and(|host| !is_this_machine(host.trim_matches(['[', ']'])))
    }

    /// Returns the URL with its password, for the mail transport only.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}
