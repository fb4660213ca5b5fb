//! Information packs and agreements, and which of them a person has confirmed.

use std::cmp::Reverse;

use async_graphql::{Context, ID, Object};

use super::super::day_view::known;
use super::super::error::ApiError;
use super::super::id::NodeId;
use super::super::object::document::{Document, DocumentKind};
use super::super::page::{Listed, Page, Total, cut};
use crate::access::Right;

#[derive(Debug, Default)]
pub(crate) struct DocumentQuery;

#[Object]
impl DocumentQuery {
    /// Information packs and agreements: those in force, earlier ones and those to come, by kind, then newest first. Empty if
    /// there are none, or if the viewer does not have the right DOCUMENTS.
    async fn documents(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only documents of this kind.")] kind: Option<DocumentKind>,
        #[graphql(desc = "At most this many from the start, 1 to 100.", default = 20)] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "At most this many from the end, 1 to 100; instead of first.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Listed<Document>, ApiError> {
        let page = Page::new(ctx, first, after, last, before)?;
        let mut found = Document::all(ctx).await?;
        found.retain(|document| kind.is_none_or(|kind| document.row.kind == kind.into()));
        listed(&page, "documents", found)
    }

    /// Information packs that a person has read and agreements that they have signed. Empty if there are none, or if the viewer
    /// is neither the person nor a coordinator with the right REGISTER.
    async fn confirmed_documents(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The person. Defaults to the signed-in user.")] person_id: Option<ID>,
        #[graphql(desc = "At most this many from the start, 1 to 100.", default = 20)] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "At most this many from the end, 1 to 100; instead of first.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Listed<Document>, ApiError> {
        let page = Page::new(ctx, first, after, last, before)?;
        let (known, scope) = known(ctx).await?;
        let me = scope.me().filter(|_| scope.viewer().person_id().is_some() && scope.all(Right::Documents));
        let asked = match &person_id {
            None => me,
            Some(id) => NodeId::decode_person(id).and_then(|id| known.person_by_id(id)),
        };
        let is_coordinator = scope.has_for_everything(Right::Register);
        let seen = asked.filter(|asked| is_coordinator || me == Some(*asked));
        let mut found = match seen {
            Some(person) => Document::confirmed_by(ctx, &known.numbers_of(person)).await?,
            None => Vec::new(),
        };
        found.retain(|document| document.confirmed_on().is_some());
        listed(&page, "confirmed-documents", found)
    }
}

fn listed(page: &Page, list: &str, found: Vec<Document>) -> Result<Listed<Document>, ApiError> {
    let total = Total::Known(found.len());
    let key = |document: &Document| (document.row.kind.as_str().to_owned(), Reverse(document.row.in_force_from));
    Ok(cut(page, list, found, key)?.listed(total, |document| document))
}
