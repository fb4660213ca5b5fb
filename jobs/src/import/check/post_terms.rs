//! The values of one post: what a row of staff.csv refers to, which values it leaves as they are on file, and whether two
//! posts agree.

use super::super::dataset::Dataset;
use super::super::fault::Fault;
use super::super::layout::{ColumnSet, StaffColumn as At};
use super::super::record::Post;
use super::super::reference::Written;

impl Post<Written> {
    /// Finds what a row refers to. A line manager who is not on file never removes the person from a headcount: the
    /// cell is left blank, and its fault is passed to `keep`.
    pub(super) fn resolve(self, dataset: &mut Dataset, keep: impl FnOnce(Fault)) -> Result<Post, Fault> {
        let Self {
            person,
            unit,
            assignment,
            job_title,
            job_family,
            band,
            line_manager,
            wte,
            contract_type,
            bank,
            validity,
        } = self;
        let unit = dataset.unit(unit, At::Unit)?;
        let line_manager = line_manager.map(|key| dataset.person(key, At::ManagerNumber)).transpose();
        let line_manager = line_manager.unwrap_or_else(|fault| {
            keep(fault);
            None
        });
        let person = dataset.person(person, At::Number)?;
        dataset.mark_wanted([person].into_iter().chain(line_manager));
        Ok(Post {
            person,
            unit,
            assignment,
            job_title,
            job_family,
            band,
            line_manager,
            wte,
            contract_type,
            bank,
            validity,
        })
    }
}

impl Post {
    /// Fills in values for which the file has no column from the post on file.
    pub(super) fn fill(self, old: &Self, columns: ColumnSet) -> Self {
        Self {
            assignment: self.assignment.or(old.assignment),
            job_title: columns.given_or(At::JobTitle, self.job_title, old.job_title),
            job_family: columns.given_or(At::JobFamily, self.job_family, old.job_family),
            band: columns.given_or(At::Band, self.band, old.band),
            line_manager: columns.given_or(At::ManagerNumber, self.line_manager, old.line_manager),
            wte: columns.given_or(At::Wte, self.wte, old.wte),
            contract_type: columns.given_or(At::ContractType, self.contract_type, old.contract_type),
            bank: columns.given_or(At::ContractType, self.bank, old.bank),
            ..self
        }
    }

    /// Whether `row` equals this post in all dated values. A different unit, contract, family, band, WTE or line
    /// manager applies from a day on, and the values before it are kept.
    pub(super) fn has_terms_of(&self, row: &Self, columns: ColumnSet) -> bool {
        self.has_counted_terms_of(row, columns) && self.line_manager == row.fill(self, columns).line_manager
    }

    /// Like [`Self::has_terms_of`], without the line manager.
    pub(super) fn has_counted_terms_of(&self, row: &Self, columns: ColumnSet) -> bool {
        let counted = |post: &Self| (post.unit, post.bank, post.contract_type, post.job_family, post.band, post.wte);
        counted(self) == counted(&row.fill(self, columns))
    }
}
