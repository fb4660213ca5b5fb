//! Links between numbers that are one person (COVERAGE.md section 10).

use std::collections::{BTreeSet, HashMap};
use std::hash::Hash;

use sea_orm::sea_query::{Asterisk, Expr, ExprTrait as _, Func};
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait as _, PaginatorTrait as _,
    QueryFilter as _, QuerySelect as _,
};

use crate::id::PersonId;
use crate::period::{Day, Validity};
use crate::register::shares;
use crate::table::{allocation, person, person_link};
use crate::value::Role;

/// Maps linked ids to one person, represented by the lowest of all ids that are linked directly or through others. An
/// import uses indices instead of ids.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SamePerson<I: Eq + Hash = PersonId> {
    /// For each id except the lowest: a lower id of the same person.
    lower: HashMap<I, I>,
}

impl<I: Eq + Hash> Default for SamePerson<I> {
    fn default() -> Self {
        Self { lower: HashMap::new() }
    }
}

impl<I: Copy + Ord + Hash> SamePerson<I> {
    /// Links the ids of each pair.
    #[must_use]
    pub fn new(links: impl IntoIterator<Item = (I, I)>) -> Self {
        let mut same = Self::default();
        for (a, b) in links {
            let (a, b) = (same.lowest(a), same.lowest(b));
            if a != b {
                same.lower.insert(Ord::max(a, b), Ord::min(a, b));
            }
        }
        same
    }

    /// Returns the lowest id of the person with this id.
    #[must_use]
    pub fn lowest(&self, id: I) -> I {
        std::iter::successors(Some(id), |id| self.lower.get(id).copied()).last().unwrap_or(id)
    }

    /// Returns every id of the person with this id, lowest first.
    #[must_use]
    pub fn all(&self, id: I) -> Vec<I> {
        let lowest = self.lowest(id);
        let linked = self.lower.keys().copied().filter(|other| self.lowest(*other) == lowest);
        let mut all: Vec<_> = std::iter::once(lowest).chain(linked).collect();
        all.sort_unstable();
        all
    }

    /// Returns every id that is linked to another.
    #[must_use]
    pub fn linked(&self) -> BTreeSet<I> {
        self.lower.iter().flat_map(|(a, b)| [*a, *b]).collect()
    }
}

/// Reads all links on file.
pub async fn load(db: &impl ConnectionTrait) -> Result<SamePerson, DbErr> {
    let links = person_link::Entity::find().all(db).await?;
    Ok(SamePerson::new(links.into_iter().map(|link| (link.person_id, link.same_as_id))))
}

/// Why two numbers were not linked, or a link was not removed. Nothing was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkRefusal {
    /// At least one of the two is not on file.
    Unknown,
    /// The two are already linked, or are the same number.
    AlreadyOne,
    /// The two are not linked directly.
    NotLinked,
    /// From this day, the person's shares as Peer Supporter would add up to more than one whole person; `None` if they
    /// always would.
    SharesTooLarge(Option<Day>),
}

/// Returns pairs of people who are not linked but have the same work e-mail, ignoring case: they may be one person. An
/// address that more than two people have is a shared mailbox and is not proposed.
pub async fn proposals(db: &impl ConnectionTrait) -> Result<Vec<(PersonId, PersonId)>, DbErr> {
    let address = || Func::lower(Expr::col(person::Column::WorkEmail));
    let pairs: Vec<(PersonId, PersonId)> = person::Entity::find()
        .select_only()
        .column_as(person::Column::Id.min(), "first")
        .column_as(person::Column::Id.max(), "second")
        .filter(person::Column::WorkEmail.is_not_null())
        .filter(person::Column::WorkEmail.ne(""))
        .group_by(Expr::from(address()))
        .having(Expr::col(Asterisk).count().eq(2))
        .into_tuple()
        .all(db)
        .await?;
    let same = load(db).await?;
    let mut pairs: Vec<_> = pairs.into_iter().filter(|(a, b)| same.lowest(*a) != same.lowest(*b)).collect();
    pairs.sort_unstable();
    Ok(pairs)
}

/// Checks that two numbers may be linked.
///
/// # Errors
///
/// The database error; a refusal is a value.
pub async fn check(txn: &DatabaseTransaction, a: PersonId, b: PersonId) -> Result<Result<(), LinkRefusal>, DbErr> {
    if a == b {
        return Ok(Err(LinkRefusal::AlreadyOne));
    }
    if person::Entity::find().filter(person::Column::Id.is_in([a, b])).count(txn).await? < 2 {
        return Ok(Err(LinkRefusal::Unknown));
    }
    let same = load(txn).await?;
    if same.lowest(a) == same.lowest(b) {
        return Ok(Err(LinkRefusal::AlreadyOne));
    }
    let ids = same.all(a).into_iter().chain(same.all(b));
    let allocations = allocation::Entity::find()
        .filter(allocation::Column::PersonId.is_in(ids))
        .filter(allocation::Column::Role.eq(Role::PeerSupporter))
        .all(txn)
        .await?;
    let dated = allocations.iter().map(|row| {
        let validity = Validity { from: row.valid_from, to: row.valid_to };
        (validity, u32::try_from(row.share).unwrap_or(0))
    });
    if let Some(excess) = shares::first_excess(dated) {
        return Ok(Err(LinkRefusal::SharesTooLarge(excess.from)));
    }
    Ok(Ok(()))
}

/// Returns the links that join two numbers directly.
pub async fn direct(txn: &DatabaseTransaction, a: PersonId, b: PersonId) -> Result<Vec<person_link::Model>, DbErr> {
    let joins = |a: PersonId, b: PersonId| {
        Condition::all().add(person_link::Column::PersonId.eq(a)).add(person_link::Column::SameAsId.eq(b))
    };
    let either = Condition::any().add(joins(a, b)).add(joins(b, a));
    person_link::Entity::find().filter(either).all(txn).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_join_through_others_in_any_order() {
        let id = PersonId;
        let same = SamePerson::new([(id(5), id(3)), (id(9), id(7)), (id(7), id(5)), (id(3), id(9))]);
        for linked in [3, 5, 7, 9] {
            assert_eq!(same.lowest(id(linked)), id(3));
        }
        assert_eq!(same.lowest(id(4)), id(4));
        assert_eq!(same.all(id(7)), [3, 5, 7, 9].map(id));
        assert_eq!(same.all(id(4)), [id(4)]);
        assert_eq!(same.linked(), [3, 5, 7, 9].map(id).into());
    }
}
