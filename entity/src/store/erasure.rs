//! Erases a person: name and contact are removed wherever they are stored, and past coverage stays as it was.
//!
//! [`texts`] decides for each column that can hold a text whether it is removed, replaced by a pseudonym or kept.
//! Posts, roles, training, approvals and absences stay, now of a person without a name: past coverage is computed from
//! them, and a person who still works here still counts.
//!
//! No import brings the person back. An import that still lists them finds the same person by the pseudonym of their
//! number ([`crate::pseudonym`]) and updates their posts, but takes no name, address or number from the file; their row
//! is not rejected. For this reason a reader of files needs [`Erased`]. Under another number or employer they are a new
//! person: nothing is stored that could show otherwise.
//!
//! Erased text may remain in a database's free space for a while (SQLite is set to overwrite it, PostgreSQL does so
//! with its next VACUUM) and in copies of the database until they are deleted.

mod known;
mod mails;
pub mod mentions;
pub(super) mod register;
pub mod texts;

use chrono::{DateTime, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbErr,
    EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

use crate::id::{ImportRejectId, PersonId};
use crate::pseudonym::Key;
use crate::store::audit::{self, AuditContext};
use crate::store::{begin_write, facts, report_preference};
use crate::table::{
    access_grant, erased_person, erased_text, exemption, import_batch, import_reject, person, post, pseudonym_key,
    session, sign_in_link,
};
use crate::value::{Action, ErasureReason};

pub use known::Erased;
pub use mails::{StoredMail, files, forget_file, forget_late};
use mentions::Mentions;

/// Replaces a reason for an exemption that named a person.
pub const ERASED_TEXT: &str = "(erased)";

/// Number of rejected rows that are searched at a time.
const CHUNK: u64 = 2_000;

/// Why a person was not erased. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum EraseError {
    /// There is no such person.
    #[error("no person with this identifier is on file")]
    Unknown,
    /// The person was erased before.
    #[error("name and contact were erased on {} already", .0.format("%Y-%m-%d"))]
    Already(DateTime<Utc>),
    /// The database failed or was unreachable.
    #[error(transparent)]
    Database(#[from] DbErr),
}

/// What was erased, or would be, in numbers of rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ErasedRows {
    /// Whether a first or a last name was on file.
    pub name: bool,
    /// Whether a work address was on file.
    pub address: bool,
    /// Posts whose assignment number becomes a pseudonym.
    pub assignments: u64,
    /// Mails whose address is removed.
    pub mails: u64,
    /// Of these mails, those not sent yet: they are no longer sent, and their units wait for another recipient.
    pub waiting: u64,
    /// Stored mails whose files must be removed; see [`files`].
    pub files: u64,
    /// Rejected rows about the person, which are removed, or which name the person and lose the value.
    pub rejects: u64,
    /// Refusals of imports that name them.
    pub refusals: u64,
    /// Sessions, sign-in links and granted roles, all of which are removed: an erased person cannot sign in.
    pub sign_ins: u64,
    /// Exemptions whose reason or agreement names them.
    pub exemptions: u64,
    /// Settings of their weekly report, and copies of reports to or from them.
    pub settings: u64,
    /// Statements, questions and answers of the register that are about them or name them.
    pub texts: u64,
}

impl ErasedRows {
    /// Returns the counts as text, one line each.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let Self {
            name,
            address,
            assignments,
            mails,
            waiting,
            files,
            rejects,
            refusals,
            sign_ins,
            exemptions,
            settings,
            texts,
        } = self;
        let rows = |rows: &u64, what: &str| format!("{what}: {rows}");
        vec![
            format!("name: {}", if *name { "yes" } else { "none on file" }),
            format!("work e-mail: {}", if *address { "yes" } else { "none on file" }),
            "employee number: replaced by a pseudonym, by which imports recognise the person".to_owned(),
            rows(assignments, "assignment numbers, replaced by pseudonyms"),
            rows(mails, "mails to the person, whose address is removed"),
            rows(waiting, "of these not sent yet, which go to another recipient"),
            rows(files, "files of mails to the person, which are removed"),
            rows(rejects, "rejected rows of imports about the person"),
            rows(refusals, "refused imports that name the person"),
            rows(sign_ins, "sessions, sign-in links and granted roles, which end"),
            rows(exemptions, "exemptions that name the person"),
            rows(settings, "settings of the person's weekly report, and copies of reports to or from the person"),
            rows(texts, "statements, questions and answers about the person"),
        ]
    }
}

