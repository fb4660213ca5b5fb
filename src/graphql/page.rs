//! Pages of lists, as Relay's connections: bounded, with opaque cursors that contain the position by value, so that a page goes
//! on where the last one ended even if rows were added or removed in between. Totals are counted only if requested.

pub(crate) mod rows;
pub(crate) mod span;

use async_graphql::connection::{Connection, Edge};
use async_graphql::{Context, Object, OutputType};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sea_orm::sea_query::SelectStatement;
use sea_orm::{ConnectionTrait as _, DatabaseConnection};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use self::span::{PageEnd, Span};
use super::error::ApiError;

/// The largest page.
pub(crate) const LARGEST: usize = 100;
/// The default size of a page; every `first` argument names it as its default.
const USUAL: i32 = 20;

/// A page of `N` with its total.
pub(crate) type Listed<N> = Connection<String, N, Total>;

/// The requested page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Page {
    pub(crate) from: PageEnd,
    /// 1 to [`LARGEST`].
    pub(crate) size: usize,
    after: Option<String>,
    before: Option<String>,
}

impl Page {
    /// Parses the four arguments of the present field.
    ///
    /// # Errors
    ///
    /// [`ApiError::bad_input`] for a size outside 1 to 100, and for both `first` and `last`.
    pub(crate) fn new(
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Self, ApiError> {
        // `first` has a default, so its presence does not mean that the client wrote it.
        let first_is_written = ctx.item.node.get_argument("first").is_some_and(|first| {
            first.node.clone().into_const().is_some_and(|first| first != async_graphql::Value::Null)
        });
        let (name, from, asked) = match (first, last) {
            (Some(first), Some(_)) if first_is_written || first != USUAL => {
                return Err(ApiError::bad_input("last", "Use either `first` or `last`, not both."));
            }
            (_, Some(last)) => ("last", PageEnd::Tail, last),
            (first, None) => ("first", PageEnd::Start, first.unwrap_or(USUAL)),
        };
        let size = usize::try_from(asked).ok().filter(|size| (1..=LARGEST).contains(size));
        let size = size.ok_or_else(|| {
            ApiError::bad_input(name, format!("`{name}` must be between 1 and {LARGEST}, and {asked} is not."))
        })?;
        Ok(Self { from, size, after, before })
    }

    /// Returns the keys in `after` and `before`, if they are cursors of the list named `list`.
    pub(crate) fn bounds<K: DeserializeOwned>(&self, list: &str) -> Result<(Option<K>, Option<K>), ApiError> {
        let read = |name, cursor: &Option<String>| {
            let key = |cursor: &String| {
                let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
                // A client can write one itself: a value that no database can compare is refused.
                let value = serde_json::from_slice(&bytes).ok().filter(|value| !holds_zero(value))?;
                let (of, key): (String, K) = serde_json::from_value(value).ok()?;
                (of == list).then_some(key)
            };
            let refused = || {
                ApiError::bad_input(
                    name,
                    format!("`{name}` is not a cursor of this list. Pass a cursor exactly as it was returned."),
                )
            };
            cursor.as_ref().map(|cursor| key(cursor).ok_or_else(refused)).transpose()
        };
        Ok((read("after", &self.after)?, read("before", &self.before)?))
    }

    /// Returns the page as a span of ids, with one more row than requested.
    pub(crate) fn span(&self, list: &str) -> Result<Span, ApiError> {
        let (after, before): (Option<i64>, Option<i64>) = self.bounds(list)?;
        Ok(Span { from: self.from, after, before, limit: self.size as u64 + 1 })
    }
}

/// Whether a text in `value` has U+0000, which PostgreSQL does not store.
fn holds_zero(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(items) => items.iter().any(holds_zero),
        Value::Object(fields) => fields.values().any(holds_zero),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// Encodes a key of the list named `list` as a cursor.
pub(crate) fn cursor<K: Serialize>(list: &str, key: &K) -> Result<String, ApiError> {
    serde_json::to_vec(&(list, key)).map(|bytes| URL_SAFE_NO_PAD.encode(bytes)).map_err(ApiError::internal)
}

/// The items of one page, each with its cursor, and whether there are more before and after.
#[derive(Clone, Debug)]
pub(crate) struct Slice<T> {
    pub(crate) items: Vec<(String, T)>,
    pub(crate) has_previous: bool,
    pub(crate) has_next: bool,
}

impl<T> Slice<T> {
    /// Converts it to a connection; `node` makes the node of each item.
    pub(crate) fn listed<N: OutputType>(self, total: Total, node: impl Fn(T) -> N) -> Listed<N> {
        let mut page = Connection::with_additional_fields(self.has_previous, self.has_next, total);
        page.edges.extend(self.items.into_iter().map(|(cursor, item)| Edge::new(cursor, node(item))));
        page
    }
}

/// Cuts a page out of a list in memory. `sorted` is in the order of `key`, and no two items have the same key; `list` names the
/// list and its order, so that a cursor of another one is refused.
///
/// # Errors
///
/// [`ApiError::bad_input`] for a text that is not a cursor of this list.
pub(crate) fn cut<T, K>(page: &Page, list: &str, sorted: Vec<T>, key: impl Fn(&T) -> K) -> Result<Slice<T>, ApiError>
where
    K: Ord + Serialize + DeserializeOwned,
{
    let (after, before): (Option<K>, Option<K>) = page.bounds(list)?;
    let low = after.map_or(0, |after| sorted.partition_point(|item| key(item) <= after));
    let high = before.map_or(sorted.len(), |before| sorted.partition_point(|item| key(item) < before)).max(low);
    let (low, high) = match page.from {
        PageEnd::Start => (low, high.min(low + page.size)),
        PageEnd::Tail => (low.max(high.saturating_sub(page.size)), high),
    };
    let (has_previous, has_next) = (low > 0, high < sorted.len());
    let items = sorted.into_iter().skip(low).take(high - low);
    let items = items.map(|item| Ok((cursor(list, &key(&item))?, item))).collect::<Result<_, ApiError>>()?;
    Ok(Slice { items, has_previous, has_next })
}

/// Counts the items on all pages of a list, if a query requests it.
#[async_graphql::async_trait::async_trait]
pub(crate) trait Count: std::fmt::Debug + Send + Sync {
    /// Returns the number of items, 0 or more.
    ///
    /// # Errors
    ///
    /// Database errors.
    async fn count(&self, ctx: &Context<'_>) -> Result<i64, ApiError>;
}

/// The number of items on all pages of a list.
#[derive(Debug)]
pub(crate) enum Total {
    /// Already known.
    Known(usize),
    /// The rows of this statement.
    Rows(Box<SelectStatement>),
    /// The children of one row, counted together with those of its neighbours.
    Children(Box<dyn Count>),
}

#[Object]
impl Total {
    /// The number of items on all pages together. Counted only if requested.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<i32, ApiError> {
        let total = match self {
            Self::Known(total) => i64::try_from(*total).unwrap_or(i64::MAX),
            Self::Rows(statement) => {
                let db = ctx.data_opt::<DatabaseConnection>().ok_or_else(|| ApiError::internal("no database"))?;
                let row = db.query_one(&rows::count(statement.as_ref().clone())).await?;
                row.map(|row| row.try_get_by_index(0)).transpose()?.unwrap_or(0)
            }
            Self::Children(count) => count.count(ctx).await?,
        };
        Ok(i32::try_from(total).unwrap_or(i32::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(from: PageEnd, size: usize, after: Option<u32>, before: Option<u32>) -> Page {
        let held = |key: Option<u32>| key.map(|key| cursor("numbers", &key).unwrap());
        Page { from, size, after: held(after), before: held(before) }
    }

    fn cut_to(page: &Page) -> (Vec<u32>, bool, bool) {
        let Slice { items, has_previous, has_next } =
            cut(page, "numbers", vec![10, 20, 30, 40, 50], |item| *item).unwrap();
        (items.into_iter().map(|(_, item)| item).collect(), has_previous, has_next)
    }

    #[test]
    fn a_page_is_cut_at_either_end_or_cursor() {
        assert_eq!(cut_to(&page(PageEnd::Start, 2, None, None)), (vec![10, 20], false, true));
        assert_eq!(cut_to(&page(PageEnd::Start, 2, Some(20), None)), (vec![30, 40], true, true));
        assert_eq!(cut_to(&page(PageEnd::Start, 9, Some(20), Some(50))), (vec![30, 40], true, true));
        assert_eq!(cut_to(&page(PageEnd::Tail, 2, None, None)), (vec![40, 50], true, false));
        assert_eq!(cut_to(&page(PageEnd::Tail, 2, None, Some(30))), (vec![10, 20], false, true));
        assert_eq!(cut_to(&page(PageEnd::Start, 2, Some(50), Some(10))), (vec![], true, false));
    }

    #[test]
    fn a_page_follows_a_cursor_whose_item_is_gone() {
        assert_eq!(cut_to(&page(PageEnd::Start, 1, Some(25), None)), (vec![30], true, true));
    }

    #[test]
    fn a_cursor_of_another_list_is_refused() {
        let page = Page { after: Some(cursor("letters", &20).unwrap()), ..page(PageEnd::Start, 2, None, None) };
        assert!(page.bounds::<u32>("numbers").is_err());
        let page = Page { before: Some("nonsense".to_owned()), ..page };
        assert!(page.bounds::<u32>("letters").is_err());
    }
}
