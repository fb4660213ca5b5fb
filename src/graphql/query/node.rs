//! Objects by ID.

use async_graphql::{Context, ID, Object};
use entity::id::PersonId;
use entity::table::{audit_event, delivery, import_batch, job_run, person, report, snapshot};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QuerySelect as _};

use super::super::access::Scope;
use super::super::audit::Reads;
use super::super::day_view::DayScope;
use super::super::error::ApiError;
use super::super::id::NodeId;
use super::super::loader::children::DeliveryRow;
use super::super::object::audit_event::AuditEvent;
use super::super::object::delivery::Delivery;
use super::super::object::import::ImportBatch;
use super::super::object::job_run::JobRun;
use super::super::object::node::Node;
use super::super::object::organisation::{Person, Team, Unit};
use super::super::object::report::GapReport;
use super::super::object::snapshot::Snapshot;
use super::super::request_state::{db, today};
use super::super::scalar::Date;
use crate::access::Right;

/// The most ids in one query.
const MOST_IDS: usize = 100;

#[derive(Debug, Default)]
pub(crate) struct NodeQuery;

#[Object]
impl NodeQuery {
    /// The object with an ID from this API. Null, with the error NOT_FOUND, if there is none or the viewer may not see it.
    async fn node(&self, ctx: &Context<'_>, #[graphql(desc = "The ID.")] id: ID) -> Result<Option<Node>, ApiError> {
        let mut found = find(ctx, std::slice::from_ref(&id)).await?;
        found.pop().flatten().map(Some).ok_or_else(|| ApiError::not_found("object", "id", &id))
    }

    /// The objects with these IDs, in the same order. An ID that matches nothing, or something that the viewer may not see,
    /// gives null and the error NOT_FOUND.
    async fn nodes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The IDs, at most 100.")] ids: Vec<ID>,
    ) -> Result<Vec<Option<Node>>, ApiError> {
        if ids.len() > MOST_IDS {
            return Err(ApiError::bad_input(
                "ids",
                format!("`ids` may have at most {MOST_IDS} entries, and has {}.", ids.len()),
            ));
        }
        let found = find(ctx, &ids).await?;
        if let Some((missing, _)) = ids.iter().zip(&found).find(|(_, found)| found.is_none()) {
            let mut error: async_graphql::ServerError = ApiError::not_found("object", "ids", missing).into();
            error.locations.push(ctx.item.pos);
            ctx.add_error(ctx.set_error_path(error));
        }
        Ok(found)
    }
}

/// Finds the object of each id, if any: one statement per kind, however many ids there are.
async fn find(ctx: &Context<'_>, ids: &[ID]) -> Result<Vec<Option<Node>>, ApiError> {
    let ids: Vec<Option<NodeId>> = ids.iter().map(NodeId::decode).collect();
    let rows = Stored::read(ctx, &ids).await?;
    let mut found = Vec::with_capacity(ids.len());
    for id in ids {
        found.push(match id {
            None => None,
            Some(NodeId::Unit(unit, day)) => {
                let day_scope = DayScope::on(ctx, day.map(Date)).await?;
                match day_scope.known.unit_by_id(unit).filter(|unit| day_scope.sees(*unit)) {
                    Some(unit) => Some(Node::Unit(Unit::new(&day_scope.with_coverage(ctx).await?, unit))),
                    None => None,
                }
            }
            Some(NodeId::Team(unit, day)) => {
                let day_scope = DayScope::on(ctx, day.map(Date)).await?;
                match day_scope.known.unit_by_id(unit).filter(|unit| day_scope.sees_team(*unit)) {
                    Some(unit) => {
                        let view = day_scope.with_coverage(ctx).await?;
                        view.team_place(unit).map(|place| Node::Team(Team::new(&view, place)))
                    }
                    None => None,
                }
            }
            Some(NodeId::Snapshot(id)) => {
                rows.snapshots.iter().find(|row| row.id == id).map(|row| Node::Snapshot(Snapshot(row.clone())))
            }
            Some(NodeId::GapReport(id)) => {
                rows.reports.iter().find(|row| row.id == id).map(|row| Node::GapReport(GapReport(row.clone())))
            }
            Some(NodeId::Delivery(id)) => {
                rows.deliveries.iter().find(|row| row.id == id).map(|row| Node::Delivery(Delivery(row.clone())))
            }
            Some(NodeId::JobRun(id)) => {
                rows.runs.iter().find(|row| row.id == id).map(|row| Node::JobRun(JobRun(row.clone())))
            }
            Some(NodeId::ImportBatch(id)) => {
                rows.batches.iter().find(|row| row.id == id).map(|row| Node::ImportBatch(ImportBatch(row.clone())))
            }
            Some(NodeId::Person(id)) => rows.people.contains(&id).then(|| Node::Person(Person { id, on: None })),
            Some(NodeId::AuditEvent(id)) => {
                rows.events.iter().find(|row| row.id == id).map(|row| Node::AuditEvent(AuditEvent(row.clone())))
            }
            // A nomination is found with `nomination`, which alone knows what the viewer may see of it; an appointment with its
            // unit, a change in a history. Allocations and differences are only named in commands.
            Some(
                NodeId::Nomination(_)
                | NodeId::Appointment(_)
                | NodeId::Allocation(_)
                | NodeId::Document(_)
                | NodeId::Framework(_)
                | NodeId::Change(_)
                | NodeId::PaperRecord(_)
                | NodeId::FileDifference(_),
            ) => None,
        });
    }
    Ok(found)
}

