//! The commands of the register, and the kinds of objects that they change.

use std::{fmt, str::FromStr};

use sea_orm::DeriveValueType;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::UnknownWord;

words! {
    /// A command of the register, as change records and idempotency keys name it.
    Command {
        /// A person was nominated.
        Nominate = "NOMINATE",
        /// The nominee accepted or declined.
        RespondToNomination = "RESPOND_TO_NOMINATION",
        /// A line or senior manager decided, or asked a question.
        DecideNomination = "DECIDE_NOMINATION",
        /// A manager's question was answered.
        AnswerNomination = "ANSWER_NOMINATION",
        /// The nominee or the nominator took a nomination back.
        WithdrawNomination = "WITHDRAW_NOMINATION",
        /// A manager's approval was renewed.
        RenewApproval = "RENEW_APPROVAL",
        /// A manager's approval was withdrawn.
        WithdrawApproval = "WITHDRAW_APPROVAL",
        /// A share, protected hours or the end of an allocation were lowered.
        ChangeAllocation = "CHANGE_ALLOCATION",
        /// A Peer Supporter paused the role.
        Pause = "PAUSE",
        /// A pause ended.
        Resume = "RESUME",
        /// A person gave a role up.
        StandDown = "STAND_DOWN",
        /// A Peer Supporter's entry in the directory was set.
        SetDirectoryEntry = "SET_DIRECTORY_ENTRY",
        /// An information pack or agreement was published.
        PublishDocument = "PUBLISH_DOCUMENT",
        /// A person confirmed that they read a document.
        AcknowledgeDocument = "ACKNOWLEDGE_DOCUMENT",
        /// A Peer Supporter signed the agreement.
        SignAgreement = "SIGN_AGREEMENT",
        /// A version of the competence framework was published.
        PublishFramework = "PUBLISH_FRAMEWORK",
        /// A person was assessed against the competence framework.
        RecordAssessment = "RECORD_ASSESSMENT",
        /// A policy was published.
        PublishPolicy = "PUBLISH_POLICY",
        /// A unit was exempted.
        ExemptUnit = "EXEMPT_UNIT",
        /// A person was appointed.
        Appoint = "APPOINT",
        /// An appointment was ended.
        EndAppointment = "END_APPOINTMENT",
        /// A delegate was named.
        Delegate = "DELEGATE",
        /// An acting line manager was appointed.
        AppointActingLineManager = "APPOINT_ACTING_LINE_MANAGER",
        /// Allocations were carried over to another unit.
        CarryOver = "CARRY_OVER",
        /// Two numbers were recorded as one person, or no longer.
        LinkPeople = "LINK_PEOPLE",
        /// A difference between file and register was settled.
        SettleDifference = "SETTLE_DIFFERENCE",
        /// A person disputed a step that was recorded from paper.
        DisputeRecord = "DISPUTE_RECORD",
        /// A dispute about a step recorded from paper was settled.
        SettleRecord = "SETTLE_RECORD",
        /// A change was undone.
        Undo = "UNDO",
    }

    /// The kind of an object that has a history.
    ObjectKind {
        /// A person.
        Person = "PERSON",
        /// An allocation.
        Allocation = "ALLOCATION",
        /// A nomination.
        Nomination = "NOMINATION",
        /// A unit.
        Unit = "UNIT",
        /// The policies of a unit.
        Policy = "POLICY",
        /// A version of the information pack or of the agreement.
        Document = "DOCUMENT",
        /// A version of the competence framework.
        Framework = "FRAMEWORK",
    }
}
