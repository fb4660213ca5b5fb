//! An approval due for renewal that a digest was about, so that the next digest has only what is new or due.

use sea_orm::entity::prelude::*;

use crate::id::{AllocationId, MailingId, RenewalNoticeId};
use crate::period::Day;
use crate::value::ApproverCapacity;

/// An approval due for renewal that a digest was about.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "register_renewal_notice")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key)]
    pub id: RenewalNoticeId,
    /// The digest.
    pub mailing_id: MailingId,
    /// The allocation, which may have been removed since.
    pub allocation_id: AllocationId,
    /// As line or as senior manager.
    pub capacity: ApproverCapacity,
    /// The first day without the approval.
    pub ends_on: Day,
    /// The days before the end that the digest was due for: 60, 30 or 7.
    pub within_days: i32,
}

impl ActiveModelBehavior for ActiveModel {}
