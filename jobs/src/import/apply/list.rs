//! Lists the changes of a plan before anything is written.

use entity::id::ImportBatchId;
use entity::table::{
    allocation, allocation_terms, appointment, approval, completion, course, exemption, file_difference, pause, person,
    person_link, policy, post, register_kept, register_role, sign_off, unavailability, unit, unit_parent,
};
use entity::value::ApproverCapacity;
use sea_orm::{DatabaseTransaction, DbErr};

use super::super::changes::{Change, Lister, RecordNames};
use super::super::dataset::Dataset;
use super::super::plan::Plan;
use super::ids::Ids;

/// Returns the dataset, the first `limit` rows that [`super::write`] would write, in its order, and the total number of
/// rows.
pub(in crate::import) async fn list(
    txn: &DatabaseTransaction,
    dataset: Dataset,
    plan: &Plan,
    limit: usize,
) -> Result<(Dataset, Vec<Change>, usize), DbErr> {
    if limit == 0 {
        return Ok((dataset, Vec::new(), 0));
    }
    let ids = Ids::provisional(dataset, plan);
    let on_file = ids.dataset.allocations.iter().map(|(id, row)| (*id, (row.person, row.unit)));
    let added = plan.allocations.added.iter().enumerate();
    let added = added.map(|(at, row)| (ids.new_allocation(at), (row.person, row.unit)));
    let mut lister = Lister::new(txn, RecordNames::new(&ids.dataset, on_file.chain(added).collect()), limit);
    lister.added::<unit::Entity>(plan.units.new.iter().map(|unit| ids.unit(*unit)));
    lister.changed::<unit::Entity>(plan.units.changed.iter().map(|unit| ids.unit(*unit))).await?;
    lister.table::<unit_parent::Entity, _>(&plan.placements, |id, row| ids.placement(id, row)).await?;
    lister.added::<person::Entity>(plan.people.new.iter().map(|person| ids.person(*person)));
    lister.changed::<person::Entity>(plan.people.changed.iter().map(|person| ids.person(*person))).await?;
    lister.table::<person_link::Entity, _>(&plan.links, |id, row| ids.link(id, row)).await?;
    lister.added::<course::Entity>(plan.courses.new.iter().map(|course| ids.course(*course)));
    lister.changed::<course::Entity>(plan.courses.changed.iter().map(|course| ids.course(*course))).await?;
    lister.table::<post::Entity, _>(&plan.posts, |id, row| ids.post(id, row)).await?;
    lister.table::<completion::Entity, _>(&plan.completions, |id, row| ids.completion(id, row)).await?;
    lister.table::<allocation::Entity, _>(&plan.allocations, |id, row| ids.allocation(id, row)).await?;
    for (approvals, capacity) in
        [(&plan.line_approvals, ApproverCapacity::Line), (&plan.senior_approvals, ApproverCapacity::Senior)]
    {
        lister.table::<approval::Entity, _>(approvals, |id, row| ids.approval(id, capacity, row)).await?;
    }
    lister.table::<sign_off::Entity, _>(&plan.sign_offs, |id, row| ids.sign_off(id, row)).await?;
    lister.table::<pause::Entity, _>(&plan.pauses, |id, row| ids.pause(id, row)).await?;
    lister.table::<allocation_terms::Entity, _>(&plan.allocation_terms, |id, row| ids.terms(id, row)).await?;
    lister.table::<register_role::Entity, _>(&plan.kept_roles, |id, row| ids.kept_role(id, row)).await?;
    // Provisional, as all new ids are: the import has no number yet.
    let batch = ImportBatchId(0);
    lister
        .table::<file_difference::Entity, _>(&plan.file_differences, |id, row| ids.file_difference(id, batch, row))
        .await?;
    lister.table::<register_kept::Entity, _>(&plan.kept_facts, |id, row| ids.kept_fact(id, row)).await?;
    lister.table::<unavailability::Entity, _>(&plan.unavailability, |id, row| ids.unavailability(id, row)).await?;
    lister.table::<appointment::Entity, _>(&plan.appointments, |id, row| ids.appointment(id, row)).await?;
    lister.table::<policy::Entity, _>(&plan.policies, |id, row| ids.policy(id, row)).await?;
    lister.table::<exemption::Entity, _>(&plan.exemptions, |id, row| ids.exemption(id, row)).await?;
    let Lister { listed, total, .. } = lister;
    Ok((ids.dataset, listed, total))
}
