//! The numbers of the register that a policy sets. A policy without a row, and each null, has the default.

use sea_orm::entity::prelude::*;

use crate::id::PolicyId;

/// The numbers of the register that a policy sets. A policy without a row, and each null, has the default.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "policy_register_terms")]
pub struct Model {
    /// The policy.
    #[sea_orm(primary_key, auto_increment = false)]
    pub policy_id: PolicyId,
    /// Days for which a nomination is open.
    pub nomination_days: Option<i32>,
    /// Days after a silent nomination on which only the person may put themselves forward.
    pub silence_days: Option<i32>,
    /// Days after an approver declined until the same nomination may come again.
    pub again_days: Option<i32>,
    /// Whole months in post that a nominee should have.
    pub months_in_post: Option<i32>,
    /// Whole months as an active Peer Supporter that a future Trainer should have.
    pub months_active: Option<i32>,
    /// Nominations of one nominator that may wait for their nominees at the same time.
    pub waiting_per_nominator: Option<i32>,
    /// Months after which an ended nomination is erased.
    pub ended_months: Option<i32>,
    /// The pay bands, lowest first, separated by `;`.
    pub band_order: Option<String>,
    /// Whether people count only if they have signed the agreement.
    pub agreement_required: Option<bool>,
    /// Whether sign-offs against an earlier version of the competence framework end with the transition.
    pub framework_transition_gates: Option<bool>,
}

impl ActiveModelBehavior for ActiveModel {}
