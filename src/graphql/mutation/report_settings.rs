//! Settings of a person's weekly report: what it leaves out, who gets a copy, and whether a midweek report follows. The report
//! itself cannot be switched off: a person who is responsible for a unit receives it.

use std::collections::BTreeSet;

use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};
use entity::coverage::roster::PersonIx;
use entity::id::PersonId;
use entity::store::report_preference::{self as store, MOST_COPIES, NewPreference, Preference};
use entity::store::{audit, begin_write, links};
use entity::table::person;
use entity::value::{self, Action};
use sea_orm::{ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QuerySelect as _};
use serde_json::json;

use super::super::access::Scope;
use super::super::audit::event;
use super::super::day_view::known;
use super::super::error::ApiError;
use super::super::id::NodeId;
use super::super::object::enums::ReportSection;
use super::super::object::organisation::Person;
use super::super::request_state::{db, today};
use super::super::scalar::Instant;
use crate::access::Right;

/// The settings of a person's weekly report.
#[derive(Clone, Debug)]
pub(crate) struct ReportPreferences(Preference);

/// The settings of a person's weekly report: what it leaves out, who gets a copy, and whether a midweek report follows. The
/// actions for this week, new and worse gaps, cover that ends soon and warnings are always in it, and the report itself cannot
/// be switched off.
#[Object]
impl ReportPreferences {
    /// Sections that are left out. Empty by default: the report is complete.
    async fn hidden_sections(&self) -> Vec<ReportSection> {
        self.0.hidden.iter().copied().map(ReportSection::from).collect()
    }

    /// The colleagues who get a copy, at most 5. Only people who are visible to the viewer.
    async fn copies(&self, ctx: &Context<'_>) -> Result<Vec<Person>, ApiError> {
        let (scope, today) = (Scope::from_context(ctx).await?, today(ctx)?);
        let seen = self.0.copies.iter().copied().filter(|id| scope.sees_person(*id, today));
        Ok(seen.map(|id| Person { id, on: None }).collect())
    }

    /// Whether they get a second mail in the middle of the week if a team has lost its cover since the weekly report, a gap has
    /// become worse, or a covered team is newly at risk. `false` by default.
    async fn midweek(&self) -> bool {
        self.0.midweek
    }

    /// When this was last changed. Null if it never was.
    async fn changed_at(&self) -> Option<Instant> {
        self.0.changed_at.map(Instant)
    }
}

impl ReportPreferences {
    /// Reads the settings of a person on file, under any of their numbers.
    pub(crate) async fn load(ctx: &Context<'_>, person: PersonId) -> Result<Self, ApiError> {
        let db = db(ctx)?;
        Ok(Self(store::for_person(db, person, &links::load(db).await?).await?))
    }
}

/// The settings of a person's weekly report. Both lists replace the previous ones.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct SetReportPreferencesInput {
    /// The recipient of the report. Defaults to the viewer; only coordinators and administrators may change another person's
    /// settings.
    person_id: Option<ID>,
    /// Sections to leave out. Empty for a complete report.
    hidden_sections: Vec<ReportSection>,
    /// Colleagues who get a copy, at most 5. Each must be visible to the viewer.
    copies_to: Vec<ID>,
    /// Whether they get a second mail in the middle of the week if something became worse; copies go to the same colleagues.
    /// Defaults to the present setting.
    midweek: Option<bool>,
}

/// Why nothing was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(crate) enum SetReportPreferencesRefusalCode {
    /// The recipient is not on file.
    PersonUnknown,
    /// The person is responsible for no unit today, so they receive no report.
    NotARecipient,
    /// More than 5 colleagues were given.
    TooManyCopies,
    /// A colleague is not on file, or not visible to the viewer.
    CopyUnknown,
    /// The person was given as their own colleague.
    CopyToOneself,
    /// A colleague has no post today, or no work e-mail on file.
    CopyCannotBeWrittenTo,
}

/// Why nothing was changed.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct SetReportPreferencesRefusal {
    /// The code, for programs.
    code: SetReportPreferencesRefusalCode,
    /// What is wrong and what to do, in a sentence for people.
    sentence: String,
}

/// The result of changing the settings. If there is a refusal, nothing was changed; otherwise the next report follows the
/// settings.
#[derive(Debug, Default, SimpleObject)]
pub(crate) struct SetReportPreferencesPayload {
    /// The settings now. Null if the change was refused.
    preferences: Option<ReportPreferences>,
    /// Why nothing was changed. Null if it was not refused.
    refusal: Option<SetReportPreferencesRefusal>,
}

use SetReportPreferencesRefusalCode as Refusal;

impl From<Refusal> for SetReportPreferencesPayload {
    fn from(code: Refusal) -> Self {
        let sentence = match code {
            Refusal::PersonUnknown => "No person on file has this ID. Check `personId`.",
            Refusal::NotARecipient => {
                "This person is responsible for no unit today, so they receive no report. Record their appointment first."
            }
            Refusal::TooManyCopies => "A report has at most 5 copies. Give fewer people in `copiesTo`.",
            Refusal::CopyUnknown => "A person in `copiesTo` is not on file, or not in your units. Check `copiesTo`.",
            Refusal::CopyToOneself => "The recipient gets the report anyway. Leave them out of `copiesTo`.",
            Refusal::CopyCannotBeWrittenTo => {
                "A person in `copiesTo` has no post today, or no work e-mail on file. Leave them out, or correct the staff list."
            }
        };
        Self { preferences: None, refusal: Some(SetReportPreferencesRefusal { code, sentence: sentence.to_owned() }) }
    }
}

