//! Differences between files and the register that wait for a coordinator.

use async_graphql::{Context, Object};
use entity::table::{allocation, file_difference};
use sea_orm::sea_query::Query;
use sea_orm::{ColumnTrait as _, Condition, EntityTrait as _, QueryFilter as _, QueryTrait as _};

use super::super::day_view::known;
use super::super::error::ApiError;
use super::super::object::file_difference::FileDifference;
use super::super::page::{Listed, Page, Slice, rows};
use super::super::request_state::{db, today};
use super::history::total;
use crate::access::Right;

#[derive(Debug, Default)]
pub(crate) struct FileDifferenceQuery;

#[Object]
impl FileDifferenceQuery {
    /// Differences between supporters.csv and roles that are kept in the register, by which a person counts for less, oldest
    /// first. Empty if there is none, or if the viewer does not have the right REGISTER.
    async fn file_differences(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "Whether only open differences about roles that go on are listed, or only settled ones. Defaults to all."
        )]
        open: Option<bool>,
        #[graphql(desc = "At most this many from the start, 1 to 100.", default = 20)] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "At most this many from the end, 1 to 100; instead of first.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Listed<FileDifference>, ApiError> {
        let page = Page::new(ctx, first, after, last, before)?;
        let (known, scope) = known(ctx).await?;
        let goes_on = Condition::any()
            .add(allocation::Column::ValidTo.is_null())
            .add(allocation::Column::ValidTo.gt(today(ctx)?));
        let going_on =
            Query::select().column(allocation::Column::Id).from(allocation::Entity).cond_where(goes_on).to_owned();
        let wanted = |is_open: bool| match is_open {
            true => Condition::all()
                .add(file_difference::Column::SettledOn.is_null())
                .add(file_difference::Column::AllocationId.in_subquery(going_on)),
            false => Condition::all().add(file_difference::Column::SettledOn.is_not_null()),
        };
        let select = file_difference::Entity::find()
            .filter(scope.rows(Right::Register))
            .apply_if(open, |select, is_open| select.filter(wanted(is_open)));
        let total = total(&select);
        let cursor = select.cursor_by(file_difference::Column::Id);
        let slice = rows::read(db(ctx)?, &page, "file-differences", cursor, |row| row.id.0).await?;
        let found: Vec<_> = slice.items.iter().map(|(_, row)| row.clone()).collect();
        let seen = FileDifference::load(db(ctx)?, known, &found).await?;
        let Slice { items, has_previous, has_next } = slice;
        let items = items.into_iter().zip(seen).map(|((cursor, _), node)| (cursor, node)).collect();
        Ok(Slice { items, has_previous, has_next }.listed(total, |node| node))
    }
}
