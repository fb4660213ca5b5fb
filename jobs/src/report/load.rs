//! Rows to plain data: a fixed number of queries, however large the board.

use std::collections::HashMap;

use entity::id::{PersonId, SnapshotId, UnitId};
use entity::period::{Day, Validity};
use entity::table::{appointment, person, post, snapshot, snapshot_team, snapshot_unit, unit};
use futures_util::TryStreamExt as _;
use sea_orm::sea_query::Query;
use sea_orm::{
    ColumnTrait as _, Condition, DatabaseConnection, DbErr, EntityTrait as _, QueryFilter as _, QuerySelect as _,
};

use super::ReportError;
use super::board::{Board, Team, Unit};
use super::recipients::{Appointment, Contact, Facts, Place};
use crate::one_line::one_line;

/// A snapshot's own row.
///
/// # Errors
///
/// What the database said, or that the row is gone.
pub async fn snapshot(db: &DatabaseConnection, id: SnapshotId) -> Result<snapshot::Model, DbErr> {
    let row = snapshot::Entity::find_by_id(id).one(db).await?;
    row.ok_or_else(|| DbErr::RecordNotFound(format!("snapshot {id}")))
}

/// A snapshot's rows in the order of the tree: two queries.
///
/// # Errors
///
/// What the database said, or a stored list that cannot be read.
pub async fn board(db: &DatabaseConnection, snapshot: &snapshot::Model) -> Result<Board, ReportError> {
    let mut units = Vec::new();
    {
        let mut rows =
            snapshot_unit::Entity::find().filter(snapshot_unit::Column::SnapshotId.eq(snapshot.id)).stream(db).await?;
        while let Some(row) = rows.try_next().await? {
            units.push(Unit::from(row));
        }
    }
    let mut teams = Vec::new();
    {
        let mut rows =
            snapshot_team::Entity::find().filter(snapshot_team::Column::SnapshotId.eq(snapshot.id)).stream(db).await?;
        while let Some(row) = rows.try_next().await? {
            teams.push(Team::try_from(row)?);
        }
    }
    Ok(Board::new(snapshot.id, snapshot.day, units, teams))
}

/// Who answers for what, and who of them is here on a day: four queries.
///
/// # Errors
///
/// What the database said.
pub async fn facts(db: &DatabaseConnection, day: Day) -> Result<Facts, DbErr> {
    type UnitRow = (UnitId, String, String, Option<UnitId>, Option<Day>, Option<Day>);
    let units: Vec<UnitRow> = unit::Entity::find()
        .select_only()
        .columns([unit::Column::Id, unit::Column::Code, unit::Column::Name, unit::Column::ParentId])
        .columns([unit::Column::ValidFrom, unit::Column::ValidTo])
        .into_tuple()
        .all(db)
        .await?;
    let appointments = appointment::Entity::find().all(db).await?;

    let named = |column| Query::select().column(column).from(appointment::Entity).to_owned();
    let delegates =
        named(appointment::Column::DelegateId).and_where(appointment::Column::DelegateId.is_not_null()).to_owned();
    let posts: Vec<(PersonId, UnitId, Option<Day>, Option<Day>)> = post::Entity::find()
        .select_only()
        .columns([post::Column::PersonId, post::Column::UnitId, post::Column::ValidFrom, post::Column::ValidTo])
        .filter(post::Column::Bank.eq(false))
        .filter(
            Condition::any()
                .add(post::Column::PersonId.in_subquery(named(appointment::Column::PersonId)))
                .add(post::Column::PersonId.in_subquery(delegates.clone())),
        )
        .into_tuple()
        .all(db)
        .await?;
    let people = person::Entity::find()
        .filter(
            Condition::any()
                .add(person::Column::Id.in_subquery(named(appointment::Column::PersonId)))
                .add(person::Column::Id.in_subquery(delegates)),
        )
        .all(db)
        .await?;

    let open: HashMap<_, _> =
        units.iter().map(|(id, _, _, _, from, to)| (*id, Validity { from: *from, to: *to }.holds_on(day))).collect();
    let counts = |(_, unit, from, to): &&(PersonId, UnitId, Option<Day>, Option<Day>)| {
        Validity { from: *from, to: *to }.holds_on(day) && open.get(unit).copied().unwrap_or(false)
    };
    let here: std::collections::HashSet<_> = posts.iter().filter(counts).map(|(person, ..)| *person).collect();

    Ok(Facts {
        day,
        places: units
            .into_iter()
            .map(|(id, code, name, parent, _, _)| (id, Place { code: one_line(&code), name: one_line(&name), parent }))
            .collect(),
        appointments: appointments.into_iter().map(Appointment::from).collect(),
        here: people
            .into_iter()
            .filter(|person| here.contains(&person.id))
            .map(|person| (person.id, Contact::from(person)))
            .collect(),
    })
}

/// How a person is written to now.
///
/// # Errors
///
/// What the database said.
pub async fn contact(db: &DatabaseConnection, id: PersonId) -> Result<Contact, DbErr> {
    Ok(person::Entity::find_by_id(id).one(db).await?.map(Contact::from).unwrap_or_default())
}

impl From<appointment::Model> for Appointment {
    fn from(row: appointment::Model) -> Self {
        Self {
            unit: row.unit_id,
            person: row.person_id,
            role: row.role,
            validity: Validity { from: row.valid_from, to: row.valid_to },
            delegate: row.delegate_id.map(|person| (person, Validity { from: row.delegate_from, to: row.delegate_to })),
        }
    }
}

impl From<person::Model> for Contact {
    fn from(row: person::Model) -> Self {
        let name = [row.first_name, row.last_name].into_iter().flatten().collect::<Vec<_>>().join(" ");
        Self {
            name: Some(one_line(&name)).filter(|name| !name.is_empty()),
            address: row.work_email.map(|address| address.trim().to_owned()).filter(|address| !address.is_empty()),
        }
    }
}
