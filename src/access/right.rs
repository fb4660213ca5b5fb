//! The one table of rights. Every answer, export and change checks it first; docs/access.md prints it.

use entity::value::AccessRole;

/// How far a right of a role reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Not at all.
    Nothing,
    /// Everything about the viewer.
    Themselves,
    /// People whose named line manager the viewer is today.
    TheirPeople,
    /// Units in which the viewer is the named line manager of a person with a counting post today; not the units below them.
    UnitsOfTheirPeople,
    /// Teams to which the viewer is allocated as a Peer Supporter today.
    TheirTeams,
    /// Units that the viewer is responsible for today, by appointment or as a delegate, and all units below them.
    TheirUnits,
    /// Units that the API token was given, and all units below them.
    GivenUnits,
    /// The same, if the API token may see names.
    GivenUnitsIfNamed,
    /// Everything, if the API token was made with `--explore`.
    IfExploring,
    /// Everything.
    Everything,
}

impl Reach {
    /// The reach as the table prints it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Nothing => "–",
            Self::Themselves => "themselves",
            Self::TheirPeople => "their people",
            Self::UnitsOfTheirPeople => "units of their people",
            Self::TheirTeams => "their teams",
            Self::TheirUnits => "their units",
            Self::GivenUnits => "given units",
            Self::GivenUnitsIfNamed => "given units, with names",
            Self::IfExploring => "if made with --explore",
            Self::Everything => "everything",
        }
    }
}

// The fragments are `tt`: a derive does not look into the group that `literal` would put around each.
macro_rules! rights {
    ($($(#[doc = $doc:tt])+ $name:ident = $code:tt { $($role:ident => $reach:ident,)* })+) => {
        /// Something that a viewer may see or do.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, async_graphql::Enum)]
        pub enum Right { $($(#[doc = $doc])+ #[graphql(name = $code)] $name,)+ }

        impl Right {
            /// Every right, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The right's name in the table and in log lines.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => stringify!($name),)+ }
            }

            /// The right's stable code in the API.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)+ }
            }

            /// What the right allows, in words.
            #[must_use]
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$name => concat!($($doc),+),)+ }
            }

            /// How far the right reaches for a role: nowhere if the right does not name the role.
            #[must_use]
            pub const fn reach(self, role: AccessRole) -> Reach {
                match (self, role) {
                    $($((Self::$name, AccessRole::$role) => Reach::$reach,)*)+
                    _ => Reach::Nothing,
                }
            }
        }
    };
}