/// The rows that the ids of one query name.
#[derive(Debug, Default)]
struct Stored {
    snapshots: Vec<snapshot::Model>,
    reports: Vec<report::Model>,
    deliveries: Vec<DeliveryRow>,
    runs: Vec<job_run::Model>,
    batches: Vec<import_batch::Model>,
    people: Vec<PersonId>,
    events: Vec<audit_event::Model>,
}

impl Stored {
    async fn read(ctx: &Context<'_>, ids: &[Option<NodeId>]) -> Result<Self, ApiError> {
        let (db, scope, today) = (db(ctx)?, Scope::from_context(ctx).await?, today(ctx)?);
        let mut wanted = (Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for id in ids.iter().flatten() {
            match id {
                NodeId::Unit(..)
                | NodeId::Team(..)
                | NodeId::Nomination(_)
                | NodeId::Appointment(_)
                | NodeId::Allocation(_)
                | NodeId::Document(_)
                | NodeId::Framework(_)
                | NodeId::Change(_)
                | NodeId::PaperRecord(_)
                | NodeId::FileDifference(_) => {}
                NodeId::Snapshot(id) => wanted.0.push(*id),
                NodeId::GapReport(id) => wanted.1.push(*id),
                NodeId::Delivery(id) => wanted.2.push(*id),
                NodeId::JobRun(id) => wanted.3.push(*id),
                NodeId::ImportBatch(id) => wanted.4.push(*id),
                NodeId::Person(id) => wanted.5.push(*id),
                NodeId::AuditEvent(id) => wanted.6.push(*id),
            }
        }
        let mut rows = Self::default();
        let (snapshots, reports, deliveries, runs, batches, people, events) = wanted;
        if !snapshots.is_empty() {
            let chosen = snapshot::Entity::find().filter(snapshot::Column::Id.is_in(snapshots));
            rows.snapshots = chosen.filter(scope.rows(Right::Figures)).all(db).await?;
        }
        if !reports.is_empty() {
            let chosen = report::Entity::find().filter(report::Column::Id.is_in(reports));
            rows.reports = chosen.filter(scope.reports()).all(db).await?;
        }
        if !deliveries.is_empty() {
            let chosen = delivery::Entity::find().filter(delivery::Column::Id.is_in(deliveries));
            rows.deliveries = chosen.filter(scope.mails()).into_partial_model().all(db).await?;
            Reads::note_listed(ctx, rows.deliveries.iter().map(|row| row.id))?;
        }
        if !runs.is_empty() {
            let chosen = job_run::Entity::find().filter(job_run::Column::Id.is_in(runs));
            rows.runs = chosen.filter(scope.rows(Right::Runs)).all(db).await?;
        }
        if !batches.is_empty() {
            let chosen = import_batch::Entity::find().filter(import_batch::Column::Id.is_in(batches));
            rows.batches = chosen.filter(scope.rows(Right::Runs)).all(db).await?;
        }
        if !people.is_empty() {
            let chosen = person::Entity::find().select_only().column(person::Column::Id);
            let people = people.into_iter().filter(|person| scope.sees_person(*person, today));
            let chosen = chosen.filter(person::Column::Id.is_in(people));
            rows.people = chosen.into_tuple().all(db).await?;
        }
        if !events.is_empty() {
            let chosen = audit_event::Entity::find().filter(audit_event::Column::Id.is_in(events));
            rows.events = chosen.filter(scope.rows(Right::AuditLog)).all(db).await?;
        }
        Ok(rows)
    }
}
