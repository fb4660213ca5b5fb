//! Versions of the competence framework, and assessments against them.

use std::collections::{BTreeMap, HashMap};

use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, DbErr, EntityTrait as _, QueryFilter as _, QueryOrder as _,
};

use super::Transaction;
use crate::id::{AssessmentId, FrameworkId, FrameworkStatementId, PersonId, RegisterTextId};
use crate::period::Day;
use crate::register::framework::{FiledStatement, NewFramework, NewStatement};
use crate::table::{assessment, assessment_result, framework, framework_statement, register_text};

/// A version with its statements, by level, then in the order in which they were published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredFramework {
    /// The version.
    pub row: framework::Model,
    /// The statements.
    pub statements: Vec<framework_statement::Model>,
}

/// Returns every version, newest first.
pub async fn all(db: &impl ConnectionTrait) -> Result<Vec<StoredFramework>, DbErr> {
    let rows = framework::Entity::find().order_by_desc(framework::Column::InForceFrom).all(db).await?;
    let mut statements: HashMap<FrameworkId, Vec<_>> = HashMap::new();
    let all = framework_statement::Entity::find()
        .order_by_asc(framework_statement::Column::Level)
        .order_by_asc(framework_statement::Column::Id)
        .all(db)
        .await?;
    for row in all {
        statements.entry(row.framework_id).or_default().push(row);
    }
    let stored =
        |row: framework::Model| StoredFramework { statements: statements.remove(&row.id).unwrap_or_default(), row };
    Ok(rows.into_iter().map(stored).collect())
}

/// Whether a version with this name is on file.
pub async fn has_version(db: &impl ConnectionTrait, version: &str) -> Result<bool, DbErr> {
    Ok(framework::Entity::find().filter(framework::Column::Version.eq(version)).one(db).await?.is_some())
}

/// Stores a version. Returns its key.
pub async fn publish(txn: &mut Transaction, new: NewFramework) -> Result<FrameworkId, DbErr> {
    let NewFramework { version, in_force_from, transition_until, approved_by, approved_on, statements } = new;
    let row = framework::ActiveModel {
        id: NotSet,
        version: Set(version),
        in_force_from: Set(in_force_from),
        transition_until: Set(transition_until),
        approved_by: Set(approved_by),
        approved_on: Set(approved_on),
    };
    let id = txn.insert::<framework::Entity, _>(row).await?.id;
    for NewStatement { code, level, domain, text } in statements {
        let row = framework_statement::ActiveModel {
            id: NotSet,
            framework_id: Set(id),
            code: Set(code),
            level: Set(level),
            domain: Set(domain),
            body: Set(text),
        };
        txn.insert::<framework_statement::Entity, _>(row).await?;
    }
    Ok(id)
}

/// Returns the statements of a level of a version.
pub async fn statements(db: &impl ConnectionTrait, id: FrameworkId, level: i32) -> Result<Vec<FiledStatement>, DbErr> {
    let rows = framework_statement::Entity::find()
        .filter(framework_statement::Column::FrameworkId.eq(id))
        .filter(framework_statement::Column::Level.eq(level))
        .order_by_asc(framework_statement::Column::Id)
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| FiledStatement { id: row.id, code: row.code }).collect())
}

/// An assessment that is to be recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewAssessment {
    /// The person who was assessed.
    pub person: PersonId,
    /// The Trainer or coordinator who assessed them.
    pub assessor: PersonId,
    /// The version of the framework.
    pub framework: FrameworkId,
    /// The level.
    pub level: i32,
    /// The day of the assessment.
    pub on: Day,
    /// The result of each statement of the level.
    pub results: BTreeMap<FrameworkStatementId, bool>,
    /// The evidence.
    pub evidence: Option<RegisterTextId>,
}

/// Records an assessment. Returns its key.
pub async fn record(txn: &mut Transaction, new: NewAssessment) -> Result<AssessmentId, DbErr> {
    let NewAssessment { person, assessor, framework, level, on, results, evidence } = new;
    let row = assessment::ActiveModel {
        id: NotSet,
        person_id: Set(person),
        assessor_id: Set(assessor),
        framework_id: Set(framework),
        level: Set(level),
        assessed_on: Set(on),
        met: Set(!results.is_empty() && results.values().all(|met| *met)),
        evidence_id: Set(evidence),
    };
    let id = txn.insert::<assessment::Entity, _>(row).await?.id;
    for (statement, met) in results {
        let row = assessment_result::ActiveModel {
            id: NotSet,
            assessment_id: Set(id),
            statement_id: Set(statement),
            met: Set(met),
        };
        txn.insert::<assessment_result::Entity, _>(row).await?;
    }
    Ok(id)
}

/// An assessment with its results and its evidence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredAssessment {
    /// The assessment.
    pub row: assessment::Model,
    /// The board's word for the version of the framework.
    pub version: String,
    /// The result of each statement, by code.
    pub results: BTreeMap<String, bool>,
    /// The evidence. `None` if none was given, or after it was erased.
    pub evidence: Option<String>,
}

/// Returns the assessments of a person under any of these numbers, newest first.
pub async fn assessments_of(db: &impl ConnectionTrait, numbers: &[PersonId]) -> Result<Vec<StoredAssessment>, DbErr> {
    matching(db, assessment::Column::PersonId.is_in(numbers.iter().copied()).into()).await
}

/// Returns an assessment. `None` if there is none with this key.
pub async fn find(db: &impl ConnectionTrait, id: AssessmentId) -> Result<Option<StoredAssessment>, DbErr> {
    Ok(matching(db, assessment::Column::Id.eq(id).into()).await?.pop())
}

async fn matching(db: &impl ConnectionTrait, condition: Condition) -> Result<Vec<StoredAssessment>, DbErr> {
    let rows = assessment::Entity::find()
        .filter(condition)
        .order_by_desc(assessment::Column::AssessedOn)
        .order_by_desc(assessment::Column::Id)
        .all(db)
        .await?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let published = all(db).await?;
    let versions: HashMap<_, _> = published.iter().map(|stored| (stored.row.id, stored.row.version.clone())).collect();
    let codes: HashMap<_, _> =
        published.iter().flat_map(|stored| &stored.statements).map(|row| (row.id, row.code.clone())).collect();
    let given = assessment_result::Entity::find()
        .filter(assessment_result::Column::AssessmentId.is_in(rows.iter().map(|row| row.id)))
        .all(db)
        .await?;
    let mut results: HashMap<AssessmentId, BTreeMap<String, bool>> = HashMap::new();
    for row in given {
        if let Some(code) = codes.get(&row.statement_id) {
            results.entry(row.assessment_id).or_default().insert(code.clone(), row.met);
        }
    }
    let texts = register_text::Entity::find()
        .filter(register_text::Column::Id.is_in(rows.iter().filter_map(|row| row.evidence_id)))
        .all(db)
        .await?;
    let texts: HashMap<_, _> = texts.into_iter().map(|row| (row.id, row.text)).collect();
    let stored = |row: assessment::Model| StoredAssessment {
        version: versions.get(&row.framework_id).cloned().unwrap_or_default(),
        results: results.remove(&row.id).unwrap_or_default(),
        evidence: row.evidence_id.and_then(|id| texts.get(&id).cloned()),
        row,
    };
    Ok(rows.into_iter().map(stored).collect())
}
