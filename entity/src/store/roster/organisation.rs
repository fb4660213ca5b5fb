//! Units with their places in the tree, and staff lists.

use std::collections::HashMap;

use sea_orm::{DbErr, EntityTrait as _, QueryOrder as _};

use super::{Loader, optional};
use crate::coverage::roster::{Placement, StaffList, Succession, Unit, UnitIx};
use crate::id::StaffListId;
use crate::period::Validity;
use crate::table::{carry_over, rows_not_read, staff_list, unit, unit_parent};

impl Loader {
    pub(super) async fn units(&mut self) -> Result<(), DbErr> {
        let rows = unit::Entity::find().order_by_asc(unit::Column::Id).all(&self.txn).await?;
        self.units = rows.iter().zip(0u32..).map(|(row, place)| (row.id, UnitIx(place))).collect();
        let Self { organisation, units, .. } = self;
        organisation.units = rows
            .into_iter()
            .map(|row| Unit {
                id: row.id,
                code: row.code,
                name: row.name,
                placements: Vec::new(),
                level: optional(&mut organisation.words, row.level.as_deref()),
                site: optional(&mut organisation.words, row.site.as_deref()),
                cover_group: row.cover_group.as_deref().and_then(|group| organisation.words.key(group)),
                validity: Validity { from: row.valid_from, to: row.valid_to },
            })
            .collect();
        let placements =
            unit_parent::Entity::find().order_by_asc(unit_parent::Column::ValidFrom).all(&self.txn).await?;
        for row in placements {
            if let Some(unit) = units.get(&row.unit_id) {
                let parent = row.parent_id.and_then(|above| units.get(&above).copied());
                organisation.units[unit.at()].placements.push(Placement { from: row.valid_from, parent });
            }
        }
        // The engines sort a missing day differently.
        organisation.units.iter_mut().for_each(|unit| unit.placements.sort_by_key(|placement| placement.from));
        Ok(())
    }

    pub(super) async fn successions(&mut self) -> Result<(), DbErr> {
        let rows = carry_over::Entity::find().order_by_asc(carry_over::Column::Id);
        self.each(rows, |known, row: carry_over::Model| {
            if let Some((from, to)) = known.unit(row.from_unit_id).zip(known.unit(row.to_unit_id)) {
                known.organisation.successions.push(Succession { from, to });
            }
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
            let employer = known.organisation.words.value(&row.employer);
            let unread = unread.remove(&row.id).unwrap_or_default();
            let next = u32::try_from(series.len()).unwrap_or(u32::MAX);
            let series = *series.entry(row.employer_key).or_insert(next);
            known.organisation.staff_lists.push(StaffList { employer, series, as_at: row.as_at, unread });
        })
        .await
    }
}
