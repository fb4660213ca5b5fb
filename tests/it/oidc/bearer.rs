//! Which access tokens are accepted, and why each of the others is refused.
#![expect(clippy::unwrap_used, reason = "a failed step fails the test, and the line says which")]

use std::path::PathBuf;

use entity::clock::Clock;
use psn::access::oidc::{Identity, Oidc, OidcError, TokenError};
use psn::config::oidc::{Algorithm, OidcSettings};
use ring::hmac;
use serde_json::{Value, json};

use super::key::{Key, encoded, signed};
use super::provider::{AUDIENCE, CLIENT, Mood, Provider, seconds};
use crate::certificate::Authority;
use crate::harness::instant;

const BASE: &str = "http://127.0.0.1:8080";

/// A provider, and psn registered with it.
async fn pair() -> (Provider, Oidc) {
    pair_with(|_| {}).await
}

async fn pair_with(change: impl FnOnce(&mut OidcSettings)) -> (Provider, Oidc) {
    let clock = Clock::fixed(instant("2026-11-16T09:00:00Z"));
    let provider = Provider::start(&clock).await;
    let mut settings = provider.settings();
    change(&mut settings);
    let oidc = Oidc::new(&settings, BASE, clock).unwrap().unwrap();
    (provider, oidc)
}

/// The result for a token with these changes to its claims. The same token without them is accepted.
async fn with_claims(changes: Value) -> Result<Identity, OidcError> {
    let (provider, oidc) = pair().await;
    assert!(oidc.bearer(&provider.token(&json!({}))).await.is_ok());
    oidc.bearer(&provider.token(&changes)).await
}

/// The result for a token with these changes to its header. The same token without them is accepted.
async fn with_header(more: Value) -> Result<Identity, OidcError> {
    let (provider, oidc) = pair().await;
    let claims = provider.access(&json!({}));
    let token = |more: &Value| provider.inside().keys[0].token(more, &claims);
    assert!(oidc.bearer(&token(&json!({}))).await.is_ok());
    oidc.bearer(&token(&more)).await
}

fn refused(refusal: TokenError) -> Result<Identity, OidcError> {
    Err(OidcError::Refused(refusal))
}

/// The time at which the provider made its tokens.
fn now() -> i64 {
    seconds(instant("2026-11-16T09:00:00Z"))
}

#[tokio::test]
async fn a_valid_token_identifies_the_person() {
    let (provider, oidc) = pair().await;
    let identity = oidc.bearer(&provider.token(&json!({ "employee_number": "00042" }))).await.unwrap();
    assert_eq!(identity.issuer, provider.issuer);
    assert_eq!(identity.subject, "subject-1");
    assert_eq!(identity.email.as_deref(), Some("jean@board.example"));
    assert_eq!(identity.employee_number.as_deref(), Some("00042"));
    assert_eq!(format!("{identity:?}"), "Identity { .. }");
}

#[tokio::test]
async fn only_allowed_algorithms_are_accepted() {
    let all = [Algorithm::Rs256, Algorithm::Ps256, Algorithm::Es256, Algorithm::EdDsa];
    let (provider, oidc) = pair_with(|settings| settings.oidc_algorithms = all.to_vec()).await;
    let mut settings = provider.settings();
    settings.oidc_algorithms = vec![Algorithm::Es256];
    let strict = Oidc::new(&settings, BASE, provider.clock.clone()).unwrap().unwrap();
    for (key, algorithm) in
        [(Key::rsa("rsa"), "RS256"), (Key::rsa("pss"), "PS256"), (Key::ec("ec"), "ES256"), (Key::ed("ed"), "EdDSA")]
    {
        let token = key.token(&json!({ "alg": algorithm }), &provider.access(&json!({})));
        provider.inside().keys.insert(0, key);
        provider.clock.set(provider.clock.now() + chrono::TimeDelta::seconds(6));
        oidc.bearer(&token).await.unwrap_or_else(|fault| panic!("{algorithm}: {fault}"));
        let verdict = strict.bearer(&token).await;
        assert_eq!(verdict.is_ok(), algorithm == "ES256", "{algorithm}");
    }
}

