//! What the API records in the audit log: changes, and reads of mails and documents.
//!
//! The resolver records a change in the transaction that makes it. Reads are noted while a request is executed, and recorded
//! before its answer is returned, unless the same caller has read the same a moment ago: what cannot be recorded is not shown.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_graphql::{Context, Response};
use entity::clock::Clock;
use entity::id::{DeliveryId, PersonId, ReportId};
use entity::store::audit::Event;
use entity::value::Action;
use serde_json::json;

use super::error::ApiError;
use crate::access::Viewer;
use crate::access::reads::{Item, Read, ReadLog, describe};
use crate::request_id::RequestId;

/// Creates an event of now, by the request's viewer, with the id of the request.
///
/// # Errors
///
/// [`ApiError::internal`] for a request without a viewer or a schema without a clock.
pub(crate) fn event(ctx: &Context<'_>, action: Action) -> Result<Event, ApiError> {
    let viewer = ctx.data_opt::<Viewer>().ok_or_else(|| ApiError::internal("the request has no viewer"))?;
    let clock = ctx.data_opt::<Clock>().ok_or_else(|| ApiError::internal("the schema has no clock"))?;
    let request_id = ctx.data_opt::<RequestId>().map(RequestId::to_string);
    Ok(Event { request_id, ..Event::new(clock.now(), viewer.actor(), action) })
}

/// The reads of one request that must be recorded.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reads(Arc<Mutex<Noted>>);

#[derive(Debug, Default)]
struct Noted {
    /// Mails and reports.
    mails: Option<(Event, BTreeSet<Item>)>,
    /// Exports of all data held on a person, with the number of records.
    subject: Option<(Event, BTreeSet<Item>)>,
}

impl Reads {
    /// Notes that mails are listed: their recipients and outcomes.
    ///
    /// # Errors
    ///
    /// As [`event`]; the mails must not be shown then.
    pub(crate) fn note_listed(ctx: &Context<'_>, mails: impl IntoIterator<Item = DeliveryId>) -> Result<(), ApiError> {
        Self::note(ctx, mails.into_iter().map(Item::Listed))
    }

    /// Notes that the text of a mail is shown.
    ///
    /// # Errors
    ///
    /// As [`event`]; the text must not be shown then.
    pub(crate) fn note_text(ctx: &Context<'_>, mail: DeliveryId) -> Result<(), ApiError> {
        Self::note(ctx, [Item::Text(mail)])
    }

    /// Notes that the gap changes in a report are shown.
    ///
    /// # Errors
    ///
    /// As [`event`]; it must not be shown then.
    pub(crate) fn note_report(ctx: &Context<'_>, report: ReportId) -> Result<(), ApiError> {
        Self::note(ctx, [Item::Report(report)])
    }

    /// Notes that all data held on a person, this many `records`, is shown.
    ///
    /// # Errors
    ///
    /// As [`event`]; it must not be shown then.
    pub(crate) fn note_subject(ctx: &Context<'_>, person: PersonId, records: usize) -> Result<(), ApiError> {
        let after = Some(json!({ "records": records }));
        let event = Event { after, object: Some(format!("person:{person}")), ..event(ctx, Action::SubjectExported)? };
        Self::from_context(ctx)?.noted().subject = Some((event, BTreeSet::from([Item::Subject(person)])));
        Ok(())
    }

    fn note(ctx: &Context<'_>, items: impl IntoIterator<Item = Item>) -> Result<(), ApiError> {
        let mut items = items.into_iter().peekable();
        if items.peek().is_some() {
            let event = event(ctx, Action::ReportRead)?;
            Self::from_context(ctx)?.noted().mails.get_or_insert_with(|| (event, BTreeSet::new())).1.extend(items);
        }
        Ok(())
    }

    fn from_context<'a>(ctx: &Context<'a>) -> Result<&'a Self, ApiError> {
        ctx.data_opt::<Self>().ok_or_else(|| ApiError::internal("the request has no list of reads"))
    }

    fn noted(&self) -> MutexGuard<'_, Noted> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the reads since the last call.
    fn drain(&self) -> Vec<Read> {
        let Noted { mails, subject } = std::mem::take(&mut *self.noted());
        let mails = mails.map(|(event, items)| {
            let (object, after) = describe(&items);
            Read { event: Event { object, after: Some(after), ..event }, items }
        });
        let subject = subject.map(|(event, items)| Read { event, items });
        mails.into_iter().chain(subject).collect()
    }
}

/// Returns the answer after its reads are recorded, or an error if that fails.
pub(super) async fn recorded(log: &ReadLog, reads: &Reads, answer: Response) -> Response {
    for read in reads.drain() {
        if let Err(error) = log.record(read).await {
            return Response::from_errors(vec![ApiError::from(error).into()]);
        }
    }
    answer
}
