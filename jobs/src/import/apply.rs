//! Writes the plan to the tables, inside a transaction that the caller commits.

mod ids;
mod list;
mod model;
mod recorder;

use entity::id::ImportBatchId;
use entity::store::facts;
use entity::table::{
    allocation, allocation_terms, appointment, approval, completion, course, exemption, file_difference, pause, person,
    person_link, policy, post, register_kept, register_role, rows_not_read, sign_off, staff_list, unavailability, unit,
    unit_parent,
};
use entity::value::ApproverCapacity;
use ids::Ids;
pub(super) use list::list;
use recorder::Recorder;
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveModelTrait, ColumnTrait as _, DatabaseTransaction, DbErr, EntityTrait, IdenStatic as _, IntoActiveModel,
    Iterable as _, QueryFilter as _,
};

use super::dataset::Dataset;
use super::plan::{Plan, Writes};
use super::progress::Progress;
use entity::store::stored_row::{self, id_column};

/// Rows per statement. At 16 columns this is half of SQLite's limit of 32,766 bound values; more would not be faster.
const CHUNK: usize = 1_000;

/// Writes `plan` for the import `batch` together with its undo steps, and increments the data version if there is
/// anything to write.
pub(super) async fn write(
    txn: &DatabaseTransaction,
    batch: ImportBatchId,
    dataset: Dataset,
    plan: Plan,
    progress: &dyn Progress,
) -> Result<(), DbErr> {
    if plan.is_empty() {
        return Ok(());
    }
    // This comes first, because it removes the undo steps of the previous import.
    facts::bump_data_version(txn).await?;
    let ids = Ids::reserve(txn, dataset, &plan).await?;
    let txn = &Recorder::new(txn, batch);
    let Plan {
        units,
        people,
        courses,
        placements,
        links,
        staff_lists,
        rows_not_read,
        posts,
        completions,
        allocations,
        line_approvals,
        senior_approvals,
        sign_offs,
        pauses,
        allocation_terms,
        kept_roles,
        file_differences,
        kept_facts,
        unavailability,
        appointments,
        policies,
        exemptions,
    } = plan;
    progress.step("writing units and people");
    insert_named::<unit::Entity, _>(txn, units.new.iter().map(|unit| ids.unit(*unit))).await?;
    update::<unit::Entity, _>(txn, units.changed.iter().map(|unit| ids.unit(*unit))).await?;
    write_all::<unit_parent::Entity, _, _>(txn, placements, |id, row| ids.placement(id, row)).await?;
    insert_named::<person::Entity, _>(txn, people.new.iter().map(|person| ids.person(*person))).await?;
    update::<person::Entity, _>(txn, people.changed.iter().map(|person| ids.person(*person))).await?;
    write_all::<person_link::Entity, _, _>(txn, links, |id, row| ids.link(id, row)).await?;
    insert_named::<course::Entity, _>(txn, courses.new.iter().map(|course| ids.course(*course))).await?;
    update::<course::Entity, _>(txn, courses.changed.iter().map(|course| ids.course(*course))).await?;
    progress.step("writing posts");
    write_all::<post::Entity, _, _>(txn, posts, |id, row| ids.post(id, row)).await?;
    write_named::<staff_list::Entity, _, _>(
        txn,
        staff_lists,
        |at| ids.new_staff_list(at),
        |id, row| ids.staff_list(id, row),
    )
    .await?;
    write_all::<rows_not_read::Entity, _, _>(txn, rows_not_read, |id, row| ids.rows_not_read(id, row)).await?;
    progress.step("writing training");
    write_all::<completion::Entity, _, _>(txn, completions, |id, row| ids.completion(id, row)).await?;
    progress.step("writing roles and policies");
    write_named::<allocation::Entity, _, _>(
        txn,
        allocations,
        |at| ids.new_allocation(at),
        |id, row| ids.allocation(id, row),
    )
    .await?;
    for (approvals, capacity) in
        [(line_approvals, ApproverCapacity::Line), (senior_approvals, ApproverCapacity::Senior)]
    {
        write_all::<approval::Entity, _, _>(txn, approvals, |id, row| ids.approval(id, capacity, row)).await?;
    }
    write_all::<sign_off::Entity, _, _>(txn, sign_offs, |id, row| ids.sign_off(id, row)).await?;
    write_all::<pause::Entity, _, _>(txn, pauses, |id, row| ids.pause(id, row)).await?;
    write_all::<allocation_terms::Entity, _, _>(txn, allocation_terms, |id, row| ids.terms(id, row)).await?;
    write_all::<register_role::Entity, _, _>(txn, kept_roles, |id, row| ids.kept_role(id, row)).await?;
    write_all::<file_difference::Entity, _, _>(txn, file_differences, |id, row| ids.file_difference(id, batch, row))
        .await?;
    write_all::<register_kept::Entity, _, _>(txn, kept_facts, |id, row| ids.kept_fact(id, row)).await?;
    write_all::<unavailability::Entity, _, _>(txn, unavailability, |id, row| ids.unavailability(id, row)).await?;
    write_all::<appointment::Entity, _, _>(txn, appointments, |id, row| ids.appointment(id, row)).await?;
    write_all::<policy::Entity, _, _>(txn, policies, |id, row| ids.policy(id, row)).await?;
    write_all::<exemption::Entity, _, _>(txn, exemptions, |id, row| ids.exemption(id, row)).await
}

