//! Settings of weekly reports: sections that are left out, colleagues who get a copy, and a midweek report.
//!
//! If a person has several numbers, the lowest has the settings, as it has the mail. Settings that were made before two
//! numbers were linked are combined when they are read: the newer of two rows, and the copies of both.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, Condition, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait as _,
    PaginatorTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

use super::links::SamePerson;
use crate::id::PersonId;
use crate::json_column::HiddenSections;
use crate::table::{person, report_copy, report_preference};
use crate::value::ReportSection;

/// Maximum number of copies of one report.
pub const MOST_COPIES: usize = 5;

/// The settings of one person.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Preference {
    /// Sections that are left out.
    pub hidden: BTreeSet<ReportSection>,
    /// The colleagues who get a copy, each by their lowest number, in order.
    pub copies: Vec<PersonId>,
    /// Whether the person gets a midweek report if something became worse during the week.
    pub midweek: bool,
    /// When the settings were last changed. `None` if never.
    pub changed_at: Option<DateTime<Utc>>,
}

/// New settings that replace a person's present ones.
#[derive(Clone, Copy, Debug)]
pub struct NewPreference<'a> {
    /// Sections that are left out.
    pub hidden: &'a BTreeSet<ReportSection>,
    /// The colleagues who get a copy.
    pub copies: &'a [PersonId],
    /// Whether the person gets a midweek report.
    pub midweek: bool,
    /// When the settings are changed.
    pub changed_at: DateTime<Utc>,
    /// The actor who changes them, such as `person:2`.
    pub changed_by: &'a str,
}

/// Returns everyone's settings, by the lowest number of each person, in two queries. People who never changed any are
/// left out.
pub async fn load(db: &impl ConnectionTrait, same: &SamePerson) -> Result<HashMap<PersonId, Preference>, DbErr> {
    read(db, same, None).await
}

/// Returns the settings of a person, by any of their numbers.
pub async fn for_person(db: &impl ConnectionTrait, person: PersonId, same: &SamePerson) -> Result<Preference, DbErr> {
    let mut found = read(db, same, Some(same.all(person))).await?;
    Ok(found.remove(&same.lowest(person)).unwrap_or_default())
}

async fn read(
    db: &impl ConnectionTrait,
    same: &SamePerson,
    of: Option<Vec<PersonId>>,
) -> Result<HashMap<PersonId, Preference>, DbErr> {
    let whose = of.as_ref().map(|ids| report_preference::Column::PersonId.is_in(ids.iter().copied()));
    let rows = report_preference::Entity::find()
        .filter(Condition::all().add_option(whose))
        .order_by_asc(report_preference::Column::ChangedAt)
        .order_by_asc(report_preference::Column::PersonId)
        .all(db)
        .await?;
    let mut found: HashMap<PersonId, Preference> = HashMap::new();
    for row in rows {
        let known = found.entry(same.lowest(row.person_id)).or_default();
        known.hidden = row.hidden_sections.0;
        known.midweek = row.midweek;
        known.changed_at = Some(row.changed_at);
    }
    let whose = of.as_ref().map(|ids| report_copy::Column::OwnerId.is_in(ids.iter().copied()));
    for row in report_copy::Entity::find().filter(Condition::all().add_option(whose)).all(db).await? {
        let (owner, person) = (same.lowest(row.owner_id), same.lowest(row.person_id));
        // Left out if the two numbers were linked after one was named for the other's copy.
        if owner != person {
            found.entry(owner).or_default().copies.push(person);
        }
    }
    for preference in found.values_mut() {
        preference.copies.sort_unstable();
        preference.copies.dedup();
    }
    Ok(found)
}

/// Whether anyone chose a midweek report.
pub async fn is_midweek_wanted(db: &impl ConnectionTrait) -> Result<bool, DbErr> {
    let chosen = report_preference::Entity::find().filter(report_preference::Column::Midweek.eq(true));
    Ok(chosen.count(db).await? > 0)
}

/// Replaces the settings of a person, which may be stored under any of their numbers.
pub async fn set(
    txn: &DatabaseTransaction,
    person: PersonId,
    same: &SamePerson,
    new: NewPreference<'_>,
) -> Result<(), DbErr> {
    let NewPreference { hidden, copies, midweek, changed_at, changed_by } = new;
    let (ids, owner) = (same.all(person), same.lowest(person));
    // Serialises concurrent changes.
    person::Entity::find_by_id(owner).lock_exclusive().one(txn).await?;
    let old = report_preference::Entity::delete_many();
    old.filter(report_preference::Column::PersonId.is_in(ids.iter().copied())).exec(txn).await?;
    let old = report_copy::Entity::delete_many();
    old.filter(report_copy::Column::OwnerId.is_in(ids)).exec(txn).await?;
    let row = report_preference::ActiveModel {
        person_id: Set(owner),
        hidden_sections: Set(HiddenSections(hidden.clone())),
        midweek: Set(midweek),
        changed_at: Set(changed_at),
        changed_by: Set(changed_by.to_owned()),
    };
    report_preference::Entity::insert(row).exec_without_returning(txn).await?;
    let copies: BTreeSet<PersonId> = copies.iter().map(|copy| same.lowest(*copy)).collect();
    let copies = copies.into_iter().map(|copy| report_copy::ActiveModel { owner_id: Set(owner), person_id: Set(copy) });
    let copies: Vec<_> = copies.collect();
    if !copies.is_empty() {
        report_copy::Entity::insert_many(copies).exec_without_returning(txn).await?;
    }
    Ok(())
}

/// Removes the settings of a person, and every copy to or from them. Returns the number of rows.
pub async fn forget(txn: &DatabaseTransaction, person: PersonId) -> Result<u64, DbErr> {
    let own = report_preference::Entity::delete_many().filter(report_preference::Column::PersonId.eq(person));
    let copies = report_copy::Entity::delete_many().filter(
        Condition::any().add(report_copy::Column::OwnerId.eq(person)).add(report_copy::Column::PersonId.eq(person)),
    );
    Ok(own.exec(txn).await?.rows_affected + copies.exec(txn).await?.rows_affected)
}
