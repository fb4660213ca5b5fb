//! Where everything is kept.

use std::path::PathBuf;
use std::str::FromStr;

use clap::Args;

use super::secret::shown_masked;

/// The database.
#[derive(Args, Clone, Debug)]
pub struct DatabaseSettings {
    /// Where everything is kept: `sqlite:` and a file, or `postgres:` and a server.
    #[arg(long, env = "DATABASE_URL", global = true, value_name = "URL", hide_env_values = true)]
    #[arg(default_value = "sqlite:psn-data/psn.db")]
    pub database_url: DatabaseUrl,
}

/// A database's address. Shown only with its password masked; [`DatabaseUrl::reveal`] gives the whole.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl(String);

shown_masked!(DatabaseUrl);

impl FromStr for DatabaseUrl {
    type Err = &'static str;

    fn from_str(url: &str) -> Result<Self, Self::Err> {
        let known = ["sqlite:", "postgres:", "postgresql:"].iter().any(|scheme| url.starts_with(scheme));
        if known { Ok(Self(url.to_owned())) } else { Err("it begins with sqlite: or postgres:") }
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