/// Erases a person, in one transaction.
///
/// # Errors
///
/// [`EraseError`]. Nothing is changed then.
pub async fn erase(
    db: &DatabaseConnection,
    id: PersonId,
    reason: ErasureReason,
    by: &AuditContext,
) -> Result<ErasedRows, EraseError> {
    let txn = begin_write(db).await?;
    let gone = erase_within(&txn, id, reason, by).await?;
    txn.commit().await?;
    Ok(gone)
}

/// Returns what erasing a person would remove. It erases and then rolls back, so the counts are exact.
///
/// # Errors
///
/// As [`erase`].
pub async fn dry_run(db: &DatabaseConnection, id: PersonId, by: &AuditContext) -> Result<ErasedRows, EraseError> {
    let txn = begin_write(db).await?;
    let gone = erase_within(&txn, id, ErasureReason::Requested, by).await;
    txn.rollback().await?;
    gone
}

/// Erases a person in a transaction that was begun by [`begin_write`] and that the caller commits.
///
/// # Errors
///
/// As [`erase`]; the transaction must not be committed then.
pub async fn erase_within(
    txn: &DatabaseTransaction,
    id: PersonId,
    reason: ErasureReason,
    by: &AuditContext,
) -> Result<ErasedRows, EraseError> {
    // Blocks imports, which read people and write them back.
    facts::lock(txn).await?;
    let person = person::Entity::find_by_id(id).one(txn).await?.ok_or(EraseError::Unknown)?;
    if let Some(row) = erased_person::Entity::find_by_id(id).one(txn).await? {
        return Err(EraseError::Already(row.erased_at));
    }
    let key = key(txn).await?;
    let pseudonym = key.number(&person.employer, &person.number);
    let mentions = Mentions::new(&person);
    let mut gone = ErasedRows {
        name: person.first_name.is_some() || person.last_name.is_some(),
        address: person.work_email.is_some(),
        assignments: hide_assignments(txn, &key, &person).await?,
        refusals: hide_in_refusals(txn, &person, &pseudonym).await?,
        rejects: forget_rejects(txn, &key, &pseudonym, &mentions).await?,
        sign_ins: end_access(txn, id).await?,
        exemptions: forget_in_exemptions(txn, &key, &mentions).await?,
        settings: report_preference::forget(txn, id).await?,
        texts: register::forget(txn, id, &mentions).await?,
        ..ErasedRows::default()
    };
    mails::forget(txn, id, &mut gone).await?;
    let row = person::ActiveModel {
        id: Set(id),
        number: Set(pseudonym),
        first_name: Set(None),
        last_name: Set(None),
        work_email: Set(None),
        ..Default::default()
    };
    person::Entity::update(row).exec(txn).await?;
    let row = erased_person::ActiveModel { person_id: Set(id), erased_at: Set(by.at), reason: Set(reason) };
    erased_person::Entity::insert(row).exec_without_returning(txn).await?;
    facts::bump_data_version(txn).await?;
    let ErasedRows { mails, waiting, rejects, sign_ins, exemptions, settings, texts, .. } = gone;
    let after = serde_json::json!({
        "reason": reason.as_str(), "mails": mails, "waiting": waiting, "rejects": rejects, "signIns": sign_ins, "exemptions": exemptions,
        "settings": settings, "texts": texts,
    });
    let event = by.did(Action::PersonErased, format!("person:{id}"), after);
    audit::record(txn, &event).await?;
    Ok(gone)
}

/// Returns the key of this database's pseudonyms.
///
/// # Errors
///
/// The database error, or an error if the key was removed: no one may be erased or imported then, since an erased
/// person could come back.
pub async fn key(db: &impl ConnectionTrait) -> Result<Key, DbErr> {
    let row = pseudonym_key::Entity::find_by_id(1).one(db).await?;
    row.map(|row| row.secret).ok_or_else(|| DbErr::RecordNotFound("pseudonym_key".to_owned()))
}

/// Removes the person's sessions, sign-in links and granted roles. Returns the number of rows.
async fn end_access(txn: &DatabaseTransaction, id: PersonId) -> Result<u64, DbErr> {
    let sessions = session::Entity::delete_many().filter(session::Column::PersonId.eq(id)).exec(txn).await?;
    let links = sign_in_link::Entity::delete_many().filter(sign_in_link::Column::PersonId.eq(id)).exec(txn).await?;
    let grants = access_grant::Entity::delete_many().filter(access_grant::Column::PersonId.eq(id)).exec(txn).await?;
    Ok(sessions.rows_affected + links.rows_affected + grants.rows_affected)
}

