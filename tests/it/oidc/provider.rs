//! An identity provider on loopback, in this process: discovery, keys, a sign-in page that signs in at once, and a token
//! endpoint that checks the client's secret and its PKCE verifier.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use chrono::{DateTime, TimeDelta, Utc};
use entity::clock::Clock;
use openidconnect::url::{Url, form_urlencoded};
use psn::config::oidc::{Algorithm, ClaimKind, OidcSettings};
use serde_json::{Value, json};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use super::key::{Key, encoded};

pub(crate) const CLIENT: &str = "psn";
pub(crate) const AUDIENCE: &str = "psn-api";
/// With characters that a form must escape.
pub(crate) const CLIENT_SECRET: &str = "s3cret of psn+%&";

/// The provider; clones share its keys and its behaviour.
#[derive(Clone)]
pub(crate) struct Provider {
    pub(crate) issuer: String,
    pub(crate) clock: Clock,
    state: Arc<Mutex<Inside>>,
}

/// The state of the provider.
pub(crate) struct Inside {
    /// The published keys. It signs with the first.
    pub(crate) keys: Vec<Key>,
    /// Claims of the person who signs in, and of access tokens.
    pub(crate) claims: Value,
    /// How it answers.
    pub(crate) mood: Mood,
    /// How often its keys were fetched.
    pub(crate) keys_asked: usize,
    /// Changes made to an ID token before it is signed.
    pub(crate) twist: Value,
    codes: HashMap<String, Grant>,
}

/// How the provider answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mood {
    /// Normally.
    Well,
    /// With 503 to everything.
    Fails,
    /// With a redirect to its document and keys.
    Redirects,
    /// With an endless answer.
    TalksOn,
    /// With the name of another issuer.
    Pretends,
    /// Its sign-in page declines.
    Declines,
}

/// The sign-in to which a code belongs.
struct Grant {
    challenge: String,
    nonce: String,
    redirect_uri: String,
}

impl Provider {
    /// Listens on a free port of loopback until the test's runtime ends, with one EC key called `first`.
    pub(crate) async fn start(clock: &Clock) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let issuer = format!("http://{}/board", listener.local_addr().expect("an address"));
        Self::serve(clock, listener, issuer)
    }

    /// The same, reached by https only, as `localhost`.
    pub(crate) async fn start_encrypted(clock: &Clock, tls: TlsAcceptor) -> Self {
        let behind = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = behind.local_addr().expect("an address");
        let front = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let issuer = format!("https://localhost:{}/board", front.local_addr().expect("an address").port());
        tokio::spawn(async move {
            while let Ok((client, _)) = front.accept().await {
                let tls = tls.clone();
                tokio::spawn(async move {
                    let (mut client, mut server) = (tls.accept(client).await?, TcpStream::connect(address).await?);
                    copy_bidirectional(&mut client, &mut server).await
                });
            }
        });
        Self::serve(clock, behind, issuer)
    }

    fn serve(clock: &Clock, listener: TcpListener, issuer: String) -> Self {
        let state = Inside {
            keys: vec![Key::ec("first")],
            claims: json!({ "sub": "subject-1", "email": "jean@board.example", "email_verified": true }),
            mood: Mood::Well,
            keys_asked: 0,
            twist: json!({}),
            codes: HashMap::new(),
        };
        let provider = Self { issuer, clock: clock.clone(), state: Arc::new(Mutex::new(state)) };
        let router = Router::new()
            .route("/board/.well-known/openid-configuration", get(document))
            .route("/elsewhere", get(document))
            .route("/board/keys", get(keys))
            .route("/board/authorise", get(authorise))
            .route("/board/token", post(token))
            .with_state(provider.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        provider
    }

    /// Its state, to read and to change.
    pub(crate) fn inside(&self) -> MutexGuard<'_, Inside> {
        self.state.lock().expect("no panic")
    }

    /// The settings of a client that is registered here.
    pub(crate) fn settings(&self) -> OidcSettings {
        OidcSettings {
            oidc_issuer: Some(self.issuer.clone()),
            oidc_client_id: Some(CLIENT.to_owned()),
            oidc_client_secret: Some(CLIENT_SECRET.parse().expect("a secret")),
            oidc_client_secret_file: None,
            oidc_audience: Some(AUDIENCE.to_owned()),
            oidc_algorithms: vec![Algorithm::Rs256, Algorithm::Es256],
            oidc_scope: "openid email".to_owned(),
            oidc_claim: ClaimKind::Email,
            oidc_email_claim: "email".to_owned(),
            oidc_email_unstated: false,
            oidc_employee_claim: "employee_number".to_owned(),
            oidc_employer_claim: None,
            oidc_ca_file: None,
        }
    }

    /// Claims of an access token that is valid now, with these added, or removed if they are null.
    pub(crate) fn access(&self, changes: &Value) -> Value {
        let mut claims = self.inside().claims.clone();
        merge(&mut claims, &self.times(AUDIENCE));
        merge(&mut claims, changes);
        claims
    }

    /// An access token of the first key with these changes to its claims.
    pub(crate) fn token(&self, changes: &Value) -> String {
        let claims = self.access(changes);
        self.inside().keys[0].token(&json!({}), &claims)
    }

    fn times(&self, audience: &str) -> Value {
        let now = self.clock.now();
        json!({
            "iss": self.issuer,
            "aud": audience,
            "iat": seconds(now),
            "exp": seconds(now + TimeDelta::minutes(5)),
        })
    }
}

