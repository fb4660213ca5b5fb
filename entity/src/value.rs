//! Parsed values: small closed sets, stored in the tables as words that people can read.

use std::{fmt, str::FromStr};

use sea_orm::DeriveValueType;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::period::{Day, IsoWeek};

/// A word is not in a closed set. The message lists the allowed words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{word:.60}' is not one of {allowed}")]
pub struct UnknownWord {
    /// The given word.
    pub word: String,
    /// The allowed words, separated by commas.
    pub allowed: String,
}

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal,)+ })+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, DeriveValueType)]
        #[sea_orm(value_type = "String")]
        pub enum $name { $($(#[$vdoc])* $variant,)+ }

        impl $name {
            /// Every value, in the order of declaration.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// Returns the word as stored and exported.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        /// Writes the stored word.
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        /// Reads exactly the stored word.
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
            }
        }

        /// Parses exactly the stored word.
        impl FromStr for $name {
            type Err = UnknownWord;

            fn from_str(word: &str) -> Result<Self, Self::Err> {
                Self::ALL.iter().copied().find(|value| value.as_str() == word).ok_or_else(|| UnknownWord {
                    word: word.to_owned(),
                    allowed: Self::ALL.iter().map(|value| value.as_str()).collect::<Vec<_>>().join(", "),
                })
            }
        }
    )+};
}

// After the macro, which they use.
pub mod command;
pub mod register;

words! {
    /// Groups of reasons why an allocation does not count: a single reason would nearly always be about one person.
    StandingGroup {
        /// It counts.
        Counts = "COUNTS",
        /// Absent for long, or paused. Shown as one group, because either may be due to illness.
        NotAvailable = "NOT_AVAILABLE",
        /// Level 1 or Level 2 is missing, or the certificate has expired.
        Training = "TRAINING",
        /// The sign-off, an approval or the signed agreement is missing or has lapsed.
        Approval = "APPROVAL",
        /// No protected time is recorded.
        ProtectedTime = "PROTECTED_TIME",
        /// The person has left, is the line manager of most of the team, or its only member.
        Other = "OTHER",
    }
}