/// Replaces assignment numbers by pseudonyms: they are often the employee number with a suffix.
async fn hide_assignments(txn: &DatabaseTransaction, key: &Key, person: &person::Model) -> Result<u64, DbErr> {
    let posts = post::Entity::find().filter(post::Column::PersonId.eq(person.id)).all(txn).await?;
    let mut hidden = 0;
    for post in posts {
        let Some(assignment) = post.assignment else { continue };
        let row = post::ActiveModel {
            id: Set(post.id),
            assignment: Set(Some(key.assignment(&person.employer, &assignment))),
            ..Default::default()
        };
        post::Entity::update(row).exec(txn).await?;
        hidden += 1;
    }
    Ok(hidden)
}

/// Replaces the person's number in refusals of imports, which may say whose shares add up to too much.
async fn hide_in_refusals(txn: &DatabaseTransaction, person: &person::Model, pseudonym: &str) -> Result<u64, DbErr> {
    let named = format!("{}/{} ", person.employer, person.number);
    let refused = import_batch::Entity::find()
        .filter(import_batch::Column::Refusal.contains(&named))
        .order_by_asc(import_batch::Column::Id)
        .all(txn)
        .await?;
    let mut hidden = 0;
    for batch in refused {
        let Some(refusal) = batch.refusal.filter(|refusal| refusal.contains(&named)) else { continue };
        let hidden_text = refusal.replace(&named, &format!("{}/{pseudonym} ", person.employer));
        let row =
            import_batch::ActiveModel { id: Set(batch.id), refusal: Set(Some(hidden_text)), ..Default::default() };
        import_batch::Entity::update(row).exec(txn).await?;
        hidden += 1;
    }
    Ok(hidden)
}

/// Removes rejected rows about the person. Rows about others that name the person lose the value, which is recognised
/// later by its pseudonym.
async fn forget_rejects(
    txn: &DatabaseTransaction,
    key: &Key,
    pseudonym: &str,
    mentions: &Mentions,
) -> Result<u64, DbErr> {
    let about = import_reject::Entity::delete_many().filter(import_reject::Column::About.eq(pseudonym));
    let mut forgotten = about.exec(txn).await?.rows_affected;
    let mut last = ImportRejectId(0);
    loop {
        let rows: Vec<(ImportRejectId, String)> = import_reject::Entity::find()
            .select_only()
            .columns([import_reject::Column::Id, import_reject::Column::Value])
            .filter(import_reject::Column::Value.is_not_null())
            .filter(import_reject::Column::Id.gt(last))
            .order_by_asc(import_reject::Column::Id)
            .limit(CHUNK)
            .into_tuple()
            .all(txn)
            .await?;
        let Some((id, _)) = rows.last() else { return Ok(forgotten) };
        last = *id;
        let (named, texts): (Vec<_>, Vec<_>) = rows.into_iter().filter(|(_, value)| mentions.are_in(value)).unzip();
        if !named.is_empty() {
            remember(txn, key, &texts).await?;
            let cleared = import_reject::Entity::update_many()
                .col_expr(import_reject::Column::Value, Expr::value(None::<String>))
                .filter(import_reject::Column::Id.is_in(named));
            forgotten += cleared.exec(txn).await?.rows_affected;
        }
    }
}

/// Stores the pseudonyms of texts that named the person, so that they are recognised when the next import brings the
/// same file.
async fn remember(txn: &DatabaseTransaction, key: &Key, texts: &[String]) -> Result<(), DbErr> {
    for text in texts {
        let row = erased_text::ActiveModel { pseudonym: Set(key.text(text)) };
        erased_text::Entity::insert(row).on_conflict_do_nothing().exec_without_returning(txn).await?;
    }
    Ok(())
}

async fn forget_in_exemptions(txn: &DatabaseTransaction, key: &Key, mentions: &Mentions) -> Result<u64, DbErr> {
    let mut forgotten = 0;
    for row in exemption::Entity::find().order_by_asc(exemption::Column::Id).all(txn).await? {
        let named = |text: &String| mentions.are_in(text);
        let (reason, agreed_by) = (Some(row.reason).filter(named), row.agreed_by.filter(named));
        if reason.is_none() && agreed_by.is_none() {
            continue;
        }
        let texts: Vec<_> = reason.iter().chain(&agreed_by).cloned().collect();
        remember(txn, key, &texts).await?;
        let mut cleared = exemption::ActiveModel { id: Set(row.id), ..Default::default() };
        if reason.is_some() {
            cleared.reason = Set(ERASED_TEXT.to_owned());
        }
        if agreed_by.is_some() {
            cleared.agreed_by = Set(None);
        }
        exemption::Entity::update(cleared).exec(txn).await?;
        forgotten += 1;
    }
    Ok(forgotten)
}