// Everyone on file is STAFF, whatever else they are; each role lists only what it adds.
rights! {
    /// See which teams there are and who their Peer Supporters, Champions and managers are.
    Directory = "DIRECTORY" {
        Admin => Everything,
        Coordinator => Everything,
        Staff => Everything,
        Auditor => Everything,
    }
    /// See the figures of units and teams: counts, statuses, gaps, policies, past weeks.
    Figures = "FIGURES" {
        Admin => Everything,
        Coordinator => Everything,
        SeniorManager => TheirUnits,
        LineManager => UnitsOfTheirPeople,
        Supporter => TheirTeams,
        Dashboard => GivenUnits,
        Auditor => Everything,
    }
    /// See how many people of a unit or team have completed Level 1; everyone else who sees its figures sees a band.
    Level1Counts = "LEVEL1_COUNTS" {
        Admin => Everything,
        Coordinator => Everything,
        SeniorManager => TheirUnits,
        LineManager => UnitsOfTheirPeople,
        Dashboard => GivenUnits,
        Auditor => Everything,
    }
    /// Try another policy.
    WhatIf = "WHAT_IF" {
        Admin => Everything,
        Coordinator => Everything,
        SeniorManager => TheirUnits,
        Auditor => Everything,
    }
    /// Try another limit of days away, to require the agreement, or another mix: these depend on absences, signatures and posts,
    /// which no Peer Supporter's record shows.
    WhatIfUnrecorded = "WHAT_IF_UNRECORDED" {
        Admin => Everything,
        Coordinator => Everything,
    }
    /// See the numbers of allocations that do not count, by reason, even if they are below the limit under which they are
    /// hidden.
    SmallNumbers = "SMALL_NUMBERS" {
        Admin => Everything,
        Coordinator => Everything,
    }
    /// See a Peer Supporter's record: counting status and reasons, approvals, protected time, pauses.
    SupporterRecords = "SUPPORTER_RECORDS" {
        Admin => Everything,
        Coordinator => Everything,
        SeniorManager => TheirUnits,
        LineManager => TheirPeople,
        Supporter => Themselves,
        Dashboard => GivenUnitsIfNamed,
        Auditor => Everything,
    }
    /// See a person: name, job title, employer.
    People = "PEOPLE" {
        Admin => Everything,
        Coordinator => Everything,
        SeniorManager => TheirUnits,
        LineManager => TheirPeople,
        Staff => Themselves,
        Dashboard => GivenUnitsIfNamed,
        Auditor => Everything,
    }
    /// See the training modules.
    Courses = "COURSES" {
        Admin => Everything,
        Coordinator => Everything,
        Staff => Everything,
        Dashboard => Everything,
        Auditor => Everything,
    }
    /// Read the information pack, the agreement and the competence framework.
    Documents = "DOCUMENTS" {
        Admin => Everything,
        Coordinator => Everything,
        Staff => Everything,
        Dashboard => Everything,
        Auditor => Everything,
    }
    /// See the weekly gap reports: which gaps are new, worse, better, closed.
    Reports = "REPORTS" {
        Admin => Everything,
        Coordinator => Everything,
        SeniorManager => TheirUnits,
        Dashboard => GivenUnits,
        Auditor => Everything,
    }
    /// Read mails as they were sent, and their outcome.
    Mails = "MAILS" {
        Admin => Everything,
        Coordinator => Everything,
        SeniorManager => Themselves,
        Auditor => Everything,
    }
    /// Choose what a person's weekly report leaves out, who gets a copy of it and whether a midweek report follows; people
    /// only, never a token.
    ReportSettings = "REPORT_SETTINGS" {
        Admin => Everything,
        Coordinator => Everything,
        SeniorManager => Themselves,
    }
    /// See the runs of the jobs and the imports of files.
    Runs = "RUNS" {
        Admin => Everything,
        Coordinator => Everything,
        Auditor => Everything,
    }
    /// See the rows that an import rejected, with their values.
    RejectedRows = "REJECTED_ROWS" {
        Admin => Everything,
    }
    /// Request a run of a job.
    RequestRuns = "REQUEST_RUNS" {
        Admin => Everything,
        Coordinator => Everything,
    }
    /// Make and revoke API tokens and grants of roles, and end the sessions of others; people only, never a token.
    ManageAccess = "MANAGE_ACCESS" {
        Admin => Everything,
    }
    /// Get all data held on a person, and find people by employee number or work address.
    SubjectAccess = "SUBJECT_ACCESS" {
        Admin => Everything,
        Staff => Themselves,
    }
    /// Link or unlink the numbers of one person.
    LinkPeople = "LINK_PEOPLE" {
        Admin => Everything,
        Coordinator => Everything,
    }
    /// See nominations: one's own and those that one made; approvers see those that they may decide on, once the nominee has
    /// accepted; people only, never a token.
    Nominations = "NOMINATIONS" {
        Coordinator => Everything,
        SeniorManager => TheirUnits,
        LineManager => TheirPeople,
        Staff => Themselves,
    }
    /// Take the steps of a coordinator in the register: nominate, pause, appoint, exempt, publish a policy, undo, record steps
    /// from paper, settle disputes and what files say differently; people only, never a token.
    Register = "REGISTER" {
        Coordinator => Everything,
    }
    /// Record assessments of others against the competence framework, for a Trainer only while active; people only, never a
    /// token.
    Assess = "ASSESS" {
        Coordinator => Everything,
        Trainer => Everything,
    }
    /// See who changed what in the register and when, about the people, roles, nominations, units and policies that one may see;
    /// people only, never a token.
    History = "HISTORY" {
        Admin => Everything,
        Coordinator => Everything,
        SeniorManager => TheirUnits,
        LineManager => TheirPeople,
        Supporter => TheirTeams,
        Staff => Themselves,
        Auditor => Everything,
    }
    /// Erase a person's name and contact details; people only, never a token.
    Erase = "ERASE" {
        Admin => Everything,
    }
    /// Read the audit log.
    AuditLog = "AUDIT_LOG" {
        Auditor => Everything,
    }
    /// Explore: the playground, introspection, suggestions, and queries that are not listed where only listed ones are allowed.
    Explore = "EXPLORE" {
        Admin => Everything,
        Coordinator => Everything,
        Dashboard => IfExploring,
        Auditor => Everything,
    }
}

