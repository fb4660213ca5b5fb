//! All data held on a person. The export is recorded before it is returned.

use async_graphql::{Context, ID, Object};
use entity::store::retention::Periods;
use entity::store::subject;

use super::super::access::Scope;
use super::super::audit::Reads;
use super::super::error::ApiError;
use super::super::id::NodeId;
use super::super::request_state::{RequestState, db};
use crate::access::Right;

#[derive(Debug, Default)]
pub(crate) struct SubjectQuery;

#[Object]
impl SubjectQuery {
    /// All data held on a person, as the text of one JSON document: each kind of data with its meaning, source and retention
    /// period. The export is recorded. Every person may export their own data, an administrator that of any person.
    async fn subject_access(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The person whose data to export. Defaults to the signed-in user.")] person_id: Option<ID>,
    ) -> Result<String, ApiError> {
        RequestState::from_context(ctx)?.count_export()?;
        let scope = Scope::from_context(ctx).await?;
        let me = scope.viewer().person_id();
        let asked = match &person_id {
            Some(given) => NodeId::decode_person(given),
            None => me,
        };
        let given = person_id.as_ref().map_or("", |id| id.as_str());
        let hidden = || ApiError::not_found("person", "personId", given);
        let id = asked
            .filter(|id| scope.all(Right::SubjectAccess) || (scope.may(Right::SubjectAccess) && me == Some(*id)))
            .ok_or_else(hidden)?;
        let periods = ctx.data_opt::<Periods>().ok_or_else(|| ApiError::internal("the schema has no periods"))?;
        let document = subject::document(db(ctx)?, id, periods).await?.ok_or_else(hidden)?;
        Reads::note_subject(ctx, id, document.records())?;
        serde_json::to_string_pretty(&document.json()).map_err(ApiError::internal)
    }
}
