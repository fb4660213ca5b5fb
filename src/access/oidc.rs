//! Sign-in through the board's identity provider: OpenID Connect, as the authorisation code flow with PKCE for people at our
//! own pages, and as access tokens (JWT) that front ends send.
//!
//! The `openidconnect` crate implements the protocol. This module adds the settings, the clock, the HTTP client, how long the
//! provider's keys are kept, and how a token is matched with a person on file.

mod claimant;
mod document;
mod fetch;
mod flow;
mod pending;
mod verify;

use std::sync::Arc;

use entity::clock::Clock;
use openidconnect::{ClientId, ClientSecret, IssuerUrl, RedirectUrl, Scope};

pub use claimant::Unmatched;
pub use flow::{PendingSignIn, ProviderAnswer};
pub use pending::{LIFE as SIGN_IN_LIFE, ReturnPath, SealingKey};
pub use verify::TokenError;

use crate::config::SecretFile;
use crate::config::oidc::{ClaimKind, OidcSettings};
use document::Documents;
use fetch::Fetch;
use verify::{ClaimNames, Purpose, Rules};

/// The path under the service's own address to which the provider sends people back.
pub const CALLBACK: &str = "/sign-in/callback";

/// A client of the board's identity provider. Clones share its keys.
#[derive(Clone, Debug)]
pub struct Oidc(Arc<Provider>);

#[derive(Debug)]
struct Provider {
    rules: Rules,
    documents: Documents,
    fetch: Fetch,
    clock: Clock,
    secret: Option<ClientSecret>,
    callback: RedirectUrl,
    scopes: Vec<Scope>,
    claim: ClaimKind,
}

/// The person that a token describes, as the provider identifies them.
#[derive(Clone, PartialEq, Eq)]
pub struct Identity {
    /// The provider's issuer.
    pub issuer: String,
    /// The provider's own id of the person.
    pub subject: String,
    /// The e-mail address. `None` unless it is verified.
    pub email: Option<String>,
    /// The employee number.
    pub employee_number: Option<String>,
    /// The employer.
    pub employer: Option<String>,
}

impl std::fmt::Debug for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Personal data must not reach the log.
        f.debug_struct("Identity").finish_non_exhaustive()
    }
}

/// Unusable settings, and what to change.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unusable(String);

/// The provider cannot be reached, or its answer is not valid OpenID Connect, and its keys are not in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the identity provider cannot be reached")]
pub struct Unreachable;

