//! Every setting of psn: its flag, its environment variable, its default and what it means in one line.
//! Nothing here is acted on; the table in README.md is made from these lines by [`settings_markdown`].

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use axum::http::Uri;
use chrono_tz::Tz;
use clap::{Args, Command, ValueEnum};

use crate::cli::Stop;

/// The settings. A flag goes before an environment variable, which goes before the default.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Settings")]
pub struct Settings {
    /// Where everything is kept: `sqlite:` and a file, or `postgres:` and a server.
    #[arg(long, env = "DATABASE_URL", global = true, value_name = "URL", hide_env_values = true)]
    #[arg(default_value = "sqlite:psn-data/psn.db")]
    pub database_url: DatabaseUrl,

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

    /// The address and port on which the API and the playground are served.
    #[arg(long, env = "BIND", global = true, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    pub bind: SocketAddr,

    /// Serve on an address that other machines reach, and under any host name, although nobody has to sign in yet.
    #[arg(long, global = true)]
    pub insecure_open: bool,

    /// The board's time zone: it decides what today is, and when 07:00 on Monday is.
    #[arg(long, env = "BOARD_ZONE", global = true, value_name = "ZONE", default_value = "Europe/London")]
    #[arg(value_parser = zone)]
    pub board_zone: Tz,

    /// The address at which people reach this service: its host is answered besides localhost, and mails link to it; without one they have no links.
    #[arg(long, env = "BASE_URL", global = true, value_name = "URL", value_parser = web_address)]
    pub base_url: Option<String>,

    /// What is logged: `error`, `warn`, `info`, `debug` or `trace`, also for a part: `info,psn=debug`.
    #[arg(long, env = "LOG", global = true, value_name = "FILTER")]
    #[arg(default_value = "info,sea_orm_migration=warn,tokio_cron_scheduler=warn")]
    pub log: String,

    /// How log lines are written: `text` for people, or `json` for a log collector.
    #[arg(long, env = "LOG_FORMAT", global = true, value_name = "FORMAT", default_value = "text")]
    pub log_format: LogFormat,

    /// How many seconds running requests and jobs get to finish after a stop is asked for.
    #[arg(long, env = "SHUTDOWN_SECONDS", global = true, value_name = "SECONDS", default_value = "30")]
    #[arg(value_parser = clap::value_parser!(u64).range(0..=3600))]
    pub shutdown_seconds: u64,

    /// How many seconds one GraphQL query may take.
    #[arg(long, env = "QUERY_SECONDS", global = true, value_name = "SECONDS", default_value = "10")]
    #[arg(value_parser = clap::value_parser!(u64).range(1..=600))]
    pub query_seconds: u64,

    /// How many fields the answer to one GraphQL query may have, by an estimate made before it runs.
    #[arg(long, env = "QUERY_COST", global = true, value_name = "FIELDS", default_value = "50000")]
    #[arg(value_parser = clap::value_parser!(u64).range(1..=10_000_000))]
    pub query_cost: u64,
}

impl Settings {
    /// Refuses an address that other machines reach, unless told that this is meant.
    ///
    /// # Errors
    ///
    /// [`Stop::Refused`] with what to do.
    pub fn refuse_open_address(&self) -> Result<(), Stop> {
        if self.bind.ip().is_loopback() || self.insecure_open {
            return Ok(());
        }
        Err(Stop::Refused(format!(
            "{} can be reached from other machines and nobody has to sign in: serve on 127.0.0.1, or add --insecure-open if that is meant",
            self.bind
        )))
    }

    /// How long one query may take.
    #[must_use]
    pub const fn query_limit(&self) -> Duration {
        Duration::from_secs(self.query_seconds)
    }

    /// How long running work gets to finish after a stop is asked for.
    #[must_use]
    pub const fn shutdown_limit(&self) -> Duration {
        Duration::from_secs(self.shutdown_seconds)
    }

    /// How long sending one mail may take.
    #[must_use]
    pub const fn mail_limit(&self) -> Duration {
        Duration::from_secs(self.mail_timeout)
    }
}

/// How log lines are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line, for a log collector.
    Json,
}

/// A database's address. Shown only with its password masked; [`DatabaseUrl::reveal`] gives the whole.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl(String);

/// A mail server's address. Shown only with its password masked; [`SmtpUrl::reveal`] gives the whole.
#[derive(Clone, PartialEq, Eq)]
pub struct SmtpUrl(String);

impl FromStr for DatabaseUrl {
    type Err = &'static str;

    fn from_str(url: &str) -> Result<Self, Self::Err> {
        let known = ["sqlite:", "postgres:", "postgresql:"].iter().any(|scheme| url.starts_with(scheme));
        if known { Ok(Self(url.to_owned())) } else { Err("it begins with sqlite: or postgres:") }
    }
}

