//! Nominations as the viewer of a request may see them: each is read from the database, joined with the facts, and narrowed.

use std::sync::Arc;

use async_graphql::Context;
use entity::id::NominationId;
use entity::period::Day;
use entity::register::facts::NominationFacts;
use entity::register::sight::{NominationSight, NominationViewer, sight};
use entity::register::terms::RegisterTerms;
use entity::store::register::nomination::{self as store, StoredNomination};
use sea_orm::{Condition, ConnectionTrait};

use super::access::Scope;
use super::day_view::known;
use super::directory::ReferenceData;
use super::error::ApiError;
use super::request_state::{db, today};
use crate::access::Right;

/// A nomination, and what the viewer may see of it.
#[derive(Clone, Debug)]
pub(crate) struct VisibleNomination {
    pub(crate) known: Arc<ReferenceData>,
    pub(crate) stored: StoredNomination,
    pub(crate) facts: NominationFacts,
    pub(crate) terms: RegisterTerms,
    pub(crate) sight: NominationSight,
    pub(crate) today: Day,
}

/// The facts of a stored nomination. `None` if its person or unit is no longer on file.
pub(crate) fn facts_of(known: &ReferenceData, stored: &StoredNomination) -> Option<NominationFacts> {
    stored.facts(|id| known.person_by_id(id), |id| known.unit_by_id(id))
}

/// The numbers of the register that hold for a nomination: those of the policy of its unit on the day on which it was opened.
/// So a later policy neither ends a nomination at once nor opens a lapsed one again.
pub(crate) fn terms_of(known: &ReferenceData, facts: &NominationFacts) -> RegisterTerms {
    known.facts.index.register_terms(facts.unit, facts.opened_on)
}

/// The viewer of nominations. `None` for a token, which sees none.
pub(crate) fn viewer_of(scope: &Scope) -> Option<NominationViewer> {
    let person = scope.me().filter(|_| scope.viewer().person_id().is_some())?;
    Some(NominationViewer { person, is_coordinator: scope.all(Right::Nominations) })
}

impl VisibleNomination {
    /// The nomination as a viewer may see it. `None` if it is hidden from them.
    pub(crate) fn seen(
        known: &Arc<ReferenceData>,
        stored: StoredNomination,
        viewer: NominationViewer,
        today: Day,
    ) -> Option<Self> {
        let facts = facts_of(known, &stored)?;
        let terms = terms_of(known, &facts);
        let sight = sight(&known.facts.index, &facts, &terms, viewer, today);
        let visible = Self { known: Arc::clone(known), stored, facts, terms, sight, today };
        (sight > NominationSight::Hidden).then_some(visible)
    }

    /// Returns a nomination by its key. `None` if there is none, or it is hidden from the viewer.
    ///
    /// # Errors
    ///
    /// Database errors.
    pub(crate) async fn find(ctx: &Context<'_>, id: NominationId) -> Result<Option<Self>, ApiError> {
        let (known, scope) = known(ctx).await?;
        let Some(viewer) = viewer_of(scope) else { return Ok(None) };
        let stored = store::find(db(ctx)?, id).await?;
        let today = today(ctx)?;
        Ok(stored.and_then(|stored| Self::seen(known, stored, viewer, today)))
    }

    /// Returns the nominations that match and that the viewer may see, by key.
    ///
    /// # Errors
    ///
    /// Database errors.
    pub(crate) async fn matching(
        db: &impl ConnectionTrait,
        known: &Arc<ReferenceData>,
        viewer: NominationViewer,
        today: Day,
        condition: Condition,
    ) -> Result<Vec<Self>, ApiError> {
        let stored = store::matching(db, condition).await?;
        Ok(stored.into_iter().filter_map(|stored| Self::seen(known, stored, viewer, today)).collect())
    }
}
