//! What the viewer of a request may see: the one place from which every read begins, and at which it is narrowed.

use async_graphql::Context;
use entity::coverage::Index;
use entity::coverage::roster::UnitIx;
use entity::value::AccessRole;
use sea_orm::sea_query::{Condition, Expr, ExprTrait as _};

use super::error::ApiError;
use crate::access::Viewer;

/// What one viewer may see. What is hidden is absent: it is missing from lists, counts and totals, and asking for it by code
/// or id is answered like asking for what never was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Scope(Seen);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Seen {
    Everything,
    Nothing,
}

impl Scope {
    /// The scope of the request's viewer.
    ///
    /// # Errors
    ///
    /// [`ApiError::internal`] when the request was sent without a [`Viewer`].
    pub(crate) fn of(ctx: &Context<'_>) -> Result<Self, ApiError> {
        let viewer = ctx.data_opt::<Viewer>().ok_or_else(|| ApiError::internal("the request has no viewer"))?;
        Ok(Self(if viewer.granted().contains(&AccessRole::Admin) { Seen::Everything } else { Seen::Nothing }))
    }

    /// Whether a unit, its team and its people are seen. `index` is there for scopes that are parts of the tree.
    pub(crate) fn sees(self, _index: &Index, _unit: UnitIx) -> bool {
        match self.0 {
            Seen::Everything => true,
            Seen::Nothing => false,
        }
    }

    /// The condition on rows about the running of the whole network: snapshots, reports, deliveries, job runs, imports.
    pub(crate) fn rows(self) -> Condition {
        match self.0 {
            Seen::Everything => Condition::all(),
            Seen::Nothing => Condition::all().add(Expr::val(1).eq(0)),
        }
    }

    /// Whether the viewer may ask for a run of a job.
    pub(crate) fn may_request_runs(self) -> bool {
        match self.0 {
            Seen::Everything => true,
            Seen::Nothing => false,
        }
    }
}
