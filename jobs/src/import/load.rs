//! Loads the records on file that the files of an import can affect into the [`Dataset`].

use std::collections::HashMap;

use entity::period::Validity;
use entity::store::policy::terms;
use entity::table::{
    allocation, allocation_terms, appointment, approval, completion, course, exemption, pause, person, person_link,
    policy, post, rows_not_read, sign_off, staff_list, unavailability, unit, unit_parent,
};
use entity::value::ApproverCapacity;
use futures_util::TryStreamExt as _;
use sea_orm::{ConnectionTrait, DbErr, EntityTrait as _, QueryOrder as _, StreamTrait};

use super::dataset::Dataset;
use super::parse::Files;
use super::record::{
    Allocation, AllocationFacts, AllocationTerms, Appointment, Approval, CompletionKey, Course, Exemption, Link,
    Person, PersonDetails, Placement, Policy, Post, RowsNotRead, StaffList, StaffListRef, Unavailability, Unit,
};
use super::reference::{PersonIx, UnitIx};

/// The error for a row with a broken reference, which the database's own keys prevent.
fn dangling(what: &str) -> DbErr {
    DbErr::Custom(format!("a {what} on file refers to a row that is not there"))
}

/// Fills `dataset`, which may already hold texts of the files. Employers that end take their posts with them, without
/// any file.
pub(super) async fn load(
    db: &(impl ConnectionTrait + StreamTrait),
    files: &Files,
    employers_end: bool,
    dataset: &mut Dataset,
) -> Result<(), DbErr> {
    units(db, dataset).await?;
    let of_people = files.staff.is_some()
        || files.training.is_some()
        || files.supporters.is_some()
        || files.unavailability.is_some()
        || files.links.is_some()
        || files.managers.is_some();
    // A unit that closes takes its posts with it, so they are counted then too; and a post names people.
    let of_posts = files.staff.is_some() || files.units.is_some() || employers_end;
    if of_people || of_posts {
        people(db, dataset).await?;
    }
    // A list of posts or of allocations can change how many allocations are to teams in which the person has no post.
    if of_posts || files.supporters.is_some() {
        posts(db, dataset).await?;
    }
    if files.courses.is_some() || files.training.is_some() {
        courses(db, dataset).await?;
    }
    if files.training.is_some() {
        completions(db, dataset).await?;
    }
    if files.supporters.is_some() || files.staff.is_some() {
        facts_of_allocations(db, dataset).await?;
    }
    // A link adds up the shares of two people, and a staff list moves supporters out of their teams.
    if files.supporters.is_some() || files.links.is_some() || files.staff.is_some() {
        allocations(db, dataset).await?;
        links(db, dataset).await?;
    }
    if files.staff.is_some() {
        staff_lists(db, dataset).await?;
    }
    if files.unavailability.is_some() {
        unavailability(db, dataset).await?;
    }
    if files.managers.is_some() {
        appointments(db, dataset).await?;
    }
    if files.policies.is_some() {
        policies(db, dataset).await?;
    }
    if files.exemptions.is_some() {
        exemptions(db, dataset).await?;
    }
    Ok(())
}

