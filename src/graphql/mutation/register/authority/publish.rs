//! Publishing a policy, and showing what it changes.

use std::sync::Arc;

use async_graphql::{Context, InputObject, SimpleObject};
use entity::coverage::governing::governing;
use entity::coverage::roster::UnitIx;
use entity::coverage::{PolicyTerms, WhatIf as Asked};
use entity::id::PolicyId;
use entity::period::Day;
use entity::register::authority::WishedDays;
use entity::register::terms::RegisterTerms;
use entity::store::policy::{
    register_terms, register_terms_row, row as policy_row, terms as terms_of_row, with_register,
};
use entity::store::register::change::Object;
use entity::store::register::kept_fact::{self, KeptFact};
use entity::table::{policy, policy_register_terms};
use entity::value::command::Command;
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::{ActiveModelTrait as _, ColumnTrait as _, EntityTrait as _, IntoActiveModel as _, QueryFilter as _};
use serde_json::{Value as Json, json};

use super::super::command::{Begun, RegisterCommand, show_result};
use super::super::refusal::{CommandRefusal, RefusalCode};
use super::register_terms::RegisterTermsInput;
use crate::access::Right;
use crate::graphql::day_view::DayScope;
use crate::graphql::error::ApiError;
use crate::graphql::object::organisation::Policy;
use crate::graphql::object::policy_input::PolicyInput;
use crate::graphql::object::what_if::WhatIf;
use crate::graphql::request_state::{cache, caller};
use crate::graphql::scalar::Date;

/// A policy to publish.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct PublishPolicyInput {
    /// Code of the unit. The policy also governs the units below it that have none of their own.
    unit_code: String,
    /// First day in force, from today to a year ahead. A policy of the unit from the same day is replaced.
    in_force_from: Date,
    /// The terms. Fields that are left out keep the values of the policy that governs the unit on that day; without one, the
    /// defaults.
    #[graphql(default)]
    policy: PolicyInput,
    /// The numbers of the register. Fields that are left out keep the values of the policy that governs the unit on that day.
    #[graphql(default)]
    register: RegisterTermsInput,
    /// Whether this is a trial: nothing is stored, and the response shows what would change.
    #[graphql(default = false)]
    preview: bool,
    /// A key of the client's choice, 1 to 64 characters: sending the command again with it changes nothing twice.
    idempotency_key: Option<String>,
}

/// The result of publishing a policy.
#[derive(Debug, SimpleObject)]
pub(crate) struct PublishPolicyPayload {
    /// The policy on its first day in force. Null if it was refused, and in a trial.
    policy: Option<Policy>,
    /// What it changes on its first day in force: the figures before and after, and the teams that change. Null if it was
    /// refused, and if the command was sent again with the same key.
    what_if: Option<WhatIf>,
    /// Why nothing was changed. Empty if it was not refused.
    refusals: Vec<CommandRefusal>,
}

impl PublishPolicyPayload {
    fn refused(refusal: impl Into<CommandRefusal>) -> Self {
        Self { policy: None, what_if: None, refusals: vec![refusal.into()] }
    }
}

pub(super) async fn publish(ctx: &Context<'_>, input: PublishPolicyInput) -> Result<PublishPolicyPayload, ApiError> {
    let key = input.idempotency_key.clone();
    let command = match RegisterCommand::begin(ctx, Command::PublishPolicy, key, &input).await? {
        Begun::New(command) => *command,
        Begun::Repeated(_) => {
            let policy = shown(ctx, &input.unit_code, input.in_force_from.0).await?;
            return Ok(PublishPolicyPayload { policy, what_if: None, refusals: Vec::new() });
        }
        Begun::Refused(refusal) => return Ok(PublishPolicyPayload::refused(refusal)),
    };
    command.scope.require_of_person(Right::Register)?;
    let PublishPolicyInput { unit_code, in_force_from: Date(from), policy, register, preview, idempotency_key: _ } =
        input;
    let unit = match command.open_unit(&unit_code) {
        Ok(unit) => unit,
        Err(refusal) => return Ok(PublishPolicyPayload::refused(refusal)),
    };
    if let Err(refusal) = (WishedDays { from, until: None }).check(command.today) {
        let path = vec!["input".to_owned(), "inForceFrom".to_owned()];
        return Ok(PublishPolicyPayload::refused(CommandRefusal { path, ..refusal.into() }));
    }
    let present = governing(command.index(), unit, from, None).map(|found| found.policy.into_owned());
    let terms = policy.change()?.applied_to(&present.unwrap_or_default());
    if terms.agreement_required && !command.index().agreements().iter().any(|agreement| agreement.from <= from) {
        let sentence = "No agreement is in force on this day. Publish one with `publishDocument` first.";
        let path = ["input", "policy", "agreementRequired"].map(str::to_owned).into();
        let refusal = CommandRefusal { path, ..CommandRefusal::new(RefusalCode::Missing, sentence) };
        return Ok(PublishPolicyPayload::refused(refusal));
    }
    let known_terms = command.index().register_terms(unit, from);
    let register = register.applied_to(known_terms.clone())?;
    let own = command.index().policies_of(unit).iter().find(|filed| filed.from == from);
    if own.is_some_and(|filed| filed.policy == terms) && register == known_terms {
        let sentence = "This is the unit's policy from that day on already.";
        return Ok(PublishPolicyPayload::refused(CommandRefusal::new(RefusalCode::NothingToChange, sentence)));
    }
    let (before, viewer, today) = (Arc::clone(&command.known), command.scope.viewer().clone(), command.today);
    let filed = Asked::filing(unit, from, &terms);
    if preview {
        // The locks are given back before anything is computed.
        drop(command);
    } else {
        store(command, NewPolicy { unit, from, terms, register }).await?;
    }
    let then_day = DayScope::of_command(ctx, &before, viewer, from, today)?;
    let (cache, caller) = (cache(ctx)?, caller(ctx)?);
    let now = cache.coverage(caller, &before, from, today).await?;
    let then = cache.what_if(caller, &before, from, today, filed).await?;
    let what_if = Some(WhatIf::new(then_day.with_computed(now), unit, then));
    let policy = if preview { None } else { shown(ctx, &unit_code, from).await? };
    Ok(PublishPolicyPayload { policy, what_if, refusals: Vec::new() })
}

