//! What the identity provider says of itself: its addresses and its keys, kept for a while and asked for again when a key turns
//! up that is not among them.

use std::fmt::Display;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use entity::clock::Clock;
use openidconnect::core::CoreProviderMetadata;
use openidconnect::{DiscoveryError, IssuerUrl};
use tokio::sync::OwnedMutexGuard;
use tracing::Instrument as _;

use super::Away;
use super::fetch::{Fetch, FetchError};

/// How old the keys may be before they are asked for again: so long a key that the provider has withdrawn is still taken.
pub(super) const FRESH: TimeDelta = TimeDelta::minutes(5);
/// How old they may be when the provider cannot be asked: so long its absence is not felt by front ends.
pub(super) const KEPT: TimeDelta = TimeDelta::minutes(60);
/// How long nothing is asked after the provider was asked, whatever keys a stranger's tokens name.
pub(super) const PAUSE: TimeDelta = TimeDelta::seconds(5);

/// The provider's document with its keys, as last read. Clones share one.
#[derive(Clone, Debug)]
pub(super) struct Documents {
    issuer: IssuerUrl,
    fetch: Fetch,
    clock: Clock,
    held: Arc<Mutex<Option<Held>>>,
    /// When the provider was last asked. Whoever asks holds it, so that one does and the others wait.
    asked: Arc<tokio::sync::Mutex<Option<DateTime<Utc>>>>,
}

type Asked = OwnedMutexGuard<Option<DateTime<Utc>>>;

/// One reading of the document.
#[derive(Clone, Debug)]
pub(super) struct Held {
    pub(super) document: Arc<CoreProviderMetadata>,
    read_at: DateTime<Utc>,
}

impl Documents {
    pub(super) fn new(issuer: IssuerUrl, fetch: Fetch, clock: Clock) -> Self {
        Self { issuer, fetch, clock, held: Arc::default(), asked: Arc::default() }
    }

    /// The document as it was read in the last [`FRESH`] time; an older one, up to [`KEPT`], while the provider is away.
    pub(super) async fn current(&self) -> Result<Held, Away> {
        match self.held() {
            Some(held) if self.younger_than(FRESH, held.read_at) => Ok(held),
            // One asks; whoever comes meanwhile goes on with what is there.
            Some(held) if self.younger_than(KEPT, held.read_at) => match Arc::clone(&self.asked).try_lock_owned() {
                Ok(asked) => self.read_after(Some(held.read_at), asked).await,
                Err(_) => Ok(held),
            },
            _ => self.read_after(None, Arc::clone(&self.asked).lock_owned().await).await,
        }
    }

    /// The document as it is read after `seen`, because `seen` lacks a key. The same one when the provider was asked a moment
    /// ago, or is away.
    pub(super) async fn newer(&self, seen: &Held) -> Result<Held, Away> {
        self.read_after(Some(seen.read_at), Arc::clone(&self.asked).lock_owned().await).await
    }

    /// Reads the document unless somebody else has done so after `seen` or has just tried to. In a task of its own: a caller
    /// who goes away takes the answer from nobody.
    async fn read_after(&self, seen: Option<DateTime<Utc>>, asked: Asked) -> Result<Held, Away> {
        let documents = self.clone();
        let task = async move { documents.read(seen, asked).await };
        tokio::spawn(task.in_current_span()).await.unwrap_or(Err(Away))
    }

    async fn read(&self, seen: Option<DateTime<Utc>>, mut asked: Asked) -> Result<Held, Away> {
        let held = self.held().filter(|held| self.younger_than(KEPT, held.read_at));
        let is_news = |held: &Held| seen.map_or(self.younger_than(FRESH, held.read_at), |seen| held.read_at > seen);
        let just_asked = asked.is_some_and(|at| self.younger_than(PAUSE, at));
        if just_asked || held.as_ref().is_some_and(is_news) {
            return held.ok_or(Away);
        }
        let answer = CoreProviderMetadata::discover_async(self.issuer.clone(), &self.fetch).await;
        *asked = Some(self.clock.now());
        match answer {
            Ok(document) => {
                let read = Held { document: Arc::new(document), read_at: self.clock.now() };
                *self.held.lock().unwrap_or_else(PoisonError::into_inner) = Some(read.clone());
                Ok(read)
            }
            Err(cause) => {
                tracing::warn!(cause = %why(&cause), "the identity provider gave no keys");
                held.ok_or(Away)
            }
        }
    }

    fn held(&self) -> Option<Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// A clock that was set back makes everything old: nothing is kept for longer than meant.
    fn younger_than(&self, age: TimeDelta, at: DateTime<Utc>) -> bool {
        (TimeDelta::zero()..age).contains(&(self.clock.now() - at))
    }
}

/// What went wrong, without what the provider sent.
fn why(error: &DiscoveryError<FetchError>) -> Box<dyn Display + '_> {
    match error {
        DiscoveryError::Request(cause) => Box::new(cause),
        DiscoveryError::Response(status, ..) => Box::new(format!("it answered {status}")),
        DiscoveryError::Validation(_) => Box::new("it is another issuer than OIDC_ISSUER says"),
        _ => Box::new("its answer is not what OpenID Connect asks for"),
    }
}
