//! Teams that are assessed together, as one (COVERAGE.md section 5).

use async_graphql::{Context, Object};
use entity::coverage::roster::UnitIx;

use super::unit::listed;
use super::{Team, Unit};
use crate::graphql::error::ApiError;
use crate::graphql::page::{Listed, Page};

/// Teams that are assessed together, as one.
#[derive(Clone, Debug)]
pub(crate) struct CoverGroup {
    pub(super) team: Team,
    pub(super) name: String,
}

/// Teams that are assessed together, as one team with the posts, supporters and champions of all of them.
#[Object]
impl CoverGroup {
    /// The group's name in the board's files.
    async fn name(&self) -> &str {
        &self.name
    }

    /// The units of the group that have staff on the requested date, by code. Units that the viewer may not see are left out.
    async fn members(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "At most this many from the start, 1 to 100.", default = 20)] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "At most this many from the end, 1 to 100; instead of first.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Listed<Unit>, ApiError> {
        let page = Page::new(ctx, first, after, last, before)?;
        let view = &self.team.view;
        let members: Vec<UnitIx> =
            self.team.row().assessed_with.iter().copied().filter(|unit| view.sees(*unit)).collect();
        listed(view, &page, members)
    }
}
