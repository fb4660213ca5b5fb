//! Settings that hold a password. They come from the environment or from a file, never from a flag, which everybody on the
//! machine can read in the list of processes; and no error, help or log line shows them whole.
//!
//! A new one is a type that is [`Secret`], a field with `value_parser = Unshown::<T>::new()`, and beside it a field of
//! [`SecretFile`] that conflicts with it.

use std::ffi::OsStr;
use std::fmt;
use std::marker::PhantomData;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use clap::builder::TypedValueParser;
use clap::error::ErrorKind;
use clap::parser::ValueSource;
use clap::{Arg, Command};
use percent_encoding::percent_decode_str;

/// What a setting holds that must not be seen.
pub trait Secret: FromStr<Err: fmt::Display> + Clone + Send + Sync + 'static {
    /// The part that must not be seen, if there is one.
    fn password(&self) -> Option<String>;
}

/// Reads a [`Secret`]. What is wrong with it is told without showing it, as clap would, and on the command line it may hold
/// no password.
pub struct Unshown<T>(PhantomData<fn() -> T>);

impl<T> Unshown<T> {
    /// The reader.
    #[must_use]
    pub const fn new() -> Self {
        Self(PhantomData)
    }
}

impl<T> Default for Unshown<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> Clone for Unshown<T> {
    fn clone(&self) -> Self {
        Self::new()
    }
}

impl<T: Secret> TypedValueParser for Unshown<T> {
    type Value = T;

    fn parse_ref(&self, command: &Command, arg: Option<&Arg>, value: &OsStr) -> Result<T, clap::Error> {
        self.parse_ref_(command, arg, value, ValueSource::EnvVariable)
    }

    fn parse_ref_(
        &self,
        command: &Command,
        arg: Option<&Arg>,
        value: &OsStr,
        source: ValueSource,
    ) -> Result<T, clap::Error> {
        let refuse = |sentence: String| clap::Error::raw(ErrorKind::ValueValidation, sentence + "\n").with_cmd(command);
        let name = arg.and_then(Arg::get_env).unwrap_or_default().to_string_lossy();
        let text = value.to_str().ok_or_else(|| refuse(format!("{name} is no text in UTF-8")))?;
        let secret: T = text.parse().map_err(|wrong| refuse(format!("{name} cannot be used: {wrong}")))?;
        if source == ValueSource::CommandLine && secret.password().is_some() {
            return Err(refuse(format!(
                "a password in a flag can be read by everybody on this machine: set {name}, or write it into a file and name that in {name}_FILE"
            )));
        }
        Ok(secret)
    }
}

/// A secret that was read from a file.
#[derive(Clone)]
pub struct SecretFile<T> {
    path: PathBuf,
    secret: T,
}

impl<T: Secret> SecretFile<T> {
    /// Reads the file at `path` as a secret; one newline at its end is no part of it.
    ///
    /// # Errors
    ///
    /// A sentence that does not show what is in the file.
    pub fn read(path: &str) -> Result<Self, String> {
        let text = std::fs::read_to_string(path).map_err(|cause| format!("it cannot be read ({cause})"))?;
        let line = text.strip_suffix('\n').unwrap_or(&text);
        let line = line.strip_suffix('\r').unwrap_or(line);
        if line.is_empty() {
            return Err("it is empty".to_owned());
        }
        let secret = line.parse().map_err(|wrong: T::Err| format!("what is in it cannot be used: {wrong}"))?;
        Ok(Self { path: path.into(), secret })
    }

    /// What is in the file.
    #[must_use]
    pub const fn secret(&self) -> &T {
        &self.secret
    }

    /// What is unsafe about the file, if anything, in one sentence.
    #[must_use]
    pub fn weakness(&self) -> Option<String> {
        let path = self.path.display();
        // An address without a password is no secret.
        (self.secret.password().is_some() && open_to_all(&self.path))
            .then(|| format!("{path} holds a password and can be read by every user of this machine: chmod 600 {path}"))
    }
}

#[cfg(unix)]
fn open_to_all(path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    std::fs::metadata(path).is_ok_and(|file| file.mode() & 0o004 != 0)
}

#[cfg(not(unix))]
fn open_to_all(_: &Path) -> bool {
    false
}

impl<T> fmt::Debug for SecretFile<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SecretFile").field("path", &self.path).finish_non_exhaustive()
    }
}

/// The password of an address, as it is sent: `scheme://user:password@host` or `?password=`.
///
/// The address is taken apart by hand here and in [`masked`], and not by the `url` crate: addresses that the crate refuses or
/// divides elsewhere, such as one with a bare `?` or `@` in its password, must not show the password either.
pub(super) fn password_of(url: &str) -> Option<String> {
    let (url, query) = url.split_once('?').filter(|(_, query)| !query.contains('@')).unwrap_or((url, ""));
    let named = query.split('&').find_map(|part| part.strip_prefix("password="));
    let login = || url.split_once("://")?.1.rsplit_once('@')?.0.split_once(':');
    let password = named.or_else(|| Some(login()?.1))?;
    (!password.is_empty()).then(|| percent_decoded(password))
}

/// Replaces `%20` by a space, for example. A `%` without two hexadecimal digits stays.
pub(super) fn percent_decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// `postgres://psn:secret@db/psn?password=secret` becomes `postgres://psn:***@db/psn?…`.
pub(super) fn masked(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        return match url.split_once('?') {
            Some((file, _)) => format!("{file}?…"),
            None => url.to_owned(),
        };
    };
    let (place, more) = match rest.split_once('?') {
        // Where the password ends cannot be told.
        Some((_, query)) if query.contains('@') => return format!("{scheme}://***"),
        Some((place, _)) => (place, "?…"),
        None => (rest, ""),
    };
    match place.rsplit_once('@') {
        Some((login, server)) => {
            let name = login.split(':').next().unwrap_or_default();
            format!("{scheme}://{name}:***@{server}{more}")
        }
        None => format!("{scheme}://{place}{more}"),
    }
}

/// Shows an address, a tuple struct of one text, only with its password masked.
macro_rules! shown_masked {
    ($name:ident) => {
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&$crate::config::secret::masked(&self.0))
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }

        impl $crate::config::secret::Secret for $name {
            fn password(&self) -> Option<String> {
                $crate::config::secret::password_of(&self.0)
            }
        }
    };
}

pub(super) use shown_masked;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_never_shown() {
        for (url, shown, password) in [
            ("postgres://psn:s3cret@db:5432/psn", "postgres://psn:***@db:5432/psn", Some("s3cret")),
            ("postgres://psn:s3c@ret@db/psn?sslmode=require", "postgres://psn:***@db/psn?…", Some("s3c@ret")),
            ("postgres://psn@db/psn?user=x&password=s3c%3Fret", "postgres://psn:***@db/psn?…", Some("s3c?ret")),
            ("postgres://psn:s3c?ret@db/psn", "postgres://***", Some("s3c?ret")),
            ("postgres://psn:s3c%zzret%40@db/psn", "postgres://psn:***@db/psn", Some("s3c%zzret@")),
            ("smtps://me:@mail.example", "smtps://me:***@mail.example", None),
            ("postgres://db/psn", "postgres://db/psn", None),
            ("sqlite:psn-data/psn.db?mode=rwc", "sqlite:psn-data/psn.db?…", None),
        ] {
            assert_eq!(masked(url), shown);
            assert_eq!(password_of(url).as_deref(), password, "{url}");
        }
    }
}
