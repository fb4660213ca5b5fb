//! Which approvals due for renewal each person was told of in a digest.

use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait as _, JoinType, QueryFilter as _, QuerySelect as _,
    RelationDef,
};

use crate::id::{AllocationId, MailingId, PersonId};
use crate::register::due_renewal::EndingApproval;
use crate::table::{register_mailing, register_renewal_notice};

/// How many allocations one query names.
const AT_ONCE: usize = 500;

/// An approval due for renewal of which a person was told in a digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ToldRenewal {
    /// The person.
    pub person: PersonId,
    /// The approval.
    pub approval: EndingApproval,
    /// The days before its end: 60, 30 or 7.
    pub within: i64,
}

/// Stores what a digest was about.
pub(super) async fn note(
    db: &impl ConnectionTrait,
    mailing: MailingId,
    renewals: Vec<ToldRenewal>,
) -> Result<(), DbErr> {
    let rows = renewals.into_iter().map(|ToldRenewal { person: _, approval, within }| {
        let EndingApproval { on, allocation, capacity } = approval;
        register_renewal_notice::ActiveModel {
            id: NotSet,
            mailing_id: Set(mailing),
            allocation_id: Set(allocation),
            capacity: Set(capacity),
            ends_on: Set(on),
            within_days: Set(i32::try_from(within).unwrap_or(i32::MAX)),
        }
    });
    let rows: Vec<_> = rows.collect();
    if !rows.is_empty() {
        register_renewal_notice::Entity::insert_many(rows).exec_without_returning(db).await?;
    }
    Ok(())
}

/// Returns who was told of which approvals of these allocations.
pub async fn told_renewals(db: &impl ConnectionTrait, allocations: &[AllocationId]) -> Result<Vec<ToldRenewal>, DbErr> {
    let to_mailing = || -> RelationDef {
        register_renewal_notice::Entity::belongs_to(register_mailing::Entity)
            .from(register_renewal_notice::Column::MailingId)
            .to(register_mailing::Column::Id)
            .into()
    };
    let mut told = Vec::new();
    for some in allocations.chunks(AT_ONCE) {
        let rows: Vec<(register_renewal_notice::Model, Option<register_mailing::Model>)> =
            register_renewal_notice::Entity::find()
                .filter(register_renewal_notice::Column::AllocationId.is_in(some.iter().copied()))
                .join(JoinType::InnerJoin, to_mailing())
                .select_also(register_mailing::Entity)
                .all(db)
                .await?;
        let one = |(row, mailing): (register_renewal_notice::Model, Option<register_mailing::Model>)| {
            let register_renewal_notice::Model { id: _, mailing_id: _, allocation_id, capacity, ends_on, within_days } =
                row;
            let approval = EndingApproval { on: ends_on, allocation: allocation_id, capacity };
            Some(ToldRenewal { person: mailing?.person_id, approval, within: i64::from(within_days) })
        };
        told.extend(rows.into_iter().filter_map(one));
    }
    Ok(told)
}
