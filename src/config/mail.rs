//! How mail goes out.

use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use axum::http::Uri;
use clap::Args;
use jobs::mail::{Mailbox, Tls, is_this_machine};
use jobs::report::coordinator::Coordinator;

use super::secret::{Secret as _, SecretFile, Unshown, shown_masked};
use super::tls::CaFile;
use super::yes_or_no;

/// The mail server, or the folder in its place.
#[derive(Args, Clone, Debug)]
pub struct MailSettings {
    /// The mail server, `smtps://` or `smtp+starttls://` (`smtp://` is not encrypted and for this machine only); without one, mails are written into a folder.
    #[arg(long, env = "SMTP_URL", global = true, value_name = "URL", hide_env_values = true)]
    #[arg(value_parser = Unshown::<SmtpUrl>::new())]
    smtp_url: Option<SmtpUrl>,

    /// A file that holds the mail server's address, in place of `SMTP_URL`.
    #[arg(long, env = "SMTP_URL_FILE", global = true, value_name = "FILE", conflicts_with = "smtp_url")]
    #[arg(value_parser = SecretFile::<SmtpUrl>::read)]
    smtp_url_file: Option<SecretFile<SmtpUrl>>,

    /// The certificate of a private authority by which the mail server is trusted too (PEM).
    #[arg(long, env = "SMTP_CA_FILE", global = true, value_name = "FILE", value_parser = CaFile::read)]
    smtp_ca_file: Option<CaFile>,

    /// Let mail go to another machine unencrypted, by `smtp://`.
    #[arg(long, env = "SMTP_PLAIN", global = true, value_parser = yes_or_no)]
    smtp_plain: bool,

    /// The folder into which mails are written as `.eml` files when there is no mail server.
    #[arg(long, env = "MAIL_FOLDER", global = true, value_name = "DIR", default_value = "psn-data/mail")]
    pub mail_folder: PathBuf,

    /// The sender of every mail.
    #[arg(long, env = "MAIL_FROM", global = true, value_name = "MAILBOX")]
    #[arg(default_value = "Peer Support Network <psn@localhost>")]
    pub mail_from: String,

    /// Name of the network's coordinator. A report tells its recipients to ask them.
    #[arg(long, env = "COORDINATOR_NAME", global = true, value_name = "NAME", value_parser = one_line)]
    coordinator_name: Option<String>,

    /// The coordinator's e-mail address; answers to a report go there.
    #[arg(long, env = "COORDINATOR_EMAIL", global = true, value_name = "MAILBOX")]
    coordinator_email: Option<Mailbox>,

    /// The coordinator's telephone number.
    #[arg(long, env = "COORDINATOR_PHONE", global = true, value_name = "NUMBER", value_parser = one_line)]
    coordinator_phone: Option<String>,

    /// How many seconds sending one mail may take.
    #[arg(long, env = "MAIL_TIMEOUT", global = true, value_name = "SECONDS", default_value = "30")]
    #[arg(value_parser = clap::value_parser!(u64).range(1..=600))]
    pub mail_timeout: u64,
}

impl MailSettings {
    /// The mail server's address, from wherever it came.
    #[must_use]
    pub fn smtp_url(&self) -> Option<&SmtpUrl> {
        self.smtp_url_file.as_ref().map(SecretFile::secret).or(self.smtp_url.as_ref())
    }

    /// Forgets the mail server, so that mails go into the folder, and says whether there was one.
    pub fn forget_server(&mut self) -> bool {
        let file = self.smtp_url_file.take().is_some();
        self.smtp_url.take().is_some() || file
    }

    /// Names a coordinator if no part of one is set.
    pub fn default_coordinator(&mut self, coordinator: Coordinator) {
        if self.coordinator() == Coordinator::default() {
            let Coordinator { name, email, phone } = coordinator;
            (self.coordinator_name, self.coordinator_email, self.coordinator_phone) = (name, email, phone);
        }
    }

    /// Whom recipients of a report ask.
    #[must_use]
    pub fn coordinator(&self) -> Coordinator {
        Coordinator {
            name: self.coordinator_name.clone(),
            email: self.coordinator_email.clone(),
            phone: self.coordinator_phone.clone(),
        }
    }

    /// Whom an encrypted connection trusts, and whether it must be one.
    #[must_use]
    pub fn tls(&self) -> Tls {
        Tls { ca: self.smtp_ca_file.as_ref().map(|file| file.pem().to_owned()), plain: self.smtp_plain }
    }

    fn is_plain_abroad(&self) -> bool {
        self.smtp_url().is_some_and(SmtpUrl::is_plain_abroad)
    }

    /// Why it must not be used, if it must not, in one sentence.
    pub(super) fn fault(&self) -> Option<String> {
        let url = self.smtp_url().filter(|_| self.is_plain_abroad() && !self.smtp_plain)?;
        Some(format!(
            "mails and their password would go to {url} unencrypted: use smtps:// or smtp+starttls:// (with SMTP_CA_FILE for a private authority), or set SMTP_PLAIN=yes if that is meant"
        ))
    }

    /// What is weak about it although it was asked for, a sentence each.
    pub(super) fn weaknesses(&self) -> Vec<String> {
        let url = self.smtp_url().filter(|_| self.is_plain_abroad() && self.smtp_plain);
        let plain = url.map(|url| format!("SMTP_PLAIN: mails and their password go to {url} unencrypted"));
        let file = self.smtp_url_file.as_ref().and_then(SecretFile::weakness);
        plain.into_iter().chain(file).collect()
    }

    /// The password, for a comparison with those that everybody knows.
    pub(super) fn password(&self) -> Option<String> {
        self.smtp_url()?.password()
    }

    /// How long sending one mail may take.
    #[must_use]
    pub const fn limit(&self) -> Duration {
        Duration::from_secs(self.mail_timeout)
    }
}

/// A name or number that is shown in mails: one line, at most 100 characters.
fn one_line(text: &str) -> Result<String, &'static str> {
    let line = jobs::output::one_line::one_line(text);
    match line.chars().count() {
        1..=100 => Ok(line),
        _ => Err("it must have 1 to 100 characters"),
    }
}

/// A mail server's address. Shown only with its password masked; [`SmtpUrl::reveal`] gives the whole.
#[derive(Clone, PartialEq, Eq)]
pub struct SmtpUrl(String);

shown_masked!(SmtpUrl);

impl FromStr for SmtpUrl {
    type Err = &'static str;

    fn from_str(url: &str) -> Result<Self, Self::Err> {
        let known = ["smtp://", "smtp+starttls://", "smtps://"].iter().any(|scheme| url.starts_with(scheme));
        if known { Ok(Self(url.to_owned())) } else { Err("it begins with smtps://, smtp+starttls:// or smtp://") }
    }
}

impl SmtpUrl {
    fn is_plain_abroad(&self) -> bool {
        // Whatever cannot be read is refused later, by those who send.
        let host =
            self.0.starts_with("smtp://").then(|| self.0.parse::<Uri>().ok()?.host().map(str::to_owned)).flatten();
        host.is_some_and(|host| !is_this_machine(host.trim_matches(['[', ']'])))
    }

    /// The address with its password, for the mail transport only.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}