#[tokio::test]
async fn a_token_without_a_signature_is_refused() {
    let (provider, oidc) = pair().await;
    let claims = provider.access(&json!({}));
    for algorithm in ["none", "None", "NONE"] {
        let token = signed(&json!({ "alg": algorithm, "kid": "first" }), &claims, |_| Vec::new());
        let wanted = if algorithm == "none" { TokenError::Algorithm } else { TokenError::Malformed };
        assert_eq!(oidc.bearer(&token).await, refused(wanted), "{algorithm}");
    }
    // The header says ES256, and the signature is missing.
    let good = provider.token(&json!({}));
    let (message, _) = good.rsplit_once('.').unwrap();
    assert_eq!(oidc.bearer(&format!("{message}.")).await, refused(TokenError::Signature));
    assert_eq!(oidc.bearer(message).await, refused(TokenError::Malformed));
}

#[tokio::test]
async fn a_public_key_as_shared_secret_is_refused() {
    let (provider, oidc) = pair().await;
    let claims = provider.access(&json!({}));
    let key = Key::rsa("rsa");
    let public = key.public_bytes();
    provider.inside().keys.push(key);
    for secret in [public.as_slice(), b"", super::provider::CLIENT_SECRET.as_bytes()] {
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
        let sign = |message: &[u8]| hmac::sign(&key, message).as_ref().to_vec();
        let token = signed(&json!({ "alg": "HS256", "kid": "rsa" }), &claims, sign);
        assert_eq!(oidc.bearer(&token).await, refused(TokenError::Algorithm));
    }
}

#[tokio::test]
async fn a_token_with_its_own_key_is_refused() {
    let foe = Key::ec("foe");
    for (name, value) in [
        ("jku", json!("https://evil.example/keys")),
        ("jwk", foe.jwk()),
        ("x5u", json!("https://evil.example/certificate")),
        ("x5c", json!(["MIIB"])),
    ] {
        assert_eq!(with_header(json!({ name: value })).await, refused(TokenError::KeyOfItsOwn), "{name}");
    }
    // Signed with the key in its header.
    let (provider, oidc) = pair().await;
    let token = foe.token(&json!({ "jwk": foe.jwk() }), &provider.access(&json!({})));
    assert_eq!(oidc.bearer(&token).await, refused(TokenError::KeyOfItsOwn));
}

#[tokio::test]
async fn another_key_under_a_known_id_is_refused() {
    let (provider, oidc) = pair().await;
    let token = Key::ec("first").token(&json!({}), &provider.access(&json!({})));
    assert_eq!(oidc.bearer(&token).await, refused(TokenError::Signature));
    // A key of another type under that name.
    let token = Key::rsa("first").token(&json!({}), &provider.access(&json!({})));
    assert_eq!(oidc.bearer(&token).await, refused(TokenError::UnknownKey));
}

#[tokio::test]
async fn a_token_changed_by_one_claim_is_refused() {
    let (provider, oidc) = pair().await;
    let good = provider.token(&json!({}));
    let [header, _, signature] = good.split('.').collect::<Vec<_>>().try_into().unwrap();
    let other = encoded(provider.access(&json!({ "email": "admin@board.example" })).to_string());
    let verdict = oidc.bearer(&format!("{header}.{other}.{signature}")).await;
    assert_eq!(verdict, refused(TokenError::Signature));
}

#[tokio::test]
async fn another_issuer_is_refused() {
    let (provider, _) = pair().await;
    for issuer in [json!("https://login.example/board"), json!(format!("{}/", provider.issuer)), json!("")] {
        let verdict = with_claims(json!({ "iss": issuer })).await;
        assert!(
            matches!(verdict, Err(OidcError::Refused(TokenError::Issuer | TokenError::Malformed))),
            "{issuer}: {verdict:?}"
        );
    }
    assert_eq!(with_claims(json!({ "iss": null })).await, refused(TokenError::Malformed));
}

