//! Where everything is kept.

use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use clap::Args;
use entity::store::{DatabaseOptions, TransportSecurity, transport_security};

use super::secret::{Secret as _, SecretFile, Unshown, percent_decoded, shown_masked};
use super::tls::CaFile;
use super::yes_or_no;

/// The database.
#[derive(Args, Clone, Debug)]
pub struct DatabaseSettings {
    /// Where everything is kept: `sqlite:` and a file, or `postgres:` and a server.
    #[arg(long, env = "DATABASE_URL", global = true, value_name = "URL", hide_env_values = true)]
    #[arg(default_value = "sqlite:psn-data/psn.db", value_parser = Unshown::<DatabaseUrl>::new())]
    database_url: DatabaseUrl,

    /// A file that holds the database's address, in place of `DATABASE_URL`.
    #[arg(long, env = "DATABASE_URL_FILE", global = true, value_name = "FILE", conflicts_with = "database_url")]
    #[arg(value_parser = SecretFile::<DatabaseUrl>::read)]
    database_url_file: Option<SecretFile<DatabaseUrl>>,

    /// The certificate of a private authority by which the PostgreSQL server is trusted too (PEM).
    #[arg(long, env = "DATABASE_CA_FILE", global = true, value_name = "FILE", value_parser = CaFile::read)]
    database_ca_file: Option<CaFile>,

    /// Let PostgreSQL on another machine be reached unencrypted or unverified, as the address's `sslmode` says; without this it is `verify-full` or nothing.
    #[arg(long, env = "DATABASE_PLAIN", global = true, value_parser = yes_or_no)]
    database_plain: bool,
}

impl DatabaseSettings {
    /// The address, from wherever it came.
    #[must_use]
    pub fn url(&self) -> &DatabaseUrl {
        self.database_url_file.as_ref().map_or(&self.database_url, SecretFile::secret)
    }

    /// How it is opened, each statement within `statement_limit`.
    #[must_use]
    pub fn options(&self, statement_limit: Option<Duration>) -> DatabaseOptions {
        // The API looks its callers up first, by reads that may be done twice. Jobs begin with writes.
        let untested = statement_limit.is_some();
        let ca_file = self.database_ca_file.as_ref().map(|file| file.path().to_owned());
        DatabaseOptions { ca_file, unverified: self.database_plain, statement_limit, untested }
    }

    /// Whether it is on another machine.
    #[must_use]
    pub fn is_elsewhere(&self) -> bool {
        transport_security(self.url().reveal()).is_ok_and(|security| security != TransportSecurity::Local)
    }

    /// Why it must not be used, if it must not, in one sentence.
    pub(super) fn fault(&self) -> Option<String> {
        match transport_security(self.url().reveal()) {
            Err(fault) => Some(format!("DATABASE_URL: {fault}")),
            Ok(TransportSecurity::Unverified) if !self.database_plain => Some(format!(
                "the way to {} would not be encrypted or not verified: leave sslmode away or set it to verify-full (with DATABASE_CA_FILE for a private authority), or set DATABASE_PLAIN=yes if that is meant",
                self.url()
            )),
            Ok(_) => None,
        }
    }

    /// What is weak about it although it was asked for, a sentence each.
    pub(super) fn weaknesses(&self) -> Vec<String> {
        let unverified = self.database_plain && self.is_elsewhere();
        let plain = unverified.then(|| {
            format!(
                "DATABASE_PLAIN: the way to {} need not be encrypted, and the server not be the right one",
                self.url()
            )
        });
        let file = self.database_url_file.as_ref().and_then(SecretFile::weakness);
        plain.into_iter().chain(file).collect()
    }

    /// The password, for a comparison with those that everybody knows.
    pub(super) fn password(&self) -> Option<String> {
        self.url().password()
    }
}

/// What may stand behind the `?` of a PostgreSQL server's address.
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

/// A database's address. Shown only with its password masked; [`DatabaseUrl::reveal`] gives the whole.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl(String);

shown_masked!(DatabaseUrl);

impl FromStr for DatabaseUrl {
    type Err = &'static str;

    fn from_str(url: &str) -> Result<Self, Self::Err> {
        let known = ["sqlite:", "postgres:", "postgresql:"].iter().any(|scheme| url.starts_with(scheme));
        if !known {
            return Err("it begins with sqlite: or postgres:");
        }
        // The driver ignores what it does not know: `sslmod=verify-full` would go unnoticed, `passwort=` into the log.
        let parameters = url.split_once('?').filter(|_| !url.starts_with("sqlite:")).map_or("", |(_, query)| query);
        let mut names = parameters.split('&').filter_map(|parameter| parameter.split('=').next());
        if names.any(|name| !name.is_empty() && !PARAMETERS.contains(&name)) {
            return Err("it has a parameter behind the ? that is none of PostgreSQL's");
        }
        Ok(Self(url.to_owned()))
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
        // As the driver reads it: what is looked for must be what is opened.
        assert_eq!(file("sqlite:board%20one/psn.db"), Some(PathBuf::from("board one/psn.db")));
        assert_eq!(file("sqlite::memory:"), None);
        assert_eq!(file("postgres://db/psn"), None);
    }
}
