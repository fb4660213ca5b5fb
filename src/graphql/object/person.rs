//! People, as far as the API tells of them: a name and an employer, never an employee number or an address.

use async_graphql::{Context, ID, Object, SimpleObject};
use entity::id::PersonId;
use entity::period::Day;

use super::super::directory::Appointed;
use super::super::error::ApiError;
use super::super::id::NodeId;
use super::super::loader::Rows;
use super::super::loader::people::TitleOf;
use super::super::moment::today;
use super::super::scalar::Date;
use super::word::AppointmentRole;

/// One human being.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Person {
    pub(crate) id: PersonId,
    /// The day asked about; today where it names none.
    pub(crate) on: Option<Day>,
}

/// One human being.
#[Object]
impl Person {
    /// Opaque; tells people of one name apart, and finds the person again with `node`, as of today.
    pub(crate) async fn id(&self) -> ID {
        NodeId::Person(self.id).encode()
    }

    /// The job title of their first counting post that names one, on the day asked about. Null where none does.
    async fn job_title(&self, ctx: &Context<'_>) -> Result<Option<String>, ApiError> {
        let on = self.on.map_or_else(|| today(ctx), Ok)?;
        Rows::of(ctx)?.load_one(TitleOf { person: self.id, on }).await
    }

    /// First and last name as the board's files give them. Null where they give none.
    async fn display_name(&self, ctx: &Context<'_>) -> Result<Option<String>, ApiError> {
        let row = Rows::of(ctx)?.load_one(self.id).await?;
        Ok(row.and_then(|row| {
            let names: Vec<_> = [row.first_name.as_deref(), row.last_name.as_deref()]
                .into_iter()
                .flatten()
                .map(str::trim)
                .filter(|name| !name.is_empty())
                .collect();
            (!names.is_empty()).then(|| names.join(" "))
        }))
    }

    /// Who employs them. Null where the person is no longer on file.
    async fn employer(&self, ctx: &Context<'_>) -> Result<Option<String>, ApiError> {
        Ok(Rows::of(ctx)?.load_one(self.id).await?.map(|row| row.employer.clone()))
    }
}

/// A dated appointment of somebody who answers for a unit.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct Appointment {
    /// How they answer for it.
    role: AppointmentRole,
    /// Who.
    person: Person,
    /// First day of the appointment. Null: always so far.
    first_day: Option<Date>,
    /// Last day of the appointment. Null: open-ended.
    last_day: Option<Date>,
    /// Who stands in for them on the day asked about. Null where nobody does.
    delegate: Option<Person>,
}

impl Appointment {
    /// The appointment as of `day`.
    pub(crate) fn on(day: Day, row: &Appointed) -> Self {
        let Appointed { role, person, validity, delegate, delegate_validity } = row;
        Self {
            role: (*role).into(),
            person: Person { id: *person, on: Some(day) },
            first_day: validity.from.map(Date),
            last_day: validity.last().map(Date),
            delegate: delegate.filter(|_| delegate_validity.holds_on(day)).map(|id| Person { id, on: Some(day) }),
        }
    }
}