#[tokio::test]
async fn ours_must_be_among_the_audiences() {
    for audience in [json!("other-api"), json!(["other-api", CLIENT]), json!([]), json!(""), Value::Null] {
        assert_eq!(with_claims(json!({ "aud": audience })).await, refused(TokenError::Audience), "{audience}");
    }
    assert!(with_claims(json!({ "aud": [AUDIENCE, "other-api"] })).await.is_ok());
}

#[tokio::test]
async fn an_id_token_is_no_access_token() {
    assert_eq!(with_claims(json!({ "aud": CLIENT, "nonce": "n" })).await, refused(TokenError::Audience));
    // The API among the audiences does not make it an access token, whatever their order.
    for audience in [json!([CLIENT, AUDIENCE]), json!([AUDIENCE, CLIENT])] {
        assert_eq!(with_claims(json!({ "aud": audience })).await, refused(TokenError::Audience), "{audience}");
    }
}

#[tokio::test]
async fn another_clients_id_token_is_no_access_token() {
    for claims in [
        json!({ "aud": ["front-end", AUDIENCE], "azp": "front-end" }),
        json!({ "aud": ["front-end", AUDIENCE], "client_id": "front-end" }),
        json!({ "nonce": "n" }),
        json!({ "at_hash": "MTIzNDU2Nzg5MDEyMzQ1Ng" }),
        json!({ "c_hash": "MTIzNDU2Nzg5MDEyMzQ1Ng" }),
    ] {
        assert_eq!(with_claims(claims.clone()).await, refused(TokenError::Kind), "{claims}");
    }
    assert!(with_claims(json!({ "aud": [AUDIENCE, "other-api"], "azp": "front-end" })).await.is_ok());
}

#[tokio::test]
async fn a_typed_token_for_our_client_is_refused() {
    let (provider, oidc) = pair().await;
    let token = |claims: Value| provider.inside().keys[0].token(&json!({ "typ": "at+jwt" }), &claims);
    let of_front_end = json!({ "aud": ["front-end", AUDIENCE], "client_id": "front-end" });
    let of_front_end = token(provider.access(&of_front_end));
    assert!(oidc.bearer(&of_front_end).await.is_ok());
    let of_ours = token(provider.access(&json!({ "aud": [CLIENT, AUDIENCE] })));
    assert_eq!(oidc.bearer(&of_ours).await, refused(TokenError::Audience));
}

#[tokio::test]
async fn a_token_without_an_end_is_refused() {
    for end in [Value::Null, json!("soon"), json!([])] {
        assert_eq!(with_claims(json!({ "exp": end })).await, refused(TokenError::Malformed), "{end}");
    }
}

#[tokio::test]
async fn expiry_has_a_minute_of_leeway() {
    assert!(with_claims(json!({ "exp": now() - 59 })).await.is_ok());
    assert_eq!(with_claims(json!({ "exp": now() - 60 })).await, refused(TokenError::Expired));
    assert_eq!(with_claims(json!({ "exp": now() - 3600 })).await, refused(TokenError::Expired));
    // It expires while it is in use.
    let (provider, oidc) = pair().await;
    let token = provider.token(&json!({}));
    assert!(oidc.bearer(&token).await.is_ok());
    provider.clock.set(instant("2026-11-16T09:06:00Z"));
    assert_eq!(oidc.bearer(&token).await, refused(TokenError::Expired));
}

#[tokio::test]
async fn not_before_has_a_minute_of_leeway() {
    assert!(with_claims(json!({ "nbf": now() + 60 })).await.is_ok());
    assert_eq!(with_claims(json!({ "nbf": now() + 61 })).await, refused(TokenError::NotYet));
    assert_eq!(with_claims(json!({ "nbf": "now" })).await, refused(TokenError::Malformed));
    assert_eq!(with_claims(json!({ "iat": now() + 61 })).await, refused(TokenError::NotYet));
}

#[tokio::test]
async fn critical_header_parameters_are_refused() {
    assert_eq!(with_header(json!({ "crit": ["b64"], "b64": true })).await, refused(TokenError::Kind));
    assert_eq!(with_header(json!({ "crit": [] })).await, refused(TokenError::Kind));
}

