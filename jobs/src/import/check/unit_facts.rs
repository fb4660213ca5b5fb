//! The dated facts of units: policies and exemptions.

use entity::coverage::PolicyTerms;
use entity::period::{Day, Validity};
use entity::value::register::KeptKind;

use super::super::dataset::Dataset;
use super::super::fault::Fault;
use super::super::layout::{Column, ColumnSet, ExemptionColumn, PolicyColumn};
use super::super::plan::{Plan, Writes};
use super::super::record::{Exemption, KeptFact, Policy};
use super::super::reference::{PersonKey, UnitIx, Written};
use super::dated_facts::{DatedFact, SimpleFact, differing};

impl DatedFact for Policy {
    type Row = Policy<Written>;
    type About = UnitIx;
    const CORRECTS_FIRST_DAY: bool = false;

    fn first_day_column() -> impl Column {
        PolicyColumn::InForceFrom
    }

    fn subject(_: &Self::Row) -> Option<PersonKey> {
        None
    }

    fn resolve(row: Self::Row, dataset: &mut Dataset) -> Result<Self, Fault> {
        let Policy { unit, in_force_from, terms } = row;
        Ok(Self { unit: dataset.unit(unit, PolicyColumn::Unit)?, in_force_from, terms })
    }

    fn about(&self) -> Self::About {
        self.unit
    }

    fn validity(&self) -> Validity {
        Validity { from: Some(self.in_force_from), to: None }
    }

    /// A blank cell, or a missing column, takes the default: a row replaces the whole policy.
    fn fill(self, _: &Self, _: ColumnSet) -> Self {
        self
    }
}

impl SimpleFact for Policy {
    fn on_file(dataset: &mut Dataset) -> &mut Vec<(i64, Self)> {
        &mut dataset.policies
    }

    fn writes(plan: &mut Plan) -> &mut Writes<Self> {
        &mut plan.policies
    }

    fn kept_as(&self) -> Option<KeptFact> {
        let in_force_from = Some(self.in_force_from);
        Some(KeptFact { kind: KeptKind::Policy, unit: self.unit, person: None, role: None, in_force_from })
    }

    fn differences(&self, on_file: &Self) -> Vec<&'static str> {
        use PolicyColumn as At;
        let (row, known) = (&self.terms, &on_file.terms);
        let rules = |terms: &PolicyTerms, must: bool| -> Vec<String> {
            terms.mix.iter().filter(|rule| rule.must == must).map(|rule| rule.text.clone()).collect()
        };
        differing([
            (At::InForceFrom, self.in_force_from != on_file.in_force_from),
            (At::StaffPerSupporter, row.staff_per_supporter != known.staff_per_supporter),
            (At::MinSupporters, row.min_supporters != known.min_supporters),
            (At::CertificateMonths, row.certificate_months != known.certificate_months),
            (At::ApprovalMonths, row.approval_months != known.approval_months),
            (At::AwayDays, row.away_days != known.away_days),
            (At::Level1Target, row.level1_target != known.level1_target),
            (At::MinChampions, row.min_champions != known.min_champions),
            (At::SupportersPerTrainer, row.supporters_per_trainer != known.supporters_per_trainer),
            (At::HorizonDays, row.horizon_days != known.horizon_days),
            (At::TrainerCertificateMonths, row.trainer_certificate_months != known.trainer_certificate_months),
            (At::TrainerLevel, row.trainer_level != known.trainer_level),
            (At::MinTrainers, row.min_trainers != known.min_trainers),
            (At::ApproverOffice, row.approver_office != known.approver_office),
            (At::StaleDays, row.stale_days != known.stale_days),
            (At::MustMix, rules(row, true) != rules(known, true)),
            (At::ShouldMix, rules(row, false) != rules(known, false)),
        ])
    }
}

impl DatedFact for Exemption {
    type Row = Exemption<Written>;
    type About = UnitIx;
    const CORRECTS_FIRST_DAY: bool = false;

    fn first_day_column() -> impl Column {
        ExemptionColumn::From
    }

    fn subject(_: &Self::Row) -> Option<PersonKey> {
        None
    }

    fn resolve(row: Self::Row, dataset: &mut Dataset) -> Result<Self, Fault> {
        let Exemption { unit, from, to, reason, agreed_by } = row;
        Ok(Self { unit: dataset.unit(unit, ExemptionColumn::Unit)?, from, to, reason, agreed_by })
    }

    fn about(&self) -> Self::About {
        self.unit
    }

    fn validity(&self) -> Validity {
        Validity { from: Some(self.from), to: Some(self.to) }
    }

    fn fill(self, on_file: &Self, columns: ColumnSet) -> Self {
        Self { agreed_by: columns.given_or(ExemptionColumn::AgreedBy, self.agreed_by, on_file.agreed_by), ..self }
    }
}

impl SimpleFact for Exemption {
    fn on_file(dataset: &mut Dataset) -> &mut Vec<(i64, Self)> {
        &mut dataset.exemptions
    }

    fn writes(plan: &mut Plan) -> &mut Writes<Self> {
        &mut plan.exemptions
    }

    fn kept_as(&self) -> Option<KeptFact> {
        Some(KeptFact { kind: KeptKind::Exemption, unit: self.unit, person: None, role: None, in_force_from: None })
    }

    fn differences(&self, on_file: &Self) -> Vec<&'static str> {
        use ExemptionColumn as At;
        differing([
            (At::From, self.from != on_file.from),
            (At::Until, self.to != on_file.to),
            (At::Reason, self.reason != on_file.reason),
            (At::AgreedBy, self.agreed_by != on_file.agreed_by),
        ])
    }

    fn until(&self, day: Option<Day>) -> Option<Self> {
        Some(Self { to: day.unwrap_or(self.from), ..*self })
    }
}
