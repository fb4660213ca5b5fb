//! Settings that contain a password. They come from the environment or from a file, never from a flag, because every user of
//! the machine can read flags in the list of processes. No error, help text or log line shows the password.
//!
//! To add one: a type that implements [`SecretSetting`], a field with `value_parser = SecretValueParser::<T>::new()`, and
//! next to it a field of type [`SecretFile`] that conflicts with it.

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

/// The value of a setting that contains, or is, a password.
pub trait SecretSetting: FromStr<Err: fmt::Display> + Clone + Send + Sync + 'static {
    /// The part that must not be shown. `None` if there is none.
    fn password(&self) -> Option<String>;
}

/// A clap parser for a [`SecretSetting`]. Unlike clap's own, its errors do not show the value, and it refuses a password on
/// the command line.
pub struct SecretValueParser<T>(PhantomData<fn() -> T>);

impl<T> SecretValueParser<T> {
    /// A parser for `T`.
    #[must_use]
    pub const fn new() -> Self {
        Self(PhantomData)
    }
}

impl<T> Default for SecretValueParser<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> Clone for SecretValueParser<T> {
    fn clone(&self) -> Self {
        Self::new()
    }
}

impl<T: SecretSetting> TypedValueParser for SecretValueParser<T> {
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
        let text = value.to_str().ok_or_else(|| refuse(format!("{name} is not UTF-8 text")))?;
        let secret: T = text.parse().map_err(|wrong| refuse(format!("{name} is not valid: {wrong}")))?;
        if source == ValueSource::CommandLine && secret.password().is_some() {
            return Err(refuse(format!(
                "every user of this machine can read a password in a flag: set {name}, or write it to a file and set {name}_FILE to that file"
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

impl<T: SecretSetting> SecretFile<T> {
    /// Reads the file at `path` as a secret, without one newline at its end.
    ///
    /// # Errors
    ///
    /// A sentence that does not show the content of the file.
    pub fn read(path: &str) -> Result<Self, String> {
        let text = std::fs::read_to_string(path).map_err(|cause| format!("the file cannot be read ({cause})"))?;
        let line = text.strip_suffix('\n').unwrap_or(&text);
        let line = line.strip_suffix('\r').unwrap_or(line);
        if line.is_empty() {
            return Err("the file is empty".to_owned());
        }
        let secret = line.parse().map_err(|wrong: T::Err| format!("the content of the file is not valid: {wrong}"))?;
        Ok(Self { path: path.into(), secret })
    }

    /// The content of the file.
    #[must_use]
    pub const fn secret(&self) -> &T {
        &self.secret
    }

    /// Why the file is not safe, in one sentence. `None` if it is.
    #[must_use]
    pub fn weakness(&self) -> Option<String> {
        let path = self.path.display();
        // A URL without a password is not secret.
        (self.secret.password().is_some() && open_to_all(&self.path)).then(|| {
            format!("{path} contains a password and every user of this machine can read it: run `chmod 600 {path}`")
        })
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

/// Returns the decoded password of a URL: `scheme://user:password@host` or `?password=`.
///
/// The URL is parsed by hand here and in [`masked`], and not with the `url` crate: URLs that the crate refuses or splits
/// differently, such as one with a bare `?` or `@` in its password, must not show the password either.
pub(super) fn password_of(url: &str) -> Option<String> {
    let (url, query) = url.split_once('?').filter(|(_, query)| !query.contains('@')).unwrap_or((url, ""));
    let named = query.split('&').find_map(|part| part.strip_prefix("password="));
    let login = || url.split_once("://")?.1.rsplit_once('@')?.0.split_once(':');
    let password = named.or_else(|| Some(login()?.1))?;
    (!password.is_empty()).then(|| percent_decoded(password))
}

/// Decodes percent-encoding: `%20` becomes a space. A `%` without two hexadecimal digits is kept.
pub(super) fn percent_decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// Masks the password of a URL: `postgres://psn:secret@db/psn?password=secret` becomes `postgres://psn:***@db/psn?…`.
pub(super) fn masked(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        return match url.split_once('?') {
            Some((file, _)) => format!("{file}?…"),
            None => url.to_owned(),
        };
    };
    let (place, more) = match rest.split_once('?') {
        // The end of the password is ambiguous.
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

/// Implements `Display`, `Debug` and [`SecretSetting`] for a tuple struct of one URL, with its password masked.
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

        impl $crate::config::secret::SecretSetting for $name {
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
