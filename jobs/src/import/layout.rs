//! The ten files and their columns: IMPORT.md section "Columns" as a table.

use std::fmt;

/// One of the ten files, in the order in which an import takes them: what a file refers to stands in an earlier one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FileKind {
    /// The tree of units; a full list.
    Units,
    /// Posts and who holds them; a full list.
    Staff,
    /// Numbers that are one person.
    Links,
    /// Training modules.
    Courses,
    /// Course records.
    Training,
    /// Allocations of roles in the network.
    Supporters,
    /// Days away.
    Unavailability,
    /// Who answers for a unit.
    Managers,
    /// Coverage policies.
    Policies,
    /// Dated exemptions.
    Exemptions,
}

impl FileKind {
    /// Every file, in the order in which an import takes them.
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

    /// Its word in a mapping file and on the command line: `staff`.
    #[must_use]
    pub const fn word(self) -> &'static str {
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

    /// Its name in a folder: `staff.csv`.
    #[must_use]
    pub fn file_name(self) -> String {
        format!("{}.csv", self.word())
    }

    /// Its columns, in the order of IMPORT.md.
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
        f.write_str(self.word())
    }
}

/// A column: our header, and whether the file is refused without it.
pub(super) struct Spec {
    pub(super) header: &'static str,
    pub(super) required: bool,
}

/// A column of one file.
pub(super) trait Column: Copy {
    /// Its place in [`FileKind::columns`].
    fn at(self) -> usize;
    /// Our header.
    fn header(self) -> &'static str;
}

/// Which columns a file has. What a file does not speak of stays as it is on file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Has(pub(super) u32);

impl Has {
    pub(super) fn column(self, column: impl Column) -> bool {
        self.0 >> column.at() & 1 == 1
    }

    /// What the file says where it has `column`, else what is on file.
    pub(super) fn or<T>(self, column: impl Column, said: T, on_file: T) -> T {
        if self.column(column) { said } else { on_file }
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
    #[expect(dead_code, reason = "titles, scores and systems belong to the file, and nothing of them is kept")]
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

/// A header as it is compared: edge spaces, case and doubled spaces apart.
pub(super) fn header_key(header: &str) -> String {
    header.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

/// Whether a column of this name is one that nobody asked for: identity numbers, birth, home, pay, reasons for absence.
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
    fn what_nobody_asked_for_is_known_by_name_and_none_of_our_columns_is_taken_for_it() {
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
    fn headers_match_without_regard_to_case_and_spaces() {
        assert_eq!(header_key("\u{a0}Employee  NUMBER "), "employee number");
    }

    #[test]
    fn every_file_fits_the_set_of_its_columns() {
        assert!(FileKind::ALL.into_iter().all(|kind| kind.columns().len() <= 32));
    }
}
