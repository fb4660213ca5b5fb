//! The words of the register: nominations, their checklist and their approvals (what people decide in this service).

use std::{fmt, str::FromStr};

use sea_orm::DeriveValueType;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::UnknownWord;

words! {
    /// An item of the checklist of a nomination.
    ChecklistCode {
        /// In post in the team, or cover from outside the team is agreed.
        InPost = "IN_POST",
        /// Not the line manager of more than half of the team.
        NotLineManagerOfMost = "NOT_LINE_MANAGER_OF_MOST",
        /// Does not have this role for the team already.
        NotAllocated = "NOT_ALLOCATED",
        /// The shares of the person add up to at most 100 percent on every day.
        Shares = "SHARES",
        /// Level 1 is completed.
        Level1 = "LEVEL_1",
        /// Long enough in post.
        MonthsInPost = "MONTHS_IN_POST",
        /// Not of the highest band in the team, unless many there have it.
        Grade = "GRADE",
        /// Counts as Peer Supporter of some team.
        ActivePeerSupporter = "ACTIVE_PEER_SUPPORTER",
        /// Has counted as Peer Supporter for long enough.
        MonthsActive = "MONTHS_ACTIVE",
        /// Has supervised or trained others. It is stated by people.
        HasTaught = "HAS_TAUGHT",
    }

    /// The result of an item of a checklist.
    ChecklistResult {
        /// Met.
        Met = "MET",
        /// Not met.
        NotMet = "NOT_MET",
        /// The facts on file do not decide it.
        NotKnown = "NOT_KNOWN",
    }

    /// How a nomination ended. A lapsed nomination is never stored as ended: lapsing is derived from days.
    NominationEnd {
        /// The nominee accepted and every approver approved.
        Approved = "APPROVED",
        /// The nominee declined.
        DeclinedByNominee = "DECLINED_BY_NOMINEE",
        /// An approver declined.
        DeclinedByApprover = "DECLINED_BY_APPROVER",
        /// The nominee or the nominator withdrew it.
        Withdrawn = "WITHDRAWN",
    }

    /// The state of a nomination on a day, derived and never stored.
    NominationState {
        /// The nominee has not accepted yet.
        AwaitingNominee = "AWAITING_NOMINEE",
        /// At least one approver has not decided yet.
        AwaitingApproval = "AWAITING_APPROVAL",
        /// An approver has a question that is not answered.
        Question = "QUESTION",
        /// A hard item of the checklist fails, so that the nomination cannot be completed.
        Blocked = "BLOCKED",
        /// An approval is missing, and no person may give it.
        NoApprover = "NO_APPROVER",
        /// Approved.
        Approved = "APPROVED",
        /// Declined, by the nominee or by an approver.
        Declined = "DECLINED",
        /// Withdrawn.
        Withdrawn = "WITHDRAWN",
        /// It was open for too long, its unit has closed, or the nominee has had no post.
        Lapsed = "LAPSED",
    }

    /// A decision of an approver.
    DecisionKind {
        /// Approves, with protected hours.
        Accept = "ACCEPT",
        /// Declines, with a reason.
        Decline = "DECLINE",
        /// Asks a question, which the nominee answers.
        Ask = "ASK",
    }

    /// Why an approver declined. Only the nominee and the coordinators see it.
    DeclineReason {
        /// The nominee has no time for the role now.
        Time = "TIME",
        /// The nominee's grade.
        Grade = "GRADE",
        /// More experience is needed first.
        Experience = "EXPERIENCE",
        /// The team needs something else now.
        TeamNeeds = "TEAM_NEEDS",
        /// The nominee's job is changing.
        RoleChanged = "ROLE_CHANGED",
        /// To be explained in a conversation.
        TalkToMe = "TALK_TO_ME",
    }

    /// Why a person may not decide on a nomination.
    CannotDecide {
        /// It is the person's own nomination, or that of the person in whose place they would decide.
        OwnCase = "OWN_CASE",
        /// One of the two persons takes part in the other approval of the nomination.
        BothApprovals = "BOTH_APPROVALS",
        /// The person is no approver in this capacity.
        NotApprover = "NOT_APPROVER",
        /// Coverage would not count the approval.
        WouldNotCount = "WOULD_NOT_COUNT",
    }

    /// The kind of a document that the network publishes.
    DocumentKind {
        /// What a nominee reads before accepting.
        InformationPack = "INFORMATION_PACK",
        /// What a Peer Supporter signs.
        Agreement = "AGREEMENT",
    }

    /// By what a row of a file would take a person out of the count, wholly or in part.
    DifferenceKind {
        /// The role ends earlier.
        Ends = "ENDS",
        /// The role begins later.
        BeginsLater = "BEGINS_LATER",
        /// The role is paused.
        Paused = "PAUSED",
        /// The share is lower.
        LowerShare = "LOWER_SHARE",
        /// The file names another unit, and no longer this one.
        OtherUnit = "OTHER_UNIT",
    }

    /// How a difference between a file and the register was settled.
    DifferenceOutcome {
        /// The register is right.
        RegisterHolds = "REGISTER_HOLDS",
        /// The file is right, and the register was changed.
        FileHolds = "FILE_HOLDS",
        /// A later file no longer differs.
        FileAgrees = "FILE_AGREES",
    }

    /// What kind of fact about a unit is kept in the register.
    KeptKind {
        /// The appointments of a person to a role for the unit.
        Appointment = "APPOINTMENT",
        /// A policy of the unit from a day on.
        Policy = "POLICY",
        /// The exemptions of the unit.
        Exemption = "EXEMPTION",
    }

    /// What a person is who stands in for a line manager.
    DelegationKind {
        /// The delegate of a line manager.
        Delegate = "DELEGATE",
        /// The acting line manager of a person whose posts name none.
        Acting = "ACTING",
    }

    /// Why a coordinator undid a change.
    UndoReason {
        /// Another person was meant.
        WrongPerson = "WRONG_PERSON",
        /// Another unit was meant.
        WrongUnit = "WRONG_UNIT",
        /// Another day was meant.
        WrongDay = "WRONG_DAY",
        /// Another value was meant, for example of a share.
        WrongValue = "WRONG_VALUE",
        /// It was entered twice.
        EnteredTwice = "ENTERED_TWICE",
        /// It was not agreed.
        NotAgreed = "NOT_AGREED",
        /// Another reason.
        Other = "OTHER",
    }

    /// A step that a coordinator recorded from paper.
    PaperStep {
        /// The person nominated someone, or put themselves forward.
        Nomination = "NOMINATION",
        /// The nominee accepted.
        Acceptance = "ACCEPTANCE",
        /// The nominee declined.
        Decline = "DECLINE",
        /// A line or senior manager accepted or declined a nomination.
        Decision = "DECISION",
        /// A line or senior manager renewed an approval.
        Renewal = "RENEWAL",
    }

    /// How a dispute about a step recorded from paper was settled.
    PaperOutcome {
        /// The person took the step: it counts again.
        Stands = "STANDS",
        /// The person did not take the step: it never counts.
        Wrong = "WRONG",
    }
}
