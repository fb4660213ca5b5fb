//! Finds the person who is signing in, and the roles that they have been given.

use std::collections::BTreeSet;

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

/// Maximum number of numbers of one person that share an address.
const MOST_NUMBERS: u64 = 20;

/// The identity of a person at an identity provider, or as given by an operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KnownBy {
    /// By work address, ignoring case.
    WorkEmail(String),
    /// By employer and employee number. Without an employer, the number must be unique among all employers.
    EmployeeNumber(Option<String>, String),
}

/// Blocks other transactions that lock the same person until this one ends. On SQLite it has the write lock
/// already.
pub async fn lock(txn: &DatabaseTransaction, id: PersonId) -> Result<(), DbErr> {
    person::Entity::find_by_id(id).lock_exclusive().one(txn).await.map(drop)
}

impl KnownBy {
    /// Whether it contains U+0000: PostgreSQL cannot compare such a text, and none is on file.
    fn holds_zero(&self) -> bool {
        match self {
            Self::WorkEmail(address) => address.contains('\0'),
            Self::EmployeeNumber(employer, number) => {
                number.contains('\0') || employer.as_deref().is_some_and(|employer| employer.contains('\0'))
            }
        }
    }
}

/// Returns everyone with one of these work addresses, which are in lower case, each with their address.
pub async fn by_work_emails(
    db: &impl ConnectionTrait,
    addresses: &BTreeSet<String>,
) -> Result<Vec<(PersonId, String)>, DbErr> {
    /// Number of addresses per statement.
    const CHUNK: usize = 500;
    let mut found = Vec::new();
    for chunk in addresses.iter().collect::<Vec<_>>().chunks(CHUNK) {
        let stored = Func::lower(Expr::col((person::Entity, person::Column::WorkEmail)));
        let rows: Vec<(PersonId, Option<String>)> = person::Entity::find()
            .filter(Expr::expr(stored).is_in(chunk.iter().map(|address| address.as_str())))
            .select_only()
            .columns([person::Column::Id, person::Column::WorkEmail])
            .into_tuple()
            .all(db)
            .await?;
        found.extend(rows.into_iter().filter_map(|(id, address)| Some((id, address?.to_lowercase()))));
    }
    Ok(found)
}

/// Returns the one person with this identity and a post on `day`. `None` if there is none, or several, since it could
/// be any of them.
pub async fn find(db: &impl ConnectionTrait, by: &KnownBy, day: Day) -> Result<Option<PersonId>, DbErr> {
    // An identity provider's claims are not validated before.
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
        // Linked numbers are one person; more numbers than this at one address mean a shared mailbox.
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

/// Returns the roles that a person has on `day` by grant or by appointment, besides those that everyone has by the
/// facts. Empty if they have no post that day, since they have then left, or if they were erased.
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
    if is_coordinator(db, &ids, day).await? {
        roles.push(AccessRole::Coordinator);
    }
    roles.sort_unstable();
    roles.dedup();
    Ok(Some(roles))
}

/// Whether a person is a coordinator of the network on `day`, appointed or as a deputy.
async fn is_coordinator(db: &impl ConnectionTrait, ids: &[PersonId], day: Day) -> Result<bool, DbErr> {
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

/// Selects everyone whose name and contact were erased.
fn erased() -> SelectStatement {
    Query::select().column(erased_person::Column::PersonId).from(erased_person::Entity).to_owned()
}

fn post_on(day: Day) -> Condition {
    holds(post::Column::ValidFrom, post::Column::ValidTo, day)
}

/// Returns the condition that a half-open validity holds on `day`.
fn holds<C: ColumnTrait>(from: C, to: C, day: Day) -> Condition {
    Condition::all()
        .add(Condition::any().add(from.is_null()).add(from.lte(day)))
        .add(Condition::any().add(to.is_null()).add(to.gt(day)))
}
