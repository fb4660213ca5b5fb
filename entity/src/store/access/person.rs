//! Which person is signing in, and the roles that they have been given.

use sea_orm::sea_query::{Expr, ExprTrait as _, Func, Query, SelectStatement};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _,
};

use super::grant;
use crate::id::PersonId;
use crate::period::Day;
use crate::store::links;
use crate::table::{appointment, erased_person, person, post};
use crate::value::{AccessRole, AppointmentRole};

/// At most so many numbers of one person share an address.
const MOST_NUMBERS: u64 = 20;

/// How a person is known to an identity provider, or to an operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KnownBy {
    /// By work address, in whatever case it is written.
    WorkEmail(String),
    /// By employee number; without an employer where the number is to be unique among all.
    EmployeeNumber(Option<String>, String),
}

/// Blocks other transactions that lock the same person until this one ends. On SQLite it has the write lock
/// already.
pub async fn lock(txn: &DatabaseTransaction, id: PersonId) -> Result<(), DbErr> {
    person::Entity::find_by_id(id).lock_exclusive().one(txn).await.map(drop)
}

impl KnownBy {
    /// Whether a text of it holds U+0000: PostgreSQL compares no such text, and none is on file.
    fn holds_zero(&self) -> bool {
        match self {
            Self::WorkEmail(address) => address.contains('\0'),
            Self::EmployeeNumber(employer, number) => {
                number.contains('\0') || employer.as_deref().is_some_and(|employer| employer.contains('\0'))
            }
        }
    }
}

/// The one person with this identity and a post on `day`. Returns `None` if there are several, since it could be any of them.
pub async fn find(db: &impl ConnectionTrait, by: &KnownBy, day: Day) -> Result<Option<PersonId>, DbErr> {
    // An identity provider's claims come as they are.
    if by.holds_zero() {
        return Ok(None);
    }
    let known = match by {
        KnownBy::WorkEmail(address) if address.is_empty() => return Ok(None),
        KnownBy::WorkEmail(address) => {
            let stored = Func::lower(Expr::col((person::Entity, person::Column::WorkEmail)));
            Condition::all().add(Expr::expr(stored).eq(address.to_ascii_lowercase()))
        }
        KnownBy::EmployeeNumber(employer, number) => Condition::all()
            .add(person::Column::Number.eq(number.as_str()))
            .add_option(employer.as_deref().map(|employer| person::Column::Employer.eq(employer))),
    };
    let with_post = Query::select().column(post::Column::PersonId).from(post::Entity).cond_where(post_on(day)).take();
    let found: Vec<PersonId> = person::Entity::find()
        .select_only()
        .column(person::Column::Id)
        .filter(known)
        .filter(person::Column::Id.in_subquery(with_post))
        .filter(person::Column::Id.not_in_subquery(erased()))
        .order_by_asc(person::Column::Id)
        // Numbers that are linked are one person; more than this at one address is a shared mailbox.
        .limit(MOST_NUMBERS)
        .into_tuple()
        .all(db)
        .await?;
    let Some(first) = found.first() else { return Ok(None) };
    if found.len() == 1 {
        return Ok(Some(*first));
    }
    let same = links::load(db).await?;
    let lowest = same.lowest(*first);
    Ok(found.iter().all(|id| same.lowest(*id) == lowest).then_some(lowest))
}

/// The roles that a person has been given on `day`, by grant or by appointment, besides those that everybody has by the facts:
/// nothing at all where they have no post that day, for then they have left, whatever they had, or where they were erased.
pub async fn given_roles(db: &impl ConnectionTrait, id: PersonId, day: Day) -> Result<Option<Vec<AccessRole>>, DbErr> {
    let ids = links::load(db).await?.all(id);
    let posts = post::Entity::find().select_only().column(post::Column::Id);
    let held = posts
        .filter(post::Column::PersonId.is_in(ids.iter().copied()))
        .filter(post::Column::PersonId.not_in_subquery(erased()))
        .filter(post_on(day))
        .limit(1);
    if held.into_tuple::<i64>().one(db).await?.is_none() {
        return Ok(None);
    }
    let mut roles = Vec::new();
    for id in &ids {
        roles.extend(grant::holding(db, *id, day).await?.into_iter().map(|grant| grant.role));
    }
    if coordinates(db, &ids, day).await? {
        roles.push(AccessRole::Coordinator);
    }
    roles.sort_unstable();
    roles.dedup();
    Ok(Some(roles))
}

/// Whether a person coordinates the network on `day`: appointed, or standing in for who is.
async fn coordinates(db: &impl ConnectionTrait, ids: &[PersonId], day: Day) -> Result<bool, DbErr> {
    use appointment::Column;
    let stands_in = Condition::all().add(Column::DelegateId.is_in(ids.iter().copied())).add(holds(
        Column::DelegateFrom,
        Column::DelegateTo,
        day,
    ));
    let row = appointment::Entity::find()
        .filter(Column::Role.eq(AppointmentRole::Coordinator))
        .filter(holds(Column::ValidFrom, Column::ValidTo, day))
        .filter(Condition::any().add(Column::PersonId.is_in(ids.iter().copied())).add(stands_in))
        .one(db)
        .await?;
    Ok(row.is_some())
}

/// Everybody whose name and contact were erased.
fn erased() -> SelectStatement {
    Query::select().column(erased_person::Column::PersonId).from(erased_person::Entity).to_owned()
}

fn post_on(day: Day) -> Condition {
    holds(post::Column::ValidFrom, post::Column::ValidTo, day)
}

/// A half-open validity holds on `day`.
fn holds<C: ColumnTrait>(from: C, to: C, day: Day) -> Condition {
    Condition::all()
        .add(Condition::any().add(from.is_null()).add(from.lte(day)))
        .add(Condition::any().add(to.is_null()).add(to.gt(day)))
}
