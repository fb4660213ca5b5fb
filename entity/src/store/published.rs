//! Decides what is published for a day, which depends on what the last snapshot before it published.

use sea_orm::{ConnectionTrait, DbErr};

use super::{disclosure, snapshot};
use crate::coverage::{Breakdowns, Coverage, Disclosure, Index};

/// Returns which small numbers of a day are published: what the last snapshot up to that day published and has not
/// changed since.
pub async fn published_on(
    db: &impl ConnectionTrait,
    index: &Index,
    coverage: &Coverage,
) -> Result<(Breakdowns, Disclosure), DbErr> {
    let before = match snapshot::last_until(db, coverage.day).await? {
        Some(last) => disclosure::published(db, last.id).await?,
        None => None,
    };
    let breakdowns = Breakdowns::from_coverage(index, coverage);
    let disclosure = breakdowns.follow(before.as_ref());
    Ok((breakdowns, disclosure))
}
