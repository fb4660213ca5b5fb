//! Settings that hold a password: they are never shown whole.

/// `postgres://psn:secret@db/psn?password=secret` becomes `postgres://psn:***@db/psn?…`.
pub(super) fn masked(url: &str) -> String {
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

/// Shows an address, a tuple struct of one text, only with its password masked.
macro_rules! shown_masked {
    ($($name:ident),+) => {$(
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&$crate::config::secret::masked(&self.0))
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), $crate::config::secret::masked(&self.0))
            }
        }
    )+};
}

pub(super) use shown_masked;
