//! Steps that coordinators recorded from paper.

use sea_orm::{ColumnTrait as _, Condition, DbErr, EntityTrait as _, QueryFilter as _, QueryOrder as _};
use serde_json::json;

use super::{Reader, Section};
use crate::table::paper_record;

impl Reader<'_> {
    pub(super) async fn paper_records(&self) -> Result<Section, DbErr> {
        let me = self.person.id;
        let concerns = Condition::any()
            .add(paper_record::Column::PersonId.eq(me))
            .add(paper_record::Column::RecorderId.eq(me))
            .add(paper_record::Column::SettledBy.eq(me));
        let rows =
            paper_record::Entity::find().filter(concerns).order_by_asc(paper_record::Column::Id).all(self.txn).await?;
        let record = |row: paper_record::Model| {
            let paper_record::Model {
                id,
                step,
                capacity,
                person_id,
                recorder_id,
                day,
                reference,
                recorded_on,
                nomination_id,
                decision_id: _,
                disputed_on,
                settled_on,
                settled_as,
                settled_by,
            } = row;
            json!({
                "number": id.0,
                "step": step.as_str(),
                "capacity": capacity.map(|capacity| capacity.as_str()),
                "youTookTheStep": person_id == me,
                "youRecordedIt": recorder_id == me,
                "youSettledIt": settled_by == Some(me),
                "day": day,
                "reference": reference,
                "recordedOn": recorded_on,
                "nomination": nomination_id.map(|id| id.0),
                "disputedOn": disputed_on,
                "settledOn": settled_on,
                "settledAs": settled_as.map(|outcome| outcome.as_str()),
            })
        };
        Ok(Section {
            name: "paperRecords",
            what: "Steps that a coordinator recorded from a paper of yours, that you recorded from papers of other people, and \
                   disputes about such steps that you settled.",
            source: "The paper with this code, and the coordinators of the network.",
            kept:
                "Permanently, since the register could not be explained without them. An erasure removes the code of \
                   the paper."
                    .to_owned(),
            references: &["paper_record.person_id", "paper_record.recorder_id", "paper_record.settled_by"],
            records: rows.into_iter().map(record).collect(),
        })
    }
}
