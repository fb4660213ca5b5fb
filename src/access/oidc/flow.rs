//! The authorisation code flow with PKCE: a person is sent to the provider, comes back with a code, and the code is exchanged
//! for an ID token.

use openidconnect::core::{
    CoreAuthenticationFlow, CoreClient, CoreClientAuthMethod, CoreErrorResponseType, CoreProviderMetadata,
    CoreTokenResponse,
};
use openidconnect::{
    AuthType, AuthorizationCode, CsrfToken, EndpointMaybeSet, EndpointNotSet, EndpointSet, Nonce, PkceCodeChallenge,
    RequestTokenError, TokenResponse as _,
};
use serde::Deserialize;

use super::pending::{LIFE, PendingState, SealingKey};
use super::verify::Purpose;
use super::{Identity, Oidc, OidcError, ReturnPath, TokenError, Unreachable, fetch};

/// The number of random bytes in a state and a nonce.
const RANDOM_BYTES: u32 = 32;

type Client =
    CoreClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointMaybeSet, EndpointMaybeSet>;

/// A sign-in that has begun.
pub struct PendingSignIn {
    /// The provider's page, to which the browser is sent.
    pub address: String,
    /// The state that the browser must send back when it returns, encrypted: for a cookie that scripts cannot read.
    pub sealed: String,
}

/// The query of [`super::CALLBACK`] with which the provider sends the browser back.
#[derive(Deserialize)]
pub struct ProviderAnswer {
    state: Option<String>,
    code: Option<String>,
    error: Option<String>,
    /// RFC 9207: the issuer that answers.
    iss: Option<String>,
}

impl Oidc {
    /// Begins a sign-in after which the person is sent to `to`. Nothing is stored here: `key` encrypts the state for the
    /// browser.
    ///
    /// # Errors
    ///
    /// [`OidcError::Unreachable`].
    pub async fn begin(&self, key: &SealingKey, to: ReturnPath) -> Result<PendingSignIn, OidcError> {
        let provider = &*self.0;
        let document = provider.documents.current().await?.document;
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let (url, state, nonce) = self
            .client(&document)
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                || CsrfToken::new_random_len(RANDOM_BYTES),
                || Nonce::new_random_len(RANDOM_BYTES),
            )
            .add_scopes(provider.scopes.iter().cloned())
            .set_pkce_challenge(challenge)
            .url();
        if !fetch::is_safe(&url) {
            tracing::warn!("the identity provider's sign-in page is not https; sign-in is not possible");
            return Err(Unreachable.into());
        }
        let waiting = PendingState { state, nonce, verifier, to, until: provider.clock.now() + LIFE };
        Ok(PendingSignIn { address: url.into(), sealed: waiting.seal(key) })
    }

    /// Finishes a sign-in, and returns the person that the provider has signed in and the page to send them to. `sealed` is the
    /// value of the cookie.
    ///
    /// It works once, because the provider accepts its code once; the answer also deletes the browser's cookie.
    ///
    /// # Errors
    ///
    /// Every [`OidcError`].
    pub async fn finish(
        &self,
        key: &SealingKey,
        answer: ProviderAnswer,
        sealed: Option<&str>,
    ) -> Result<(Identity, ReturnPath), OidcError> {
        let provider = &*self.0;
        let ProviderAnswer { state, code, error, iss } = answer;
        let (Some(state), Some(sealed)) = (state, sealed) else { return Err(OidcError::NotBegun) };
        let waiting = PendingState::open(key, sealed, &state, provider.clock.now()).ok_or(OidcError::NotBegun)?;
        if iss.is_some_and(|iss| iss != *provider.rules.issuer) {
            return Err(TokenError::Issuer.into());
        }
        let Some(code) = code.filter(|_| error.is_none()) else { return Err(OidcError::Declined) };
        let document = provider.documents.current().await?.document;
        let token = self.exchange(&document, code, &waiting).await?;
        let identity = self.verified(&token, Purpose::SignIn(&waiting.nonce)).await?;
        Ok((identity, waiting.to))
    }

    /// Exchanges a code for an ID token.
    async fn exchange(
        &self,
        document: &CoreProviderMetadata,
        code: String,
        waiting: &PendingState,
    ) -> Result<String, OidcError> {
        let client = self.client(document);
        let request = client.exchange_code(AuthorizationCode::new(code)).map_err(|_| OidcError::NotAccepted)?;
        // The verifier has no `Clone`. It is not needed again, but the nonce beside it is.
        let verifier = openidconnect::PkceCodeVerifier::new(waiting.verifier.secret().clone());
        let answer = request.set_pkce_verifier(verifier).request_async(&self.0.fetch).await;
        match answer {
            Ok(tokens) => id_token(&tokens).ok_or_else(|| TokenError::Malformed.into()),
            Err(RequestTokenError::ServerResponse(said)) => match said.error() {
                // The code has expired, was used, or belongs to another sign-in.
                CoreErrorResponseType::InvalidGrant => Err(OidcError::NotBegun),
                CoreErrorResponseType::InvalidClient | CoreErrorResponseType::UnauthorizedClient => {
                    tracing::error!("the identity provider rejects OIDC_CLIENT_ID and its secret; check both");
                    Err(OidcError::NotAccepted)
                }
                _ => {
                    tracing::error!(
                        "the identity provider rejects psn's token request; check how the client is registered there"
                    );
                    Err(OidcError::NotAccepted)
                }
            },
            Err(RequestTokenError::Request(cause)) => {
                tracing::warn!(%cause, "the identity provider returned no token");
                Err(Unreachable.into())
            }
            // The texts of the other errors may contain what was sent.
            Err(_) => {
                tracing::warn!("the identity provider's answer has no valid token");
                Err(TokenError::Malformed.into())
            }
        }
    }

    fn client(&self, document: &CoreProviderMetadata) -> Client {
        let provider = &*self.0;
        let ways = document.token_endpoint_auth_methods_supported();
        let takes = |way| ways.is_none_or(|ways| ways.contains(&way));
        // Every provider accepts Basic unless its document says otherwise.
        let in_body = !takes(CoreClientAuthMethod::ClientSecretBasic) && takes(CoreClientAuthMethod::ClientSecretPost);
        CoreClient::from_provider_metadata(document.clone(), provider.rules.client_id.clone(), provider.secret.clone())
            .set_redirect_uri(provider.callback.clone())
            .set_auth_type(if in_body { AuthType::RequestBody } else { AuthType::BasicAuth })
    }
}

fn id_token(tokens: &CoreTokenResponse) -> Option<String> {
    tokens.id_token().map(ToString::to_string)
}