impl FromStr for SmtpUrl {
    type Err = &'static str;

    fn from_str(url: &str) -> Result<Self, Self::Err> {
        let known = ["smtp://", "smtp+starttls://", "smtps://"].iter().any(|scheme| url.starts_with(scheme));
        if known { Ok(Self(url.to_owned())) } else { Err("it begins with smtps://, smtp+starttls:// or smtp://") }
    }
}

impl DatabaseUrl {
    /// The address with its password, for the database's driver only.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// The file of a SQLite database; nothing for PostgreSQL and for a database in memory.
    #[must_use]
    pub fn file(&self) -> Option<PathBuf> {
        let path = self.0.strip_prefix("sqlite:")?;
        let path = path.strip_prefix("//").unwrap_or(path);
        let path = path.split_once('?').map_or(path, |(path, _)| path);
        (!path.is_empty() && path != ":memory:").then(|| PathBuf::from(path))
    }
}

impl SmtpUrl {
    /// The address with its password, for the mail transport only.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

/// `postgres://psn:secret@db/psn?password=secret` becomes `postgres://psn:***@db/psn?…`.
fn masked(url: &str) -> String {
    let (url, more) = match url.split_once('?') {
        Some((url, _)) => (url, "?…"),
        None => (url, ""),
    };
    let shown = match url.split_once("://").and_then(|(scheme, rest)| Some((scheme, rest.rsplit_once('@')?))) {
        Some((scheme, (login, server))) => {
            let name = login.split(':').next().unwrap_or_default();
            format!("{scheme}://{name}:***@{server}")
        }
        None => url.to_owned(),
    };
    shown + more
}

macro_rules! shown_masked {
    ($($name:ident),+) => {$(
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&masked(&self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), masked(&self.0))
            }
        }
    )+};
}

shown_masked!(DatabaseUrl, SmtpUrl);

fn web_address(url: &str) -> Result<String, String> {
    let uri = url.parse::<Uri>().ok();
    let named = uri.is_some_and(|uri| matches!(uri.scheme_str(), Some("http" | "https")) && uri.host().is_some());
    let sound = named && !url.contains(|c: char| c.is_whitespace() || c.is_control() || "\"<>".contains(c));
    if sound { Ok(url.to_owned()) } else { Err("it is an address such as https://psn.example".to_owned()) }
}

fn zone(name: &str) -> Result<Tz, String> {
    name.parse().map_err(|_| "it is a name of the time zone database, such as Europe/London".to_owned())
}

/// The settings as README.md's Markdown table, made from the same lines as `--help`.
#[must_use]
pub fn settings_markdown() -> String {
    let mut table = "| environment | flag | default | meaning |\n|---|---|---|---|\n".to_owned();
    for arg in Settings::augment_args(Command::new("psn")).get_arguments() {
        let code = |text: String| if text.is_empty() { text } else { format!("`{text}`") };
        let env = arg.get_env().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let flag = arg.get_long().map(|name| format!("--{name}")).unwrap_or_default();
        let takes_value = arg.get_action().takes_values();
        let defaults = arg.get_default_values().iter().map(|value| value.to_string_lossy().into_owned());
        let default = defaults.filter(|_| takes_value).collect::<Vec<_>>().join(" ");
        let meaning = arg.get_help().map(ToString::to_string).unwrap_or_default();
        table += &format!("| {} | {} | {} | {meaning}. |\n", code(env), code(flag), code(default));
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_never_shown() {
        for (url, shown) in [
            ("postgres://psn:s3cret@db:5432/psn", "postgres://psn:***@db:5432/psn"),
            ("postgres://psn:s3c@ret@db/psn?password=s3cret", "postgres://psn:***@db/psn?…"),
            ("postgres://db/psn", "postgres://db/psn"),
            ("sqlite:psn-data/psn.db", "sqlite:psn-data/psn.db"),
        ] {
            let url = DatabaseUrl::from_str(url).unwrap();
            assert_eq!(url.to_string(), shown);
            assert_eq!(format!("{url:?}"), format!("DatabaseUrl({shown})"));
        }
        let url = SmtpUrl::from_str("smtps://me:s3cret@mail.example").unwrap();
        assert_eq!(url.to_string(), "smtps://me:***@mail.example");
    }

    #[test]
    fn a_sqlite_address_names_its_file() {
        let file = |url: &str| DatabaseUrl::from_str(url).unwrap().file();
        assert_eq!(file("sqlite:psn-data/psn.db"), Some(PathBuf::from("psn-data/psn.db")));
        assert_eq!(file("sqlite:///var/psn.db?mode=rwc"), Some(PathBuf::from("/var/psn.db")));
        assert_eq!(file("sqlite::memory:"), None);
        assert_eq!(file("postgres://db/psn"), None);
    }
}
