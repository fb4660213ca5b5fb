//! The settings of signing in through the board's identity provider.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, ValueEnum};

use super::secret::{self, SecretFile, Unshown};
use super::yes_or_no;

/// Signing in through an OpenID Connect provider. Without `OIDC_ISSUER` there is none.
#[derive(Args, Clone, Debug)]
pub struct OidcSettings {
    /// The board's identity provider (OpenID Connect): its issuer, an https address exactly as the provider writes it; without one nobody signs in that way.
    #[arg(long, env = "OIDC_ISSUER", global = true, value_name = "URL")]
    pub oidc_issuer: Option<String>,

    /// The name under which psn is registered with the identity provider.
    #[arg(long, env = "OIDC_CLIENT_ID", global = true, value_name = "ID")]
    pub oidc_client_id: Option<String>,

    /// The secret that goes with it; none where psn is registered as a public client.
    #[arg(long, env = "OIDC_CLIENT_SECRET", global = true, value_name = "SECRET", hide_env_values = true)]
    #[arg(value_parser = Unshown::<Secret>::new())]
    pub oidc_client_secret: Option<Secret>,

    /// A file that holds the secret, in place of `OIDC_CLIENT_SECRET`.
    #[arg(long, env = "OIDC_CLIENT_SECRET_FILE", global = true, value_name = "FILE")]
    #[arg(value_parser = SecretFile::<Secret>::read, conflicts_with = "oidc_client_secret")]
    pub oidc_client_secret_file: Option<SecretFile<Secret>>,

    /// The audience of access tokens (JWT) that front ends bring; without one such tokens are refused.
    #[arg(long, env = "OIDC_AUDIENCE", global = true, value_name = "AUDIENCE")]
    pub oidc_audience: Option<String>,

    /// The algorithms with which the provider may sign, with commas between: some of `RS256`, `PS256`, `ES256`, `EdDSA`.
    #[arg(long, env = "OIDC_ALGORITHMS", global = true, value_name = "NAMES", value_delimiter = ',')]
    #[arg(default_value = "RS256,ES256")]
    pub oidc_algorithms: Vec<Algorithm>,

    /// What is asked of the provider, as its scopes; an employee number may need one more.
    #[arg(long, env = "OIDC_SCOPE", global = true, value_name = "SCOPES", default_value = "openid email")]
    pub oidc_scope: String,

    /// What tells which person on file has signed in: their work address, or their employee number.
    #[arg(long, env = "OIDC_CLAIM", global = true, value_name = "CLAIM", default_value = "email")]
    pub oidc_claim: ClaimKind,

    /// The claim that holds the work address.
    #[arg(long, env = "OIDC_EMAIL_CLAIM", global = true, value_name = "NAME", default_value = "email")]
    pub oidc_email_claim: String,

    /// Take a work address also from a provider that never says whether it is verified (it sends no `email_verified`); one that it calls unverified is refused all the same.
    #[arg(long, env = "OIDC_EMAIL_UNSTATED", global = true, value_parser = yes_or_no)]
    pub oidc_email_unstated: bool,

    /// The claim that holds the employee number.
    #[arg(long, env = "OIDC_EMPLOYEE_CLAIM", global = true, value_name = "NAME", default_value = "employee_number")]
    pub oidc_employee_claim: String,

    /// The claim that holds the employer; without one an employee number must be one person's among all employers.
    #[arg(long, env = "OIDC_EMPLOYER_CLAIM", global = true, value_name = "NAME")]
    pub oidc_employer_claim: Option<String>,

    /// A file with certificates (PEM) of authorities that the provider's is trusted by besides the public ones.
    #[arg(long, env = "OIDC_CA_FILE", global = true, value_name = "FILE")]
    pub oidc_ca_file: Option<PathBuf>,
}

impl OidcSettings {
    /// The secret, for a comparison with those that everybody knows.
    pub(super) fn password(&self) -> Option<String> {
        let file = self.oidc_client_secret_file.as_ref().map(SecretFile::secret);
        file.or(self.oidc_client_secret.as_ref()).map(|secret| secret.reveal().to_owned())
    }

    /// What is weak about it, a sentence each.
    pub(super) fn weaknesses(&self) -> Vec<String> {
        let unstated = self.oidc_issuer.is_some() && self.oidc_email_unstated && self.oidc_claim == ClaimKind::Email;
        let unstated = unstated.then(|| {
            "OIDC_EMAIL_UNSTATED: people are told apart by work addresses of which the identity provider does not say that \
             it has verified them"
                .to_owned()
        });
        let file = self.oidc_client_secret_file.as_ref().and_then(SecretFile::weakness);
        unstated.into_iter().chain(file).collect()
    }
}

/// An algorithm with which a token may be signed. All are asymmetric: who can verify a token cannot make one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, ValueEnum)]
pub enum Algorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    #[value(name = "RS256")]
    Rs256,
    /// RSASSA-PSS with SHA-256.
    #[value(name = "PS256")]
    Ps256,
    /// ECDSA on P-256 with SHA-256.
    #[value(name = "ES256")]
    Es256,
    /// Ed25519.
    #[value(name = "EdDSA")]
    EdDsa,
}

/// What of a token tells which person on file it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ClaimKind {
    /// The work address.
    Email,
    /// The employee number, with the employer where a claim holds it.
    EmployeeNumber,
}

/// A secret: shown as three stars.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// The secret itself, for whom it is meant only.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl FromStr for Secret {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        if text.is_empty() {
            return Err("it is empty: unset it where psn is a public client");
        }
        Ok(Self(text.to_owned()))
    }
}

impl secret::Secret for Secret {
    fn password(&self) -> Option<String> {
        Some(self.0.clone())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(***)")
    }
}