/// Why a sign-in failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OidcError {
    /// The provider cannot be reached.
    #[error(transparent)]
    Unreachable(#[from] Unreachable),
    /// The provider's answer matches no sign-in that this browser began in the last minutes.
    #[error("the answer matches no pending sign-in")]
    NotBegun,
    /// The provider did not sign the person in: they cancelled, or are not allowed to.
    #[error("the identity provider did not sign the person in")]
    Declined,
    /// The provider does not accept this client: the settings are wrong, here or there.
    #[error("the identity provider rejects psn as a client")]
    NotAccepted,
    /// The token is invalid.
    #[error("invalid token: {0}")]
    Refused(#[from] TokenError),
}

impl Oidc {
    /// Returns the client of the provider in the settings, if one is set up. `base_url` is the address at which people reach
    /// this service. The provider is not contacted yet, because it may be unreachable.
    ///
    /// # Errors
    ///
    /// [`Unusable`] if the settings contradict each other.
    pub fn new(settings: &OidcSettings, base_url: &str, clock: Clock) -> Result<Option<Self>, Unusable> {
        let Some(issuer) = &settings.oidc_issuer else {
            let rest = [
                ("OIDC_CLIENT_ID", settings.oidc_client_id.is_some()),
                ("OIDC_CLIENT_SECRET", settings.oidc_client_secret.is_some()),
                ("OIDC_CLIENT_SECRET_FILE", settings.oidc_client_secret_file.is_some()),
                ("OIDC_AUDIENCE", settings.oidc_audience.is_some()),
            ];
            return match rest.iter().find(|(_, set)| *set) {
                None => Ok(None),
                Some((name, _)) => Err(Unusable(format!(
                    "{name} is set but OIDC_ISSUER is not: set OIDC_ISSUER to the provider's issuer"
                ))),
            };
        };
        let unusable = |sentence: &str| Unusable(sentence.to_owned());
        let issuer =
            IssuerUrl::new(issuer.clone()).ok().filter(|issuer| fetch::is_safe(issuer.url())).ok_or_else(|| {
                unusable(
                    "OIDC_ISSUER must be an https address (http on this machine only), such as https://login.example/board",
                )
            })?;
        let client_id = settings.oidc_client_id.clone().filter(|id| !id.is_empty()).ok_or_else(|| {
            unusable(
                "OIDC_ISSUER is set but OIDC_CLIENT_ID is not: set it to the name under which psn is registered there",
            )
        })?;
        let audience = settings.oidc_audience.clone().filter(|audience| !audience.is_empty());
        if audience.as_ref() == Some(&client_id) {
            return Err(unusable(
                "OIDC_AUDIENCE is the same as OIDC_CLIENT_ID, so an ID token would be accepted as an access token: register the API under an audience of its own",
            ));
        }
        if settings.oidc_algorithms.is_empty() {
            return Err(unusable("OIDC_ALGORITHMS is empty: name at least one, such as RS256"));
        }
        let callback = RedirectUrl::new(format!("{}{CALLBACK}", base_url.trim_end_matches('/')))
            .map_err(|_| unusable("BASE_URL is not an address to which the identity provider can send people back"))?;
        let fetch = Fetch::new(settings.oidc_ca_file.as_deref(), issuer.url().scheme() == "http")?;
        let scopes = settings.oidc_scope.split_whitespace().filter(|scope| *scope != "openid");
        let rules = Rules {
            issuer: issuer.clone(),
            client_id: ClientId::new(client_id),
            audience: audience.map(ClientId::new),
            algorithms: settings.oidc_algorithms.clone(),
            names: ClaimNames {
                email: settings.oidc_email_claim.clone(),
                employee: settings.oidc_employee_claim.clone(),
                employer: settings.oidc_employer_claim.clone(),
            },
            email_unstated: settings.oidc_email_unstated,
        };
        Ok(Some(Self(Arc::new(Provider {
            rules,
            documents: Documents::new(issuer, fetch.clone(), clock.clone()),
            fetch,
            clock,
            secret: secret(settings),
            callback,
            scopes: scopes.map(|scope| Scope::new(scope.to_owned())).collect(),
            claim: settings.oidc_claim,
        }))))
    }

    /// Verifies an access token (JWT) of a front end, and returns the person that it describes.
    ///
    /// # Errors
    ///
    /// [`OidcError::Refused`], or [`OidcError::Unreachable`] if the provider's keys are not available.
    pub async fn bearer(&self, token: &str) -> Result<Identity, OidcError> {
        self.verified(token, Purpose::Bearer).await
    }

    /// Fetches the provider's keys and returns how many there are, for `psn check`.
    ///
    /// # Errors
    ///
    /// [`Unreachable`]; the log has the reason.
    pub async fn check(&self) -> Result<usize, Unreachable> {
        Ok(self.0.documents.current().await?.document.jwks().keys().len())
    }

    async fn verified(&self, token: &str, purpose: Purpose<'_>) -> Result<Identity, OidcError> {
        let Provider { rules, documents, clock, .. } = &*self.0;
        let held = documents.current().await?;
        match rules.verify(token, purpose, held.document.jwks(), clock.now()) {
            Err(TokenError::UnknownKey) => {
                let newer = documents.newer(&held).await?;
                Ok(rules.verify(token, purpose, newer.document.jwks(), clock.now())?)
            }
            verdict => Ok(verdict?),
        }
    }
}

/// Reads the client secret from the setting or its file.
fn secret(settings: &OidcSettings) -> Option<ClientSecret> {
    let from_file = settings.oidc_client_secret_file.as_ref().map(SecretFile::secret);
    let secret = from_file.or(settings.oidc_client_secret.as_ref())?;
    Some(ClientSecret::new(secret.reveal().to_owned()))
}

#[cfg(test)]
mod tests;
