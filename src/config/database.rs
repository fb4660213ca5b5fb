//! The settings of the database.

use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use clap::Args;
use entity::store::{DatabaseOptions, TransportSecurity, transport_security};

use super::secret::{SecretFile, SecretSetting as _, SecretValueParser, percent_decoded, shown_masked};
use super::tls::CaFile;
use super::yes_or_no;

/// The database.
#[derive(Args, Clone, Debug)]
pub struct DatabaseSettings {
    /// Database URL: `sqlite:` and a file, or `postgres:` and a server.
    #[arg(long, env = "DATABASE_URL", global = true, value_name = "URL", hide_env_values = true)]
    #[arg(default_value = "sqlite:psn-data/psn.db", value_parser = SecretValueParser::<DatabaseUrl>::new())]
    database_url: DatabaseUrl,

    /// File that contains the database URL, instead of `DATABASE_URL`.
    #[arg(long, env = "DATABASE_URL_FILE", global = true, value_name = "FILE", conflicts_with = "database_url")]
    #[arg(value_parser = SecretFile::<DatabaseUrl>::read)]
    database_url_file: Option<SecretFile<DatabaseUrl>>,

    /// PEM file with an additional certificate authority to trust for the PostgreSQL server.
    #[arg(long, env = "DATABASE_CA_FILE", global = true, value_name = "FILE", value_parser = CaFile::read)]
    database_ca_file: Option<CaFile>,

    /// Allow an unencrypted or unverified connection to PostgreSQL on another machine, as `sslmode` in the URL says; otherwise only `verify-full` is accepted.
    #[arg(long, env = "DATABASE_PLAIN", global = true, value_parser = yes_or_no)]
    database_plain: bool,
}

impl DatabaseSettings {
    /// The database URL, from the setting or from its file.
    #[must_use]
    pub fn url(&self) -> &DatabaseUrl {
        self.database_url_file.as_ref().map_or(&self.database_url, SecretFile::secret)
    }

    /// Returns the options for opening the database. Each statement may take `statement_limit`; `None` sets no limit.
    #[must_use]
    pub fn options(&self, statement_limit: Option<Duration>) -> DatabaseOptions {
        // The API starts with reads that authenticate the caller and may be repeated, so a connection need not be tested
        // before use. Jobs start with writes.
        let untested = statement_limit.is_some();
        let ca_file = self.database_ca_file.as_ref().map(|file| file.path().to_owned());
        DatabaseOptions { ca_file, unverified: self.database_plain, statement_limit, untested }
    }

    /// Whether the database is on another machine.
    #[must_use]
    pub fn is_elsewhere(&self) -> bool {
        transport_security(self.url().reveal()).is_ok_and(|security| security != TransportSecurity::Local)
    }

    /// Why these settings are not accepted, in one sentence. `None` if they are.
    pub(super) fn fault(&self) -> Option<String> {
        match transport_security(self.url().reveal()) {
            Err(fault) => Some(format!("DATABASE_URL: {fault}")),
            Ok(TransportSecurity::Unverified) if !self.database_plain => Some(format!(
                "the connection to {} would be unencrypted or unverified: remove sslmode or set it to verify-full (with DATABASE_CA_FILE for a private certificate authority), or set DATABASE_PLAIN=yes to allow it",
                self.url()
            )),
            Ok(_) => None,
        }
    }

    /// Settings that weaken security although they are allowed, one sentence each.
    pub(super) fn weaknesses(&self) -> Vec<String> {
        let unverified = self.database_plain && self.is_elsewhere();
        let plain = unverified.then(|| {
            format!(
                "DATABASE_PLAIN: the connection to {} may be unencrypted, and the server's identity is not verified",
                self.url()
            )
        });
        let file = self.database_url_file.as_ref().and_then(SecretFile::weakness);
        plain.into_iter().chain(file).collect()
    }

    /// The password, to compare it with well-known passwords.
    pub(super) fn password(&self) -> Option<String> {
        self.url().password()
    }
}

/// The parameters that are accepted after the `?` of a PostgreSQL URL.
const PARAMETERS: [&str; 13] = [
    "sslmode",
    "sslrootcert",
    "sslcert",
    "sslkey",
    "statement-cache-capacity",
    "host",
    "hostaddr",
    "port",
    "dbname",
    "user",
    "password",
    "application_name",
    "options",
];

/// A database URL. It is displayed with its password masked; [`DatabaseUrl::reveal`] returns all of it.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl(String);

shown_masked!(DatabaseUrl);

impl FromStr for DatabaseUrl {
    type Err = &'static str;

    fn from_str(url: &str) -> Result<Self, Self::Err> {
        let known = ["sqlite:", "postgres:", "postgresql:"].iter().any(|scheme| url.starts_with(scheme));
        if !known {
            return Err("it must start with sqlite: or postgres:");
        }
        // The driver ignores unknown parameters: `sslmod=verify-full` would go unnoticed, and `passwort=` would reach the log.
        let parameters = url.split_once('?').filter(|_| !url.starts_with("sqlite:")).map_or("", |(_, query)| query);
        let mut names = parameters.split('&').filter_map(|parameter| parameter.split('=').next());
        if names.any(|name| !name.is_empty() && !PARAMETERS.contains(&name)) {
            return Err("it has an unknown PostgreSQL parameter after the ?");
        }
        Ok(Self(url.to_owned()))
    }
}

impl DatabaseUrl {
    /// Returns the URL with its password, for the database driver only.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Returns the file of a SQLite database; `None` for PostgreSQL and for a database in memory.
    #[must_use]
    pub fn file(&self) -> Option<PathBuf> {
        let path = self.0.strip_prefix("sqlite:")?;
        let path = path.strip_prefix("//").unwrap_or(path);
        let path = path.split_once('?').map_or(path, |(path, _)| path);
        (!path.is_empty() && path != ":memory:").then(|| PathBuf::from(percent_decoded(path)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sqlite_address_names_its_file() {
        let file = |url: &str| DatabaseUrl::from_str(url).unwrap().file();
        assert_eq!(file("sqlite:psn-data/psn.db"), Some(PathBuf::from("psn-data/psn.db")));
        assert_eq!(file("sqlite:///var/psn.db?mode=rwc"), Some(PathBuf::from("/var/psn.db")));
        // Decoded as the driver decodes it, so that the file that is checked is the file that is opened.
        assert_eq!(file("sqlite:board%20one/psn.db"), Some(PathBuf::from("board one/psn.db")));
        assert_eq!(file("sqlite::memory:"), None);
        assert_eq!(file("postgres://db/psn"), None);
    }
}
