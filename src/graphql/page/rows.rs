//! Pages of database rows by keyset: one statement per page, whatever its number.

use sea_orm::sea_query::{
    Alias, Asterisk, Expr, ExprTrait as _, IntoValueTuple, Order, Query, SelectStatement, WindowStatement,
};
use sea_orm::{ConnectionTrait, Cursor, SelectorTrait};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::span::PageEnd;
use super::{Page, Slice, cursor};
use crate::graphql::error::ApiError;

/// Reads a page of `rows`, which is already sorted. `key` is the unique sort key; `list` names the list.
///
/// # Errors
///
/// [`ApiError::bad_input`] for a text that is not a cursor of this list, otherwise database errors.
pub(crate) async fn read<S, K>(
    db: &impl ConnectionTrait,
    page: &Page,
    list: &str,
    mut rows: Cursor<S>,
    key: impl Fn(&S::Item) -> K,
) -> Result<Slice<S::Item>, ApiError>
where
    S: SelectorTrait,
    K: IntoValueTuple + Serialize + DeserializeOwned,
{
    let (after, before): (Option<K>, Option<K>) = page.bounds(list)?;
    if let Some(after) = after {
        rows.after(after);
    }
    if let Some(before) = before {
        rows.before(before);
    }
    // One more row than requested shows whether there are more.
    let wanted = page.size as u64 + 1;
    match page.from {
        PageEnd::Start => rows.first(wanted),
        PageEnd::Tail => rows.last(wanted),
    };
    trimmed(page, list, rows.all(db).await?, key)
}

/// A page of rows from which the extra row, at the far end, is removed.
pub(crate) fn trimmed<T, K: Serialize>(
    page: &Page,
    list: &str,
    mut rows: Vec<T>,
    key: impl Fn(&T) -> K,
) -> Result<Slice<T>, ApiError> {
    let more = rows.len() > page.size;
    let (is_after, is_before) = (page.after.is_some(), page.before.is_some());
    let (has_previous, has_next) = match page.from {
        PageEnd::Start => {
            rows.truncate(page.size);
            (is_after, more || is_before)
        }
        PageEnd::Tail => {
            rows.drain(..rows.len().saturating_sub(page.size));
            (more || is_after, is_before)
        }
    };
    let items = rows.into_iter().map(|row| Ok((cursor(list, &key(&row))?, row))).collect::<Result<_, ApiError>>()?;
    Ok(Slice { items, has_previous, has_next })
}

/// Counts the rows of a statement. `COUNT(*)`, because counting a column is three times slower.
pub(crate) fn count(mut rows: SelectStatement) -> SelectStatement {
    rows.clear_order_by();
    Query::select().expr(Expr::col(Asterisk).count()).from_subquery(rows, "counted").to_owned()
}

/// The ids of the first (or last) `limit` of `rows` per `parent`, in the order of `id`: one statement for the children of a
/// whole page of parents.
pub(crate) fn first_of_each(
    mut rows: SelectStatement,
    parent: &'static str,
    from: PageEnd,
    limit: u64,
) -> SelectStatement {
    let order = match from {
        PageEnd::Start => Order::Asc,
        PageEnd::Tail => Order::Desc,
    };
    let window = WindowStatement::partition_by(Alias::new(parent)).order_by(Alias::new("id"), order).to_owned();
    rows.clear_selects().column(Alias::new("id")).expr_window_as(
        Expr::cust("ROW_NUMBER()"),
        window,
        Alias::new("place"),
    );
    Query::select()
        .column(Alias::new("id"))
        .from_subquery(rows, "ranked")
        .and_where(Expr::col(Alias::new("place")).lte(limit))
        .to_owned()
}