impl Right {
    /// Whether only people who have signed in can have it, and no API token, whatever its role: what cannot be undone, and what
    /// would outlive a stolen token.
    #[must_use]
    pub const fn is_for_people_only(self) -> bool {
        matches!(
            self,
            Self::ManageAccess
                | Self::Erase
                | Self::ReportSettings
                | Self::Nominations
                | Self::Register
                | Self::History
                | Self::Assess
        )
    }
}

/// The table as Markdown, for docs/access.md.
#[must_use]
pub fn rights_markdown() -> String {
    let mut table = "| |".to_owned();
    for role in AccessRole::ALL {
        table += &format!(" {role} |");
    }
    table += "\n|---|";
    table += &"---|".repeat(AccessRole::ALL.len());
    table.push('\n');
    for right in Right::ALL {
        table += &format!("|{} |", right.meaning().trim_end_matches('.'));
        for role in AccessRole::ALL {
            table += &format!(" {} |", right.reach(*role).as_str());
        }
        table.push('\n');
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_without_names_sees_no_people() {
        for right in [Right::People, Right::SupporterRecords, Right::Mails, Right::SubjectAccess, Right::Erase] {
            let reach = right.reach(AccessRole::Dashboard);
            assert!(matches!(reach, Reach::Nothing | Reach::GivenUnitsIfNamed), "{right:?}");
        }
    }

    #[test]
    fn unrecorded_what_if_needs_every_record() {
        for role in AccessRole::ALL {
            match Right::WhatIfUnrecorded.reach(*role) {
                Reach::Nothing => {}
                reach => {
                    assert_eq!((reach, Right::SupporterRecords.reach(*role)), (Reach::Everything, reach), "{role}")
                }
            }
        }
    }

    #[test]
    fn all_but_supporters_see_level_1_counts() {
        for role in AccessRole::ALL.iter().filter(|role| **role != AccessRole::Supporter) {
            assert_eq!(Right::Level1Counts.reach(*role), Right::Figures.reach(*role), "{role}");
        }
        assert_eq!(Right::Level1Counts.reach(AccessRole::Supporter), Reach::Nothing);
    }

    #[test]
    fn codes_are_names_in_api_spelling() {
        for right in Right::ALL {
            let mut code = String::new();
            for letter in right.as_str().chars() {
                if letter.is_ascii_uppercase() && !code.is_empty() {
                    code.push('_');
                }
                code.push(letter.to_ascii_uppercase());
            }
            assert_eq!(right.code(), code);
        }
    }

    #[test]
    fn only_admins_manage_access_and_auditors_read_log() {
        for role in AccessRole::ALL {
            let reach = |right: Right| right.reach(*role) == Reach::Everything;
            assert_eq!(reach(Right::ManageAccess), *role == AccessRole::Admin, "{role}");
            assert_eq!(reach(Right::Erase), *role == AccessRole::Admin, "{role}");
            assert_eq!(reach(Right::AuditLog), *role == AccessRole::Auditor, "{role}");
        }
    }
}