#[tokio::test]
async fn a_token_of_another_kind_is_refused() {
    for kind in ["logout+jwt", "dpop+jwt", "secevent+jwt", "id_token"] {
        assert_eq!(with_header(json!({ "typ": kind })).await, refused(TokenError::Kind), "{kind}");
    }
    assert_eq!(with_header(json!({ "cty": "JWT" })).await, refused(TokenError::Kind));
    for kind in ["JWT", "at+jwt", "application/at+jwt"] {
        assert!(with_header(json!({ "typ": kind })).await.is_ok(), "{kind}");
    }
}

#[tokio::test]
async fn what_is_no_token_is_refused() {
    let (provider, oidc) = pair().await;
    for text in ["", ".", "..", "...", "a.b.c", "null", "e30.e30.e30", "é.é.é"] {
        assert_eq!(oidc.bearer(text).await, refused(TokenError::Malformed), "{text}");
    }
    let long = provider.token(&json!({ "groups": "g".repeat(20_000) }));
    assert_eq!(oidc.bearer(&long).await, refused(TokenError::TooLong));
    let fitting = provider.token(&json!({ "groups": "g".repeat(10_000) }));
    assert!(oidc.bearer(&fitting).await.is_ok());
}

#[tokio::test]
async fn without_an_audience_no_access_token_is_taken() {
    let (provider, oidc) = pair_with(|settings| settings.oidc_audience = None).await;
    for audience in [AUDIENCE, CLIENT] {
        let verdict = oidc.bearer(&provider.token(&json!({ "aud": audience }))).await;
        assert_eq!(verdict, refused(TokenError::NoBearer));
    }
}

#[tokio::test]
async fn an_unverified_address_identifies_no_one() {
    let email = async |changes| with_claims(changes).await.unwrap().email;
    assert_eq!(email(json!({ "email_verified": false })).await, None);
    assert_eq!(email(json!({ "email_verified": "false" })).await, None);
    assert_eq!(email(json!({ "email_verified": null })).await, None, "not to say so is no yes");

    let (provider, oidc) = pair_with(|settings| settings.oidc_email_unstated = true).await;
    let email = async |changes| oidc.bearer(&provider.token(&changes)).await.unwrap().email;
    assert_eq!(email(json!({ "email_verified": null })).await.as_deref(), Some("jean@board.example"));
    assert_eq!(email(json!({ "email_verified": false })).await, None, "a no is a no all the same");
}

#[tokio::test]
async fn a_redirecting_endless_or_wrong_provider_is_refused() {
    for mood in [Mood::Redirects, Mood::TalksOn, Mood::Pretends, Mood::Fails] {
        let (provider, oidc) = pair().await;
        provider.inside().mood = mood;
        assert_eq!(
            oidc.bearer(&provider.token(&json!({}))).await,
            Err(OidcError::Unreachable(psn::access::oidc::Unreachable)),
            "{mood:?}"
        );
    }
}

#[tokio::test]
async fn the_providers_certificate_must_be_trusted() {
    let (ours, other) = (Authority::new(), Authority::new());
    let folder = tempfile::tempdir().unwrap();
    let trusting_ours = ours.file(folder.path(), "ours.pem");
    let trusting_other = other.file(folder.path(), "other.pem");
    let clock = Clock::fixed(instant("2026-11-16T09:00:00Z"));
    let asked = async |server, ca_file: Option<&PathBuf>| {
        let provider = Provider::start_encrypted(&clock, server).await;
        let settings = OidcSettings { oidc_ca_file: ca_file.cloned(), ..provider.settings() };
        let oidc = Oidc::new(&settings, BASE, clock.clone()).unwrap().unwrap();
        oidc.bearer(&provider.token(&json!({}))).await
    };
    assert!(asked(ours.server("localhost", false), Some(&trusting_ours)).await.is_ok());
    for (server, ca_file) in [
        (ours.server("localhost", false), None),
        (ours.server("localhost", false), Some(&trusting_other)),
        (ours.server("login.board.example", false), Some(&trusting_ours)),
        (ours.server("localhost", true), Some(&trusting_ours)),
    ] {
        let answer = asked(server, ca_file).await;
        assert!(matches!(&answer, Err(OidcError::Unreachable(_))), "{answer:?}");
    }
}
