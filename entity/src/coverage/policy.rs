//! What a team must have (COVERAGE.md section 3). The defaults are this project's, not a health board's: no ratio,
//! refresher interval or supervision frequency is published. They are data, written into a policy when it is filed.

use std::ops::RangeInclusive;

use super::mix::Rule;
use crate::value::ApproverOffice;

/// The level of units in which Trainers are embedded by default.
const TRAINER_LEVEL: &str = "Service";

const PEOPLE: RangeInclusive<u32> = 1..=1_000_000;
const PEOPLE_OR_NONE: RangeInclusive<u32> = 0..=1_000_000;
const MONTHS: RangeInclusive<u32> = 1..=1_200;
const DAYS: RangeInclusive<u32> = 0..=3_660;
const PERCENT: RangeInclusive<u32> = 0..=100;

/// Lists the numbers of a policy once: the field, its default and its range.
macro_rules! policy_numbers {
    ($($(#[$doc:meta])* $variant:ident $field:ident = $default:literal in $range:expr,)+) => {
        /// The terms of a policy. `PolicyTerms::default()` is the defaults of COVERAGE.md section 3 (local policy).
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct PolicyTerms {
            $($(#[$doc])* pub $field: u32,)+
            /// The board's name for the level of units in which Trainers are embedded.
            pub trainer_level: String,
            /// How approvals by people who did not hold the office are treated.
            pub approver_office: ApproverOffice,
            /// Whether people count only if they have signed the agreement in force. Files do not set it.
            pub agreement_required: bool,
            /// Whether sign-offs against an earlier version of the competence framework end with the transition. Files do not
            /// set it.
            pub framework_transition_gates: bool,
            /// Mix rules, MUST before SHOULD.
            pub mix: Vec<Rule>,
        }

        impl Default for PolicyTerms {
            fn default() -> Self {
                Self {
                    $($field: $default,)+
                    trainer_level: TRAINER_LEVEL.to_owned(),
                    approver_office: ApproverOffice::Shown,
                    agreement_required: false,
                    framework_transition_gates: false,
                    mix: Vec::new(),
                }
            }
        }

        /// A number of a policy.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum PolicyNumber { $($(#[$doc])* $variant,)+ }

        impl PolicyNumber {
            /// Every number, in the order of the table in COVERAGE.md section 3.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// Returns its range, both ends included: the same wherever a policy is written.
            #[must_use]
            pub const fn range(self) -> RangeInclusive<u32> {
                match self { $(Self::$variant => $range,)+ }
            }

            /// Returns its default.
            #[must_use]
            pub const fn default_value(self) -> u32 {
                match self { $(Self::$variant => $default,)+ }
            }
        }

        impl PolicyTerms {
            /// Returns one of the numbers.
            #[must_use]
            pub const fn number(&self, which: PolicyNumber) -> u32 {
                match which { $(PolicyNumber::$variant => self.$field,)+ }
            }

            /// Sets one of the numbers, clamped to its range.
            pub fn set_number(&mut self, which: PolicyNumber, value: u32) {
                let range = which.range();
                let value = value.clamp(*range.start(), *range.end());
                match which { $(PolicyNumber::$variant => self.$field = value,)+ }
            }
        }
    };
}

policy_numbers! {
    /// One Peer Supporter is required for this many staff, or part of that number.
    StaffPerSupporter staff_per_supporter = 25 in PEOPLE,
    /// Minimum number of people who are Peer Supporters in a team of any size.
    MinSupporters min_supporters = 1 in PEOPLE,
    /// Months for which a Level 2 pass or refresher is valid.
    CertificateMonths certificate_months = 36 in MONTHS,
    /// Months for which a manager's approval is valid.
    ApprovalMonths approval_months = 24 in MONTHS,
    /// Longest absence, in days, during which a supporter still counts.
    AwayDays away_days = 28 in DAYS,
    /// Target percentage of staff with Level 1.
    Level1Target level1_target = 90 in PERCENT,
    /// Number of Wellbeing Champions that a team needs.
    MinChampions min_champions = 1 in PEOPLE_OR_NONE,
    /// One Trainer is required for this many active supporters, or part of that number.
    SupportersPerTrainer supporters_per_trainer = 20 in PEOPLE,
    /// Number of days that AT_RISK looks ahead.
    HorizonDays horizon_days = 60 in DAYS,
    /// Months for which a Level 3 pass or refresher is valid.
    TrainerCertificateMonths trainer_certificate_months = 36 in MONTHS,
    /// Number of Trainers embedded in each unit of the trainer level.
    MinTrainers min_trainers = 1 in PEOPLE_OR_NONE,
    /// Maximum age in days of a staff list that can show that a team is covered.
    StaleDays stale_days = 92 in DAYS,
}

/// Records of people that a policy uses to decide who counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Judged {
    /// Level 2 passes and refreshers of Peer Supporters.
    Certificates,
    /// Approvals of Peer Supporters.
    Approvals,
    /// Level 3 passes and refreshers of Trainers.
    TrainerCertificates,
    /// Signatures of the agreement, and the framework version of sign-offs.
    Signatures,
    /// Absences of Peer Supporters.
    Absences,
    /// Posts of Peer Supporters and of their teams: job family, band, site and employer.
    Posts,
}

impl PolicyNumber {
    /// Returns the records that the number judges. `None` if it only sets how many people are required, or dates.
    #[must_use]
    pub const fn judges(self) -> Option<Judged> {
        match self {
            Self::CertificateMonths => Some(Judged::Certificates),
            Self::ApprovalMonths => Some(Judged::Approvals),
            Self::TrainerCertificateMonths => Some(Judged::TrainerCertificates),
            Self::AwayDays => Some(Judged::Absences),
            Self::StaffPerSupporter
            | Self::MinSupporters
            | Self::Level1Target
            | Self::MinChampions
            | Self::SupportersPerTrainer
            // A later day can be queried directly.
            | Self::HorizonDays
            | Self::MinTrainers
            | Self::StaleDays => None,
        }
    }
}

/// Changes to try on a policy: what is set replaces the governing policy's value, the rest stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PolicyChange {
    /// Numbers that replace those of the policy, each clamped to its range.
    pub numbers: Vec<(PolicyNumber, u32)>,
    /// As in [`PolicyTerms`].
    pub trainer_level: Option<String>,
    /// As in [`PolicyTerms`].
    pub approver_office: Option<ApproverOffice>,
    /// As in [`PolicyTerms`].
    pub agreement_required: Option<bool>,
    /// As in [`PolicyTerms`].
    pub framework_transition_gates: Option<bool>,
    /// As in [`PolicyTerms`].
    pub mix: Option<Vec<Rule>>,
}

impl PolicyChange {
    /// Returns the change that makes any policy into this one.
    #[must_use]
    pub fn to(terms: &PolicyTerms) -> Self {
        Self {
            numbers: PolicyNumber::ALL.iter().map(|number| (*number, terms.number(*number))).collect(),
            trainer_level: Some(terms.trainer_level.clone()),
            approver_office: Some(terms.approver_office),
            agreement_required: Some(terms.agreement_required),
            framework_transition_gates: Some(terms.framework_transition_gates),
            mix: Some(terms.mix.clone()),
        }
    }

    /// Whether the change judges people by some of their records in a new way: its result for a team then reveals
    /// something about these records.
    #[must_use]
    pub fn judges(&self, records: Judged) -> bool {
        let Self { numbers, trainer_level: _, approver_office, agreement_required, framework_transition_gates, mix } =
            self;
        match records {
            Judged::Approvals if approver_office.is_some() => true,
            Judged::Signatures if agreement_required.is_some() || framework_transition_gates.is_some() => true,
            Judged::Posts if mix.is_some() => true,
            Judged::Approvals
            | Judged::Certificates
            | Judged::TrainerCertificates
            | Judged::Signatures
            | Judged::Absences
            | Judged::Posts => numbers.iter().any(|(number, _)| number.judges() == Some(records)),
        }
    }

    /// Returns the number that the change sets, if it sets it.
    pub(super) fn number(&self, which: PolicyNumber) -> Option<u32> {
        self.numbers.iter().rfind(|(number, _)| *number == which).map(|(_, value)| *value)
    }

    /// Returns a policy with the change.
    #[must_use]
    pub fn applied_to(&self, policy: &PolicyTerms) -> PolicyTerms {
        let Self { numbers, trainer_level, approver_office, agreement_required, framework_transition_gates, mix } =
            self;
        let mut terms = policy.clone();
        for (number, value) in numbers {
            terms.set_number(*number, *value);
        }
        terms.trainer_level = trainer_level.clone().unwrap_or(terms.trainer_level);
        terms.approver_office = approver_office.unwrap_or(terms.approver_office);
        terms.agreement_required = agreement_required.unwrap_or(terms.agreement_required);
        terms.framework_transition_gates = framework_transition_gates.unwrap_or(terms.framework_transition_gates);
        terms.mix = mix.clone().unwrap_or(terms.mix);
        terms
    }
}
