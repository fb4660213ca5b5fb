//! Every setting of psn: its flag, its environment variable, its default and what it means in one line.
//! Nothing here is acted on; the table in docs/configuration.md is made from these lines by [`settings_markdown`].
//! Settings of one subject have a file and a group of their own below `config/`.

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
pub use secret::{Secret, SecretFile, Unshown};
pub use session::SessionSettings;
pub use table::settings_markdown;
pub use tls::CaFile;

use crate::error::ExitError;

/// The settings. A flag goes before an environment variable, which goes before the default; an empty variable is none.
/// Secrets come from the environment or from files.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Settings")]
pub struct Settings {
    /// Where everything is kept.
    #[command(flatten)]
    pub database: DatabaseSettings,

    /// How mail goes out.
    #[command(flatten)]
    pub mail: MailSettings,

    /// How the service meets its network.
    #[command(flatten)]
    pub http: HttpSettings,

    /// The address and port on which the API and the playground are served.
    #[arg(long, env = "BIND", global = true, value_name = "ADDRESS", default_value = "127.0.0.1:8080", value_parser = address)]
    pub bind: SocketAddr,

    /// Serve on an address that other machines reach although no identity provider is set up: only API tokens get in there.
    #[arg(long, global = true)]
    pub tokens_only: bool,

    /// Signing in.
    #[command(flatten)]
    pub oidc: oidc::OidcSettings,

    /// The board's time zone: it decides what today is, and when 07:00 on Monday is.
    #[arg(long, env = "BOARD_ZONE", global = true, value_name = "ZONE", default_value = "Europe/London")]
    #[arg(value_parser = zone)]
    pub board_zone: Tz,

    /// The address at which people reach this service: its host is answered besides localhost, and mails link to it; without one they have no links. No path; `https`, unless it is this machine.
    #[arg(long, env = "BASE_URL", global = true, value_name = "URL", value_parser = web_address)]
    pub base_url: Option<String>,

    /// How long people stay signed in.
    #[command(flatten)]
    pub session: SessionSettings,

    /// What is told about few people.
    #[command(flatten)]
    pub privacy: PrivacySettings,

    /// What is logged: `error`, `warn`, `info`, `debug` or `trace`, also for a part: `info,psn=debug`.
    #[arg(long, env = "LOG", global = true, value_name = "FILTER")]
    #[arg(default_value = DEFAULT_LOG)]
    pub log: String,

    /// How log lines are written: `text` for people, or `json` for a log collector.
    #[arg(long, env = "LOG_FORMAT", global = true, value_name = "FORMAT", default_value = "text")]
    pub log_format: LogFormat,

    /// How many seconds running requests and jobs get to finish after a stop is asked for.
    #[arg(long, env = "SHUTDOWN_SECONDS", global = true, value_name = "SECONDS", default_value = "30")]
    #[arg(value_parser = clap::value_parser!(u64).range(0..=3600))]
    pub shutdown_seconds: u64,

    /// What queries may cost, and which may be sent.
    #[command(flatten)]
    pub query: QuerySettings,

    /// How long each kind of data is kept.
    #[command(flatten)]
    pub retention: RetentionSettings,
}

impl Settings {
    /// Refuses an address that other machines reach where people cannot sign in, unless told that only tokens are to get in;
    /// and where they can, one to which a browser would send their session's cookie unencrypted.
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
                "{bind} can be reached from other machines, and passwords and cookies would go there unencrypted: set BASE_URL to the \
                 https address at which people reach this service, by a proxy that ends TLS in front of it"
            ))),
            (None, true) => Ok(()),
            (None, false) => Err(ExitError::Refused(format!(
                "{bind} can be reached from other machines, and people cannot sign in there: set OIDC_ISSUER to the board's identity \
                 provider, serve on 127.0.0.1, or add --tokens-only where only API tokens are to get in"
            ))),
        }
    }

    /// Whether people reach this service by https: a proxy in front of it encrypts. Nothing else decides it.
    #[must_use]
    pub fn is_https(&self) -> bool {
        let uri = self.base_url.as_deref().and_then(|url| url.parse::<Uri>().ok());
        uri.is_some_and(|uri| uri.scheme() == Some(&Scheme::HTTPS))
    }

    /// Whether people reach this service from other machines: the host of `BASE_URL` is not this one.
    #[must_use]
    pub fn is_reached_from_elsewhere(&self) -> bool {
        let uri = self.base_url.as_deref().and_then(|url| url.parse::<Uri>().ok());
        uri.and_then(|uri| uri.host().map(|host| !is_this_machine(host.trim_matches(['[', ']'])))).unwrap_or_default()
    }

    /// How long running work gets to finish after a stop is asked for.
    #[must_use]
    pub const fn shutdown_limit(&self) -> Duration {
        Duration::from_secs(self.shutdown_seconds)
    }
}

/// What is logged by default.
pub const DEFAULT_LOG: &str = "info,sea_orm_migration=warn,tokio_cron_scheduler=warn";

/// How log lines are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line, for a log collector.
    Json,
}

fn address(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| "it is an address in numbers and a port, such as 127.0.0.1:8080 or [::1]:8080".to_owned())
}

fn web_address(url: &str) -> Result<String, String> {
    let uri = url.parse::<Uri>().ok();
    let named =
        uri.as_ref().is_some_and(|uri| matches!(uri.scheme_str(), Some("http" | "https")) && uri.host().is_some());
    let sound = named && !url.contains(|c: char| c.is_whitespace() || c.is_control() || "\"<>".contains(c));
    match uri {
        Some(uri) if sound && uri.path() == "/" && uri.query().is_none() && !url.contains('#') => Ok(url.to_owned()),
        Some(_) if sound => {
            Err("it is an address without a path, such as https://psn.example: give psn a host name of its own"
                .to_owned())
        }
        Some(_) | None => Err("it is an address such as https://psn.example".to_owned()),
    }
}

/// A word that is neither is a mistake, and must not count as one of them.
fn yes_or_no(word: &str) -> Result<bool, String> {
    match word.to_ascii_lowercase().as_str() {
        "yes" | "y" | "true" | "t" | "on" | "1" => Ok(true),
        "no" | "n" | "false" | "f" | "off" | "0" => Ok(false),
        _ => Err("it is yes or no".to_owned()),
    }
}

fn zone(name: &str) -> Result<Tz, String> {
    name.parse().map_err(|_| "it is a name of the time zone database, such as Europe/London".to_owned())
}
