//! Computes what the cache lacks, if it can from the coverage of the version before: only what a change can affect.

use std::num::NonZeroUsize;
use std::sync::Arc;

use entity::coverage::breakdown::PreviousRelease;
use entity::coverage::index::Extent;
use entity::coverage::{Breakdowns, Coverage, FactChange, Question, WhatIf, compute, compute_on, update};
use entity::id::SnapshotId;
use entity::store::disclosure;

use super::super::directory::ReferenceData;
use super::super::error::ApiError;
use super::turns::{Turn, run};
use super::{CacheInner, DayKey, PublishedNumbers};

/// Coverage from which that of a later version is computed.
struct Base {
    known: Arc<ReferenceData>,
    coverage: Arc<Coverage>,
    /// What was touched in between.
    extent: Extent,
}

impl CacheInner {
    pub(super) async fn publish(
        &self,
        known: Arc<ReferenceData>,
        coverage: Arc<Coverage>,
        last: Option<SnapshotId>,
        own: Option<Turn>,
    ) -> Result<Arc<PublishedNumbers>, ApiError> {
        let before = match last {
            Some(last) => Some(self.release(last).await?),
            None => None,
        };
        let turns = self.turn(own).await?;
        run(turns, move || {
            let breakdowns = Breakdowns::from_coverage(&known.facts.index, &coverage);
            let disclosure = breakdowns.follow(before.as_deref().and_then(Option::as_ref));
            Arc::new(PublishedNumbers { disclosure })
        })
        .await
    }

    pub(super) async fn compute(
        &self,
        known: Arc<ReferenceData>,
        key: DayKey,
        own: Option<Turn>,
        asked: Option<WhatIf>,
    ) -> Result<Arc<Coverage>, ApiError> {
        let turns = self.turn(own).await?;
        let base = if asked.is_none() { self.base(&known, key) } else { None };
        let computed = Arc::clone(&known);
        let coverage = run(turns, move || {
            let DayKey { version: _, day, today } = key;
            let (index, question) = (&known.facts.index, Question { day, today: Some(today), what_if: asked.as_ref() });
            Arc::new(match base {
                Some(Base { known: before, coverage, extent }) => {
                    let change = FactChange { before: &before.facts.index, after: index, extent: &extent };
                    update(&coverage, &change, &question)
                }
                None if key.is_today() => compute(index, &question),
                // Other days are computed several at a time.
                None => compute_on(index, &question, NonZeroUsize::MIN),
            })
        })
        .await?;
        let kept = self.today.keys().into_iter().chain(self.days.keys());
        self.versions.keep(computed, kept.map(|key| key.version).collect());
        Ok(coverage)
    }

    /// Returns the kept coverage of the same day that is nearest in changes. `None` if there is none, or if it is not known
    /// what has changed since.
    fn base(&self, known: &ReferenceData, key: DayKey) -> Option<Base> {
        let shelf = if key.is_today() { &self.today } else { &self.days };
        let kept = shelf.filled(|other| (other.day, other.today) == (key.day, key.today));
        kept.into_iter().rev().find_map(|(other, coverage)| {
            let extent = known.facts.changes_since(other.version)?;
            Some(Base { known: self.versions.get(other.version)?, coverage, extent })
        })
    }

    async fn release(&self, snapshot: SnapshotId) -> Result<Arc<Option<PreviousRelease>>, ApiError> {
        let read = || async { Ok::<_, ApiError>(Arc::new(disclosure::published(&self.db, snapshot).await?)) };
        self.releases.cell(snapshot).get_or_try_init(read).await.map(Arc::clone)
    }

    /// Takes the turns of a caller, or those of today.
    async fn turn(&self, own: Option<Turn>) -> Result<(Option<Turn>, Turn), ApiError> {
        let turn = match &own {
            Some(_) => self.turns.other().await?,
            None => self.turns.today().await?,
        };
        Ok((own, turn))
    }
}
