//! Every setting of psn: its flag, its environment variable, its default and a one-line description.
//! Nothing here acts on them. [`settings_markdown`] makes the table in docs/configuration.md from these descriptions.
//! Settings of one subject have their own file and group in `config/`.

mod database;
mod http;
mod mail;
pub mod oidc;
mod origin;
mod privacy;
mod production;
mod query;
mod retention;
mod secret;
mod session;
mod table;
mod tls;

use std::net::SocketAddr;
use std::time::Duration;

use axum::http::Uri;
use axum::http::uri::Scheme;
use chrono_tz::Tz;
use clap::{Args, ValueEnum};
use jobs::mail::is_this_machine;

pub use database::{DatabaseSettings, DatabaseUrl};
pub use http::HttpSettings;
pub use mail::{MailSettings, SmtpUrl};
pub use origin::Origin;
pub use privacy::PrivacySettings;
pub use query::{AllowList, QuerySettings};
pub use retention::RetentionSettings;
pub use secret::{SecretFile, SecretSetting, SecretValueParser};
pub use session::SessionSettings;
pub use table::settings_markdown;
pub use tls::CaFile;

use crate::error::ExitError;

/// The settings. A flag overrides an environment variable, which overrides the default; an empty variable counts as unset.
/// Secrets come from the environment or from files.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Settings")]
pub struct Settings {
    /// The database.
    #[command(flatten)]
    pub database: DatabaseSettings,

    /// Outgoing mail.
    #[command(flatten)]
    pub mail: MailSettings,

    /// Connections and cross-origin access.
    #[command(flatten)]
    pub http: HttpSettings,

    /// Address and port on which the API and the playground are served.
    #[arg(long, env = "BIND", global = true, value_name = "ADDRESS", default_value = "127.0.0.1:8080", value_parser = address)]
    pub bind: SocketAddr,

    /// Allow a non-loopback address without an identity provider; only API tokens can then sign in.
    #[arg(long, global = true)]
    pub tokens_only: bool,

    /// Signing in through an identity provider.
    #[command(flatten)]
    pub oidc: oidc::OidcSettings,

    /// Time zone of the board; it decides today's date and when jobs run.
    #[arg(long, env = "BOARD_ZONE", global = true, value_name = "ZONE", default_value = "Europe/London")]
    #[arg(value_parser = zone)]
    pub board_zone: Tz,

    /// Public URL of this service: the service answers to its host name in addition to localhost, and mails link to it; without it, mails have no links. No path; `https`, except on this machine.
    #[arg(long, env = "BASE_URL", global = true, value_name = "URL", value_parser = web_address)]
    pub base_url: Option<String>,

    /// The length of sessions.
    #[command(flatten)]
    pub session: SessionSettings,

    /// The protection of individuals in small numbers.
    #[command(flatten)]
    pub privacy: PrivacySettings,

    /// Log level: `error`, `warn`, `info`, `debug` or `trace`, also per component: `info,psn=debug`.
    #[arg(long, env = "LOG", global = true, value_name = "FILTER")]
    #[arg(default_value = DEFAULT_LOG)]
    pub log: String,

    /// Log format: `text` for people, or `json` for a log collector.
    #[arg(long, env = "LOG_FORMAT", global = true, value_name = "FORMAT", default_value = "text")]
    pub log_format: LogFormat,

    /// Time that running requests and jobs have to finish after a stop signal, in seconds.
    #[arg(long, env = "SHUTDOWN_SECONDS", global = true, value_name = "SECONDS", default_value = "30")]
    #[arg(value_parser = clap::value_parser!(u64).range(0..=3600))]
    pub shutdown_seconds: u64,

    /// Query limits and persisted operations.
    #[command(flatten)]
    pub query: QuerySettings,

    /// How long each kind of data is kept.
    #[command(flatten)]
    pub retention: RetentionSettings,
}

impl Settings {
    /// Refuses an address that other machines can reach if people cannot sign in and `--tokens-only` is not set. If people can
    /// sign in, refuses an address to which a browser would send their session cookie unencrypted.
    ///
    /// # Errors
    ///
    /// [`ExitError::Refused`] with what to do.
    pub fn refuse_open_address(&self) -> Result<(), ExitError> {
        let bind = self.bind;
        match (&self.oidc.oidc_issuer, self.tokens_only) {
            _ if bind.ip().is_loopback() => Ok(()),
            (Some(_), _) if self.is_https() => Ok(()),
            (Some(_), _) => Err(ExitError::Refused(format!(
                "{bind} can be reached from other machines, and passwords and cookies would be sent to it unencrypted: set \
                 BASE_URL to the https URL of a proxy that terminates TLS in front of this service"
            ))),
            (None, true) => Ok(()),
            (None, false) => Err(ExitError::Refused(format!(
                "{bind} can be reached from other machines, and people cannot sign in there: set OIDC_ISSUER to the board's identity \
                 provider, serve on 127.0.0.1, or add --tokens-only to accept API tokens only"
            ))),
        }
    }

    /// Whether people use this service over https, through a proxy in front of it. Only the scheme of `BASE_URL` decides this.
    #[must_use]
    pub fn is_https(&self) -> bool {
        let uri = self.base_url.as_deref().and_then(|url| url.parse::<Uri>().ok());
        uri.is_some_and(|uri| uri.scheme() == Some(&Scheme::HTTPS))
    }

    /// Whether people use this service from other machines: the host of `BASE_URL` is not this machine.
    #[must_use]
    pub fn is_reached_from_elsewhere(&self) -> bool {
        let uri = self.base_url.as_deref().and_then(|url| url.parse::<Uri>().ok());
        uri.and_then(|uri| uri.host().map(|host| !is_this_machine(host.trim_matches(['[', ']'])))).unwrap_or_default()
    }

    /// How long running work may take to finish after a stop signal.
    #[must_use]
    pub const fn shutdown_limit(&self) -> Duration {
        Duration::from_secs(self.shutdown_seconds)
    }
}

/// The default log filter.
pub const DEFAULT_LOG: &str = "info,sea_orm_migration=warn,tokio_cron_scheduler=warn";

/// The format of log lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object per line, for a log collector.
    Json,
}

fn address(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| "it must be an IP address and a port, such as 127.0.0.1:8080 or [::1]:8080".to_owned())
}

fn web_address(url: &str) -> Result<String, String> {
    let uri = url.parse::<Uri>().ok();
    let named =
        uri.as_ref().is_some_and(|uri| matches!(uri.scheme_str(), Some("http" | "https")) && uri.host().is_some());
    let sound = named && !url.contains(|c: char| c.is_whitespace() || c.is_control() || "\"<>".contains(c));
    match uri {
        Some(uri) if sound && uri.path() == "/" && uri.query().is_none() && !url.contains('#') => Ok(url.to_owned()),
        Some(_) if sound => {
            Err("it must be a URL without a path, such as https://psn.example: give psn its own host name".to_owned())
        }
        Some(_) | None => Err("it must be a URL such as https://psn.example".to_owned()),
    }
}

/// Parses a yes or no. Any other word is an error: it must not silently count as one of them.
fn yes_or_no(word: &str) -> Result<bool, String> {
    match word.to_ascii_lowercase().as_str() {
        "yes" | "y" | "true" | "t" | "on" | "1" => Ok(true),
        "no" | "n" | "false" | "f" | "off" | "0" => Ok(false),
        _ => Err("it must be yes or no".to_owned()),
    }
}

fn zone(name: &str) -> Result<Tz, String> {
    name.parse().map_err(|_| "it must be a name from the time zone database, such as Europe/London".to_owned())
}
