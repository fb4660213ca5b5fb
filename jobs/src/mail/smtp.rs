//! A mail server. Every mail has its own connection, because in a pool a cancelled one would make the next mail fail.
//!
//! The conversation is held command by command and not by lettre's `send`, because the meaning of a failure depends on the
//! stage: if the connection is lost before the message was sent, the mail is retried; if it is lost later, the outcome is
//! unknown.

use std::borrow::Cow;
use std::net::IpAddr;
use std::time::Duration;

use lettre::address::Envelope;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Noop, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailParameter};
use percent_encoding::percent_decode_str;

use super::{Accepted, SendError, SettingsError, Tls, sentence};

/// How long to wait for the server's answer to QUIT. It changes nothing: the mail was accepted with the answer to its content.
const GOODBYE: Duration = Duration::from_secs(2);

/// The connection settings of a mail server.
#[derive(Clone)]
pub struct Smtp {
    host: String,
    port: u16,
    security: Security,
    tls: TlsParameters,
    /// The name used to sign in.
    user: Option<String>,
    credentials: Option<Credentials>,
    deadline: Duration,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Security {
    /// Not encrypted; for this machine only.
    Plain,
    /// Encrypted after STARTTLS. A server that does not offer it gets no mail.
    StartTls,
    /// Encrypted from the first byte.
    Wrapped,
}

impl Security {
    const fn scheme(self) -> &'static str {
        match self {
            Self::Plain => "smtp",
            Self::StartTls => "smtp+starttls",
            Self::Wrapped => "smtps",
        }
    }
}

/// The stage at which a conversation ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum SmtpStage {
    /// Connecting, encrypting, signing in, naming the sender. A failure concerns every mail, not only this recipient.
    Greeting,
    /// Naming the recipient and announcing the message.
    Recipient,
    /// Sending the message or waiting for its answer.
    Content,
}

impl std::fmt::Debug for Smtp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Without the credentials.
        f.debug_struct("Smtp").field("host", &self.host).field("port", &self.port).finish_non_exhaustive()
    }
}

impl Smtp {
    pub(super) fn new(url: &str, deadline: Duration, tls: &Tls) -> Result<Self, SettingsError> {
        let (scheme, rest) = url.trim().split_once("://").ok_or(SettingsError::Url("has no scheme"))?;
        let (security, standard_port) = match scheme {
            "smtp" => (Security::Plain, 25),
            "smtp+starttls" => (Security::StartTls, 587),
            "smtps" => (Security::Wrapped, 465),
            _ => return Err(SettingsError::Url("has an unknown scheme")),
        };
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        if rest.contains(['/', '?', '#']) {
            return Err(SettingsError::Url("has something after the host"));
        }
        let (user, place) = rest.rsplit_once('@').map_or((None, rest), |(user, place)| (Some(user), place));
        let (host, port) = host_and_port(place, standard_port)?;
        if security == Security::Plain && !tls.plain && !is_this_machine(&host) {
            return Err(SettingsError::Url("names another machine without encryption"));
        }
        let login = user
            .map(|user| {
                let (name, password) = user.split_once(':').unwrap_or((user, ""));
                Ok((percent_decoded(name)?, percent_decoded(password)?))
            })
            .transpose()?;
        let tls = trust(&host, tls).map_err(|error| SettingsError::Certificate(sentence(&error.to_string(), "")))?;
        let user = login.as_ref().map(|(name, _)| name.clone());
        let credentials = login.map(|(name, password)| Credentials::new(name, password));
        Ok(Self { host, port, security, tls, user, credentials, deadline })
    }

    pub(super) async fn send(&self, envelope: &Envelope, mail: &[u8], address: &str) -> Result<Accepted, SendError> {
        let mut stage = SmtpStage::Greeting;
        match tokio::time::timeout(self.deadline, self.converse(envelope, mail, &mut stage)).await {
            Ok(Ok(mut connection)) => {
                // In a task of its own, so that the acceptance is recorded now and not when the server answers QUIT.
                tokio::spawn(async move { tokio::time::timeout(GOODBYE, connection.quit()).await });
                Ok(Accepted { stored_at: None })
            }
            Ok(Err(error)) => Err(classify_failure(stage, &error, address)),
            Err(_) if stage == SmtpStage::Content => Err(SendError::Unknown(self.silent())),
            Err(_) => Err(SendError::Retry(self.silent())),
        }
    }

