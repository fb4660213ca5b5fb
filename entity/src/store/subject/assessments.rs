//! Assessments against the competence framework.

use sea_orm::{ColumnTrait as _, Condition, DbErr, EntityTrait as _, QueryFilter as _, QueryOrder as _};
use serde_json::json;

use super::records::WITH_THE_PERSON;
use super::{Reader, Section};
use crate::store::register::framework;
use crate::table::assessment;

impl Reader<'_> {
    pub(super) async fn assessments(&self) -> Result<Section, DbErr> {
        let me = self.person.id;
        let concerns =
            Condition::any().add(assessment::Column::PersonId.eq(me)).add(assessment::Column::AssessorId.eq(me));
        let rows =
            assessment::Entity::find().filter(concerns).order_by_asc(assessment::Column::Id).all(self.txn).await?;
        let mut records = Vec::new();
        for row in rows {
            let found = framework::find(self.txn, row.id).await?;
            let assessment::Model {
                id: _,
                person_id,
                assessor_id,
                framework_id: _,
                level,
                assessed_on,
                met,
                evidence_id: _,
            } = row;
            // What became of it is about the other person. Evidence is among the texts.
            let mine = person_id == me;
            let (version, results) = found.map(|found| (found.version, found.results)).unzip();
            records.push(json!({
                "aboutYou": mine,
                "byYou": assessor_id == me,
                "level": level,
                "frameworkVersion": version,
                "assessedOn": assessed_on,
                "allMet": mine.then_some(met),
                "met": results.filter(|_| mine),
            }));
        }
        Ok(Section {
            name: "assessments",
            what: "Assessments of you against the competence framework, and those that you made.",
            source: "A Trainer or a coordinator of the network.",
            kept: WITH_THE_PERSON.to_owned(),
            references: &["assessment.person_id", "assessment.assessor_id"],
            records,
        })
    }
}
