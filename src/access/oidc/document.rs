//! The identity provider's discovery document: its addresses and its keys, kept in memory for a while and fetched again when a
//! token names an unknown key.

use std::fmt::Display;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use entity::clock::Clock;
use openidconnect::core::CoreProviderMetadata;
use openidconnect::{DiscoveryError, IssuerUrl};
use tokio::sync::OwnedMutexGuard;
use tracing::Instrument as _;

use super::Unreachable;
use super::fetch::{Fetch, FetchError};

/// The age at which the keys are fetched again. For this long a key that the provider has withdrawn is still accepted.
pub(super) const FRESH: TimeDelta = TimeDelta::minutes(5);
/// The greatest age of the keys if the provider cannot be reached. For this long front ends do not notice its absence.
pub(super) const KEPT: TimeDelta = TimeDelta::minutes(60);
/// The pause between two fetches, whatever keys a stranger's tokens name.
pub(super) const PAUSE: TimeDelta = TimeDelta::seconds(5);

/// The provider's document with its keys, as last fetched. Clones share one.
#[derive(Clone, Debug)]
pub(super) struct Documents {
    issuer: IssuerUrl,
    fetch: Fetch,
    clock: Clock,
    held: Arc<Mutex<Option<ProviderDocument>>>,
    /// When the provider was last contacted. The caller that fetches holds the lock, so that the others wait for its result.
    asked: Arc<tokio::sync::Mutex<Option<DateTime<Utc>>>>,
}

/// The right to contact the provider, with the time of the last contact.
type ContactPermit = OwnedMutexGuard<Option<DateTime<Utc>>>;

/// One version of the document.
#[derive(Clone, Debug)]
pub(super) struct ProviderDocument {
    pub(super) document: Arc<CoreProviderMetadata>,
    read_at: DateTime<Utc>,
}

impl Documents {
    pub(super) fn new(issuer: IssuerUrl, fetch: Fetch, clock: Clock) -> Self {
        Self { issuer, fetch, clock, held: Arc::default(), asked: Arc::default() }
    }

    /// Returns the document if it is younger than [`FRESH`], or an older one, up to [`KEPT`], while the provider cannot be
    /// reached.
    pub(super) async fn current(&self) -> Result<ProviderDocument, Unreachable> {
        match self.held() {
            Some(held) if self.younger_than(FRESH, held.read_at) => Ok(held),
            // One caller fetches; callers that arrive meanwhile use the present document.
            Some(held) if self.younger_than(KEPT, held.read_at) => match Arc::clone(&self.asked).try_lock_owned() {
                Ok(asked) => self.read_after(Some(held.read_at), asked).await,
                Err(_) => Ok(held),
            },
            _ => self.read_after(None, Arc::clone(&self.asked).lock_owned().await).await,
        }
    }

    /// Fetches a document newer than `seen`, which lacks a key. Returns the same one if the provider was contacted a moment
    /// ago, or cannot be reached.
    pub(super) async fn newer(&self, seen: &ProviderDocument) -> Result<ProviderDocument, Unreachable> {
        self.read_after(Some(seen.read_at), Arc::clone(&self.asked).lock_owned().await).await
    }

    /// Fetches the document unless another caller has done so after `seen` or has just tried to. It runs in a task of its own:
    /// if the caller disconnects, the others still get the result.
    async fn read_after(
        &self,
        seen: Option<DateTime<Utc>>,
        asked: ContactPermit,
    ) -> Result<ProviderDocument, Unreachable> {
        let documents = self.clone();
        let task = async move { documents.read(seen, asked).await };
        tokio::spawn(task.in_current_span()).await.unwrap_or(Err(Unreachable))
    }

    async fn read(
        &self,
        seen: Option<DateTime<Utc>>,
        mut asked: ContactPermit,
    ) -> Result<ProviderDocument, Unreachable> {
        let held = self.held().filter(|held| self.younger_than(KEPT, held.read_at));
        let is_news =
            |held: &ProviderDocument| seen.map_or(self.younger_than(FRESH, held.read_at), |seen| held.read_at > seen);
        let just_asked = asked.is_some_and(|at| self.younger_than(PAUSE, at));
        if just_asked || held.as_ref().is_some_and(is_news) {
            return held.ok_or(Unreachable);
        }
        let answer = CoreProviderMetadata::discover_async(self.issuer.clone(), &self.fetch).await;
        *asked = Some(self.clock.now());
        match answer {
            Ok(document) => {
                let read = ProviderDocument { document: Arc::new(document), read_at: self.clock.now() };
                *self.held.lock().unwrap_or_else(PoisonError::into_inner) = Some(read.clone());
                Ok(read)
            }
            Err(cause) => {
                tracing::warn!(cause = %why(&cause), "the identity provider's keys could not be fetched");
                held.ok_or(Unreachable)
            }
        }
    }

    fn held(&self) -> Option<ProviderDocument> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// A clock that was set back makes everything old, so that nothing is kept for longer than intended.
    fn younger_than(&self, age: TimeDelta, at: DateTime<Utc>) -> bool {
        (TimeDelta::zero()..age).contains(&(self.clock.now() - at))
    }
}

/// The error without anything that the provider sent.
fn why(error: &DiscoveryError<FetchError>) -> Box<dyn Display + '_> {
    match error {
        DiscoveryError::Request(cause) => Box::new(cause),
        DiscoveryError::Response(status, ..) => Box::new(format!("it answered with status {status}")),
        DiscoveryError::Validation(_) => Box::new("its issuer is not the one in OIDC_ISSUER"),
        _ => Box::new("its answer is not valid OpenID Connect"),
    }
}