#[derive(Debug, Default)]
pub(crate) struct ReportSettingsQuery;

#[Object]
impl ReportSettingsQuery {
    /// The settings of a person's weekly report: of any person for coordinators and administrators who have signed in,
    /// otherwise of the viewer.
    async fn report_preferences(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The recipient of the report.")] person_id: ID,
    ) -> Result<ReportPreferences, ApiError> {
        let scope = Scope::from_context(ctx).await?;
        let (facts, _) = known(ctx).await?;
        let seen = NodeId::decode_person(&person_id)
            .filter(|id| facts.person_by_id(*id).is_some() && scope.sets_report_of(*id));
        let id = seen.ok_or_else(|| ApiError::not_found("person", "personId", person_id.as_str()))?;
        ReportPreferences::load(ctx, id).await
    }
}

#[derive(Debug, Default)]
pub(crate) struct ReportSettingsMutation;

#[Object]
impl ReportSettingsMutation {
    /// Sets what a person's weekly report leaves out, who gets a copy, and whether a midweek report follows, from the next
    /// report on. Only the recipient, a coordinator or an administrator who has signed in may do this, never an API token.
    async fn set_report_preferences(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The recipient and the settings.")] input: SetReportPreferencesInput,
    ) -> Result<SetReportPreferencesPayload, ApiError> {
        set(ctx, input).await
    }
}

async fn set(ctx: &Context<'_>, input: SetReportPreferencesInput) -> Result<SetReportPreferencesPayload, ApiError> {
    let SetReportPreferencesInput { person_id, hidden_sections, copies_to, midweek } = input;
    let scope = Scope::from_context(ctx).await?;
    let asked = match &person_id {
        Some(given) => NodeId::decode_person(given),
        None => scope.viewer().person_id(),
    };
    // Before the response says anything about the person.
    if !asked.is_some_and(|id| scope.sets_report_of(id)) {
        scope.require_of_person(Right::ReportSettings)?;
    }
    if copies_to.len() > MOST_COPIES {
        return Ok(Refusal::TooManyCopies.into());
    }
    let ((known, _), today) = (known(ctx).await?, today(ctx)?);
    let index = &known.facts.index;
    let id_of = |place: PersonIx| index.roster().people[place.at()].id;
    let in_post = |place: PersonIx| index.counting_posts_of(place, today).next().is_some();
    let Some(owner) = asked.and_then(|id| known.person_by_id(id)) else { return Ok(Refusal::PersonUnknown.into()) };
    if !in_post(owner) || known.directory.answered_by(id_of(owner), today).next().is_none() {
        return Ok(Refusal::NotARecipient.into());
    }
    let mut copies = BTreeSet::new();
    for given in &copies_to {
        // A person hidden from the viewer is treated like one who is not on file.
        let seen = NodeId::decode_person(given)
            .filter(|id| scope.sees_person(*id, today))
            .and_then(|id| known.person_by_id(id));
        let Some(place) = seen else { return Ok(Refusal::CopyUnknown.into()) };
        if place == owner {
            return Ok(Refusal::CopyToOneself.into());
        }
        if !in_post(place) {
            return Ok(Refusal::CopyCannotBeWrittenTo.into());
        }
        copies.insert(id_of(place));
    }
    let asked = event(ctx, Action::ReportPreferencesSet)?;
    let owner = id_of(owner);
    let hidden: BTreeSet<value::ReportSection> = hidden_sections.into_iter().map(Into::into).collect();
    let copies: Vec<PersonId> = copies.into_iter().collect();
    let txn = begin_write(db(ctx)?).await?;
    let same = links::load(&txn).await?;
    for copy in &copies {
        if !has_address(&txn, same.all(*copy)).await? {
            txn.rollback().await?;
            return Ok(Refusal::CopyCannotBeWrittenTo.into());
        }
    }
    let before = store::for_person(&txn, owner, &same).await?;
    let new = NewPreference {
        hidden: &hidden,
        copies: &copies,
        midweek: midweek.unwrap_or(before.midweek),
        changed_at: asked.at,
        changed_by: &asked.actor.to_string(),
    };
    store::set(&txn, owner, &same, new).await?;
    let after = store::for_person(&txn, owner, &same).await?;
    let event = audit::Event {
        object: Some(format!("person:{owner}")),
        before: Some(audit_value(&before)),
        after: Some(audit_value(&after)),
        ..asked
    };
    audit::record(&txn, &event).await?;
    txn.commit().await?;
    Ok(SetReportPreferencesPayload { preferences: Some(ReportPreferences(after)), refusal: None })
}

/// The settings as the audit log records them: codes and ids.
fn audit_value(preference: &Preference) -> serde_json::Value {
    let hidden: Vec<_> = preference.hidden.iter().map(|section| section.as_str()).collect();
    let copies: Vec<_> = preference.copies.iter().map(|id| id.0).collect();
    json!({ "hiddenSections": hidden, "copies": copies, "midweek": preference.midweek })
}

/// Whether a work address is on file for any of a person's numbers, as for the weekly mail.
async fn has_address(db: &impl ConnectionTrait, numbers: Vec<PersonId>) -> Result<bool, ApiError> {
    let addresses: Vec<Option<String>> = person::Entity::find()
        .select_only()
        .column(person::Column::WorkEmail)
        .filter(person::Column::Id.is_in(numbers))
        .into_tuple()
        .all(db)
        .await?;
    Ok(addresses.iter().flatten().any(|address| !address.trim().is_empty()))
}