async fn units(db: &(impl ConnectionTrait + StreamTrait), dataset: &mut Dataset) -> Result<(), DbErr> {
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

async fn people(db: &(impl ConnectionTrait + StreamTrait), dataset: &mut Dataset) -> Result<(), DbErr> {
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

impl Dataset {
    fn person_on_file(&self, id: entity::id::PersonId) -> Result<PersonIx, DbErr> {
        self.people.with_id(id).ok_or_else(|| dangling("row about a person"))
    }

    fn person_on_file_if(&self, id: Option<entity::id::PersonId>) -> Result<Option<PersonIx>, DbErr> {
        id.map(|id| self.person_on_file(id)).transpose()
    }

    fn unit_on_file(&self, id: entity::id::UnitId) -> Result<UnitIx, DbErr> {
        self.units.with_id(id).ok_or_else(|| dangling("row about a unit"))
    }
}

async fn posts(db: &(impl ConnectionTrait + StreamTrait), dataset: &mut Dataset) -> Result<(), DbErr> {
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

async fn courses(db: &(impl ConnectionTrait + StreamTrait), dataset: &mut Dataset) -> Result<(), DbErr> {
    let mut rows = course::Entity::find().order_by_asc(course::Column::Id).stream(db).await?;
    while let Some(row) = rows.try_next().await? {
        let course::Model { id, code, code_key, title, level, platform, employer_kind } = row;
        let words = &mut dataset.words;
        let course = Course {
            code: words.intern(&code),
            key: words.intern(&code_key),
            title: title.map(|text| words.intern(&text)),
            level,
            platform: platform.map(|text| words.intern(&text)),
            employer_kind: employer_kind.map(|text| words.intern(&text)),
        };
        dataset.courses.push(course);
        dataset.courses.on_file.push(id);
    }
    Ok(())
}

async fn completions(db: &(impl ConnectionTrait + StreamTrait), dataset: &mut Dataset) -> Result<(), DbErr> {
    let mut rows = completion::Entity::find().stream(db).await?;
    while let Some(row) = rows.try_next().await? {
        let completion::Model { id, person_id, course_id, completed_on, valid_to } = row;
        let person = dataset.person_on_file(person_id)?;
        let course = dataset.courses.with_id(course_id).ok_or_else(|| dangling("completion"))?;
        dataset.completions.insert(CompletionKey { person, course, completed_on }, (id.0, valid_to));
    }
    Ok(())
}

/// Loads the allocations, each with the last of its dated facts as given by the last file. The rows of a file are
/// compared with these.
async fn allocations(db: &(impl ConnectionTrait + StreamTrait), dataset: &mut Dataset) -> Result<(), DbErr> {
    fn last<T: Copy>(facts: &[(i64, T)]) -> Option<T> {
        facts.last().map(|(_, fact)| *fact)
    }
    let none = AllocationFacts::default();
    let mut rows = allocation::Entity::find().stream(db).await?;
    while let Some(row) = rows.try_next().await? {
        let allocation::Model {
            id,
            person_id,
            role,
            unit_id,
            share,
            valid_from,
            valid_to,
            line_approval_blank,
            senior_approval_blank,
            sign_off_blank,
            pause_blank,
        } = row;
        let facts = dataset.allocation_facts.get(&id.0).unwrap_or(&none);
        let allocation = Allocation {
            person: dataset.person_on_file(person_id)?,
            role,
            unit: dataset.unit_on_file(unit_id)?,
            share,
            validity: Validity { from: valid_from, to: valid_to },
            line: last(&facts.line).filter(|_| !line_approval_blank),
            senior: last(&facts.senior).filter(|_| !senior_approval_blank),
            signed_off_on: last(&facts.signed_off).filter(|_| !sign_off_blank),
            pause: last(&facts.pauses).filter(|_| !pause_blank),
            terms: last(&facts.terms).map(|(_, terms)| terms).unwrap_or_default(),
        };
        dataset.allocations.push((id.0, allocation));
    }
    Ok(())
}

/// Loads the dated facts of the allocations.
async fn facts_of_allocations(db: &(impl ConnectionTrait + StreamTrait), dataset: &mut Dataset) -> Result<(), DbErr> {
    let mut all: HashMap<i64, AllocationFacts> = HashMap::new();
    let mut rows = approval::Entity::find().stream(db).await?;
    while let Some(row) = rows.try_next().await? {
        let approval::Model { id, allocation_id, capacity, decided_on, approver_id } = row;
        let approval = Approval { on: decided_on, by: dataset.person_on_file_if(approver_id)? };
        let facts = all.entry(allocation_id.0).or_default();
        match capacity {
            ApproverCapacity::Line => facts.line.push((id.0, approval)),
            ApproverCapacity::Senior => facts.senior.push((id.0, approval)),
        }
    }
    drop(rows);
    let mut rows = sign_off::Entity::find().stream(db).await?;
    while let Some(row) = rows.try_next().await? {
        let sign_off::Model { id, allocation_id, signed_off_on } = row;
        all.entry(allocation_id.0).or_default().signed_off.push((id.0, signed_off_on));
    }
    drop(rows);
    let mut rows = pause::Entity::find().stream(db).await?;
    while let Some(row) = rows.try_next().await? {
        let pause::Model { id, allocation_id, valid_from, valid_to } = row;
        let validity = Validity { from: valid_from, to: valid_to };
        all.entry(allocation_id.0).or_default().pauses.push((id.0, validity));
    }
    drop(rows);
    let mut rows = allocation_terms::Entity::find().stream(db).await?;
    while let Some(row) = rows.try_next().await? {
        let allocation_terms::Model { id, allocation_id, valid_from, protected_hours, outside_team } = row;
        let terms = (valid_from, AllocationTerms { protected_hours, outside_team });
        all.entry(allocation_id.0).or_default().terms.push((id.0, terms));
    }
    all.values_mut().for_each(AllocationFacts::sort);
    dataset.allocation_facts = all;
    Ok(())
}

async fn links(db: &(impl ConnectionTrait + StreamTrait), dataset: &mut Dataset) -> Result<(), DbErr> {
    let mut rows = person_link::Entity::find().stream(db).await?;
    while let Some(row) = rows.try_next().await? {
        let person_link::Model { id, person_id, same_as_id } = row;
        let link = Link { person: dataset.person_on_file(person_id)?, same_as: dataset.person_on_file(same_as_id)? };
        dataset.links.push((id.0, link));
    }
    Ok(())
}

async fn staff_lists(db: &(impl ConnectionTrait + StreamTrait), dataset: &mut Dataset) -> Result<(), DbErr> {
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

async fn unavailability(db: &(impl ConnectionTrait + StreamTrait), dataset: &mut Dataset) -> Result<(), DbErr> {
    let mut rows = unavailability::Entity::find().stream(db).await?;
    while let Some(row) = rows.try_next().await? {
        let unavailability::Model { id, person_id, valid_from, valid_to } = row;
        let person = dataset.person_on_file(person_id)?;
        dataset.unavailability.push((id.0, Unavailability { person, from: valid_from, to: valid_to }));
    }
    Ok(())
}

async fn appointments(db: &(impl ConnectionTrait + StreamTrait), dataset: &mut Dataset) -> Result<(), DbErr> {
    let mut rows = appointment::Entity::find().stream(db).await?;
    while let Some(row) = rows.try_next().await? {
        let appointment::Model {
            id,
            unit_id,
            person_id,
            role,
            valid_from,
            valid_to,
            delegate_id,
            delegate_from,
            delegate_to,
        } = row;
        let appointment = Appointment {
            unit: dataset.unit_on_file(unit_id)?,
            person: dataset.person_on_file(person_id)?,
            role,
            validity: Validity { from: valid_from, to: valid_to },
            delegate: dataset.person_on_file_if(delegate_id)?,
            delegate_validity: Validity { from: delegate_from, to: delegate_to },
        };
        dataset.appointments.push((id.0, appointment));
    }
    Ok(())
}

async fn policies(db: &(impl ConnectionTrait + StreamTrait), dataset: &mut Dataset) -> Result<(), DbErr> {
    let mut rows = policy::Entity::find().stream(db).await?;
    while let Some(row) = rows.try_next().await? {
        let terms = terms(&row).map_err(|error| DbErr::Custom(error.to_string()))?;
        let (id, unit) = (row.id, dataset.unit_on_file(row.unit_id)?);
        let policy = Policy { unit, in_force_from: row.in_force_from, terms };
        dataset.policies.push((id.0, policy));
    }
    Ok(())
}

async fn exemptions(db: &(impl ConnectionTrait + StreamTrait), dataset: &mut Dataset) -> Result<(), DbErr> {
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
