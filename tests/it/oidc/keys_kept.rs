//! How long the provider's keys are kept: rotation, withdrawal, absence, and strangers who name keys that are none.
#![expect(clippy::unwrap_used, reason = "a failed step fails the test, and the line says which")]

use chrono::TimeDelta;
use entity::clock::Clock;
use psn::access::oidc::{Away, Fault, Oidc, Refusal};
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
async fn a_new_key_is_taken_at_once_and_a_withdrawn_one_is_refused_five_minutes_later() {
    let (provider, oidc) = pair().await;
    assert!(oidc.bearer(&provider.token(&json!({}))).await.is_ok());
    pass(&provider, TimeDelta::seconds(10));
    // The provider signs with a new key; the old one is withdrawn.
    let old = std::mem::replace(&mut provider.inside().keys[0], Key::ec("second"));
    assert!(oidc.bearer(&provider.token(&json!({}))).await.is_ok());
    let of_old = || old.token(&json!({}), &provider.access(&json!({})));
    assert_eq!(oidc.bearer(&of_old()).await, Err(Fault::Refused(Refusal::UnknownKey)));

    // Withdrawn without a new one in sight: the old keys serve until their time is over.
    let (provider, oidc) = pair().await;
    provider.inside().keys.push(Key::rsa("other"));
    assert!(oidc.bearer(&provider.token(&json!({}))).await.is_ok());
    let old = provider.inside().keys.remove(0);
    pass(&provider, TimeDelta::seconds(299));
    let of_old = || old.token(&json!({}), &provider.access(&json!({})));
    assert!(oidc.bearer(&of_old()).await.is_ok());
    pass(&provider, TimeDelta::seconds(1));
    assert_eq!(oidc.bearer(&of_old()).await, Err(Fault::Refused(Refusal::UnknownKey)));
}

#[tokio::test]
async fn strangers_who_name_keys_that_are_none_do_not_make_us_hammer_the_provider() {
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
        assert_eq!(stranger.await.unwrap(), Err(Fault::Refused(Refusal::UnknownKey)));
    }
    assert_eq!(provider.inside().keys_asked, 2);
    pass(&provider, TimeDelta::seconds(4));
    let token = foe.token(&json!({ "kid": "again" }), &provider.access(&json!({})));
    assert!(oidc.bearer(&token).await.is_err());
    assert_eq!(provider.inside().keys_asked, 2);
    pass(&provider, TimeDelta::seconds(1));
    assert!(oidc.bearer(&token).await.is_err());
    assert_eq!(provider.inside().keys_asked, 3);
    // Who is known was never held up.
    assert!(oidc.bearer(&provider.token(&json!({}))).await.is_ok());
    assert_eq!(provider.inside().keys_asked, 3);
}

#[tokio::test]
async fn while_the_provider_is_away_its_keys_serve_for_an_hour() {
    let (provider, oidc) = pair().await;
    let check = async || oidc.bearer(&provider.token(&json!({}))).await;
    assert!(check().await.is_ok());
    provider.inside().mood = Mood::Fails;
    pass(&provider, TimeDelta::minutes(59));
    assert!(check().await.is_ok());
    pass(&provider, TimeDelta::minutes(1));
    assert_eq!(check().await, Err(Fault::Away(Away)));
    // It is back; a moment after the last question it is asked again.
    provider.inside().mood = Mood::Well;
    pass(&provider, TimeDelta::seconds(5));
    assert!(check().await.is_ok());
}

#[tokio::test]
async fn a_clock_that_is_set_back_makes_no_key_last_longer() {
    let (provider, oidc) = pair().await;
    assert!(oidc.bearer(&provider.token(&json!({}))).await.is_ok());
    pass(&provider, TimeDelta::hours(-3));
    provider.inside().mood = Mood::Fails;
    assert_eq!(oidc.bearer(&provider.token(&json!({}))).await, Err(Fault::Away(Away)));
}

#[tokio::test]
async fn a_provider_that_nobody_reaches_is_away_and_nothing_is_held() {
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
    assert_eq!(oidc.bearer(&provider.token(&json!({}))).await, Err(Fault::Away(Away)));
    assert_eq!(oidc.check().await, Err(Away));
}
