//! The ten files and their columns, as in IMPORT.md, "Columns".

use std::fmt;

/// One of the ten files, in import order: a file refers only to files before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FileKind {
    /// The tree of units; a full list.
    Units,
    /// Posts and the people who hold them; a full list.
    Staff,
    /// Numbers that belong to one person.
    Links,
    /// Training modules.
    Courses,
    /// Course records.
    Training,
    /// Allocations of roles in the network.
    Supporters,
    /// Days away.
    Unavailability,
    /// Senior managers and coordinators of units.
    Managers,
    /// Coverage policies.
    Policies,
    /// Dated exemptions.
    Exemptions,
}

impl FileKind {
    /// All files in import order.
    pub const ALL: [Self; 10] = [
        Self::Units,
        Self::Staff,
        Self::Links,
        Self::Courses,
        Self::Training,
        Self::Supporters,
        Self::Unavailability,
        Self::Managers,
        Self::Policies,
        Self::Exemptions,
    ];

    /// Returns its name in a mapping file and on the command line: `staff`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Units => "units",
            Self::Staff => "staff",
            Self::Links => "links",
            Self::Courses => "courses",
            Self::Training => "training",
            Self::Supporters => "supporters",
            Self::Unavailability => "unavailability",
            Self::Managers => "managers",
            Self::Policies => "policies",
            Self::Exemptions => "exemptions",
        }
    }

    /// Returns its name in a folder: `staff.csv`.
    #[must_use]
    pub fn file_name(self) -> String {
        format!("{}.csv", self.as_str())
    }

    /// Returns its columns, in the order of IMPORT.md.
    pub(super) const fn columns(self) -> &'static [Spec] {
        match self {
            Self::Units => UnitColumn::SPECS,
            Self::Staff => StaffColumn::SPECS,
            Self::Links => LinkColumn::SPECS,
            Self::Courses => CourseColumn::SPECS,
            Self::Training => TrainingColumn::SPECS,
            Self::Supporters => SupporterColumn::SPECS,
            Self::Unavailability => UnavailabilityColumn::SPECS,
            Self::Managers => ManagerColumn::SPECS,
            Self::Policies => PolicyColumn::SPECS,
            Self::Exemptions => ExemptionColumn::SPECS,
        }
    }
}

impl fmt::Display for FileKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A column: psn's header, and whether a file without it is refused.
pub(super) struct Spec {
    pub(super) header: &'static str,
    pub(super) required: bool,
}

/// A column of one file.
pub(super) trait Column: Copy {
    /// Returns its position in [`FileKind::columns`].
    fn at(self) -> usize;
    /// Returns psn's header.
    fn header(self) -> &'static str;
}

/// The columns that a file has. Values without a column stay as they are on file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ColumnSet(pub(super) u32);

impl ColumnSet {
    pub(super) fn contains(self, column: impl Column) -> bool {
        self.0 >> column.at() & 1 == 1
    }

    /// Returns the value of the file if it has `column`, otherwise the value on file.
    pub(super) fn given_or<T>(self, column: impl Column, said: T, on_file: T) -> T {
        if self.contains(column) { said } else { on_file }
    }
}

macro_rules! layouts {
    ($($(#[$doc:meta])* $name:ident { $($column:ident = $header:literal $need:ident,)+ })+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub(super) enum $name { $($column,)+ }

        impl $name {
            pub(super) const SPECS: &'static [Spec] =
                &[$(Spec { header: $header, required: layouts!(@ $need) },)+];
        }

        impl Column for $name {
            fn at(self) -> usize {
                self as usize
            }

            fn header(self) -> &'static str {
                match self { $(Self::$column => $header,)+ }
            }
        }
    )+};
    (@ required) => { true };
    (@ optional) => { false };
}

