//! The dated facts of units: policies and exemptions.

use entity::period::Validity;

use super::super::dataset::Dataset;
use super::super::fault::Fault;
use super::super::layout::{Column, ColumnSet, ExemptionColumn, PolicyColumn};
use super::super::plan::{Plan, Writes};
use super::super::record::{Exemption, Policy};
use super::super::reference::{PersonKey, UnitIx, Written};
use super::dated_facts::{DatedFact, SimpleFact};

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
}
