//! The closed sets of the register.

use std::{fmt, str::FromStr};

use sea_orm::DeriveValueType;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::UnknownWord;

words! {
    /// How a nomination ended. That it lapsed is derived and not stored.
    NominationEnd {
        /// Every approval was given, and the role began.
        Approved = "APPROVED",
        /// The nominee declined.
        DeclinedByNominee = "DECLINED_BY_NOMINEE",
        /// A line or senior manager declined.
        DeclinedByApprover = "DECLINED_BY_APPROVER",
        /// The nominee or the nominator took it back.
        Withdrawn = "WITHDRAWN",
    }

    /// A manager's decision about a nomination.
    DecisionKind {
        /// Accepted.
        Accept = "ACCEPT",
        /// Declined.
        Decline = "DECLINE",
        /// A question, which must be answered first.
        Ask = "ASK",
    }

    /// Why a manager declined a nomination. Seen by the nominee and coordinators only.
    DeclineReason {
        /// The team cannot spare the time.
        Time = "TIME",
        /// The grade does not fit the role.
        Grade = "GRADE",
        /// More experience is needed.
        Experience = "EXPERIENCE",
        /// The team needs something else.
        TeamNeeds = "TEAM_NEEDS",
        /// The nominee's job has changed.
        RoleChanged = "ROLE_CHANGED",
        /// The manager would like to talk to the nominee.
        TalkToMe = "TALK_TO_ME",
    }
}