    /// Returns the server without the password. A different text means a different server.
    pub(super) fn name(&self) -> String {
        let Self { host, port, security, user, .. } = self;
        let scheme = security.scheme();
        match user {
            Some(user) => format!("{scheme}://{user}@{host}:{port}"),
            None => format!("{scheme}://{host}:{port}"),
        }
    }

    pub(super) async fn check(&self) -> Result<String, SendError> {
        let checked = async {
            let mut connection = self.connect().await?;
            connection.command(Noop).await?;
            let _ = connection.quit().await;
            Ok::<(), Error>(())
        };
        match tokio::time::timeout(self.deadline, checked).await {
            Ok(Ok(())) => Ok(format!("the mail server {}:{} answers", self.host, self.port)),
            Ok(Err(error)) => Err(SendError::Retry(sentence(
                &format!("the mail server {}:{} does not accept mail: {error}", self.host, self.port),
                "",
            ))),
            Err(_) => Err(SendError::Retry(self.silent())),
        }
    }

    async fn converse(
        &self,
        envelope: &Envelope,
        mail: &[u8],
        stage: &mut SmtpStage,
    ) -> Result<AsyncSmtpConnection, Error> {
        let mut connection = self.connect().await?;
        let mut options = Vec::new();
        if !envelope.to().iter().all(|to| AsRef::<str>::as_ref(to).is_ascii())
            && connection.server_info().supports_feature(Extension::SmtpUtfEight)
        {
            options.push(MailParameter::SmtpUtfEight);
        }
        connection.command(Mail::new(envelope.from().cloned(), options)).await?;
        *stage = SmtpStage::Recipient;
        for to in envelope.to() {
            connection.command(Rcpt::new(to.clone(), Vec::new())).await?;
        }
        connection.command(Data).await?;
        *stage = SmtpStage::Content;
        connection.message(mail).await?;
        Ok(connection)
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, Error> {
        let hello = ClientId::default();
        let wrapped = (self.security == Security::Wrapped).then(|| self.tls.clone());
        let server = (self.host.as_str(), self.port);
        let mut connection =
            AsyncSmtpConnection::connect_tokio1(server, Some(self.deadline), &hello, wrapped, None).await?;
        if self.security == Security::StartTls {
            // This fails if the server does not offer it, and never falls back to an unencrypted connection.
            connection.starttls(self.tls.clone(), &hello).await?;
        }
        if let Some(credentials) = &self.credentials {
            connection.auth(&[Mechanism::Plain, Mechanism::Login], credentials).await?;
        }
        Ok(connection)
    }

    fn silent(&self) -> String {
        format!("the mail server {}:{} did not answer within {} s", self.host, self.port, self.deadline.as_secs_f32())
    }
}

/// Returns the TLS settings: the server must present a certificate for `host` that a trusted authority has signed.
fn trust(host: &str, tls: &Tls) -> Result<TlsParameters, Error> {
    let mut trusted = TlsParameters::builder(host.to_owned());
    if let Some(pem) = &tls.ca {
        trusted = trusted.add_root_certificate(Certificate::from_pem(pem)?);
    }
    trusted.build()
}

/// Returns what a failure at a stage means. A permanent refusal (5xx) counts against this mail only after the recipient has
/// been named. Before that it concerns the settings, which an operator can correct while the mail waits.
fn classify_failure(stage: SmtpStage, error: &Error, address: &str) -> SendError {
    let said = sentence(&error.to_string(), address);
    match stage {
        SmtpStage::Greeting => SendError::Retry(said),
        SmtpStage::Recipient if error.is_permanent() => SendError::Refused(said),
        SmtpStage::Recipient => SendError::Retry(said),
        SmtpStage::Content if error.is_permanent() => SendError::Refused(said),
        SmtpStage::Content if error.is_transient() => SendError::Retry(said),
        SmtpStage::Content => SendError::Unknown(said),
    }
}

fn host_and_port(place: &str, standard_port: u16) -> Result<(String, u16), SettingsError> {
    let no_port = SettingsError::Url("has a port that is not a number");
    let (host, port) = if let Some(inner) = place.strip_prefix('[') {
        let (host, after) =
            inner.split_once(']').ok_or(SettingsError::Url("has an opening bracket without a closing one"))?;
        (host, after.strip_prefix(':'))
    } else {
        place.split_once(':').map_or((place, None), |(host, port)| (host, Some(port)))
    };
    let plausible =
        !host.is_empty() && host.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':'));
    if !plausible {
        return Err(SettingsError::Url("has no host"));
    }
    let port = port.map_or(Ok(standard_port), |port| port.parse().map_err(|_| no_port))?;
    Ok((host.to_owned(), port))
}

