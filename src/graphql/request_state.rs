//! What one request shares among its fields: its viewer and clock, the version of the facts that all of them see, the days that it
//! has asked about, and the counters that bound its work.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_graphql::{Context, Pos};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use entity::actor::Actor;
use entity::clock::{Clock, day_of};
use entity::coverage::Coverage;
use entity::period::Day;
use sea_orm::DatabaseConnection;
use tokio::sync::OnceCell;

use super::cache::{CoverageCache, Published};
use super::directory::Known;
use super::error::{ApiError, Code};
use super::limits::MOST_CHILDREN;
use crate::access::{Look, Viewer};

/// Computations that one request may cause: each different day, and each "what if".
const COMPUTATIONS: usize = 10;
/// Reports whose changes one request may work out; each takes the stored teams of one day more.
const COMPARISONS: usize = 30;

/// The state of one request. See the module.
#[derive(Debug, Default)]
pub(crate) struct RequestState {
    known: OnceCell<Arc<Known>>,
    days: Mutex<HashMap<Day, Arc<OnceCell<ComputedDay>>>>,
    what_ifs: Mutex<usize>,
    comparisons: Mutex<usize>,
    exports: Mutex<usize>,
    /// Units handed out as children, by the place of the field in the query.
    children: Mutex<HashMap<Pos, usize>>,
}

/// A day's coverage, and what of it is published; without that, the viewer sees small numbers.
pub(super) type ComputedDay = (Arc<Coverage>, Option<Arc<Published>>);

/// The version of the facts that an answer is based on, once its request has read any. Clones share it: one goes with the
/// request, the other stays with the handler that answers.
#[derive(Clone, Debug, Default)]
pub struct DataVersion(Arc<Mutex<Option<i64>>>);

impl DataVersion {
    /// The version. None if no facts were read.
    #[must_use]
    pub fn get(&self) -> Option<i64> {
        *locked(&self.0)
    }

    /// Forgets the version: the next request is about to be executed.
    pub fn clear(&self) {
        *locked(&self.0) = None;
    }

    fn set(&self, version: i64) {
        *locked(&self.0) = Some(version);
    }
}

impl RequestState {
    /// The state of the request.
    ///
    /// # Errors
    ///
    /// [`ApiError::internal`] if the request did not come through [`prepare`](super::prepare).
    pub(crate) fn of<'a>(ctx: &Context<'a>) -> Result<&'a Self, ApiError> {
        ctx.data_opt::<Self>().ok_or_else(|| ApiError::internal("the request was not prepared with graphql::prepare"))
    }

    /// The cell of a day, which is computed once for all fields of the request.
    ///
    /// # Errors
    ///
    /// [`ApiError::bad_input`] for one day too many.
    pub(super) fn day(&self, day: Day) -> Result<Arc<OnceCell<ComputedDay>>, ApiError> {
        let mut days = locked(&self.days);
        if !days.contains_key(&day) && days.len() >= COMPUTATIONS {
            return Err(ApiError::bad_input(
                "asOf",
                format!("One query asks of at most {COMPUTATIONS} different days"),
            ));
        }
        Ok(Arc::clone(days.entry(day).or_default()))
    }

    /// Counts one more policy that is tried.
    ///
    /// # Errors
    ///
    /// [`ApiError::bad_input`] for one too many.
    pub(super) fn count_what_if(&self) -> Result<(), ApiError> {
        let mut what_ifs = locked(&self.what_ifs);
        if *what_ifs >= COMPUTATIONS {
            return Err(ApiError::bad_input("policy", format!("One query tries at most {COMPUTATIONS} policies")));
        }
        *what_ifs += 1;
        Ok(())
    }

    /// Counts one more report that is compared with the one before it.
    ///
    /// # Errors
    ///
    /// [`ApiError::bad_input`] for one too many.
    pub(crate) fn count_comparison(&self) -> Result<(), ApiError> {
        let mut comparisons = locked(&self.comparisons);
        *comparisons += 1;
        if *comparisons > COMPARISONS {
            let sentence =
                format!("One query shows the changes of at most {COMPARISONS} reports; ask for fewer reports");
            return Err(ApiError::bad_input("first", sentence));
        }
        Ok(())
    }

    /// Counts one more document with everything that is held on a person: it reads every table and is recorded.
    ///
    /// # Errors
    ///
    /// [`ApiError::bad_input`] for the second one.
    pub(crate) fn count_export(&self) -> Result<(), ApiError> {
        let mut exports = locked(&self.exports);
        *exports += 1;
        if *exports > 1 {
            return Err(ApiError::bad_input(
                "personId",
                "One query asks for what is held on one person; send one for each",
            ));
        }
        Ok(())
    }

    /// Counts `units` that the field at `place` shows as children. The cost of a query is estimated with this limit, so it must
    /// hold for every tree.
    ///
    /// # Errors
    ///
    /// [`Code::QueryTooCostly`] for more than [`MOST_CHILDREN`].
    pub(crate) fn count_children(&self, place: Pos, units: usize) -> Result<(), ApiError> {
        let mut children = locked(&self.children);
        let shown = children.entry(place).or_default();
        *shown += units;
        if *shown as u64 > MOST_CHILDREN {
            let sentence = format!(
                "This level of the tree has more than {MOST_CHILDREN} units; ask for smaller pages of `children` with \
                 `first`, for one part of the tree at a time, or for pages of `units(underCode:)`"
            );
            return Err(ApiError::new(Code::QueryTooCostly, sentence));
        }
        Ok(())
    }
}

