//! Which columns of each table are listed, under which of psn's headers, and how a row is identified.

use entity::table::{
    allocation, allocation_terms, appointment, approval, completion, course, exemption, file_difference, pause, person,
    person_link, policy, post, register_kept, register_role, sign_off, unavailability, unit, unit_parent,
};

use super::super::layout::{
    Column as _, CourseColumn, ExemptionColumn, LinkColumn, ManagerColumn, PolicyColumn, StaffColumn, SupporterColumn,
    TrainingColumn, UnavailabilityColumn, UnitColumn,
};
use super::{ListedColumn, ListedTable, RecordNames, ValueFormat, title_case};

macro_rules! described {
    ($($table:ident $what:literal, |$row:ident, $names:ident| $which:expr, $At:ident {
        $($column:ident = $header:ident $format:ident,)*
    })+) => {$(
        impl ListedTable for $table::Entity {
            const WHAT: &'static str = $what;

            fn which($row: &$table::Model, $names: &RecordNames<'_>) -> String {
                $which
            }

            fn columns() -> Vec<ListedColumn<Self>> {
                vec![$(($table::Column::$column, $At::$header.header(), ValueFormat::$format),)*]
            }
        }
    )+};
}

described! {
    unit "unit", |row, _names| row.code.clone(), UnitColumn {
        Name = Name Plain,
        Level = Level Plain,
        Site = Site Plain,
        CoverGroup = CoverGroup Plain,
        ValidFrom = OpenFrom Plain,
        ValidTo = ClosedOn LastDay,
    }
    unit_parent "place in the tree", |row, names| names.unit(row.unit_id.0).to_owned(), UnitColumn {
        ParentId = Parent Unit,
        ValidFrom = ParentFrom Plain,
    }
    person_link "link", |row, names| {
        format!("{} and {}", names.person(row.person_id.0), names.person(row.same_as_id.0))
    }, LinkColumn {
        SameAsId = SameAsNumber Person,
    }
    person "person", |row, _names| format!("{}/{}", row.employer, row.number), StaffColumn {
        FirstName = FirstName Plain,
        LastName = LastName Plain,
        WorkEmail = WorkEmail Plain,
    }
    post "post", |row, names| format!("{} in {}", names.person(row.person_id.0), names.unit(row.unit_id.0)), StaffColumn {
        UnitId = Unit Unit,
        Assignment = Assignment Plain,
        JobTitle = JobTitle Plain,
        JobFamily = JobFamily Plain,
        Band = Band Plain,
        LineManagerId = ManagerNumber Person,
        Wte = Wte Hundredths,
        ContractType = ContractType Plain,
        ValidFrom = StartDate Plain,
        ValidTo = EndDate LastDay,
    }
    course "course", |row, _names| row.code.clone(), CourseColumn {
        Title = Title Plain,
        Level = Level Plain,
        Platform = Platform Plain,
        EmployerKind = EmployerKind Plain,
    }
    completion "pass", |row, names| {
        format!("{} of {}", names.person(row.person_id.0), names.course(row.course_id.0))
    }, TrainingColumn {
        CompletedOn = CompletedOn Plain,
        ValidTo = ExpiresOn LastDay,
    }
    allocation "allocation", |row, names| {
        format!("{} as {} for {}", names.person(row.person_id.0), title_case(row.role.as_str()), names.unit(row.unit_id.0))
    }, SupporterColumn {
        Share = Share Percent,
        ValidFrom = From Plain,
        ValidTo = Until LastDay,
    }
    approval "approval", |row, names| {
        format!("{} manager's, {}", title_case(row.capacity.as_str()), names.allocation(row.allocation_id.0))
    }, SupporterColumn {
        DecidedOn = LineApprovedOn Plain,
        ApproverId = LineApprover Person,
    }
    sign_off "sign-off", |row, names| names.allocation(row.allocation_id.0), SupporterColumn {
        SignedOffOn = SignedOffOn Plain,
    }
    pause "pause", |row, names| names.allocation(row.allocation_id.0), SupporterColumn {
        ValidFrom = PausedFrom Plain,
        ValidTo = PausedUntil LastDay,
    }
    allocation_terms "terms", |row, names| names.allocation(row.allocation_id.0), SupporterColumn {
        ValidFrom = From Plain,
        ProtectedHours = ProtectedHours Hundredths,
        OutsideTeam = OutsideTeam Plain,
    }
    register_role "role kept in the register", |row, names| {
        format!("{} as {}", names.person(row.person_id.0), title_case(row.role.as_str()))
    }, SupporterColumn {}
    file_difference "difference from the register", |row, names| {
        format!("{}: {}", names.allocation(row.allocation_id.0), title_case(row.kind.as_str()))
    }, SupporterColumn {}
    register_kept "fact kept in the register", |row, names| {
        format!("{} of {}", title_case(row.kind.as_str()), names.unit(row.unit_id.0))
    }, ManagerColumn {}
    unavailability "days away", |row, names| names.person(row.person_id.0), UnavailabilityColumn {
        ValidFrom = From Plain,
        ValidTo = Until LastDay,
    }
    appointment "appointment", |row, names| {
        format!("{} as {} of {}", names.person(row.person_id.0), title_case(row.role.as_str()), names.unit(row.unit_id.0))
    }, ManagerColumn {
        ValidFrom = From Plain,
        ValidTo = Until LastDay,
        DelegateId = Delegate Person,
        DelegateFrom = DelegateFrom Plain,
        DelegateTo = DelegateUntil LastDay,
    }
    policy "policy", |row, names| format!("{} from {}", names.unit(row.unit_id.0), row.in_force_from), PolicyColumn {
        StaffPerSupporter = StaffPerSupporter Plain,
        MinSupporters = MinSupporters Plain,
        CertificateMonths = CertificateMonths Plain,
        ApprovalMonths = ApprovalMonths Plain,
        AwayDays = AwayDays Plain,
        Level1Target = Level1Target Plain,
        MinChampions = MinChampions Plain,
        SupportersPerTrainer = SupportersPerTrainer Plain,
        HorizonDays = HorizonDays Plain,
        TrainerCertificateMonths = TrainerCertificateMonths Plain,
        TrainerLevel = TrainerLevel Plain,
        MinTrainers = MinTrainers Plain,
        ApproverOffice = ApproverOffice Plain,
        StaleDays = StaleDays Plain,
        MustMix = MustMix Plain,
        ShouldMix = ShouldMix Plain,
    }
    exemption "exemption", |row, names| format!("{} from {}", names.unit(row.unit_id.0), row.valid_from), ExemptionColumn {
        ValidTo = Until LastDay,
        Reason = Reason Plain,
        AgreedBy = AgreedBy Plain,
    }
}
