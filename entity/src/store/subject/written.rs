//! The sections of the document about data that this service wrote itself, and about parts of files that mention a
//! person. As in `records`, each model is destructured.

use std::collections::HashMap;

use sea_orm::sea_query::Query;
use sea_orm::{ColumnTrait as _, Condition, DbErr, EntityTrait as _, QueryFilter as _, QueryOrder as _};
use serde_json::json;

use super::records::days;
use super::{Reader, Section};
use crate::id::MailingId;
use crate::store::retention::Periods;
use crate::table::{
    access_grant, audit_event, delivery, exemption, import_batch, import_reject, mailing_step, register_mailing,
    report_copy, report_preference, session, sign_in_link,
};

impl Reader<'_> {
    pub(super) async fn mails(&self, periods: &Periods) -> Result<Section, DbErr> {
        let rows = delivery::Entity::find()
            .filter(
                Condition::any()
                    .add(delivery::Column::PersonId.eq(self.person.id))
                    .add(delivery::Column::OwnerId.eq(self.person.id)),
            )
            .order_by_asc(delivery::Column::Id)
            .all(self.txn)
            .await?;
        let record = |row| {
            let delivery::Model {
                id: _,
                report_id: _,
                mailing_id: _,
                kind,
                recipient: _,
                person_id,
                owner_id: _,
                address,
                units,
                subject,
                message_id,
                text_part,
                html_part: _,
                csv_part: _,
                state,
                attempts,
                next_attempt_at,
                accepted_at,
                last_error,
                stored_at,
                refused_by: _,
            } = row;
            // A copy of the report went to another person, whose address and server this person may not learn.
            let mine = person_id == Some(self.person.id);
            let (address, last_error) = if mine { (address, last_error) } else { (None, None) };
            json!({
                "kind": kind.as_str(),
                "toYou": mine,
                "address": address,
                "subject": subject,
                "units": units,
                "text": text_part,
                "messageId": message_id,
                "state": state.as_str(),
                "attempts": attempts,
                "nextAttemptAt": next_attempt_at,
                "acceptedAt": accepted_at,
                "lastError": last_error,
                "writtenIntoAFile": stored_at.is_some(),
            })
        };
        Ok(Section {
            name: "mails",
            what: "Weekly and midweek reports, copies of reports, run summaries and mails of the register that were or are to be mailed to you, and copies of your \
                   reports that were mailed to colleagues. The HTML part and the attached file say the same as the text; they \
                   are about teams, or about you.",
            source: "Written by this service.",
            kept: format!("Text and address {} days; the list of units in each mail stays.", periods.mails),
            references: &["delivery.person_id", "delivery.owner_id"],
            records: rows.into_iter().map(record).collect(),
        })
    }

    pub(super) async fn mailings(&self) -> Result<Section, DbErr> {
        let rows = register_mailing::Entity::find()
            .filter(register_mailing::Column::PersonId.eq(self.person.id))
            .order_by_asc(register_mailing::Column::Id)
            .all(self.txn)
            .await?;
        let theirs = Query::select()
            .column(register_mailing::Column::Id)
            .from(register_mailing::Entity)
            .and_where(register_mailing::Column::PersonId.eq(self.person.id))
            .to_owned();
        let offered = mailing_step::Entity::find().filter(mailing_step::Column::MailingId.in_subquery(theirs));
        let mut steps: HashMap<MailingId, Vec<&'static str>> = HashMap::new();
        for step in offered.order_by_asc(mailing_step::Column::Id).all(self.txn).await? {
            steps.entry(step.mailing_id).or_default().push(step.command.as_str());
        }
        let record = |row| {
            let register_mailing::Model { id, person_id: _, occasion, day, created_at } = row;
            let by_link = steps.get(&id).map(Vec::as_slice).unwrap_or_default();
            json!({ "mailing": id.0, "occasion": occasion, "day": day, "createdAt": created_at, "byLink": by_link })
        };
        Ok(Section {
            name: "mailings",
            what: "Why and when mails of the register were made for you, and the steps that you could take by a link in them. Their text is with the other mails.",
            source: "Written by this service.",
            kept: "With the person, so that no mail is sent twice.".to_owned(),
            references: &["register_mailing.person_id"],
            records: rows.into_iter().map(record).collect(),
        })
    }

    pub(super) async fn rejects(&self, periods: &Periods) -> Result<Section, DbErr> {
        let about = Condition::any()
            .add(import_reject::Column::About.eq(self.pseudonym.as_str()))
            .add(import_reject::Column::Value.is_not_null());
        let rows =
            import_reject::Entity::find().filter(about).order_by_asc(import_reject::Column::Id).all(self.txn).await?;
        let record = |row: import_reject::Model| {
            let import_reject::Model { id: _, batch_id, file, line, column_name, value, sentence, about } = row;
            let mine = about.is_some_and(|about| about == self.pseudonym);
            (mine || value.as_ref().is_some_and(|value| self.mentions.are_in(value))).then(|| {
                json!({
                    "import": batch_id.0,
                    "file": file,
                    "line": line,
                    "column": column_name,
                    "value": value,
                    "sentence": sentence,
                })
            })
        };
        Ok(Section {
            name: "rejectedRows",
            what: "Rows of imported files that are about you or name you and were rejected.",
            source: "The board's files.",
            kept: format!("{} days.", periods.rejects),
            references: &[],
            records: rows.into_iter().filter_map(record).collect(),
        })
    }

    pub(super) async fn refusals(&self) -> Result<Section, DbErr> {
        let named = format!("{}/{} ", self.person.employer, self.person.number);
        let rows = import_batch::Entity::find()
            .filter(import_batch::Column::Refusal.contains(&named))
            .order_by_asc(import_batch::Column::Id)
            .all(self.txn)
            .await?;
        let record = |row: import_batch::Model| {
            let refusal = row.refusal.as_deref().map(|refusal| sentences_about(refusal, &named));
            refusal
                .filter(|refusal| !refusal.is_empty())
                .map(|refusal| json!({ "import": row.id.0, "finishedAt": row.finished_at, "refusal": refusal }))
        };
        Ok(Section {
            name: "refusedImports",
            what: "Imports that were refused because of rows about you.",
            source: "Written by this service.",
            kept: "As long as the record of the import. After an erasure it shows a pseudonym.".to_owned(),
            references: &[],
            records: rows.into_iter().filter_map(record).collect(),
        })
    }

    pub(super) async fn exemptions(&self) -> Result<Section, DbErr> {
        let rows = exemption::Entity::find().order_by_asc(exemption::Column::Id).all(self.txn).await?;
        let record = |row: exemption::Model| {
            let exemption::Model { id: _, unit_id, valid_from, valid_to, reason, agreed_by } = row;
            let named = self.mentions.are_in(&reason)
                || agreed_by.as_ref().is_some_and(|agreed_by| self.mentions.are_in(agreed_by));
            let (first, last) = days(Some(valid_from), Some(valid_to));
            named.then(|| {
                json!({
                    "unit": self.unit(unit_id),
                    "firstDay": first,
                    "lastDay": last,
                    "reason": reason,
                    "agreedBy": agreed_by,
                })
            })
        };
        Ok(Section {
            name: "exemptions",
            what: "Exemptions of units whose reason or agreement names you.",
            source: "exemptions.csv, from the coordinators of the network.",
            kept: "As long as the exemption. An erasure removes the text that names you.".to_owned(),
            references: &[],
            records: rows.into_iter().filter_map(record).collect(),
        })
    }

    pub(super) async fn grants(&self) -> Result<Section, DbErr> {
        let rows = access_grant::Entity::find()
            .filter(access_grant::Column::PersonId.eq(self.person.id))
            .order_by_asc(access_grant::Column::Id)
            .all(self.txn)
            .await?;
        let record = |row| {
            let access_grant::Model { id: _, person_id: _, role, valid_from, valid_to, granted_by: _, granted_at } =
                row;
            let (first, last) = days(Some(valid_from), valid_to);
            json!({ "role": role.as_str(), "firstDay": first, "lastDay": last, "grantedAt": granted_at })
        };
        Ok(Section {
            name: "grantedRoles",
            what: "Roles in this service that were granted to you.",
            source: "Granted by an administrator of this service.",
            kept: "With the person. They are removed by an erasure.".to_owned(),
            references: &["access_grant.person_id"],
            records: rows.into_iter().map(record).collect(),
        })
    }

    pub(super) async fn report_settings(&self) -> Result<Section, DbErr> {
        let id = self.person.id;
        let own = report_preference::Entity::find_by_id(id).one(self.txn).await?;
        let copies = report_copy::Entity::find()
            .filter(Condition::any().add(report_copy::Column::OwnerId.eq(id)).add(report_copy::Column::PersonId.eq(id)))
            .order_by_asc(report_copy::Column::OwnerId)
            .order_by_asc(report_copy::Column::PersonId)
            .all(self.txn)
            .await?;
        let own = own.map(|row| {
            let report_preference::Model { person_id: _, hidden_sections, midweek, changed_at, changed_by: _ } = row;
            json!({ "kind": "settings", "leftOut": hidden_sections, "midweekReport": midweek, "changedAt": changed_at })
        });
        let copy = |row| {
            let report_copy::Model { owner_id, person_id: _ } = row;
            let kind = if owner_id == id { "copyOfYourReport" } else { "copyToYou" };
            json!({ "kind": kind })
        };
        Ok(Section {
            name: "reportSettings",
            what: "What your weekly report leaves out, whether you get a midweek report, copies of your reports that go to \
                   colleagues, and copies of the reports of colleagues that go to you.",
            source: "Chosen by you, by the colleague whose report it is, or by a coordinator.",
            kept: "With the person. They are removed by an erasure.".to_owned(),
            references: &["report_preference.person_id", "report_copy.owner_id", "report_copy.person_id"],
            records: own.into_iter().chain(copies.into_iter().map(copy)).collect(),
        })
    }

    pub(super) async fn sessions(&self, periods: &Periods) -> Result<Section, DbErr> {
        let sessions = session::Entity::find()
            .filter(session::Column::PersonId.eq(self.person.id))
            .order_by_asc(session::Column::Id)
            .all(self.txn)
            .await?;
        let links = sign_in_link::Entity::find()
            .filter(sign_in_link::Column::PersonId.eq(self.person.id))
            .order_by_asc(sign_in_link::Column::Id)
            .all(self.txn)
            .await?;
        let session = |row| {
            let session::Model {
                id: _,
                hash: _,
                person_id: _,
                token_id: _,
                made_at,
                expires_at,
                last_used_at,
                ended_at,
            } = row;
            json!({
                "kind": "session",
                "begunAt": made_at,
                "expiresAt": expires_at,
                "lastUsedAt": last_used_at,
                "endedAt": ended_at,
            })
        };
        let link = |row| {
            let sign_in_link::Model { id: _, hash: _, person_id: _, token_id: _, expires_at, used_at } = row;
            json!({ "kind": "link", "expiresAt": expires_at, "usedAt": used_at })
        };
        Ok(Section {
            name: "signIns",
            what: "Browsers in which you are or were signed in, and links that sign you in. Of their secrets only a hash is \
                   kept, which is left out here.",
            source: "Written by this service.",
            kept: format!("{} days after they end.", periods.sign_ins),
            references: &["session.person_id", "sign_in_link.person_id"],
            records: sessions.into_iter().map(session).chain(links.into_iter().map(link)).collect(),
        })
    }

    pub(super) async fn log(&self) -> Result<Section, DbErr> {
        let me = format!("person:{}", self.person.id);
        let mine = Condition::any().add(audit_event::Column::Actor.eq(&me)).add(audit_event::Column::Object.eq(&me));
        let rows = audit_event::Entity::find().filter(mine).order_by_asc(audit_event::Column::Id).all(self.txn).await?;
        let record = |row| {
            let audit_event::Model {
                id,
                at,
                actor,
                action,
                object,
                before,
                after,
                request_id,
                previous_hash: _,
                hash: _,
            } = row;
            // Another person's identity is hidden; the person themself and actors that are not people are shown.
            let actor = if actor == me || !actor.starts_with("person:") { actor } else { "person".to_owned() };
            json!({
                "event": id.0,
                "at": at,
                "actor": actor,
                "action": action,
                "object": object,
                "before": before,
                "after": after,
                "request": request_id,
            })
        };
        Ok(Section {
            name: "auditLog",
            what: "What you did in this service, and actions of others that concern you. It contains no names, only ids.",
            source: "Written by this service.",
            kept: "Permanently: the log is append-only, so that no one can hide what was done.".to_owned(),
            references: &[],
            records: rows.into_iter().map(record).collect(),
        })
    }
}

/// Returns the sentences of a refusal that name the person: the others may be about other people. Each ends with a full
/// stop and a space, or with the refusal.
fn sentences_about(refusal: &str, named: &str) -> String {
    let sentences = refusal.split_inclusive(". ").filter(|sentence| sentence.contains(named));
    sentences.collect::<String>().trim_end().to_owned()
}
