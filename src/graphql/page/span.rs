//! The rows of a page, by their ids.

use sea_orm::ColumnTrait;
use sea_orm::sea_query::Condition;

/// The end from which a page is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum PageEnd {
    Start,
    Tail,
}

/// A page of the rows that belong to one row. The same page of all its neighbours is read with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Span {
    pub(crate) from: PageEnd,
    pub(crate) after: Option<i64>,
    pub(crate) before: Option<i64>,
    pub(crate) limit: u64,
}

impl Span {
    /// The condition on the id of a row.
    pub(crate) fn condition(self, id: impl ColumnTrait) -> Condition {
        Condition::all()
            .add_option(self.after.map(|after| id.gt(after)))
            .add_option(self.before.map(|before| id.lt(before)))
    }
}
