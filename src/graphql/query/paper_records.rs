//! Steps that coordinators recorded from paper.

use async_graphql::{Context, Object};

use super::super::error::ApiError;
use super::super::object::paper_record::PaperRecord;
use super::super::page::{Listed, Page, Total, cut};

#[derive(Debug, Default)]
pub(crate) struct PaperRecordQuery;

#[Object]
impl PaperRecordQuery {
    /// Steps that coordinators recorded from paper, oldest first: those that the viewer is said to have taken, and for
    /// coordinators all. Empty if there are none, or if the viewer does not have the right NOMINATIONS, as API tokens do not.
    async fn paper_records(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those whose dispute is not settled yet; if false, only the others.")] disputed: Option<
            bool,
        >,
        #[graphql(desc = "At most this many from the start, 1 to 100.", default = 20)] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "At most this many from the end, 1 to 100; instead of first.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Listed<PaperRecord>, ApiError> {
        let page = Page::new(ctx, first, after, last, before)?;
        let found = PaperRecord::list(ctx, disputed).await?;
        let total = Total::Known(found.len());
        let slice = cut(&page, "paperRecords", found, |seen| seen.row.id.0)?;
        Ok(slice.listed(total, |seen| seen))
    }
}
