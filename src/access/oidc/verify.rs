//! Whether a token comes from the provider, is meant for us, and is valid now: a pure function of its text, the provider's keys
//! and the time.
//!
//! The order and the rules are those of OpenID Connect Core 1.0, 3.1.3.7, and RFC 8725 (JWT Best Current Practices). The
//! `openidconnect` crate checks signature, issuer, audience, type and algorithm; this module sets what is allowed.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use openidconnect::core::{CoreIdToken, CoreIdTokenVerifier, CoreJsonWebKeySet, CoreJwsSigningAlgorithm};
use openidconnect::{
    ClaimsVerificationError, ClientId, IssuerUrl, JsonWebTokenType, Nonce, SignatureVerificationError,
};
use serde_json::{Map, Value};

use super::Identity;
use crate::config::oidc::Algorithm;

/// The largest difference between the provider's clock and ours.
pub(super) const LEEWAY: TimeDelta = TimeDelta::seconds(60);
/// The longest token that is read. One with a person's many groups is a few kilobytes.
pub(super) const MAX_TOKEN_BYTES: usize = 16 * 1024;
/// The longest claim that is read as a name, in bytes.
const MAX_CLAIM_BYTES: usize = 255;
/// Claims that OpenID Connect defines for ID tokens alone.
const ONLY_IN_ID_TOKENS: [&str; 3] = ["nonce", "at_hash", "c_hash"];
/// Header members by which a token brings, or points to, the key with which it wants to be verified.
const KEYS_OF_ITS_OWN: [&str; 4] = ["jku", "jwk", "x5u", "x5c"];

/// The rules that a token must meet.
#[derive(Clone, Debug)]
pub(super) struct Rules {
    pub(super) issuer: IssuerUrl,
    pub(super) client_id: ClientId,
    /// The audience of access tokens. `None` if they are not accepted.
    pub(super) audience: Option<ClientId>,
    pub(super) algorithms: Vec<Algorithm>,
    pub(super) names: ClaimNames,
    /// Whether an address counts as verified if the provider does not say so.
    pub(super) email_unstated: bool,
}

/// The claims that identify a person.
#[derive(Clone, Debug)]
pub(super) struct ClaimNames {
    pub(super) email: String,
    pub(super) employee: String,
    pub(super) employer: Option<String>,
}

/// The purpose of a token.
#[derive(Clone, Copy, Debug)]
pub(super) enum Purpose<'a> {
    /// An ID token that answers a sign-in of ours with this nonce.
    SignIn(&'a Nonce),
    /// An access token that a front end sends.
    Bearer,
}

/// Why a token is refused. For the log and the tests: the client learns only that it is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// It is longer than any genuine token.
    #[error("it is too long")]
    TooLong,
    /// It is not a signed JWT, or lacks a required claim.
    #[error("it is malformed or lacks a claim")]
    Malformed,
    /// Its header contains or points to a key.
    #[error("it brings a key of its own")]
    KeyOfItsOwn,
    /// Its header's type, content type or critical parameters are not those of such a token.
    #[error("it is of another type")]
    Kind,
    /// It is unsigned, or signed with an algorithm that is not allowed.
    #[error("its algorithm is not allowed")]
    Algorithm,
    /// It comes from another issuer.
    #[error("it comes from another issuer")]
    Issuer,
    /// It is meant for another audience.
    #[error("it is for another audience")]
    Audience,
    /// The provider has no such key.
    #[error("its key is unknown")]
    UnknownKey,
    /// Its signature does not match its key.
    #[error("its signature is wrong")]
    Signature,
    /// It has expired.
    #[error("it has expired")]
    Expired,
    /// It is not valid yet, or was issued in the future.
    #[error("it is not valid yet")]
    NotYet,
    /// It belongs to another sign-in.
    #[error("it belongs to another sign-in")]
    Nonce,
    /// Access tokens are not accepted here.
    #[error("access tokens are not accepted")]
    NoBearer,
}

impl Rules {
    /// Returns the identity in `token` if it comes from the provider, is meant for us, and is valid at `now`.
    pub(super) fn verify(
        &self,
        token: &str,
        purpose: Purpose<'_>,
        keys: &CoreJsonWebKeySet,
        now: DateTime<Utc>,
    ) -> Result<Identity, TokenError> {
        if token.len() > MAX_TOKEN_BYTES {
            return Err(TokenError::TooLong);
        }
        let header = part(token, 0).ok_or(TokenError::Malformed)?;
        if KEYS_OF_ITS_OWN.iter().any(|name| header.contains_key(*name)) {
            return Err(TokenError::KeyOfItsOwn);
        }
        let jwt: CoreIdToken = token.parse().map_err(|_| TokenError::Malformed)?;
        let verifier = self.verifier(purpose, keys)?.set_time_fn(move || now - LEEWAY);
        let claims = match purpose {
            Purpose::SignIn(nonce) => jwt.claims(&verifier, nonce),
            // An access token belongs to no sign-in of ours.
            Purpose::Bearer => jwt.claims(&verifier, |_: Option<&Nonce>| Ok(())),
        };
        let claims = claims.map_err(|error| refusal(&error))?;
        // The signature covers exactly this text.
        let all = part(token, 1).ok_or(TokenError::Malformed)?;
        match purpose {
            Purpose::SignIn(_) if claims.authorized_party().is_some_and(|to| *to != self.client_id) => {
                return Err(TokenError::Audience);
            }
            Purpose::SignIn(_) => {}
            Purpose::Bearer => self.refuse_id_token(&header, &all)?,
        }
        let begins = match all.get("nbf") {
            None => None,
            Some(begins) => Some(instant(begins).ok_or(TokenError::Malformed)?),
        };
        if begins.is_some_and(|begins| begins > now + LEEWAY) || claims.issue_time() > now + LEEWAY {
            return Err(TokenError::NotYet);
        }
        let subject =
            Some(claims.subject().as_str()).filter(|subject| is_name(subject)).ok_or(TokenError::Malformed)?;
        let is_verified = claims.email_verified().unwrap_or(self.email_unstated);
        let email = text(&all, &self.names.email).filter(|_| is_verified);
        Ok(Identity {
            issuer: self.issuer.to_string(),
            subject: subject.to_owned(),
            email,
            employee_number: text(&all, &self.names.employee),
            employer: self.names.employer.as_deref().and_then(|name| text(&all, name)),
        })
    }

