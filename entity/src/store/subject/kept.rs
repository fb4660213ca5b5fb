//! What is kept in the register and not changed by files: differences about roles, and appointments.

use sea_orm::{ColumnTrait as _, DbErr, EntityTrait as _, QueryFilter as _, QueryOrder as _};
use serde_json::json;

use super::records::{WITH_THE_PERSON, days};
use super::{Reader, Section};
use crate::table::{file_difference, register_kept};

impl Reader<'_> {
    pub(super) async fn file_differences(&self) -> Result<Section, DbErr> {
        let rows = file_difference::Entity::find()
            .filter(file_difference::Column::PersonId.eq(self.person.id))
            .order_by_asc(file_difference::Column::Id)
            .all(self.txn)
            .await?;
        let record = |row: file_difference::Model| {
            let file_difference::Model {
                id: _,
                person_id: _,
                role,
                allocation_id: _,
                kind,
                valid_from,
                valid_to,
                share,
                unit_id,
                batch_id: _,
                as_at,
                found_on,
                settled_on,
                settled_as,
            } = row;
            let (first, last) = days(valid_from, valid_to);
            json!({
                "role": role.as_str(),
                "fileSays": kind.as_str(),
                "firstDay": first,
                "lastDay": last,
                "share": share,
                "unit": unit_id.map(|unit| self.unit(unit)),
                "asAt": as_at,
                "foundOn": found_on,
                "settledOn": settled_on,
                "settledAs": settled_as.map(|outcome| outcome.as_str()),
            })
        };
        Ok(Section {
            name: "fileDifferences",
            what: "Rows of the board's files by which you would count for less in your role than by the register, and how a \
                   coordinator settled them.",
            source: "supporters.csv, from the coordinators of the network.",
            kept: WITH_THE_PERSON.to_owned(),
            references: &["file_difference.person_id"],
            records: rows.into_iter().map(record).collect(),
        })
    }

    pub(super) async fn kept_appointments(&self) -> Result<Section, DbErr> {
        let rows = register_kept::Entity::find()
            .filter(register_kept::Column::PersonId.eq(self.person.id))
            .order_by_asc(register_kept::Column::Id)
            .all(self.txn)
            .await?;
        let record = |row: register_kept::Model| {
            let register_kept::Model { id: _, kind, unit_id, person_id: _, role, in_force_from: _, kept_since } = row;
            json!({
                "kind": kind.as_str(),
                "unit": self.unit(unit_id),
                "role": role.map(|role| role.as_str()),
                "since": kept_since,
            })
        };
        Ok(Section {
            name: "keptAppointments",
            what: "Appointments of yours that are kept in the register, so that files do not change them.",
            source: "Recorded in this service by the coordinators of the network.",
            kept: "With the person.".to_owned(),
            references: &["register_kept.person_id"],
            records: rows.into_iter().map(record).collect(),
        })
    }
}
