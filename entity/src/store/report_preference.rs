//! What recipients of weekly reports chose: sections that are left out, colleagues who get a copy, and a midweek report.
//!
//! Of several numbers of one person the lowest has the settings, as it has the mail. What was set while two numbers were not
//! linked yet is put together when it is read: the newer of two rows, and the copies of both.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, Condition, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait as _,
    PaginatorTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};
use serde::Deserialize as _;
use serde_json::json;

use super::links::SamePerson;
use crate::id::PersonId;
use crate::table::{person, report_copy, report_preference};
use crate::value::ReportSection;

/// The most copies of one report.
pub const MOST_COPIES: usize = 5;

/// What one person chose.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Preference {
    /// Sections that are left out.
    pub hidden: BTreeSet<ReportSection>,
    /// Who gets a copy, each by the lowest of their numbers, in order.
    pub copies: Vec<PersonId>,
    /// Whether they get a midweek report when something became worse during the week.
    pub midweek: bool,
    /// When it was last changed. Absent if it never was.
    pub changed_at: Option<DateTime<Utc>>,
}

/// What a person chooses, in place of what they chose before.
#[derive(Clone, Copy, Debug)]
pub struct Choice<'a> {
    /// Sections that are left out.
    pub hidden: &'a BTreeSet<ReportSection>,
    /// Who gets a copy.
    pub copies: &'a [PersonId],
    /// Whether they get a midweek report.
    pub midweek: bool,
}

/// What everyone chose, by the lowest number of each person: two queries. A person who never chose anything is absent.
///
/// # Errors
///
/// What the database said.
pub async fn load(db: &impl ConnectionTrait, same: &SamePerson) -> Result<HashMap<PersonId, Preference>, DbErr> {
    read(db, same, None).await
}

/// What one person chose, by any of their numbers.
///
/// # Errors
///
/// What the database said.
pub async fn of(db: &impl ConnectionTrait, person: PersonId, same: &SamePerson) -> Result<Preference, DbErr> {
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
        known.hidden = hidden(&row.hidden_sections);
        known.midweek = row.midweek;
        known.changed_at = Some(row.changed_at);
    }
    let whose = of.as_ref().map(|ids| report_copy::Column::OwnerId.is_in(ids.iter().copied()));
    for row in report_copy::Entity::find().filter(Condition::all().add_option(whose)).all(db).await? {
        let (owner, person) = (same.lowest(row.owner_id), same.lowest(row.person_id));
        // Two numbers that were linked after one was named as the other's copy.
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
///
/// # Errors
///
/// What the database said.
pub async fn is_midweek_wanted(db: &impl ConnectionTrait) -> Result<bool, DbErr> {
    let chosen = report_preference::Entity::find().filter(report_preference::Column::Midweek.eq(true));
    Ok(chosen.count(db).await? > 0)
}

/// The words of a stored list. A word that this version does not know hides nothing.
fn hidden(stored: &serde_json::Value) -> BTreeSet<ReportSection> {
    let words: Vec<String> = Vec::deserialize(stored).unwrap_or_default();
    words.iter().filter_map(|word| word.parse().ok()).collect()
}

/// Sets what a person chose, in place of what they chose before by any of their numbers.
///
/// # Errors
///
/// What the database said.
pub async fn set(
    txn: &DatabaseTransaction,
    person: PersonId,
    same: &SamePerson,
    Choice { hidden, copies, midweek }: Choice<'_>,
    by: (DateTime<Utc>, &str),
) -> Result<(), DbErr> {
    let (ids, owner) = (same.all(person), same.lowest(person));
    // Two changes at once come one after the other.
    person::Entity::find_by_id(owner).lock_exclusive().one(txn).await?;
    let old = report_preference::Entity::delete_many();
    old.filter(report_preference::Column::PersonId.is_in(ids.iter().copied())).exec(txn).await?;
    let old = report_copy::Entity::delete_many();
    old.filter(report_copy::Column::OwnerId.is_in(ids)).exec(txn).await?;
    let row = report_preference::ActiveModel {
        person_id: Set(owner),
        hidden_sections: Set(json!(hidden.iter().map(|section| section.word()).collect::<Vec<_>>())),
        midweek: Set(midweek),
        changed_at: Set(by.0),
        changed_by: Set(by.1.to_owned()),
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

/// Removes what a person chose, and every copy to or from them. Returns how many rows went.
///
/// # Errors
///
/// What the database said.
pub async fn forget(txn: &DatabaseTransaction, person: PersonId) -> Result<u64, DbErr> {
    let own = report_preference::Entity::delete_many().filter(report_preference::Column::PersonId.eq(person));
    let copies = report_copy::Entity::delete_many().filter(
        Condition::any().add(report_copy::Column::OwnerId.eq(person)).add(report_copy::Column::PersonId.eq(person)),
    );
    Ok(own.exec(txn).await?.rows_affected + copies.exec(txn).await?.rows_affected)
}