fn locked<T>(value: &Mutex<T>) -> MutexGuard<'_, T> {
    value.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The facts as this request sees them: one version for all of its fields, which its answer names.
///
/// # Errors
///
/// What the database said.
pub(super) async fn facts<'a>(ctx: &Context<'a>) -> Result<&'a Arc<Known>, ApiError> {
    let (state, cache, caller) = (RequestState::of(ctx)?, cache(ctx)?, caller(ctx)?);
    let known = state.known.get_or_try_init(|| cache.known(caller, look(ctx))).await?;
    if let Some(version) = ctx.data_opt::<DataVersion>() {
        version.set(known.facts.version);
    }
    Ok(known)
}

/// The present instant.
///
/// # Errors
///
/// [`ApiError::internal`] if the schema was built without a clock.
pub(crate) fn now(ctx: &Context<'_>) -> Result<DateTime<Utc>, ApiError> {
    let clock = ctx.data_opt::<Clock>().ok_or_else(|| ApiError::internal("the schema has no clock"))?;
    Ok(clock.now())
}

/// Today in the board's zone.
///
/// # Errors
///
/// [`ApiError::internal`] if the schema was built without a clock or a zone.
pub(crate) fn today(ctx: &Context<'_>) -> Result<Day, ApiError> {
    local_day(ctx, now(ctx)?)
}

/// The civil day on which `instant` falls in the board's zone.
///
/// # Errors
///
/// [`ApiError::internal`] if the schema was built without a zone.
pub(crate) fn local_day(ctx: &Context<'_>, instant: DateTime<Utc>) -> Result<Day, ApiError> {
    let zone = ctx.data_opt::<Tz>().ok_or_else(|| ApiError::internal("the schema has no zone"))?;
    Ok(day_of(instant, *zone))
}

/// The signed-in person or token that sent the request.
///
/// # Errors
///
/// [`ApiError::internal`] if the request was sent without a [`Viewer`].
pub(super) fn caller(ctx: &Context<'_>) -> Result<Actor, ApiError> {
    let viewer = ctx.data_opt::<Viewer>().ok_or_else(|| ApiError::internal("the request has no viewer"))?;
    Ok(viewer.actor())
}

/// What was newest when the caller was looked up.
pub(super) fn look<'a>(ctx: &Context<'a>) -> Option<&'a Look> {
    ctx.data_opt::<Look>()
}

/// The cache of facts and coverage, which all requests share.
///
/// # Errors
///
/// [`ApiError::internal`] if the schema was built without one.
pub(super) fn cache<'a>(ctx: &Context<'a>) -> Result<&'a CoverageCache, ApiError> {
    ctx.data_opt::<CoverageCache>().ok_or_else(|| ApiError::internal("the schema has no coverage cache"))
}

/// The database of the schema.
///
/// # Errors
///
/// [`ApiError::internal`] if the schema was built without one.
pub(crate) fn db<'a>(ctx: &Context<'a>) -> Result<&'a DatabaseConnection, ApiError> {
    ctx.data_opt::<DatabaseConnection>().ok_or_else(|| ApiError::internal("the schema has no database"))
}
