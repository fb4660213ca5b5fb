//! The sections of the document about the board's own files. Each model is destructured field by field, so that a new
//! column cannot be forgotten.

use sea_orm::{ColumnTrait as _, Condition, DbErr, EntityTrait as _, QueryFilter as _, QueryOrder as _};
use serde_json::{Value as Json, json};

use super::{Reader, Section};
use crate::id::UnitId;
use crate::period::{Day, Validity};
use crate::store::retention::Periods;
use crate::table::{
    allocation, appointment, approval, completion, course, erased_person, person, person_link, post, unavailability,
};

/// The retention of data that is kept as long as the person is on file.
pub(super) const WITH_THE_PERSON: &str = "With the person; name and contact are erased some time after the last post, and this stays without them, because past \
     coverage is computed from it.";

/// Returns the first and the last day of a validity.
pub(super) fn days(from: Option<Day>, to: Option<Day>) -> (Option<Day>, Option<Day>) {
    (from, Validity { from, to }.last())
}

impl Reader<'_> {
    pub(super) async fn sections(&self, periods: &Periods) -> Result<Vec<Section>, DbErr> {
        Ok(vec![
            self.person(periods).await?,
            self.posts().await?,
            self.managed().await?,
            self.training().await?,
            self.roles().await?,
            self.approvals().await?,
            self.absences(periods).await?,
            self.appointments().await?,
            self.standing_in().await?,
            self.delegations().await?,
            self.mails(periods).await?,
            self.mailings().await?,
            self.rejects(periods).await?,
            self.refusals().await?,
            self.exemptions().await?,
            self.grants().await?,
            self.report_settings().await?,
            self.directory_entry().await?,
            self.documents().await?,
            self.assessments().await?,
            self.sessions(periods).await?,
            self.nominations().await?,
            self.decisions().await?,
            self.register_texts().await?,
            self.register_roles().await?,
            self.paper_records().await?,
            self.file_differences().await?,
            self.kept_appointments().await?,
            self.register_changes().await?,
            self.log().await?,
        ])
    }

    pub(super) fn unit(&self, id: UnitId) -> Json {
        self.units.get(&id).cloned().unwrap_or(Json::Null)
    }

    async fn person(&self, periods: &Periods) -> Result<Section, DbErr> {
        let person::Model { id, employer, number, first_name, last_name, work_email } = &self.person;
        let erased = self.erased.as_ref().map(|row| {
            let erased_person::Model { person_id: _, erased_at, reason } = row;
            json!({ "at": erased_at, "reason": reason.as_str() })
        });
        let linked = self.linked().await?;
        Ok(Section {
            name: "person",
            what: "Who you are to this service: employer, employee number, name and work e-mail, and other numbers that are \
                   recorded as yours. After an erasure the number is a pseudonym, by which an import knows you again.",
            source: "staff.csv, from the staff system.",
            kept: format!("Until {} days after the last post; then name and contact are erased.", periods.people),
            references: &["erased_person.person_id", "person_link.person_id", "person_link.same_as_id"],
            records: vec![json!({
                "id": id.0,
                "employer": employer,
                "employeeNumber": number,
                "firstName": first_name,
                "lastName": last_name,
                "workEmail": work_email,
                "erased": erased,
                "linkedNumbers": linked,
            })],
        })
    }

    /// Returns the other numbers that are linked to the person's.
    async fn linked(&self) -> Result<Vec<Json>, DbErr> {
        let me = self.person.id;
        let named =
            Condition::any().add(person_link::Column::PersonId.eq(me)).add(person_link::Column::SameAsId.eq(me));
        let links = person_link::Entity::find().filter(named).all(self.txn).await?;
        let others = links.iter().map(|link| if link.person_id == me { link.same_as_id } else { link.person_id });
        let people = person::Entity::find()
            .filter(person::Column::Id.is_in(others))
            .order_by_asc(person::Column::Id)
            .all(self.txn)
            .await?;
        let record = |row: person::Model| json!({ "employer": row.employer, "employeeNumber": row.number });
        Ok(people.into_iter().map(record).collect())
    }

    async fn posts(&self) -> Result<Section, DbErr> {
        let rows = post::Entity::find()
            .filter(post::Column::PersonId.eq(self.person.id))
            .order_by_asc(post::Column::Id)
            .all(self.txn)
            .await?;
        let record = |row| {
            let post::Model {
                id: _,
                person_id: _,
                unit_id,
                assignment,
                job_title,
                job_family,
                band,
                line_manager_id,
                wte,
                contract_type,
                bank,
                valid_from,
                valid_to,
            } = row;
            let (first, last) = days(valid_from, valid_to);
            json!({
                "unit": self.unit(unit_id),
                "assignmentNumber": assignment,
                "jobTitle": job_title,
                "jobFamily": job_family,
                "band": band,
                "hasLineManager": line_manager_id.is_some(),
                "wteHundredths": wte,
                "contractType": contract_type,
                "bank": bank,
                "firstDay": first,
                "lastDay": last,
            })
        };
        Ok(Section {
            name: "posts",
            what: "The posts that you hold or held. They show which team you work in.",
            source: "staff.csv, from the staff system.",
            kept: WITH_THE_PERSON.to_owned(),
            references: &["post.person_id"],
            records: rows.into_iter().map(record).collect(),
        })
    }

    async fn managed(&self) -> Result<Section, DbErr> {
        let rows = post::Entity::find()
            .filter(post::Column::LineManagerId.eq(self.person.id))
            .order_by_asc(post::Column::Id)
            .all(self.txn)
            .await?;
        let record = |row: post::Model| {
            let (first, last) = days(row.valid_from, row.valid_to);
            json!({ "unit": self.unit(row.unit_id), "firstDay": first, "lastDay": last })
        };
        Ok(Section {
            name: "lineManagerOf",
            what: "Posts of other people that name you as line manager.",
            source: "staff.csv, from the staff system.",
            kept: WITH_THE_PERSON.to_owned(),
            references: &["post.line_manager_id"],
            records: rows.into_iter().map(record).collect(),
        })
    }

    async fn training(&self) -> Result<Section, DbErr> {
        let rows = completion::Entity::find()
            .filter(completion::Column::PersonId.eq(self.person.id))
            .order_by_asc(completion::Column::Id)
            .all(self.txn)
            .await?;
        let courses = course::Entity::find()
            .filter(course::Column::Id.is_in(rows.iter().map(|row| row.course_id)))
            .all(self.txn)
            .await?;
        let record = |row| {
            let completion::Model { id: _, person_id: _, course_id, completed_on, valid_to } = row;
            let course = courses.iter().find(|course| course.id == course_id);
            json!({
                "course": course.map(|course| &course.code),
                "title": course.and_then(|course| course.title.as_ref()),
                "level": course.map(|course| course.level.as_str()),
                "completedOn": completed_on,
                "expiresOn": days(None, valid_to).1,
            })
        };
        Ok(Section {
            name: "training",
            what: "Modules that you passed, with the day. Scores and attempts that are not passes are not kept.",
            source: "training.csv, from the learning system.",
            kept: WITH_THE_PERSON.to_owned(),
            references: &["completion.person_id"],
            records: rows.into_iter().map(record).collect(),
        })
    }

    async fn roles(&self) -> Result<Section, DbErr> {
        let rows = allocation::Entity::find()
            .filter(allocation::Column::PersonId.eq(self.person.id))
            .order_by_asc(allocation::Column::Id)
            .all(self.txn)
            .await?;
        let facts = self.facts_of_allocations(rows.iter().map(|row| row.id)).await?;
        let record = |row| {
            let allocation::Model { id, role, unit_id, share, valid_from, valid_to, .. } = row;
            let (first, last) = days(valid_from, valid_to);
            let mut record = json!({
                "role": role.as_str(),
                "unit": self.unit(unit_id),
                "shareThousandths": share,
                "firstDay": first,
                "lastDay": last,
            });
            if let (Json::Object(record), Some(facts)) = (&mut record, facts.get(&id).cloned()) {
                record.extend(facts);
            }
            record
        };
        Ok(Section {
            name: "roles",
            what: "Your roles in the network (Peer Supporter, Trainer, Wellbeing Champion), with approvals, sign-off, protected \
                   time and pauses.",
            source: "supporters.csv, from the coordinators of the network.",
            kept: WITH_THE_PERSON.to_owned(),
            references: &["allocation.person_id"],
            records: rows.into_iter().map(record).collect(),
        })
    }

    async fn approvals(&self) -> Result<Section, DbErr> {
        let rows = approval::Entity::find()
            .filter(
                Condition::any()
                    .add(approval::Column::ApproverId.eq(self.person.id))
                    .add(approval::Column::PrincipalId.eq(self.person.id)),
            )
            .order_by_asc(approval::Column::Id)
            .all(self.txn)
            .await?;
        let allocations = allocation::Entity::find()
            .filter(allocation::Column::Id.is_in(rows.iter().map(|row| row.allocation_id)))
            .all(self.txn)
            .await?;
        let record = |row| {
            let approval::Model {
                id: _,
                allocation_id,
                capacity,
                decided_on,
                approver_id: _,
                principal_id: _,
                protected_hours,
                withdrawn_on,
            } = row;
            let allocation = allocations.iter().find(|allocation| allocation.id == allocation_id);
            json!({
                "role": allocation.map(|row| row.role.as_str()),
                "unit": allocation.map(|row| self.unit(row.unit_id)),
                "capacity": capacity.as_str(),
                "decidedOn": decided_on,
                "protectedHundredthsOfAnHourAMonth": protected_hours,
                "withdrawnOn": withdrawn_on,
            })
        };
        Ok(Section {
            name: "approvalsGiven",
            what: "Roles of other people that name you as approver, or on whose behalf your delegate approved.",
            source: "supporters.csv, from the coordinators of the network, and what you decided in this service.",
            kept: WITH_THE_PERSON.to_owned(),
            references: &["approval.approver_id"],
            records: rows.into_iter().map(record).collect(),
        })
    }

    async fn absences(&self, periods: &Periods) -> Result<Section, DbErr> {
        let rows = unavailability::Entity::find()
            .filter(unavailability::Column::PersonId.eq(self.person.id))
            .order_by_asc(unavailability::Column::Id)
            .all(self.txn)
            .await?;
        let record = |row| {
            let unavailability::Model { id: _, person_id: _, valid_from, valid_to } = row;
            let (first, last) = days(Some(valid_from), valid_to);
            json!({ "firstDay": first, "lastDay": last })
        };
        Ok(Section {
            name: "absences",
            what: "Days on which you were away. The reason is not collected.",
            source: "unavailability.csv, from the coordinators of the network.",
            kept: format!("{} days after their end.", periods.absences),
            references: &["unavailability.person_id"],
            records: rows.into_iter().map(record).collect(),
        })
    }

    async fn appointments(&self) -> Result<Section, DbErr> {
        let rows = appointment::Entity::find()
            .filter(appointment::Column::PersonId.eq(self.person.id))
            .order_by_asc(appointment::Column::Id)
            .all(self.txn)
            .await?;
        let record = |row| {
            let appointment::Model {
                id: _,
                unit_id,
                person_id: _,
                role,
                valid_from,
                valid_to,
                delegate_id,
                delegate_from: _,
                delegate_to: _,
            } = row;
            let (first, last) = days(valid_from, valid_to);
            json!({
                "unit": self.unit(unit_id),
                "role": role.as_str(),
                "firstDay": first,
                "lastDay": last,
                "hasDelegate": delegate_id.is_some(),
            })
        };
        Ok(Section {
            name: "appointments",
            what: "Units that you are responsible for, or coordinate.",
            source: "managers.csv, from the coordinators of the network.",
            kept: WITH_THE_PERSON.to_owned(),
            references: &["appointment.person_id"],
            records: rows.into_iter().map(record).collect(),
        })
    }

    async fn standing_in(&self) -> Result<Section, DbErr> {
        let rows = appointment::Entity::find()
            .filter(appointment::Column::DelegateId.eq(self.person.id))
            .order_by_asc(appointment::Column::Id)
            .all(self.txn)
            .await?;
        let record = |row: appointment::Model| {
            let (first, last) = days(row.delegate_from, row.delegate_to);
            json!({ "unit": self.unit(row.unit_id), "role": row.role.as_str(), "firstDay": first, "lastDay": last })
        };
        Ok(Section {
            name: "standingIn",
            what: "Other people's appointments in which you are the deputy.",
            source: "managers.csv, from the coordinators of the network.",
            kept: WITH_THE_PERSON.to_owned(),
            references: &["appointment.delegate_id"],
            records: rows.into_iter().map(record).collect(),
        })
    }
}
