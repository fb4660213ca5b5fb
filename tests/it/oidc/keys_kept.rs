//! How long the provider's keys are kept: rotation, withdrawal, absence, and strangers who name unknown keys.
#![expect(clippy::unwrap_used, reason = "a failed step fails the test, and the line says which")]

use chrono::TimeDelta;
use entity::clock::Clock;
use psn::access::oidc::{Oidc, OidcError, TokenError, Unreachable};
use serde_json::json;

use super::key::Key;
use super::provider::{Mood, Provider};
use crate::harness::instant;

const BASE: &str = "http://127.0.0.1:8080";

async fn pair() -> (Provider, Oidc) {
    let clock = Clock::fixed(instant("2026-11-16T09:00:00Z"));
    let provider = Provider::start(&clock).await;
    let oidc = Oidc::new(&provider.settings(), BASE, clock).unwrap().unwrap();
    (provider, oidc)
}

fn pass(provider: &Provider, time: TimeDelta) {
    provider.clock.set(provider.clock.now() + time);
}

#[tokio::test]
async fn keys_rotate_at_once_and_expire_in_minutes() {
    let (provider, oidc) = pair().await;
    assert!(oidc.bearer(&provider.token(&json!({}))).await.is_ok());
    pass(&provider, TimeDelta::seconds(10));
    // The provider signs with a new key; the old one is withdrawn.
    let old = std::mem::replace(&mut provider.inside().keys[0], Key::ec("second"));
    assert!(oidc.bearer(&provider.token(&json!({}))).await.is_ok());
    let of_old = || old.token(&json!({}), &provider.access(&json!({})));
    assert_eq!(oidc.bearer(&of_old()).await, Err(OidcError::Refused(TokenError::UnknownKey)));

    // Withdrawn without a new one: the old keys serve until they are too old.
    let (provider, oidc) = pair().await;
    provider.inside().keys.push(Key::rsa("other"));
    assert!(oidc.bearer(&provider.token(&json!({}))).await.is_ok());
    let old = provider.inside().keys.remove(0);
    pass(&provider, TimeDelta::seconds(299));
    let of_old = || old.token(&json!({}), &provider.access(&json!({})));
    assert!(oidc.bearer(&of_old()).await.is_ok());
    pass(&provider, TimeDelta::seconds(1));
    assert_eq!(oidc.bearer(&of_old()).await, Err(OidcError::Refused(TokenError::UnknownKey)));
}

#[tokio::test]
async fn unknown_keys_do_not_flood_the_provider() {
    let (provider, oidc) = pair().await;
    assert!(oidc.bearer(&provider.token(&json!({}))).await.is_ok());
    pass(&provider, TimeDelta::seconds(10));
    assert_eq!(provider.inside().keys_asked, 1);
    let foe = Key::ec("foe");
    let strangers = (0..50).map(|n| {
        let token = foe.token(&json!({ "kid": format!("stranger-{n}") }), &provider.access(&json!({})));
        let oidc = oidc.clone();
        tokio::spawn(async move { oidc.bearer(&token).await })
    });
    for stranger in strangers.collect::<Vec<_>>() {
        assert_eq!(stranger.await.unwrap(), Err(OidcError::Refused(TokenError::UnknownKey)));
    }
    assert_eq!(provider.inside().keys_asked, 2);
    pass(&provider, TimeDelta::seconds(4));
    let token = foe.token(&json!({ "kid": "again" }), &provider.access(&json!({})));
    assert!(oidc.bearer(&token).await.is_err());
    assert_eq!(provider.inside().keys_asked, 2);
    pass(&provider, TimeDelta::seconds(1));
    assert!(oidc.bearer(&token).await.is_err());
    assert_eq!(provider.inside().keys_asked, 3);
    // A caller with a known key was never delayed.
    assert!(oidc.bearer(&provider.token(&json!({}))).await.is_ok());
    assert_eq!(provider.inside().keys_asked, 3);
}

#[tokio::test]
async fn keys_serve_an_hour_without_the_provider() {
    let (provider, oidc) = pair().await;
    let check = async || oidc.bearer(&provider.token(&json!({}))).await;
    assert!(check().await.is_ok());
    provider.inside().mood = Mood::Fails;
    pass(&provider, TimeDelta::minutes(59));
    assert!(check().await.is_ok());
    pass(&provider, TimeDelta::minutes(1));
    assert_eq!(check().await, Err(OidcError::Unreachable(Unreachable)));
    // It is reachable again, and is contacted a moment after the last attempt.
    provider.inside().mood = Mood::Well;
    pass(&provider, TimeDelta::seconds(5));
    assert!(check().await.is_ok());
}

#[tokio::test]
async fn a_clock_set_back_extends_no_key() {
    let (provider, oidc) = pair().await;
    assert!(oidc.bearer(&provider.token(&json!({}))).await.is_ok());
    pass(&provider, TimeDelta::hours(-3));
    provider.inside().mood = Mood::Fails;
    assert_eq!(oidc.bearer(&provider.token(&json!({}))).await, Err(OidcError::Unreachable(Unreachable)));
}

#[tokio::test]
async fn an_unreachable_provider_leaves_no_keys() {
    let clock = Clock::fixed(instant("2026-11-16T09:00:00Z"));
    let provider = Provider::start(&clock).await;
    let mut settings = provider.settings();
    let port = {
        // A port that was free a moment ago.
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap().port()
    };
    settings.oidc_issuer = Some(format!("http://127.0.0.1:{port}/board"));
    let oidc = Oidc::new(&settings, BASE, clock).unwrap().unwrap();
    assert_eq!(oidc.bearer(&provider.token(&json!({}))).await, Err(OidcError::Unreachable(Unreachable)));
    assert_eq!(oidc.check().await, Err(Unreachable));
}