/// Inserts new rows without ids, updates changed rows by id, and deletes removed rows.
async fn write_all<E, A, T>(
    txn: &Recorder<'_>,
    writes: Writes<T>,
    row: impl Fn(i64, &T) -> E::Model,
) -> Result<(), DbErr>
where
    E: EntityTrait,
    E::Model: IntoActiveModel<A>,
    A: ActiveModelTrait<Entity = E> + Send,
{
    let Writes { added, changed, removed } = writes;
    let unnamed = |new: &T| {
        let mut new = row(0, new).into_active_model();
        new.not_set(id_column::<E>());
        new
    };
    let last = txn.last_id::<E>().await?;
    for chunk in added.chunks(CHUNK) {
        E::insert_many(chunk.iter().map(unnamed)).exec_without_returning(txn.txn).await?;
    }
    txn.added::<E>(last).await?;
    update::<E, A>(txn, changed.iter().map(|(id, new)| row(*id, new))).await?;
    for chunk in removed.chunks(CHUNK) {
        txn.before::<E>(chunk).await?;
        E::delete_many().filter(id_column::<E>().is_in(chunk.iter().copied())).exec(txn.txn).await?;
    }
    Ok(())
}

/// Inserts new rows whose ids follow from their positions, and updates changed rows by id.
async fn write_named<E, A, T>(
    txn: &Recorder<'_>,
    writes: Writes<T>,
    new_id: impl Fn(usize) -> i64,
    row: impl Fn(i64, &T) -> E::Model,
) -> Result<(), DbErr>
where
    E: EntityTrait,
    E::Model: IntoActiveModel<A>,
    A: ActiveModelTrait<Entity = E> + Send,
{
    let Writes { added, changed, removed: _ } = writes;
    insert_named::<E, A>(txn, added.iter().enumerate().map(|(at, new)| row(new_id(at), new))).await?;
    update::<E, A>(txn, changed.iter().map(|(id, new)| row(*id, new))).await
}

/// Inserts new rows whose ids are known.
async fn insert_named<E, A>(txn: &Recorder<'_>, rows: impl Iterator<Item = E::Model>) -> Result<(), DbErr>
where
    E: EntityTrait,
    E::Model: IntoActiveModel<A>,
    A: ActiveModelTrait<Entity = E> + Send,
{
    let last = txn.last_id::<E>().await?;
    let mut rows = rows.peekable();
    while rows.peek().is_some() {
        E::insert_many(rows.by_ref().take(CHUNK).map(IntoActiveModel::into_active_model))
            .exec_without_returning(txn.txn)
            .await?;
    }
    txn.added::<E>(last).await
}

/// Overwrites each row on file that has the id of one of `rows`.
async fn update<E, A>(txn: &Recorder<'_>, rows: impl Iterator<Item = E::Model>) -> Result<(), DbErr>
where
    E: EntityTrait,
    E::Model: IntoActiveModel<A>,
    A: ActiveModelTrait<Entity = E> + Send,
{
    let id = id_column::<E>();
    let others: Vec<_> = E::Column::iter().filter(|column| column.as_str() != id.as_str()).collect();
    let mut rows = rows.peekable();
    while rows.peek().is_some() {
        let over = OnConflict::column(id).update_columns(others.iter().copied()).to_owned();
        let chunk: Vec<_> = rows.by_ref().take(CHUNK).collect();
        let ids: Vec<_> = chunk.iter().map(stored_row::id::<E>).collect::<Result<_, _>>()?;
        txn.before::<E>(&ids).await?;
        let chunk = chunk.into_iter().map(IntoActiveModel::into_active_model);
        E::insert_many(chunk).on_conflict(over).exec_without_returning(txn.txn).await?;
    }
    Ok(())
}
