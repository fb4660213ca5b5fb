//! Policies and exemptions.

use entity::store::policy::terms;
use entity::table::{exemption, policy};
use futures_util::TryStreamExt as _;
use sea_orm::{ConnectionTrait, DbErr, EntityTrait as _, StreamTrait};

use super::super::dataset::Dataset;
use super::super::record::{Exemption, Policy};

pub(super) async fn policies(db: &(impl ConnectionTrait + StreamTrait), dataset: &mut Dataset) -> Result<(), DbErr> {
    let mut rows = policy::Entity::find().stream(db).await?;
    while let Some(row) = rows.try_next().await? {
        let terms = terms(&row).map_err(|error| DbErr::Custom(error.to_string()))?;
        let (id, unit) = (row.id, dataset.unit_on_file(row.unit_id)?);
        let policy = Policy { unit, in_force_from: row.in_force_from, terms };
        dataset.policies.push((id.0, policy));
    }
    Ok(())
}

pub(super) async fn exemptions(db: &(impl ConnectionTrait + StreamTrait), dataset: &mut Dataset) -> Result<(), DbErr> {
    let mut rows = exemption::Entity::find().stream(db).await?;
    while let Some(row) = rows.try_next().await? {
        let exemption::Model { id, unit_id, valid_from, valid_to, reason, agreed_by } = row;
        let exemption = Exemption {
            unit: dataset.unit_on_file(unit_id)?,
            from: valid_from,
            to: valid_to,
            reason: dataset.words.intern(&reason),
            agreed_by: agreed_by.map(|text| dataset.words.intern(&text)),
        };
        dataset.exemptions.push((id.0, exemption));
    }
    Ok(())
}