/// Whether `host`, a name or an address without brackets, is this machine. No other machine sees its local connections.
#[must_use]
pub fn is_this_machine(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost") || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

fn percent_decoded(text: &str) -> Result<String, SettingsError> {
    let wrong = SettingsError::Url("has a % that is not followed by two hexadecimal digits");
    // The crate leaves a % that is not followed by digits unchanged, which would send the wrong password.
    let is_hex = |text: &str| text.as_bytes().get(..2).is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit));
    if !text.split('%').skip(1).all(is_hex) {
        return Err(wrong);
    }
    percent_decode_str(text).decode_utf8().map(Cow::into_owned).map_err(|_| wrong)
}

#[cfg(test)]
mod tests {
    use super::{Security, Smtp};
    use crate::mail::{DEADLINE, SettingsError, Tls};

    fn smtp(url: &str) -> Result<Smtp, SettingsError> {
        Smtp::new(url, DEADLINE, &Tls::default())
    }

    #[test]
    fn url_sets_port_and_encryption() {
        for (url, host, port, security) in [
            ("smtp://127.0.0.1:1025", "127.0.0.1", 1025, Security::Plain),
            ("smtp://[::1]:2525/", "::1", 2525, Security::Plain),
            ("smtp+starttls://mail.example", "mail.example", 587, Security::StartTls),
            ("smtps://user:p%40ss%3A@mail.example", "mail.example", 465, Security::Wrapped),
        ] {
            let smtp = smtp(url).unwrap();
            assert_eq!((smtp.host.as_str(), smtp.port, smtp.security), (host, port, security), "{url}");
        }
        let smtp = smtp("smtps://us%65r:p%40ss@mail.example").unwrap();
        assert_eq!(smtp.credentials, Some(super::Credentials::new("user".into(), "p@ss".into())));
    }

    #[test]
    fn refuses_unencrypted_remote_and_malformed_urls() {
        for url in [
            "smtp://mail.example",
            "mail.example:25",
            "http://mail.example",
            "smtps://",
            "smtps://host:port",
            "smtps://a%zz:b@host",
            "smtps://host/path",
            "smtps://[::1",
        ] {
            assert!(matches!(smtp(url), Err(SettingsError::Url(_))), "{url}");
        }
    }

    #[test]
    fn unencrypted_remote_needs_a_setting_and_certificates_are_checked() {
        let plain = Tls { plain: true, ..Tls::default() };
        assert_eq!(Smtp::new("smtp://mail.example", DEADLINE, &plain).unwrap().security, Security::Plain);
        let broken =
            Tls { ca: Some(b"-----BEGIN CERTIFICATE-----\n%\n-----END CERTIFICATE-----".to_vec()), plain: false };
        let error = Smtp::new("smtps://mail.example", DEADLINE, &broken).unwrap_err();
        assert!(matches!(error, SettingsError::Certificate(_)), "{error}");
    }

    #[test]
    fn neither_debug_nor_an_error_shows_a_password() {
        let server = smtp("smtps://user:secret@mail.example").unwrap();
        assert!(!format!("{server:?}").contains("secret"));
        assert_eq!(server.name(), "smtps://user@mail.example:465");
        assert!(!smtp("smtps://user:secret@mail.example/x").unwrap_err().to_string().contains("secret"));
    }
}
