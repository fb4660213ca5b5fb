//! Loads database rows as plain data, in a fixed number of queries, however large the board.

use std::collections::{HashMap, HashSet};

use entity::coverage::PublishedCause;
use entity::coverage::mix::Verdict;
use entity::id::{PersonId, ReportId, SnapshotId, UnitId};
use entity::json_column::{AtRiskCauses, MixResults};
use entity::period::{Day, Validity};
use entity::store::links::{self, SamePerson};
use entity::store::{malformed_column, report_preference, tree};
use entity::table::{appointment, delivery, person, post, report_copy, snapshot, snapshot_team, snapshot_unit, unit};
use entity::value::{DeliveryKind, DeliveryState};
use futures_util::TryStreamExt as _;
use sea_orm::sea_query::Query;
use sea_orm::{
    ColumnTrait as _, Condition, DatabaseConnection, DbErr, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};

use super::ReportError;
use super::recipients::{Contact, RecipientData, UnitAppointment, UnitNode};
use super::snapshot_tree::{SnapshotTree, SnapshotUnit, Team};
use super::trend::Trends;
use crate::mail::is_address;
use crate::output::one_line::one_line;

/// Returns the row of a snapshot.
///
/// # Errors
///
/// The database error, also if there is no such row.
pub async fn snapshot(db: &DatabaseConnection, id: SnapshotId) -> Result<snapshot::Model, DbErr> {
    let row = snapshot::Entity::find_by_id(id).one(db).await?;
    row.ok_or_else(|| DbErr::RecordNotFound(format!("snapshot {id}")))
}

/// Loads a snapshot's rows in the order of the tree, in two queries.
///
/// # Errors
///
/// The database error, or [`ReportError::Malformed`].
pub async fn snapshot_tree(db: &DatabaseConnection, snapshot: &snapshot::Model) -> Result<SnapshotTree, ReportError> {
    let failed = |error: DbErr| match malformed_column(&error) {
        Some(column) => ReportError::Malformed { day: snapshot.day, column: column.to_owned() },
        None => ReportError::Database(error),
    };
    let mut units = Vec::new();
    {
        let mut rows =
            snapshot_unit::Entity::find().filter(snapshot_unit::Column::SnapshotId.eq(snapshot.id)).stream(db).await?;
        while let Some(row) = rows.try_next().await.map_err(failed)? {
            units.push(reported_unit(row));
        }
    }
    let mut teams = Vec::new();
    {
        let mut rows =
            snapshot_team::Entity::find().filter(snapshot_team::Column::SnapshotId.eq(snapshot.id)).stream(db).await?;
        while let Some(row) = rows.try_next().await.map_err(failed)? {
            teams.push(reported_team(row));
        }
    }
    Ok(SnapshotTree::new(snapshot.id, snapshot.day, units, teams))
}

/// Puts the texts of a unit's row on one line, and drops what a report does not read: a nation has a hundred thousand
/// rows, and a report holds two snapshots.
fn reported_unit(row: SnapshotUnit) -> SnapshotUnit {
    SnapshotUnit {
        unit_code: one_line(&row.unit_code),
        unit_name: one_line(&row.unit_name),
        oldest_list_employer: row.oldest_list_employer.as_deref().map(one_line),
        disclosure: None,
        ..row
    }
}

/// The same for a team's row. Of the mix rules, a report reads those that are not met.
fn reported_team(row: Team) -> Team {
    let Team { at_risk_causes: AtRiskCauses(mut causes), mix: MixResults(mut mix), .. } = row;
    for cause in &mut causes {
        if let PublishedCause::Other { sentence } = cause {
            *sentence = one_line(sentence);
        }
    }
    mix.retain(|result| result.verdict == Verdict::Unmet);
    for result in &mut mix {
        result.rule = one_line(&result.rule);
        result.sentence = one_line(&result.sentence);
    }
    mix.shrink_to_fit();
    Team {
        unit_code: one_line(&row.unit_code),
        unit_name: one_line(&row.unit_name),
        cover_group: row.cover_group.as_deref().map(one_line),
        oldest_list_employer: None,
        policy_unit_code: None,
        at_risk_causes: AtRiskCauses(causes),
        mix: MixResults(mix),
        ..row
    }
}

/// Loads the sites of all units, each on one line.
///
/// # Errors
///
/// The database error.
pub async fn sites(db: &DatabaseConnection) -> Result<HashMap<UnitId, String>, DbErr> {
    let rows: Vec<(UnitId, Option<String>)> =
        unit::Entity::find().select_only().columns([unit::Column::Id, unit::Column::Site]).into_tuple().all(db).await?;
    let sites = rows.into_iter().filter_map(|(unit, site)| Some((unit, one_line(&site?))));
    Ok(sites.filter(|(_, site)| !site.is_empty()).collect())
}

/// Loads the cover of the units in `wanted` on the last Mondays that have a snapshot, at most [`Trends::WEEKS`] with the
/// week's own, in two queries.
///
/// # Errors
///
/// The database error.
pub async fn trends(
    db: &DatabaseConnection,
    current: &SnapshotTree,
    wanted: &HashSet<UnitId>,
) -> Result<Trends, DbErr> {
    let before = entity::store::snapshot::mondays_before(db, current.day, Trends::WEEKS - 1).await?;
    let before = before.iter().map(|snapshot| (snapshot.id, snapshot.day));
    let days: HashMap<_, _> = before.chain([(current.id, current.day)]).collect();
    let mut trends = Trends::default();
    let mut rows = snapshot_unit::Entity::find()
        .filter(snapshot_unit::Column::SnapshotId.is_in(days.keys().copied()))
        .stream(db)
        .await?;
    while let Some(row) = rows.try_next().await? {
        if let Some(day) = days.get(&row.snapshot_id).filter(|_| wanted.contains(&row.unit_id)) {
            trends.add(*day, &row);
        }
    }
    Ok(trends)
}