/// A policy that may be published.
struct NewPolicy {
    unit: UnitIx,
    from: Day,
    terms: PolicyTerms,
    register: RegisterTerms,
}

/// Stores a policy. One of the same unit and day is replaced.
async fn store(mut command: RegisterCommand, new: NewPolicy) -> Result<(), ApiError> {
    let NewPolicy { unit, from, terms, register } = new;
    let unit_id = command.index().roster().units[unit.at()].id;
    let found = policy::Entity::find()
        .filter(policy::Column::UnitId.eq(unit_id))
        .filter(policy::Column::InForceFrom.eq(from))
        .one(command.txn.connection())
        .await?;
    let mut change = command.change();
    change.effective_on = from;
    change.objects = [Object::unit(unit_id), Object::policy(unit_id)].into();
    change.units = [unit_id].into();
    let id = match found {
        Some(row) => {
            let known = policy_register_terms::Entity::find_by_id(row.id).one(command.txn.connection()).await?;
            let known_terms = known.as_ref().map(register_terms).unwrap_or_default();
            let before = with_register(terms_of_row(&row).map_err(ApiError::internal)?, known.as_ref());
            change.before = Some(values(&before, &known_terms));
            if let Some(known) = known {
                command.txn.delete::<policy_register_terms::Entity>(&known).await?;
            }
            let after = policy_row(row.id, unit_id, from, &terms);
            command.txn.update::<policy::Entity, policy::ActiveModel>(&row, after).await?.id
        }
        None => {
            let row = policy_row(PolicyId(0), unit_id, from, &terms);
            let row = policy::ActiveModel { id: NotSet, unit_id: Set(unit_id), ..row.into_active_model().reset_all() };
            command.txn.insert::<policy::Entity, _>(row).await?.id
        }
    };
    let row = register_terms_row(id, &register, &terms).into_active_model().reset_all();
    command.txn.insert::<policy_register_terms::Entity, policy_register_terms::ActiveModel>(row).await?;
    let today = command.today;
    kept_fact::keep(&mut command.txn, KeptFact::Policy { unit: unit_id, from }, today).await?;
    let mut after = values(&terms, &register);
    after["policy"] = json!(id);
    after["inForceFrom"] = json!(from);
    change.after = Some(after);
    command.finish(change).await
}

/// A policy as a change record names it.
fn values(terms: &PolicyTerms, register: &RegisterTerms) -> Json {
    let PolicyTerms {
        staff_per_supporter,
        min_supporters,
        certificate_months,
        approval_months,
        away_days,
        level1_target,
        min_champions,
        supporters_per_trainer,
        horizon_days,
        trainer_certificate_months,
        min_trainers,
        stale_days,
        trainer_level,
        approver_office,
        agreement_required,
        framework_transition_gates,
        mix,
    } = terms;
    let RegisterTerms {
        nomination_days,
        silence_days,
        again_days,
        months_in_post,
        months_active,
        waiting_per_nominator,
        ended_months,
        band_order,
    } = register;
    let mix: Vec<_> = mix.iter().map(|rule| json!({ "rule": rule.text, "must": rule.must })).collect();
    json!({
        "staffPerSupporter": staff_per_supporter, "minSupporters": min_supporters, "certificateMonths": certificate_months,
        "approvalMonths": approval_months, "awayDays": away_days, "level1Target": level1_target,
        "minChampions": min_champions, "supportersPerTrainer": supporters_per_trainer, "horizonDays": horizon_days,
        "trainerCertificateMonths": trainer_certificate_months, "minTrainers": min_trainers, "staleDays": stale_days,
        "trainerLevel": trainer_level, "approverOffice": approver_office,
        "agreementRequired": agreement_required, "frameworkTransitionGates": framework_transition_gates, "mix": mix,
        "nominationDays": nomination_days, "silenceDays": silence_days, "againDays": again_days,
        "monthsInPost": months_in_post, "monthsActive": months_active, "waitingPerNominator": waiting_per_nominator,
        "endedMonths": ended_months, "bandOrder": band_order,
    })
}

/// Reads the policy of a unit again, on its first day in force.
async fn shown(ctx: &Context<'_>, unit_code: &str, from: Day) -> Result<Option<Policy>, ApiError> {
    show_result(ctx).await?;
    let day_scope = DayScope::on(ctx, Some(Date(from))).await?;
    let Some(unit) = day_scope.unit(unit_code) else { return Ok(None) };
    let view = day_scope.with_coverage(ctx).await?;
    Ok(governing(view.index(), unit, from, None).map(|found| Policy::governing(&view, found)))
}