    /// Refuses a bearer token that is an ID token, or could be one.
    ///
    /// An ID token is for the client that requested it, which is among its audiences (OpenID Connect Core 1.0, section 2); an
    /// access token is for the API (RFC 9068, section 2.2). So our own client is never among the audiences of an access token,
    /// whatever its type. The type `at+jwt` says that a token is not an ID token for another client either; many providers
    /// still write `JWT`, and then the claims that only ID tokens have decide.
    fn refuse_id_token(&self, header: &Map<String, Value>, claims: &Map<String, Value>) -> Result<(), TokenError> {
        let audiences: Vec<&str> = match claims.get("aud") {
            Some(Value::String(one)) => vec![one],
            Some(Value::Array(all)) => all.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        };
        if audiences.contains(&self.client_id.as_str()) {
            return Err(TokenError::Audience);
        }
        let kind = header.get("typ").and_then(Value::as_str).unwrap_or_default().to_ascii_lowercase();
        if kind.strip_prefix("application/").unwrap_or(&kind) == "at+jwt" {
            return Ok(());
        }
        let mut clients = ["azp", "client_id"].iter().filter_map(|name| claims.get(*name)?.as_str());
        let is_for_its_client = clients.any(|client| audiences.contains(&client));
        if is_for_its_client || ONLY_IN_ID_TOKENS.iter().any(|name| claims.contains_key(*name)) {
            return Err(TokenError::Kind);
        }
        Ok(())
    }

    fn verifier(
        &self,
        purpose: Purpose<'_>,
        keys: &CoreJsonWebKeySet,
    ) -> Result<CoreIdTokenVerifier<'static>, TokenError> {
        // As for a public client, even if there is a secret: a secret could only verify signatures that we refuse.
        let verifier = |audience: &ClientId| {
            CoreIdTokenVerifier::new_public_client(audience.clone(), self.issuer.clone(), keys.clone())
                .set_allowed_algs(self.algorithms.iter().copied().map(CoreJwsSigningAlgorithm::from))
        };
        match purpose {
            // The crate refuses other audiences and types other than JWT by default.
            Purpose::SignIn(_) => Ok(verifier(&self.client_id)),
            Purpose::Bearer => {
                let kinds = ["JWT", "at+jwt"].map(|kind| JsonWebTokenType::new(kind.to_owned()).normalize());
                Ok(verifier(self.audience.as_ref().ok_or(TokenError::NoBearer)?)
                    .set_allowed_jose_types(kinds.into_iter().flatten())
                    // A front end may use one token for several services; ours must be among them.
                    .set_other_audience_verifier_fn(|_| true))
            }
        }
    }
}

impl From<Algorithm> for CoreJwsSigningAlgorithm {
    fn from(algorithm: Algorithm) -> Self {
        match algorithm {
            Algorithm::Rs256 => Self::RsaSsaPkcs1V15Sha256,
            Algorithm::Ps256 => Self::RsaSsaPssSha256,
            Algorithm::Es256 => Self::EcdsaP256Sha256,
            Algorithm::EdDsa => Self::EdDsa,
        }
    }
}

/// The crate's error texts contain claims; ours do not.
fn refusal(error: &ClaimsVerificationError) -> TokenError {
    use SignatureVerificationError as Fault;
    match error {
        ClaimsVerificationError::Expired(_) => TokenError::Expired,
        ClaimsVerificationError::InvalidAudience(_) => TokenError::Audience,
        ClaimsVerificationError::InvalidIssuer(_) => TokenError::Issuer,
        ClaimsVerificationError::InvalidNonce(_) => TokenError::Nonce,
        ClaimsVerificationError::Unsupported(_) => TokenError::Kind,
        ClaimsVerificationError::SignatureVerification(fault) => match fault {
            Fault::NoSignature | Fault::DisallowedAlg(_) | Fault::UnsupportedAlg(_) => TokenError::Algorithm,
            Fault::NoMatchingKey | Fault::AmbiguousKeyId(_) => TokenError::UnknownKey,
            _ => TokenError::Signature,
        },
        _ => TokenError::Malformed,
    }
}

/// Decodes the header or the payload of a token.
fn part(token: &str, at: usize) -> Option<Map<String, Value>> {
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(token.split('.').nth(at)?).ok()?;
    serde_json::from_slice(&bytes).ok()
}

/// Seconds since 1970, whole or with a fraction.
fn instant(value: &Value) -> Option<DateTime<Utc>> {
    #[expect(clippy::cast_possible_truncation, reason = "the fraction of a second; a float too large saturates")]
    let seconds = value.as_i64().or_else(|| value.as_f64().map(|seconds| seconds as i64))?;
    DateTime::from_timestamp(seconds, 0)
}

/// Reads a claim as a name; a number is converted to text.
fn text(claims: &Map<String, Value>, name: &str) -> Option<String> {
    let text = match claims.get(name)? {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) if number.is_u64() => number.to_string(),
        _ => return None,
    };
    is_name(&text).then_some(text)
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.len() <= MAX_CLAIM_BYTES && !text.contains(char::is_control)
}
