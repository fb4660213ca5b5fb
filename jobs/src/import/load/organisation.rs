//! Units, people, posts, links and staff lists.

use entity::period::Validity;
use entity::table::{person, person_link, post, rows_not_read, staff_list, unit, unit_parent};
use futures_util::TryStreamExt as _;
use sea_orm::{ConnectionTrait, DbErr, EntityTrait as _, QueryOrder as _, StreamTrait};

use super::super::dataset::Dataset;
use super::super::record::{Link, Person, PersonDetails, Placement, Post, RowsNotRead, StaffList, StaffListRef, Unit};
use super::on_file::dangling;

pub(super) async fn units(db: &(impl ConnectionTrait + StreamTrait), dataset: &mut Dataset) -> Result<(), DbErr> {
    let mut rows = unit::Entity::find().order_by_asc(unit::Column::Id).stream(db).await?;
    while let Some(row) = rows.try_next().await? {
        let unit::Model { id, code, name, level, site, cover_group, valid_from, valid_to } = row;
        let words = &mut dataset.words;
        let unit = Unit {
            code: words.key_on_file(&code).ok_or_else(|| dangling("unit without a code"))?,
            name: words.intern(&name),
            level: level.and_then(|text| words.value_on_file(&text)),
            site: site.and_then(|text| words.value_on_file(&text)),
            cover_group: cover_group.and_then(|text| words.key_on_file(&text)),
            validity: Validity { from: valid_from, to: valid_to },
        };
        dataset.units.push(unit);
        dataset.units.on_file.push(id);
    }
    drop(rows);
    let mut rows = unit_parent::Entity::find().stream(db).await?;
    while let Some(row) = rows.try_next().await? {
        let unit_parent::Model { id, unit_id, parent_id, valid_from } = row;
        let parent = parent_id.map(|parent| dataset.unit_on_file(parent)).transpose()?;
        dataset.placements.push((id.0, Placement { unit: dataset.unit_on_file(unit_id)?, from: valid_from, parent }));
    }
    dataset.placements.sort_unstable_by_key(|(id, placement)| (placement.unit, placement.from, *id));
    Ok(())
}

pub(super) async fn people(db: &(impl ConnectionTrait + StreamTrait), dataset: &mut Dataset) -> Result<(), DbErr> {
    let mut rows = person::Entity::find().order_by_asc(person::Column::Id).stream(db).await?;
    while let Some(row) = rows.try_next().await? {
        let person::Model { id, employer, number, first_name, last_name, work_email } = row;
        let words = &mut dataset.words;
        let person = Person {
            key: words
                .key_on_file(&employer)
                .zip(words.key_on_file(&number))
                .ok_or_else(|| dangling("person without a number"))?,
            details: PersonDetails {
                first_name: first_name.map(|text| words.intern(&text)),
                last_name: last_name.map(|text| words.intern(&text)),
                work_email: work_email.map(|text| words.intern(&text)),
            },
        };
        dataset.people.push(person);
        dataset.people.on_file.push(id);
    }
    Ok(())
}

pub(super) async fn posts(db: &(impl ConnectionTrait + StreamTrait), dataset: &mut Dataset) -> Result<(), DbErr> {
    let mut rows = post::Entity::find().stream(db).await?;
    while let Some(row) = rows.try_next().await? {
        let post::Model {
            id,
            person_id,
            unit_id,
            assignment,
            job_title,
            job_family,
            band,
            line_manager_id,
            wte,
            contract_type,
            bank,
            valid_from,
            valid_to,
        } = row;
        let (person, unit) = (dataset.person_on_file(person_id)?, dataset.unit_on_file(unit_id)?);
        let line_manager = dataset.person_on_file_if(line_manager_id)?;
        let words = &mut dataset.words;
        let mut value = |text: Option<String>| text.and_then(|text| words.value_on_file(&text));
        let (job_family, band, contract_type) = (value(job_family), value(band), value(contract_type));
        let post = Post {
            person,
            unit,
            assignment: assignment.and_then(|text| words.key_on_file(&text)),
            job_title: job_title.map(|text| words.intern(&text)),
            job_family,
            band,
            line_manager,
            wte,
            contract_type,
            bank,
            validity: Validity { from: valid_from, to: valid_to },
        };
        dataset.posts.push((id.0, post));
    }
    // The comparison needs the posts by person, oldest first.
    dataset.posts.sort_unstable_by_key(|(id, post)| (post.person, post.validity.from, *id));
    Ok(())
}

pub(super) async fn links(db: &(impl ConnectionTrait + StreamTrait), dataset: &mut Dataset) -> Result<(), DbErr> {
    let mut rows = person_link::Entity::find().stream(db).await?;
    while let Some(row) = rows.try_next().await? {
        let person_link::Model { id, person_id, same_as_id } = row;
        let link = Link { person: dataset.person_on_file(person_id)?, same_as: dataset.person_on_file(same_as_id)? };
        dataset.links.push((id.0, link));
    }
    Ok(())
}

pub(super) async fn staff_lists(db: &(impl ConnectionTrait + StreamTrait), dataset: &mut Dataset) -> Result<(), DbErr> {
    let mut rows = staff_list::Entity::find().stream(db).await?;
    while let Some(row) = rows.try_next().await? {
        let staff_list::Model { id, employer, employer_key: _, as_at } = row;
        let employer =
            dataset.words.key_on_file(&employer).ok_or_else(|| dangling("staff list without an employer"))?;
        dataset.staff_lists.push((id.0, StaffList { employer, as_at }));
    }
    drop(rows);
    let mut rows = rows_not_read::Entity::find().stream(db).await?;
    while let Some(row) = rows.try_next().await? {
        let rows_not_read::Model { id, staff_list_id, unit_id, rows } = row;
        let (list, unit) = (StaffListRef::OnFile(staff_list_id.0), dataset.unit_on_file(unit_id)?);
        dataset.rows_not_read.push((id.0, RowsNotRead { list, unit, rows }));
    }
    Ok(())
}
