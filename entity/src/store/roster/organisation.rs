//! Units with their places in the tree, and what is filed about a unit: appointments, policies, exemptions and staff lists.

use std::collections::HashMap;

use sea_orm::{DbErr, EntityTrait as _, QueryOrder as _};

use super::{LoadError, Loader, optional};
use crate::coverage::roster::{Appointment, Exemption, FiledPolicy, Placement, StaffList, Unit, UnitIx};
use crate::id::StaffListId;
use crate::period::Validity;
use crate::store::policy::terms;
use crate::table::{appointment, exemption, policy, rows_not_read, staff_list, unit, unit_parent};

impl Loader {
    pub(super) async fn units(&mut self) -> Result<(), DbErr> {
        let rows = unit::Entity::find().order_by_asc(unit::Column::Id).all(&self.txn).await?;
        self.units = rows.iter().zip(0u32..).map(|(row, place)| (row.id, UnitIx(place))).collect();
        let Self { roster, units, .. } = self;
        roster.units = rows
            .into_iter()
            .map(|row| Unit {
                id: row.id,
                code: row.code,
                name: row.name,
                placements: Vec::new(),
                level: optional(&mut roster.words, row.level.as_deref()),
                site: optional(&mut roster.words, row.site.as_deref()),
                cover_group: row.cover_group.as_deref().and_then(|group| roster.words.key(group)),
                validity: Validity { from: row.valid_from, to: row.valid_to },
            })
            .collect();
        let placements =
            unit_parent::Entity::find().order_by_asc(unit_parent::Column::ValidFrom).all(&self.txn).await?;
        for row in placements {
            if let Some(unit) = units.get(&row.unit_id) {
                let parent = row.parent_id.and_then(|above| units.get(&above).copied());
                roster.units[unit.at()].placements.push(Placement { from: row.valid_from, parent });
            }
        }
        // The engines sort a missing day differently.
        roster.units.iter_mut().for_each(|unit| unit.placements.sort_by_key(|placement| placement.from));
        Ok(())
    }

    pub(super) async fn appointments(&mut self) -> Result<(), DbErr> {
        self.each(appointment::Entity::find(), |known, row: appointment::Model| {
            let (Some(unit), Some(person)) = (known.unit(row.unit_id), known.person(row.person_id)) else { return };
            let delegate = row.delegate_id.and_then(|id| known.person(id));
            known.roster.appointments.push(Appointment {
                unit,
                person,
                role: row.role,
                validity: Validity { from: row.valid_from, to: row.valid_to },
                delegate: delegate.map(|id| (id, Validity { from: row.delegate_from, to: row.delegate_to })),
            });
        })
        .await
    }

    pub(super) async fn staff_lists(&mut self) -> Result<(), DbErr> {
        let mut unread: HashMap<StaffListId, Vec<(UnitIx, u32)>> = HashMap::new();
        self.each(rows_not_read::Entity::find(), |known, row: rows_not_read::Model| {
            if let Some(unit) = known.unit(row.unit_id) {
                unread.entry(row.staff_list_id).or_default().push((unit, u32::try_from(row.rows).unwrap_or(0)));
            }
        })
        .await?;
        let mut series: HashMap<String, u32> = HashMap::new();
        self.each(staff_list::Entity::find(), |known, row: staff_list::Model| {
            let employer = known.roster.words.value(&row.employer);
            let unread = unread.remove(&row.id).unwrap_or_default();
            let next = u32::try_from(series.len()).unwrap_or(u32::MAX);
            let series = *series.entry(row.employer_key).or_insert(next);
            known.roster.staff_lists.push(StaffList { employer, series, as_at: row.as_at, unread });
        })
        .await
    }

    pub(super) async fn policies(&mut self) -> Result<(), LoadError> {
        for row in policy::Entity::find().all(&self.txn).await? {
            if let Some(unit) = self.units.get(&row.unit_id) {
                let from = row.in_force_from;
                self.roster.policies.push(FiledPolicy { unit: *unit, from, policy: terms(&row)? });
            }
        }
        Ok(())
    }

    pub(super) async fn exemptions(&mut self) -> Result<(), DbErr> {
        for row in exemption::Entity::find().all(&self.txn).await? {
            if let Some(unit) = self.units.get(&row.unit_id) {
                let validity = Validity { from: Some(row.valid_from), to: Some(row.valid_to) };
                self.roster.exemptions.push(Exemption { unit: *unit, validity });
            }
        }
        Ok(())
    }
}
