//! Policies and exemptions.

use entity::coverage::PolicyTerms;
use entity::interner::Symbol;
use entity::period::Day;

use super::super::reference::{References, Resolved};

/// A policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::import) struct Policy<R: References = Resolved> {
    pub(in crate::import) unit: R::Unit,
    pub(in crate::import) in_force_from: Day,
    pub(in crate::import) terms: PolicyTerms,
}

/// An exemption.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::import) struct Exemption<R: References = Resolved> {
    pub(in crate::import) unit: R::Unit,
    pub(in crate::import) from: Day,
    /// The day after the last day.
    pub(in crate::import) to: Day,
    pub(in crate::import) reason: Symbol,
    pub(in crate::import) agreed_by: Option<Symbol>,
}
