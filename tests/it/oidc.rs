//! Signing in through an identity provider: a real one on loopback, with real keys.

mod bearer;
mod flow;
mod key;
mod keys_kept;
pub(crate) mod provider;
