//! The enums of the API, with the meaning of each value.

mod coverage;
mod report;
mod role;
mod service;

pub(crate) use self::coverage::{
    ApproverOffice, GapChange, Level1Band, MixState, StandingGroup, StandingReason, TeamStatus, TrainingLevel,
    UnknownBecause,
};
pub(crate) use self::report::{DeliveryKind, DeliveryState, ReportKind, ReportSection};
pub(crate) use self::role::{AccessRole, AppointmentRole, NetworkRole};
pub(crate) use self::service::{AuditAction, ImportState, Job, RunState};

#[cfg(test)]
mod tests {
    use async_graphql::resolver_utils::EnumType;
    use entity::value;

    use super::*;

    fn words<T: EnumType>() -> Vec<&'static str> {
        T::items().iter().map(|item| item.name).collect()
    }

    fn stored<T: Copy>(all: &[T], word: fn(T) -> &'static str) -> Vec<&'static str> {
        all.iter().map(|value| word(*value)).collect()
    }

    #[test]
    fn api_codes_match_files_and_tables() {
        assert_eq!(words::<TeamStatus>(), stored(value::Status::ALL, value::Status::as_str));
        assert_eq!(words::<UnknownBecause>(), stored(value::UnknownBecause::ALL, value::UnknownBecause::as_str));
        assert_eq!(words::<ApproverOffice>(), stored(value::ApproverOffice::ALL, value::ApproverOffice::as_str));
        assert_eq!(words::<StandingReason>(), stored(value::Reason::ALL, value::Reason::as_str));
        assert_eq!(words::<AppointmentRole>(), stored(value::AppointmentRole::ALL, value::AppointmentRole::as_str));
        assert_eq!(words::<NetworkRole>(), stored(value::Role::ALL, value::Role::as_str));
        assert_eq!(words::<ImportState>(), stored(value::ImportState::ALL, value::ImportState::as_str));
        assert_eq!(words::<RunState>(), stored(value::RunState::ALL, value::RunState::as_str));
        assert_eq!(words::<AuditAction>(), stored(value::Action::ALL, value::Action::as_str));
        assert_eq!(words::<DeliveryKind>(), stored(value::DeliveryKind::ALL, value::DeliveryKind::as_str));
        assert_eq!(words::<ReportKind>(), stored(value::ReportKind::ALL, value::ReportKind::as_str));
        assert_eq!(words::<ReportSection>(), stored(value::ReportSection::ALL, value::ReportSection::as_str));
        assert_eq!(words::<DeliveryState>(), stored(value::DeliveryState::ALL, value::DeliveryState::as_str));
    }
}