words! {
    /// Why a team's status is UNKNOWN (COVERAGE.md section 5), in the order in which the reason is chosen.
    UnknownBecause {
        /// No policy is in force.
        NoPolicy = "NO_POLICY",
        /// Rows of the team were rejected, and if they are people it might not be covered.
        RowsNotRead = "ROWS_NOT_READ",
        /// The staff lists that the status is based on are older than the policy allows.
        DataStale = "DATA_STALE",
    }

    /// How a policy treats approvals whose approver did not hold the office on that day (COVERAGE.md section 4).
    ApproverOffice {
        /// They count, and the team shows how many of its people depend on one.
        Shown = "SHOWN",
        /// They do not count.
        Required = "REQUIRED",
    }

    /// The capacity in which a manager approves an allocation.
    ApproverCapacity {
        /// As line manager.
        Line = "LINE",
        /// As senior manager.
        Senior = "SENIOR",
    }

    /// The status of a team (COVERAGE.md section 5), in the order in which the rules are applied.
    Status {
        /// No one works there, and a Peer Supporter is allocated there.
        NotApplicable = "NOT_APPLICABLE",
        /// A dated exemption of the unit itself is valid.
        Exempt = "EXEMPT",
        /// It is not known whether the team is covered: see [`UnknownBecause`].
        Unknown = "UNKNOWN",
        /// No active allocation at all.
        None = "NONE",
        /// The people test or the capacity test fails.
        Partial = "PARTIAL",
        /// A MUST mix rule fails.
        MixGap = "MIX_GAP",
        /// Covered today, but not on some day within the horizon.
        AtRisk = "AT_RISK",
        /// Covered.
        Covered = "COVERED",
    }

    /// Why an allocation does not count (COVERAGE.md section 4), in the order in which the headline is chosen.
    Reason {
        /// The person has no counting post.
        Left = "LEFT",
        /// The person works elsewhere, and the allocation is not marked as cover from outside.
        NotInTeam = "NOT_IN_TEAM",
        /// The role's validity has ended.
        StoodDown = "STOOD_DOWN",
        /// A pause of the role is valid on the day.
        Paused = "PAUSED",
        /// The day lies in an absence that is longer than the policy allows.
        Away = "AWAY",
        /// No Level 1 completion on file.
        Level1Missing = "LEVEL1_MISSING",
        /// No Level 2 pass on file.
        Level2Missing = "LEVEL2_MISSING",
        /// The last Level 2 pass or refresher has expired.
        CertificateExpired = "CERTIFICATE_EXPIRED",
        /// No competence sign-off on file.
        NotSignedOff = "NOT_SIGNED_OFF",
        /// No line manager's approval is valid.
        LineApprovalMissing = "LINE_APPROVAL_MISSING",
        /// No senior manager's approval is valid.
        SeniorApprovalMissing = "SENIOR_APPROVAL_MISSING",
        /// The agreement in force is not signed, and the policy requires it.
        AgreementMissing = "AGREEMENT_MISSING",
        /// Protected hours are zero or not recorded.
        NoProtectedTime = "NO_PROTECTED_TIME",
        /// Line manager of more than half of the people.
        LineManager = "LINE_MANAGER",
        /// The role's validity has not begun.
        NotStarted = "NOT_STARTED",
        /// The only member of the team.
        SoleMember = "SOLE_MEMBER",
    }

    /// A role in the network.
    Role {
        /// Level 2: a Peer Supporter.
        PeerSupporter = "PEER_SUPPORTER",
        /// Level 3: a Trainer.
        Trainer = "TRAINER",
        /// A Wellbeing Champion.
        Champion = "WELLBEING_CHAMPION",
    }

    /// The level of a training module.
    Level {
        /// For every member of staff.
        One = "1",
        /// Makes a Peer Supporter.
        Two = "2",
        /// Refreshes a Level 2 certificate.
        TwoRefresher = "2R",
        /// Makes a Trainer.
        Three = "3",
        /// Refreshes a Level 3 certificate.
        ThreeRefresher = "3R",
    }

    /// How a person is responsible for a unit.
    AppointmentRole {
        /// Is responsible for the unit and receives its report.
        SeniorManager = "SENIOR_MANAGER",
        /// Coordinates the network; receives reports that have no other recipient.
        Coordinator = "COORDINATOR",
    }

    /// A role in this service. The table of what each role may see and do is in `psn::access`.
    AccessRole {
        /// Runs the service: data, access, erasure. Granted.
        Admin = "ADMIN",
        /// Coordinates the whole network. Appointed, or granted.
        Coordinator = "COORDINATOR",
        /// Holds a Trainer's role.
        Trainer = "TRAINER",
        /// Is responsible for units, or deputises for the person who is. Appointed.
        SeniorManager = "SENIOR_MANAGER",
        /// The named line manager of posts.
        LineManager = "LINE_MANAGER",
        /// Holds an allocation as a Peer Supporter.
        Supporter = "SUPPORTER",
        /// A person on file.
        Staff = "STAFF",
        /// A front end with an API token.
        Dashboard = "DASHBOARD",
        /// Reads everything, and the audit log. Granted.
        Auditor = "AUDITOR",
    }

    /// The result of an import.
    ImportState {
        /// Every accepted row was written.
        Applied = "APPLIED",
        /// Nothing was written.
        Refused = "REFUSED",
        /// Every accepted row was written, and the import was undone later.
        Undone = "UNDONE",
    }

    /// The state of a job's run for a period.
    RunState {
        /// Requested; the worker has not begun.
        Requested = "REQUESTED",
        /// A worker holds its lease.
        Running = "RUNNING",
        /// It failed and will be retried after its back-off.
        Retrying = "RETRYING",
        /// It is done for this period.
        Done = "DONE",
        /// It failed permanently.
        Failed = "FAILED",
    }

    /// Why a person was erased: the grounds of the UK GDPR, article 17, that apply here, and the end of the retention
    /// period.
    ErasureReason {
        /// The person requested it or objected, and there is no overriding reason to refuse.
        Requested = "REQUESTED",
        /// The data is no longer needed for the purpose for which it was collected.
        NotNeeded = "NOT_NEEDED",
        /// The data should never have been held.
        Unlawful = "UNLAWFUL",
        /// A court or the regulator requires it.
        LegalDuty = "LEGAL_DUTY",
        /// The person left so long ago that the retention period has ended.
        Retention = "RETENTION",
    }

    /// The kind of a week's report.
    ReportKind {
        /// The gap report of the week's Monday, to everyone who is responsible for a unit.
        Weekly = "WEEKLY",
        /// What became worse since then, as of the week's Thursday, to recipients who chose to receive it.
        Midweek = "MIDWEEK",
    }

    /// The kind of a mail of a gap report.
    DeliveryKind {
        /// The report itself, to a person who is responsible for its units.
        Report = "REPORT",
        /// A copy of a report, to a colleague named by its recipient.
        Copy = "COPY",
        /// A summary of the run, for a coordinator.
        RunSummary = "RUN_SUMMARY",
        /// A mail of the register, which belongs to no report.
        Register = "REGISTER",
    }

    /// A section of the weekly report that its recipient can leave out. Tasks, new and worse gaps, and what a reader
    /// must know before any figure are always included.
    ReportSection {
        /// Gaps that became smaller.
        Better = "BETTER",
        /// Gaps that closed.
        Closed = "CLOSED",
        /// The largest of the other gaps.
        OtherGaps = "OTHER_GAPS",
        /// One line per unit.
        ByUnit = "BY_UNIT",
        /// Wellbeing Champions, Level 1 and Trainers.
        Layers = "LAYERS",
        /// Further facts.
        Facts = "FACTS",
    }

    /// The state of a mail.
    DeliveryState {
        /// Waiting for its first attempt.
        Pending = "PENDING",
        /// An attempt failed; another follows.
        Retrying = "RETRYING",
        /// The mail server has accepted it.
        Sent = "SENT",
        /// The mail server refused it permanently, or every attempt failed.
        Refused = "REFUSED",
        /// It has no recipient.
        Unaddressed = "UNADDRESSED",
    }

    /// An action in the audit log.
    Action {
        /// A user signed in.
        SignIn = "SIGN_IN",
        /// A sign-in was refused.
        SignInRefused = "SIGN_IN_REFUSED",
        /// A user signed out.
        SignOut = "SIGN_OUT",
        /// A session was ended by another person than its holder.
        SessionRevoked = "SESSION_REVOKED",
        /// An API token was created.
        TokenMade = "TOKEN_MADE",
        /// An API token was revoked.
        TokenRevoked = "TOKEN_REVOKED",
        /// A role was granted.
        RoleGranted = "ROLE_GRANTED",
        /// A granted role was withdrawn.
        RoleWithdrawn = "ROLE_WITHDRAWN",
        /// A run of a job was requested.
        RunRequested = "RUN_REQUESTED",
        /// A refused mail was requested to be sent again.
        ResendRequested = "RESEND_REQUESTED",
        /// An import of files was written.
        ImportApplied = "IMPORT_APPLIED",
        /// An import of files was refused, and nothing was written.
        ImportRefused = "IMPORT_REFUSED",
        /// The last import was undone.
        ImportUndone = "IMPORT_UNDONE",
        /// `psn demo` imported its board; the database belongs to a demonstration from then on.
        DemonstrationMade = "DEMONSTRATION_MADE",
        /// A day's coverage was exported.
        CoverageExported = "COVERAGE_EXPORTED",
        /// All data about a person was exported.
        SubjectExported = "SUBJECT_EXPORTED",
        /// Two numbers were recorded as one person.
        PeopleLinked = "PEOPLE_LINKED",
        /// The link between two numbers was removed.
        PeopleUnlinked = "PEOPLE_UNLINKED",
        /// A person's name and contact were erased.
        PersonErased = "PERSON_ERASED",
        /// Data was removed after its retention period.
        RetentionRun = "RETENTION_RUN",
        /// Mails of a gap report were read.
        ReportRead = "REPORT_READ",
        /// The settings of a person's weekly report were changed.
        ReportPreferencesSet = "REPORT_PREFERENCES_SET",
        /// A command of the register was carried out.
        RegisterChanged = "REGISTER_CHANGED",
        /// A mail of a gap report was accepted by the mail server.
        ReportSent = "REPORT_SENT",
        /// A mail of the register was accepted by the mail server.
        RegisterMailSent = "REGISTER_MAIL_SENT",
    }
}

impl DeliveryState {
    /// The states in which an attempt to send the mail is still to come.
    pub const WAITING: [Self; 2] = [Self::Pending, Self::Retrying];
}

impl ReportKind {
    /// Returns the day of the week whose coverage the report shows.
    #[must_use]
    pub fn day(self, week: IsoWeek) -> Day {
        match self {
            Self::Weekly => week.monday(),
            Self::Midweek => week.monday().plus_days(3),
        }
    }
}
