//! The sections of the document about the register: nominations, decisions, texts and changes. As in `records`, each
//! model is destructured.

use sea_orm::{ColumnTrait as _, Condition, DbErr, EntityTrait as _, QueryFilter as _, QueryOrder as _};
use serde_json::json;

use super::{Reader, Section};
use crate::table::{idempotency_key, nomination, nomination_decision, register_change, register_role, register_text};

/// The source of everything in the register.
const SOURCE: &str = "Recorded in this service by you, your managers or the coordinators of the network.";
/// How long nominations are kept.
const A_YEAR: &str = "Some time after the nomination has ended.";

impl Reader<'_> {
    pub(super) async fn nominations(&self) -> Result<Section, DbErr> {
        let me = self.person.id;
        let own = Condition::any().add(nomination::Column::PersonId.eq(me)).add(nomination::Column::NominatorId.eq(me));
        let rows = nomination::Entity::find().filter(own).order_by_asc(nomination::Column::Id).all(self.txn).await?;
        let record = |row: nomination::Model| {
            let nomination::Model {
                id,
                person_id,
                role,
                unit_id,
                share,
                outside_team,
                nominator_id,
                opened_on,
                accepted_on,
                wished_start,
                ended_as,
                ended_on,
                statement_id: _,
                allocation_id: _,
                version: _,
            } = row;
            // What the nominee did with it is about another person.
            let mine = person_id == me;
            json!({
                "nomination": id.0,
                "youAreNominated": mine,
                "youNominated": nominator_id == me,
                "role": role.as_str(),
                "unit": self.unit(unit_id),
                "share": share,
                "outsideTeam": outside_team,
                "openedOn": opened_on,
                "acceptedOn": accepted_on.filter(|_| mine),
                "wishedStart": wished_start,
                "endedAs": ended_as.filter(|_| mine).map(|end| end.as_str()),
                "endedOn": ended_on.filter(|_| mine),
            })
        };
        Ok(Section {
            name: "nominations",
            what: "Nominations of you for a role in the network, and nominations that you made.",
            source: SOURCE,
            kept: A_YEAR.to_owned(),
            references: &["nomination.person_id", "nomination.nominator_id"],
            records: rows.into_iter().map(record).collect(),
        })
    }

    pub(super) async fn decisions(&self) -> Result<Section, DbErr> {
        let me = self.person.id;
        let about_me = nomination::Entity::find().filter(nomination::Column::PersonId.eq(me)).all(self.txn).await?;
        let about_me: Vec<_> = about_me.into_iter().map(|row| row.id).collect();
        let own = Condition::any()
            .add(nomination_decision::Column::DeciderId.eq(me))
            .add(nomination_decision::Column::PrincipalId.eq(me))
            .add(nomination_decision::Column::NominationId.is_in(about_me.iter().copied()));
        let rows = nomination_decision::Entity::find()
            .filter(own)
            .order_by_asc(nomination_decision::Column::Id)
            .all(self.txn)
            .await?;
        let record = |row: nomination_decision::Model| {
            let nomination_decision::Model {
                id: _,
                nomination_id,
                capacity,
                kind,
                decided_on,
                decider_id,
                principal_id,
                protected_hours,
                reason,
                acknowledged,
                skills,
                experience,
                question_id: _,
                answer_id: _,
            } = row;
            json!({
                "nomination": nomination_id.0,
                "aboutYou": about_me.contains(&nomination_id),
                "byYou": decider_id == me,
                "forYou": principal_id == me,
                "capacity": capacity.as_str(),
                "decision": kind.as_str(),
                "decidedOn": decided_on,
                "protectedHours": protected_hours.map(|hours| f64::from(hours) / 100.0),
                "reason": reason.map(|reason| reason.as_str()),
                "acknowledged": acknowledged,
                "skills": skills,
                "experience": experience,
            })
        };
        Ok(Section {
            name: "nominationDecisions",
            what: "Decisions about nominations of you, and decisions that you made or that a delegate made for you.",
            source: SOURCE,
            kept: A_YEAR.to_owned(),
            references: &["nomination_decision.decider_id", "nomination_decision.principal_id"],
            records: rows.into_iter().map(record).collect(),
        })
    }

    pub(super) async fn register_texts(&self) -> Result<Section, DbErr> {
        let me = self.person.id;
        let own =
            Condition::any().add(register_text::Column::PersonId.eq(me)).add(register_text::Column::AuthorId.eq(me));
        let rows =
            register_text::Entity::find().filter(own).order_by_asc(register_text::Column::Id).all(self.txn).await?;
        let record = |row: register_text::Model| {
            let register_text::Model { id, person_id, author_id, salt: _, text } = row;
            json!({ "text": text, "number": id.0, "aboutYou": person_id == me, "writtenByYou": author_id == me })
        };
        Ok(Section {
            name: "registerTexts",
            what: "Statements, questions, answers and evidence that are about you or that you wrote.",
            source: SOURCE,
            kept: "With the nomination that they belong to. An erasure removes those about you.".to_owned(),
            references: &["register_text.person_id", "register_text.author_id"],
            records: rows.into_iter().map(record).collect(),
        })
    }

    pub(super) async fn register_roles(&self) -> Result<Section, DbErr> {
        let rows = register_role::Entity::find()
            .filter(register_role::Column::PersonId.eq(self.person.id))
            .order_by_asc(register_role::Column::Id)
            .all(self.txn)
            .await?;
        let record = |row: register_role::Model| {
            let register_role::Model { id: _, person_id: _, role, kept_since, own_wish } = row;
            json!({ "role": role.as_str(), "since": kept_since, "yourOwnWish": own_wish })
        };
        Ok(Section {
            name: "registerRoles",
            what: "Roles of yours that are kept in the register, so that files do not change them.",
            source: SOURCE,
            kept: "With the person.".to_owned(),
            references: &["register_role.person_id"],
            records: rows.into_iter().map(record).collect(),
        })
    }

    pub(super) async fn register_changes(&self) -> Result<Section, DbErr> {
        let me = self.person.id;
        let own = Condition::any()
            .add(register_change::Column::ActorId.eq(me))
            .add(register_change::Column::PrincipalId.eq(me));
        let rows =
            register_change::Entity::find().filter(own).order_by_asc(register_change::Column::Id).all(self.txn).await?;
        let keys = idempotency_key::Entity::find()
            .filter(idempotency_key::Column::ActorId.eq(me))
            .order_by_asc(idempotency_key::Column::Id)
            .all(self.txn)
            .await?;
        let change = |row: register_change::Model| {
            let register_change::Model {
                id,
                at,
                actor_id,
                principal_id: _,
                command,
                effective_on,
                fact_version: _,
                private: _,
                before: _,
                after: _,
                request_id,
                undone_by,
                mailed: _,
            } = row;
            json!({
                "kind": "change",
                "change": id.0,
                "at": at,
                "byYou": actor_id == me,
                "command": command.as_str(),
                "effectiveOn": effective_on,
                "request": request_id,
                "undone": undone_by.is_some(),
            })
        };
        let key = |row: idempotency_key::Model| {
            let idempotency_key::Model { id: _, actor_id: _, command, key, input_hash: _, change_id, at } = row;
            json!({ "kind": "key", "command": command.as_str(), "key": key, "change": change_id.0, "at": at })
        };
        Ok(Section {
            name: "registerChanges",
            what: "Commands that you gave in the register, or that a delegate gave for you, and keys by which your commands are \
                   recognised if they are sent twice. What they changed is with the nominations and roles.",
            source: "Written by this service.",
            kept: "Changes permanently, since the register could not be explained without them; keys 30 days."
                .to_owned(),
            references: &["register_change.actor_id", "register_change.principal_id", "idempotency_key.actor_id"],
            records: rows.into_iter().map(change).chain(keys.into_iter().map(key)).collect(),
        })
    }
}