/// Loads the appointments, the contacts of recipients and copy recipients who are in post on a day, and the report settings,
/// in a fixed number of queries.
///
/// # Errors
///
/// The database error.
pub async fn recipient_data(db: &DatabaseConnection, day: Day) -> Result<RecipientData, DbErr> {
    type UnitColumns = (UnitId, String, String, Option<Day>, Option<Day>);
    let units: Vec<UnitColumns> = unit::Entity::find()
        .select_only()
        .columns([unit::Column::Id, unit::Column::Code, unit::Column::Name])
        .columns([unit::Column::ValidFrom, unit::Column::ValidTo])
        .into_tuple()
        .all(db)
        .await?;
    let parents = tree::parents(db, day).await?;
    let same = links::load(db).await?;
    let appointments = appointment::Entity::find().all(db).await?;

    let named = |column| Query::select().column(column).from(appointment::Entity).to_owned();
    let delegates =
        named(appointment::Column::DelegateId).and_where(appointment::Column::DelegateId.is_not_null()).to_owned();
    let copied = || Query::select().column(report_copy::Column::PersonId).from(report_copy::Entity).to_owned();
    let posts: Vec<(PersonId, UnitId, Option<Day>, Option<Day>)> = post::Entity::find()
        .select_only()
        .columns([post::Column::PersonId, post::Column::UnitId, post::Column::ValidFrom, post::Column::ValidTo])
        .filter(post::Column::Bank.eq(false))
        .filter(
            Condition::any()
                .add(post::Column::PersonId.in_subquery(named(appointment::Column::PersonId)))
                .add(post::Column::PersonId.in_subquery(delegates.clone()))
                .add(post::Column::PersonId.in_subquery(copied()))
                .add(post::Column::PersonId.is_in(same.linked())),
        )
        .into_tuple()
        .all(db)
        .await?;
    let people = person::Entity::find()
        .filter(
            Condition::any()
                .add(person::Column::Id.in_subquery(named(appointment::Column::PersonId)))
                .add(person::Column::Id.in_subquery(delegates))
                .add(person::Column::Id.in_subquery(copied()))
                .add(person::Column::Id.is_in(same.linked())),
        )
        .order_by_asc(person::Column::Id)
        .all(db)
        .await?;

    let open: HashMap<_, _> =
        units.iter().map(|(id, _, _, from, to)| (*id, Validity { from: *from, to: *to }.holds_on(day))).collect();
    let counts = |(_, unit, from, to): &&(PersonId, UnitId, Option<Day>, Option<Day>)| {
        Validity { from: *from, to: *to }.holds_on(day) && open.get(unit).copied().unwrap_or(false)
    };
    let here: HashSet<_> = posts.iter().filter(counts).map(|(person, ..)| same.lowest(*person)).collect();
    // If a person has several employee numbers, the first with an address decides, so that they get one mail.
    let mut contacts: HashMap<PersonId, Contact> = HashMap::new();
    for person in people {
        let id = same.lowest(person.id);
        let known = contacts.entry(id).or_default();
        if known.address.is_none() {
            let contact = Contact::from(person);
            *known = Contact { name: contact.name.or_else(|| known.name.take()), address: contact.address };
        }
    }
    contacts.retain(|person, _| here.contains(person));

    let preferences = report_preference::load(db, &same).await?;
    Ok(RecipientData {
        day,
        preferences,
        units: units
            .into_iter()
            .map(|(id, code, name, _, _)| {
                let parent = parents.get(&id).copied();
                (id, UnitNode { code: one_line(&code), name: one_line(&name), parent })
            })
            .collect(),
        appointments: appointments.into_iter().map(|row| appointment_of(row, &same)).collect(),
        contacts,
    })
}

/// Returns a person's present name and address.
///
/// # Errors
///
/// The database error.
pub async fn contact(db: &DatabaseConnection, id: PersonId) -> Result<Contact, DbErr> {
    Ok(person::Entity::find_by_id(id).one(db).await?.map(Contact::from).unwrap_or_default())
}

/// Returns how many of a report's permanently refused mails have an invalid address, without copies and summaries.
///
/// # Errors
///
/// The database error.
pub async fn unusable_addresses(db: &DatabaseConnection, report: ReportId) -> Result<u64, DbErr> {
    let refused = delivery::Entity::find().select_only().column(delivery::Column::Address);
    let refused = refused.filter(delivery::Column::ReportId.eq(report));
    let refused = refused.filter(delivery::Column::Kind.eq(DeliveryKind::Report));
    let refused = refused.filter(delivery::Column::State.eq(DeliveryState::Refused));
    let addresses: Vec<Option<String>> = refused.into_tuple().all(db).await?;
    let unusable = addresses.iter().filter(|address| !address.as_deref().is_some_and(is_address));
    Ok(u64::try_from(unusable.count()).unwrap_or(u64::MAX))
}

fn appointment_of(row: appointment::Model, same: &SamePerson) -> UnitAppointment {
    let stands_in = |person| (same.lowest(person), Validity { from: row.delegate_from, to: row.delegate_to });
    UnitAppointment {
        unit: row.unit_id,
        person: same.lowest(row.person_id),
        role: row.role,
        validity: Validity { from: row.valid_from, to: row.valid_to },
        delegate: row.delegate_id.map(stands_in),
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
