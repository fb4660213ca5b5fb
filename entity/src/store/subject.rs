//! Subject access: everything that is held on one person as one document (UK GDPR, article 15). Each kind of data says
//! what it is, where it came from and how long it is kept.
//!
//! Names and numbers of other people are left out: the document is about one person. Data of an erased person is found
//! by their pseudonym.

mod assessments;
mod delegations;
mod directory;
mod documents;
mod kept;
mod paper;
mod records;
mod register;
mod roles;
mod written;

use std::collections::HashMap;

use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbErr, EntityTrait as _,
    QueryFilter as _, QuerySelect as _, TransactionTrait as _,
};
use serde_json::{Value as Json, json};

use super::audit::AuditContext;
use super::erasure::Erased;
use super::erasure::mentions::Mentions;
use super::retention::Periods;
use super::{audit, begin_write};
use crate::id::{PersonId, UnitId};
use crate::table::{erased_person, person, unit};
use crate::value::Action;

/// One kind of data in the document.
#[derive(Clone, Debug, PartialEq)]
pub struct Section {
    /// Its key in the document.
    pub name: &'static str,
    /// A description of the data.
    pub what: &'static str,
    /// The source of the data.
    pub source: &'static str,
    /// How long it is kept.
    pub kept: String,
    /// The columns that refer to the person, as `table.column`.
    pub references: &'static [&'static str],
    /// The records.
    pub records: Vec<Json>,
}

/// Everything that is held on one person.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    /// The person.
    pub person: PersonId,
    /// One section per kind of data.
    pub sections: Vec<Section>,
}

impl Document {
    /// Returns the document as JSON.
    #[must_use]
    pub fn json(&self) -> Json {
        let sections: serde_json::Map<_, _> = self
            .sections
            .iter()
            .map(|section| {
                let Section { name, what, source, kept, references: _, records } = section;
                let part = json!({ "what": what, "source": source, "kept": kept, "records": records });
                ((*name).to_owned(), part)
            })
            .collect();
        json!({
            "document": "Everything that the Peer Support Network service holds on one person",
            "person": format!("person:{}", self.person),
            "others": "Names and numbers of other people are left out.",
            "held": sections,
        })
    }

    /// Returns the number of records in all sections.
    #[must_use]
    pub fn records(&self) -> usize {
        self.sections.iter().map(|section| section.records.len()).sum()
    }
}

/// Identifies the person whose data is requested.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SubjectKey {
    /// By employee number, with the employer if the number alone is not unique. An erased number also works.
    Number {
        /// The number.
        number: String,
        /// The employer.
        employer: Option<String>,
    },
    /// By work address, ignoring case.
    Address(String),
}

/// Returns the people who match; at most two, since two already means that the match is not unique.
pub async fn find(db: &impl ConnectionTrait, key: &SubjectKey) -> Result<Vec<person::Model>, DbErr> {
    use sea_orm::sea_query::{Expr, ExprTrait as _, Func};
    let people = person::Entity::find().limit(2);
    match key {
        SubjectKey::Address(address) => {
            let lower = Expr::from(Func::lower(Expr::col(person::Column::WorkEmail)));
            people.filter(lower.eq(address.trim().to_lowercase())).all(db).await
        }
        SubjectKey::Number { number, employer: None } => people.filter(person::Column::Number.eq(number)).all(db).await,
        SubjectKey::Number { number, employer: Some(employer) } => {
            let erased = Erased::load(db).await?;
            let pseudonym = erased.person(employer, number);
            let number = pseudonym.as_ref().unwrap_or(number);
            let people = people.filter(person::Column::Employer.eq(employer));
            people.filter(person::Column::Number.eq(number)).all(db).await
        }
    }
}

/// Returns everything that is held on a person and records the request. `None` if there is no such person.
pub async fn export(
    db: &DatabaseConnection,
    id: PersonId,
    periods: &Periods,
    by: &AuditContext,
) -> Result<Option<Document>, DbErr> {
    let txn = begin_write(db).await?;
    let Some(document) = collect(&txn, id, periods).await? else {
        txn.rollback().await?;
        return Ok(None);
    };
    let event = by.did(Action::SubjectExported, format!("person:{id}"), json!({ "records": document.records() }));
    audit::record(&txn, &event).await?;
    txn.commit().await?;
    Ok(Some(document))
}

/// Returns everything that is held on a person, read in one transaction. `None` if there is no such person. The caller
/// must record the request before showing the document.
pub async fn document(db: &DatabaseConnection, id: PersonId, periods: &Periods) -> Result<Option<Document>, DbErr> {
    let txn = db.begin().await?;
    let document = collect(&txn, id, periods).await?;
    txn.rollback().await?;
    Ok(document)
}

/// The context for reading the sections.
struct Reader<'a> {
    txn: &'a DatabaseTransaction,
    person: person::Model,
    erased: Option<erased_person::Model>,
    /// The pseudonym of the person's number, used where the number itself must not be stored.
    pseudonym: String,
    mentions: Mentions,
    units: HashMap<UnitId, Json>,
}

async fn collect(txn: &DatabaseTransaction, id: PersonId, periods: &Periods) -> Result<Option<Document>, DbErr> {
    let Some(person) = person::Entity::find_by_id(id).one(txn).await? else { return Ok(None) };
    let pseudonym = Erased::load(txn).await?.about(&person.employer, &person.number);
    let units: Vec<(UnitId, String, String)> = unit::Entity::find()
        .select_only()
        .columns([unit::Column::Id, unit::Column::Code, unit::Column::Name])
        .into_tuple()
        .all(txn)
        .await?;
    let reader = Reader {
        txn,
        mentions: Mentions::new(&person),
        erased: erased_person::Entity::find_by_id(id).one(txn).await?,
        pseudonym,
        person,
        units: units.into_iter().map(|(id, code, name)| (id, json!({ "code": code, "name": name }))).collect(),
    };
    Ok(Some(Document { person: id, sections: reader.sections(periods).await? }))
}
