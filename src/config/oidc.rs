//! The settings for signing in through the board's identity provider.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, ValueEnum};

use super::secret::{SecretFile, SecretSetting, SecretValueParser};
use super::yes_or_no;

/// The settings of the OpenID Connect provider. Without `OIDC_ISSUER` there is no provider.
#[derive(Args, Clone, Debug)]
pub struct OidcSettings {
    /// Issuer of the board's identity provider (OpenID Connect): an https URL, exactly as the provider writes it; without it, people cannot sign in through a provider.
    #[arg(long, env = "OIDC_ISSUER", global = true, value_name = "URL")]
    pub oidc_issuer: Option<String>,

    /// Client ID of psn at the identity provider.
    #[arg(long, env = "OIDC_CLIENT_ID", global = true, value_name = "ID")]
    pub oidc_client_id: Option<String>,

    /// Client secret of psn; leave it unset if psn is registered as a public client.
    #[arg(long, env = "OIDC_CLIENT_SECRET", global = true, value_name = "SECRET", hide_env_values = true)]
    #[arg(value_parser = SecretValueParser::<ClientSecret>::new())]
    pub oidc_client_secret: Option<ClientSecret>,

    /// File that contains the client secret, instead of `OIDC_CLIENT_SECRET`.
    #[arg(long, env = "OIDC_CLIENT_SECRET_FILE", global = true, value_name = "FILE")]
    #[arg(value_parser = SecretFile::<ClientSecret>::read, conflicts_with = "oidc_client_secret")]
    pub oidc_client_secret_file: Option<SecretFile<ClientSecret>>,

    /// Audience of the access tokens (JWT) that front ends send; without it, such tokens are refused.
    #[arg(long, env = "OIDC_AUDIENCE", global = true, value_name = "AUDIENCE")]
    pub oidc_audience: Option<String>,

    /// Algorithms with which the provider may sign, separated by commas: any of `RS256`, `PS256`, `ES256`, `EdDSA`.
    #[arg(long, env = "OIDC_ALGORITHMS", global = true, value_name = "NAMES", value_delimiter = ',')]
    #[arg(default_value = "RS256,ES256")]
    pub oidc_algorithms: Vec<Algorithm>,

    /// Scopes to request from the provider; an employee number may need an additional one.
    #[arg(long, env = "OIDC_SCOPE", global = true, value_name = "SCOPES", default_value = "openid email")]
    pub oidc_scope: String,

    /// Claim that identifies the person on file: `email` (work address) or `employee-number`.
    #[arg(long, env = "OIDC_CLAIM", global = true, value_name = "CLAIM", default_value = "email")]
    pub oidc_claim: ClaimKind,

    /// Name of the claim that contains the work address.
    #[arg(long, env = "OIDC_EMAIL_CLAIM", global = true, value_name = "NAME", default_value = "email")]
    pub oidc_email_claim: String,

    /// Accept a work address from a provider that does not send `email_verified`; an address that the provider marks as unverified is still refused.
    #[arg(long, env = "OIDC_EMAIL_UNSTATED", global = true, value_parser = yes_or_no)]
    pub oidc_email_unstated: bool,

    /// Name of the claim that contains the employee number.
    #[arg(long, env = "OIDC_EMPLOYEE_CLAIM", global = true, value_name = "NAME", default_value = "employee_number")]
    pub oidc_employee_claim: String,

    /// Name of the claim that contains the employer; without it, an employee number must be unique across all employers.
    #[arg(long, env = "OIDC_EMPLOYER_CLAIM", global = true, value_name = "NAME")]
    pub oidc_employer_claim: Option<String>,

    /// PEM file with additional certificate authorities to trust for the identity provider.
    #[arg(long, env = "OIDC_CA_FILE", global = true, value_name = "FILE")]
    pub oidc_ca_file: Option<PathBuf>,
}

impl OidcSettings {
    /// The client secret, to compare it with well-known passwords.
    pub(super) fn password(&self) -> Option<String> {
        let file = self.oidc_client_secret_file.as_ref().map(SecretFile::secret);
        file.or(self.oidc_client_secret.as_ref()).map(|secret| secret.reveal().to_owned())
    }

    /// Settings that weaken security although they are allowed, one sentence each.
    pub(super) fn weaknesses(&self) -> Vec<String> {
        let unstated = self.oidc_issuer.is_some() && self.oidc_email_unstated && self.oidc_claim == ClaimKind::Email;
        let unstated = unstated.then(|| {
            "OIDC_EMAIL_UNSTATED: people are identified by work addresses that the identity provider does not state to be \
             verified"
                .to_owned()
        });
        let file = self.oidc_client_secret_file.as_ref().and_then(SecretFile::weakness);
        unstated.into_iter().chain(file).collect()
    }
}

/// An algorithm with which a token may be signed. All are asymmetric: a key that verifies tokens cannot create them.
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

/// The claim that identifies the person on file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ClaimKind {
    /// The work address.
    Email,
    /// The employee number, together with the employer if a claim contains it.
    EmployeeNumber,
}

/// The client secret of psn at the identity provider. It is displayed as three stars.
#[derive(Clone, PartialEq, Eq)]
pub struct ClientSecret(String);

impl ClientSecret {
    /// Returns the secret itself, only for requests to the identity provider.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl FromStr for ClientSecret {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        if text.is_empty() {
            return Err("it is empty; unset it if psn is a public client");
        }
        Ok(Self(text.to_owned()))
    }
}

impl SecretSetting for ClientSecret {
    fn password(&self) -> Option<String> {
        Some(self.0.clone())
    }
}

impl fmt::Debug for ClientSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientSecret(***)")
    }
}
