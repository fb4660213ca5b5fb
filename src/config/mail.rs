//! How mail goes out.

use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use clap::Args;

use super::secret::shown_masked;

/// The mail server, or the folder in its place.
#[derive(Args, Clone, Debug)]
pub struct MailSettings {
    /// The mail server, `smtps://` or `smtp+starttls://` (plain `smtp://` on this machine only); without one, mails are written into a folder.
    #[arg(long, env = "SMTP_URL", global = true, value_name = "URL", hide_env_values = true)]
    pub smtp_url: Option<SmtpUrl>,

    /// The folder into which mails are written as `.eml` files when there is no mail server.
    #[arg(long, env = "MAIL_FOLDER", global = true, value_name = "DIR", default_value = "psn-data/mail")]
    pub mail_folder: PathBuf,

    /// The sender of every mail.
    #[arg(long, env = "MAIL_FROM", global = true, value_name = "MAILBOX")]
    #[arg(default_value = "Peer Support Network <psn@localhost>")]
    pub mail_from: String,

    /// How many seconds sending one mail may take.
    #[arg(long, env = "MAIL_TIMEOUT", global = true, value_name = "SECONDS", default_value = "30")]
    #[arg(value_parser = clap::value_parser!(u64).range(1..=600))]
    pub mail_timeout: u64,
}

impl MailSettings {
    /// How long sending one mail may take.
    #[must_use]
    pub const fn limit(&self) -> Duration {
        Duration::from_secs(self.mail_timeout)
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
    /// The address with its password, for the mail transport only.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_never_shown() {
        let url = SmtpUrl::from_str("smtps://me:s3cret@mail.example").unwrap();
        assert_eq!(url.to_string(), "smtps://me:***@mail.example");
    }
}