pub(crate) fn seconds(at: DateTime<Utc>) -> i64 {
    at.timestamp()
}

/// Adds members, and removes those that are null.
fn merge(claims: &mut Value, changes: &Value) {
    let all = claims.as_object_mut().expect("claims are an object");
    for (name, value) in changes.as_object().into_iter().flatten() {
        if value.is_null() {
            all.remove(name);
        } else {
            all.insert(name.clone(), value.clone());
        }
    }
}

fn json_answer(status: StatusCode, body: &Value) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json")], body.to_string()).into_response()
}

async fn document(State(provider): State<Provider>, uri: axum::http::Uri) -> Response {
    let issuer = &provider.issuer;
    let mut body = json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorise"),
        "token_endpoint": format!("{issuer}/token"),
        "jwks_uri": format!("{issuer}/keys"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256", "ES256"],
    });
    match provider.inside().mood {
        Mood::Fails => return StatusCode::SERVICE_UNAVAILABLE.into_response(),
        Mood::Redirects if uri.path() != "/elsewhere" => {
            return (StatusCode::FOUND, [(header::LOCATION, "/elsewhere")]).into_response();
        }
        Mood::Pretends => body["issuer"] = json!("https://login.example/board"),
        Mood::TalksOn => {
            let endless = std::iter::repeat_with(|| Ok::<_, std::io::Error>(Bytes::from_static(&[b' '; 65_536])));
            return Body::from_stream(futures_util::stream::iter(endless)).into_response();
        }
        Mood::Well | Mood::Redirects | Mood::Declines => {}
    }
    json_answer(StatusCode::OK, &body)
}

async fn keys(State(provider): State<Provider>) -> Response {
    let mut inside = provider.inside();
    inside.keys_asked += 1;
    let keys: Vec<_> = inside.keys.iter().map(Key::jwk).collect();
    json_answer(StatusCode::OK, &json!({ "keys": keys }))
}

/// Signs in at once, or declines.
async fn authorise(State(provider): State<Provider>, Query(asked): Query<HashMap<String, String>>) -> Response {
    let ask = |name: &str| asked.get(name).cloned().unwrap_or_default();
    let scopes = ask("scope");
    let sound = ask("response_type") == "code"
        && ask("client_id") == CLIENT
        && ask("code_challenge_method") == "S256"
        && ask("code_challenge").len() == 43
        && ask("state").len() >= 22
        && ask("nonce").len() >= 22
        && scopes.split(' ').filter(|scope| *scope == "openid").count() == 1
        && ask("redirect_uri").ends_with("/sign-in/callback");
    if !sound {
        return (StatusCode::BAD_REQUEST, format!("{asked:?}")).into_response();
    }
    let mut inside = provider.inside();
    let mut back: Url = ask("redirect_uri").parse().expect("an address");
    if inside.mood == Mood::Declines {
        back.query_pairs_mut().append_pair("error", "access_denied");
    } else {
        let code = format!("code-{}", inside.codes.len());
        let grant = Grant { challenge: ask("code_challenge"), nonce: ask("nonce"), redirect_uri: ask("redirect_uri") };
        inside.codes.insert(code.clone(), grant);
        back.query_pairs_mut().append_pair("code", &code);
    }
    back.query_pairs_mut().append_pair("state", &ask("state")).append_pair("iss", &provider.issuer);
    (StatusCode::FOUND, [(header::LOCATION, back.to_string())]).into_response()
}

async fn token(State(provider): State<Provider>, headers: HeaderMap, body: String) -> Response {
    let form: HashMap<_, _> = form_urlencoded::parse(body.as_bytes()).into_owned().collect();
    let field = |name: &str| form.get(name).map_or("", String::as_str);
    let refused = |code: &str| json_answer(StatusCode::BAD_REQUEST, &json!({ "error": code }));
    if !knows_secret(&headers) {
        return json_answer(StatusCode::UNAUTHORIZED, &json!({ "error": "invalid_client" }));
    }
    let times = provider.times(CLIENT);
    let mut inside = provider.inside();
    if inside.mood == Mood::Fails {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let Some(grant) = inside.codes.remove(field("code")) else { return refused("invalid_grant") };
    let digest = ring::digest::digest(&ring::digest::SHA256, field("code_verifier").as_bytes());
    let sound = field("grant_type") == "authorization_code"
        && field("redirect_uri") == grant.redirect_uri
        && encoded(digest) == grant.challenge;
    if !sound {
        return refused("invalid_grant");
    }
    let mut claims = inside.claims.clone();
    merge(&mut claims, &times);
    merge(&mut claims, &json!({ "nonce": grant.nonce }));
    merge(&mut claims, &inside.twist);
    let id_token = inside.keys[0].token(&json!({}), &claims);
    json_answer(
        StatusCode::OK,
        &json!({ "access_token": "opaque", "token_type": "Bearer", "expires_in": 300, "id_token": id_token }),
    )
}

/// RFC 6749, 2.3.1: both halves are escaped as in a form before they are joined.
fn knows_secret(headers: &HeaderMap) -> bool {
    let escaped = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let wanted = BASE64_STANDARD.encode(format!("{}:{}", escaped(CLIENT), escaped(CLIENT_SECRET)));
    headers.get(header::AUTHORIZATION).is_some_and(|value| *value == format!("Basic {wanted}"))
}
