//! The competence framework, and assessments of a person against it.

use std::cmp::Reverse;
use std::sync::Arc;

use async_graphql::{Context, ID, Object};
use entity::coverage::roster::PersonIx;
use entity::register::sight::NominationSight;
use entity::table::nomination;
use sea_orm::ColumnTrait as _;

use super::super::access::Scope;
use super::super::day_view::known;
use super::super::directory::ReferenceData;
use super::super::error::ApiError;
use super::super::id::NodeId;
use super::super::nominations::{VisibleNomination, viewer_of};
use super::super::object::framework::{Assessment, AssessmentSight, Framework};
use super::super::page::{Listed, Page, Total, cut};
use super::super::request_state::{db, today};
use crate::access::Right;

#[derive(Debug, Default)]
pub(crate) struct FrameworkQuery;

#[Object]
impl FrameworkQuery {
    /// Versions of the competence framework, newest first: the one in force, earlier ones and those to come. Empty if there are
    /// none, or if the viewer does not have the right DOCUMENTS.
    async fn frameworks(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "At most this many from the start, 1 to 100.", default = 20)] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "At most this many from the end, 1 to 100; instead of first.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Listed<Framework>, ApiError> {
        let page = Page::new(ctx, first, after, last, before)?;
        let found = Framework::all(ctx).await?;
        let total = Total::Known(found.len());
        let key = |framework: &Framework| Reverse(framework.stored.row.in_force_from);
        Ok(cut(&page, "frameworks", found, key)?.listed(total, |framework| framework))
    }

    /// Assessments of a person against the competence framework, newest first. The person, coordinators and the managers who
    /// approve the person as a Peer Supporter see all, an assessor their own. Empty if there are none, or if the viewer does not
    /// have the right to see any.
    async fn assessments(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The person. Defaults to the signed-in user.")] person_id: Option<ID>,
        #[graphql(desc = "At most this many from the start, 1 to 100.", default = 20)] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "At most this many from the end, 1 to 100; instead of first.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Listed<Assessment>, ApiError> {
        let page = Page::new(ctx, first, after, last, before)?;
        let (known, scope) = known(ctx).await?;
        let me = scope.me().filter(|_| scope.viewer().person_id().is_some() && scope.all(Right::Documents));
        let asked = match &person_id {
            None => me,
            Some(id) => NodeId::decode_person(id).and_then(|id| known.person_by_id(id)),
        };
        let found = match (me, asked) {
            (Some(me), Some(asked)) => {
                let sight = if me == asked || sees_all(ctx, known, scope, asked).await? {
                    AssessmentSight::All
                } else {
                    AssessmentSight::MadeBy(known.facts.index.roster().people[me.at()].id)
                };
                Assessment::of_person(ctx, &known.numbers_of(asked), sight).await?
            }
            (None, _) | (_, None) => Vec::new(),
        };
        let total = Total::Known(found.len());
        let key = |assessment: &Assessment| Reverse((assessment.0.row.assessed_on, assessment.0.row.id.0));
        Ok(cut(&page, "assessments", found, key)?.listed(total, |assessment| assessment))
    }
}

/// Whether the viewer is a coordinator, or a manager who decides or has decided on a nomination of the person.
async fn sees_all(
    ctx: &Context<'_>,
    known: &Arc<ReferenceData>,
    scope: &Scope,
    person: PersonIx,
) -> Result<bool, ApiError> {
    if scope.has_for_everything(Right::Register) {
        return Ok(true);
    }
    let Some(viewer) = viewer_of(scope) else { return Ok(false) };
    let of_person = nomination::Column::PersonId.is_in(known.numbers_of(person)).into();
    let seen = VisibleNomination::matching(db(ctx)?, known, viewer, today(ctx)?, of_person).await?;
    let approves = |nomination: &VisibleNomination| nomination.sight >= NominationSight::Content;
    Ok(seen.iter().any(approves))
}
