//! Delegates of line managers, and acting line managers.

use sea_orm::{ColumnTrait as _, Condition, DbErr, EntityTrait as _, QueryFilter as _, QueryOrder as _};
use serde_json::json;

use super::records::WITH_THE_PERSON;
use super::{Reader, Section};
use crate::table::delegation;

impl Reader<'_> {
    pub(super) async fn delegations(&self) -> Result<Section, DbErr> {
        let me = self.person.id;
        let concerns = Condition::any()
            .add(delegation::Column::PrincipalId.eq(me))
            .add(delegation::Column::DelegateId.eq(me))
            .add(delegation::Column::AppointedBy.eq(me));
        let rows =
            delegation::Entity::find().filter(concerns).order_by_asc(delegation::Column::Id).all(self.txn).await?;
        let record = |row: delegation::Model| {
            let delegation::Model { id: _, kind, principal_id, delegate_id, valid_from, valid_to, appointed_by } = row;
            json!({
                "kind": kind,
                "youAreThePrincipal": principal_id == me,
                "youStandIn": delegate_id == me,
                "youRecordedIt": appointed_by == me,
                "firstDay": valid_from,
                "lastDay": valid_to.plus_days(-1),
            })
        };
        Ok(Section {
            name: "delegations",
            what: "Days on which you stand in for a line manager, or another person for you.",
            source: "The line manager, or a coordinator of the network.",
            kept: WITH_THE_PERSON.to_owned(),
            references: &["delegation.principal_id", "delegation.delegate_id", "delegation.appointed_by"],
            records: rows.into_iter().map(record).collect(),
        })
    }
}
