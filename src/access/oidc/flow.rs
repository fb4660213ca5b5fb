//! The authorisation code flow with PKCE: a person is sent to the provider, comes back with a code, and the code is changed for
//! an ID token.

use openidconnect::core::{
    CoreAuthenticationFlow, CoreClient, CoreClientAuthMethod, CoreErrorResponseType, CoreProviderMetadata,
    CoreTokenResponse,
};
use openidconnect::{
    AuthType, AuthorizationCode, CsrfToken, EndpointMaybeSet, EndpointNotSet, EndpointSet, Nonce, PkceCodeChallenge,
    RequestTokenError, TokenResponse as _,
};
use serde::Deserialize;

use super::pending::{LIFE, SealingKey, Waiting};
use super::verify::Purpose;
use super::{Away, Fault, Identity, Oidc, Refusal, ReturnPath, fetch};

/// How many random bytes a state and a nonce have.
const RANDOM_BYTES: u32 = 32;

type Client =
    CoreClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointMaybeSet, EndpointMaybeSet>;

/// A sign-in that has begun.
pub struct PendingSignIn {
    /// The provider's page, to which the browser is sent.
    pub address: String,
    /// What the browser must show again when it comes back, sealed: for a cookie that no script reads.
    pub sealed: String,
}

/// What the browser brings back from the provider, as the query of [`super::CALLBACK`].
#[derive(Deserialize)]
pub struct ProviderAnswer {
    state: Option<String>,
    code: Option<String>,
    error: Option<String>,
    /// RFC 9207: who answers.
    iss: Option<String>,
}

impl Oidc {
    /// Begins a sign-in after which the person goes to `to`. Nothing of it is kept here: `key` seals it for the browser.
    ///
    /// # Errors
    ///
    /// [`Fault::Away`].
    pub async fn begin(&self, key: &SealingKey, to: ReturnPath) -> Result<PendingSignIn, Fault> {
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
            tracing::warn!("the identity provider's sign-in page is not https");
            return Err(Away.into());
        }
        let waiting = Waiting { state, nonce, verifier, to, until: provider.clock.now() + LIFE };
        Ok(PendingSignIn { address: url.into(), sealed: waiting.seal(key) })
    }

    /// Ends a sign-in: the person that the provider has signed in, and where they go. `sealed` is what their cookie holds.
    ///
    /// It is good once because the provider takes its code once; a browser forgets the cookie with the answer.
    ///
    /// # Errors
    ///
    /// Every [`Fault`].
    pub async fn finish(
        &self,
        key: &SealingKey,
        answer: ProviderAnswer,
        sealed: Option<&str>,
    ) -> Result<(Identity, ReturnPath), Fault> {
        let provider = &*self.0;
        let ProviderAnswer { state, code, error, iss } = answer;
        let (Some(state), Some(sealed)) = (state, sealed) else { return Err(Fault::NotBegun) };
        let waiting = Waiting::open(key, sealed, &state, provider.clock.now()).ok_or(Fault::NotBegun)?;
        if iss.is_some_and(|iss| iss != *provider.rules.issuer) {
            return Err(Refusal::Issuer.into());
        }
        let Some(code) = code.filter(|_| error.is_none()) else { return Err(Fault::Declined) };
        let document = provider.documents.current().await?.document;
        let token = self.exchange(&document, code, &waiting).await?;
        let identity = self.verified(&token, Purpose::SignIn(&waiting.nonce)).await?;
        Ok((identity, waiting.to))
    }

    /// Changes a code for an ID token.
    async fn exchange(
        &self,
        document: &CoreProviderMetadata,
        code: String,
        waiting: &Waiting,
    ) -> Result<String, Fault> {
        let client = self.client(document);
        let request = client.exchange_code(AuthorizationCode::new(code)).map_err(|_| Fault::NotAccepted)?;
        // The verifier is no Clone; it is not needed again, but the nonce beside it is.
        let verifier = openidconnect::PkceCodeVerifier::new(waiting.verifier.secret().clone());
        let answer = request.set_pkce_verifier(verifier).request_async(&self.0.fetch).await;
        match answer {
            Ok(tokens) => id_token(&tokens).ok_or_else(|| Refusal::Malformed.into()),
            Err(RequestTokenError::ServerResponse(said)) => match said.error() {
                // The code is too old, was used, or is another's.
                CoreErrorResponseType::InvalidGrant => Err(Fault::NotBegun),
                CoreErrorResponseType::InvalidClient | CoreErrorResponseType::UnauthorizedClient => {
                    tracing::error!("the identity provider does not accept OIDC_CLIENT_ID with its secret");
                    Err(Fault::NotAccepted)
                }
                _ => {
                    tracing::error!("the identity provider does not accept how psn asks for a token");
                    Err(Fault::NotAccepted)
                }
            },
            Err(RequestTokenError::Request(cause)) => {
                tracing::warn!(%cause, "the identity provider gave no token");
                Err(Away.into())
            }
            // The words of the other errors may hold what was sent.
            Err(_) => {
                tracing::warn!("the identity provider's answer is no token");
                Err(Refusal::Malformed.into())
            }
        }
    }

    fn client(&self, document: &CoreProviderMetadata) -> Client {
        let provider = &*self.0;
        let ways = document.token_endpoint_auth_methods_supported();
        let takes = |way| ways.is_none_or(|ways| ways.contains(&way));
        // Basic is what each provider takes unless it says otherwise.
        let in_body = !takes(CoreClientAuthMethod::ClientSecretBasic) && takes(CoreClientAuthMethod::ClientSecretPost);
        CoreClient::from_provider_metadata(document.clone(), provider.rules.client_id.clone(), provider.secret.clone())
            .set_redirect_uri(provider.callback.clone())
            .set_auth_type(if in_body { AuthType::RequestBody } else { AuthType::BasicAuth })
    }
}

fn id_token(tokens: &CoreTokenResponse) -> Option<String> {
    tokens.id_token().map(ToString::to_string)
}