layouts! {
    /// units.csv
    UnitColumn {
        Code = "Unit Code" required,
        Name = "Unit Name" required,
        Parent = "Parent Code" optional,
        ParentFrom = "Parent From" optional,
        Level = "Level" optional,
        Site = "Site" optional,
        CoverGroup = "Cover Group" optional,
        OpenFrom = "Open From" optional,
        ClosedOn = "Closed On" optional,
    }
    /// staff.csv
    StaffColumn {
        Employer = "Employer" required,
        Number = "Employee Number" required,
        Assignment = "Assignment Number" optional,
        FirstName = "First Name" optional,
        LastName = "Last Name" optional,
        WorkEmail = "Work Email" optional,
        JobTitle = "Job Title" optional,
        JobFamily = "Job Family" optional,
        Band = "Band" optional,
        Unit = "Unit Code" required,
        ManagerEmployer = "Line Manager Employer" optional,
        ManagerNumber = "Line Manager Employee Number" optional,
        Wte = "WTE" optional,
        ContractType = "Contract Type" optional,
        StartDate = "Start Date" optional,
        EndDate = "End Date" optional,
    }
    /// links.csv
    LinkColumn {
        Employer = "Employer" required,
        Number = "Employee Number" required,
        SameAsEmployer = "Same As Employer" required,
        SameAsNumber = "Same As Employee Number" required,
    }
    /// courses.csv
    CourseColumn {
        Code = "Course Code" required,
        Title = "Course Title" optional,
        Level = "Level" required,
        Platform = "Platform" optional,
        EmployerKind = "Employer Kind" optional,
    }
    /// training.csv
    #[expect(dead_code, reason = "titles, scores and systems are columns of the file, but are not stored")]
    TrainingColumn {
        Employer = "Employer" required,
        Number = "Employee Number" required,
        Course = "Course Code" required,
        CourseTitle = "Course Title" optional,
        Status = "Status" required,
        EnrolledOn = "Enrolled On" optional,
        CompletedOn = "Completed On" optional,
        ExpiresOn = "Expires On" optional,
        Score = "Score" optional,
        SourceSystem = "Source System" optional,
    }
    /// supporters.csv
    SupporterColumn {
        Employer = "Employer" required,
        Number = "Employee Number" required,
        Role = "Role" required,
        Unit = "Unit Code" required,
        Share = "Share" optional,
        From = "From" optional,
        Until = "Until" optional,
        LineApprovedOn = "Line Approved On" optional,
        LineApprover = "Line Approver" optional,
        SeniorApprovedOn = "Senior Approved On" optional,
        SeniorApprover = "Senior Approver" optional,
        ProtectedHours = "Protected Hours Per Month" optional,
        SignedOffOn = "Signed Off On" optional,
        PausedFrom = "Paused From" optional,
        PausedUntil = "Paused Until" optional,
        OutsideTeam = "Outside Team" optional,
    }
    /// unavailability.csv
    UnavailabilityColumn {
        Employer = "Employer" required,
        Number = "Employee Number" required,
        From = "From" required,
        Until = "Until" optional,
    }
    /// managers.csv
    ManagerColumn {
        Unit = "Unit Code" required,
        Employer = "Employer" required,
        Number = "Employee Number" required,
        Role = "Role" required,
        From = "From" optional,
        Until = "Until" optional,
        Delegate = "Delegate" optional,
        DelegateFrom = "Delegate From" optional,
        DelegateUntil = "Delegate Until" optional,
    }
    /// policies.csv
    PolicyColumn {
        Unit = "Unit Code" required,
        InForceFrom = "In Force From" required,
        StaffPerSupporter = "Staff Per Supporter" optional,
        MinSupporters = "Minimum Supporters" optional,
        CertificateMonths = "Certificate Months" optional,
        ApprovalMonths = "Approval Months" optional,
        AwayDays = "Away Days" optional,
        Level1Target = "Level 1 Target" optional,
        MinChampions = "Minimum Champions" optional,
        SupportersPerTrainer = "Supporters Per Trainer" optional,
        HorizonDays = "Horizon Days" optional,
        TrainerCertificateMonths = "Trainer Certificate Months" optional,
        TrainerLevel = "Trainer Level" optional,
        MinTrainers = "Minimum Trainers" optional,
        ApproverOffice = "Approver Office" optional,
        StaleDays = "Stale Days" optional,
        MustMix = "Must Mix" optional,
        ShouldMix = "Should Mix" optional,
    }
    /// exemptions.csv
    ExemptionColumn {
        Unit = "Unit Code" required,
        From = "From" required,
        Until = "Until" required,
        Reason = "Reason" required,
        AgreedBy = "Agreed By" optional,
    }
}

/// Returns a header in the form in which it is compared: without surrounding or repeated spaces, and without case.
pub(super) fn header_key(header: &str) -> String {
    header.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

/// Whether a column of this name holds data that psn does not want: identity numbers, birth, home, pay, reasons for
/// absence.
pub(super) fn not_asked_for(header: &str) -> bool {
    const PARTS: [&str; 15] = [
        "national insurance",
        "ni number",
        "ni no",
        "nino",
        "birth",
        "dob",
        "postcode",
        "post code",
        "salary",
        "pay",
        "bank account",
        "absence",
        "sickness",
        "sick ",
        "reason",
    ];
    let key = header_key(header);
    let address = key.contains("address") && !key.contains("mail");
    address || key == "ni" || PARTS.iter().any(|part| key.contains(part))
}

#[cfg(test)]
mod tests {
    use super::{FileKind, header_key, not_asked_for};

    #[test]
    fn unwanted_columns_are_recognised_by_name() {
        for header in ["NI Number", "Date of Birth", " dob ", "Home Address", "Postcode", "Basic Pay", "Absence Reason"]
        {
            assert!(not_asked_for(header), "{header}");
        }
        for header in ["E-mail Address", "Gender", "Cost Centre"] {
            assert!(!not_asked_for(header), "{header}");
        }
        let ours = FileKind::ALL.into_iter().flat_map(FileKind::columns).map(|column| column.header);
        assert_eq!(ours.filter(|header| not_asked_for(header)).collect::<Vec<_>>(), ["Reason"]);
    }

    #[test]
    fn headers_match_ignoring_case_and_spaces() {
        assert_eq!(header_key("\u{a0}Employee  NUMBER "), "employee number");
    }

    #[test]
    fn every_file_has_at_most_32_columns() {
        assert!(FileKind::ALL.into_iter().all(|kind| kind.columns().len() <= 32));
    }
}
