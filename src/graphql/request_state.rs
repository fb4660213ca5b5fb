//! The state that the fields of one request share: its viewer and clock, the version of the data that all of them see, the days
//! that it has requested, and the counters that limit its work.

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

use super::cache::{CoverageCache, PublishedNumbers};
use super::directory::ReferenceData;
use super::error::{ApiError, Code};
use super::limits::MOST_CHILDREN;
use crate::access::{DataState, Viewer};

/// The most computations of one request: each different day, and each "what if".
const COMPUTATIONS: usize = 10;
/// The most reports whose changes one request may compute; each takes the stored teams of one more day.
const COMPARISONS: usize = 30;

/// The state of one request.
#[derive(Debug, Default)]
pub(crate) struct RequestState {
    known: OnceCell<Arc<ReferenceData>>,
    days: Mutex<HashMap<Day, Arc<OnceCell<ComputedDay>>>>,
    what_ifs: Mutex<usize>,
    comparisons: Mutex<usize>,
    exports: Mutex<usize>,
    /// Units returned as children, by the position of the field in the query.
    children: Mutex<HashMap<Pos, usize>>,
}

/// A day's coverage, and its published small numbers. `None` for these if the viewer may see small numbers.
pub(super) type ComputedDay = (Arc<Coverage>, Option<Arc<PublishedNumbers>>);

/// The version of the data that an answer is based on, once its request has read any. Clones share it: one goes with the
/// request, the other stays with the handler that answers.
#[derive(Clone, Debug, Default)]
pub struct DataVersion(Arc<Mutex<Option<i64>>>);

impl DataVersion {
    /// The version. `None` if no data was read.
    #[must_use]
    pub fn get(&self) -> Option<i64> {
        *locked(&self.0)
    }

    /// Clears the version before the next request is executed.
    pub fn clear(&self) {
        *locked(&self.0) = None;
    }

    fn set(&self, version: i64) {
        *locked(&self.0) = Some(version);
    }
}

impl RequestState {
    /// Returns the state of the request.
    ///
    /// # Errors
    ///
    /// [`ApiError::internal`] if the request did not come through [`prepare`](super::prepare).
    pub(crate) fn from_context<'a>(ctx: &Context<'a>) -> Result<&'a Self, ApiError> {
        ctx.data_opt::<Self>().ok_or_else(|| ApiError::internal("the request was not prepared with graphql::prepare"))
    }

    /// Whether the request has read any data. A command must come first, so that its answer shows what it changed.
    pub(crate) fn has_read(&self) -> bool {
        self.known.initialized()
    }

    /// Lets the rest of the request see the data as it is after a command.
    pub(crate) fn show(&self, known: Arc<ReferenceData>) {
        // It fails only if the request has read data already, which a command refuses.
        let _ = self.known.set(known);
    }

    /// Returns the cell of a day, which is computed once for all fields of the request.
    ///
    /// # Errors
    ///
    /// [`ApiError::bad_input`] if the request has too many days.
    pub(super) fn day(&self, day: Day) -> Result<Arc<OnceCell<ComputedDay>>, ApiError> {
        let mut days = locked(&self.days);
        if !days.contains_key(&day) && days.len() >= COMPUTATIONS {
            return Err(ApiError::bad_input(
                "asOf",
                format!("One query may use at most {COMPUTATIONS} different days."),
            ));
        }
        Ok(Arc::clone(days.entry(day).or_default()))
    }

    /// Counts one more policy that is tried.
    ///
    /// # Errors
    ///
    /// [`ApiError::bad_input`] if there are too many.
    pub(super) fn count_what_if(&self) -> Result<(), ApiError> {
        let mut what_ifs = locked(&self.what_ifs);
        if *what_ifs >= COMPUTATIONS {
            return Err(ApiError::bad_input("policy", format!("One query may try at most {COMPUTATIONS} policies.")));
        }
        *what_ifs += 1;
        Ok(())
    }

    /// Counts one more report that is compared with the previous one.
    ///
    /// # Errors
    ///
    /// [`ApiError::bad_input`] if there are too many.
    pub(crate) fn count_comparison(&self) -> Result<(), ApiError> {
        let mut comparisons = locked(&self.comparisons);
        *comparisons += 1;
        if *comparisons > COMPARISONS {
            let sentence =
                format!("One query may request the changes of at most {COMPARISONS} reports. Request fewer reports.");
            return Err(ApiError::bad_input("first", sentence));
        }
        Ok(())
    }

    /// Counts one more export of all data held on a person: it reads every table and is recorded.
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
                "One query may export the data of one person only. Send one query per person.",
            ));
        }
        Ok(())
    }

    /// Counts `units` that the field at `place` returns as children. The cost of a query is estimated with this limit, so it
    /// must hold for every tree.
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
                "This level of the tree has more than {MOST_CHILDREN} units. Request smaller pages of `children` with \
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

/// Returns the data as this request sees it: one version for all of its fields, which its answer names.
///
/// # Errors
///
/// Database errors.
pub(super) async fn facts<'a>(ctx: &Context<'a>) -> Result<&'a Arc<ReferenceData>, ApiError> {
    let (state, cache, caller) = (RequestState::from_context(ctx)?, cache(ctx)?, caller(ctx)?);
    let known = state.known.get_or_try_init(|| cache.known(caller, data_state(ctx))).await?;
    if let Some(version) = ctx.data_opt::<DataVersion>() {
        version.set(known.facts.version);
    }
    Ok(known)
}

/// The present time.
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

/// The day of `instant` in the board's zone.
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

/// The newest data at the time of authentication.
pub(super) fn data_state<'a>(ctx: &Context<'a>) -> Option<&'a DataState> {
    ctx.data_opt::<DataState>()
}

/// The cache of data and coverage, which all requests share.
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
