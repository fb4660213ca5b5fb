//! What is on file, as far as the files of an import can touch it, streamed into the [`Board`].

use entity::period::Validity;
use entity::table::{
    allocation, appointment, completion, course, exemption, person, policy, post, unavailability, unit,
};
use futures_util::TryStreamExt as _;
use sea_orm::{ConnectionTrait, DbErr, EntityTrait as _, QueryOrder as _, StreamTrait};

use super::board::{
    Allocation, Appointment, Board, Completion, Course, Exemption, Person, PersonIx, Policy, Post, Unavailability,
    Unit, UnitIx,
};
use super::parse::Files;

/// A row whose reference leads nowhere: the database's own keys forbid it.
fn dangling(what: &str) -> DbErr {
    DbErr::Custom(format!("a {what} on file refers to a row that is not there"))
}

/// Fills `board`, whose words may hold texts of the files already. Employers that end take their posts with them, without any
/// file.
///
/// # Errors
///
/// What the database said.
pub(super) async fn load(
    db: &(impl ConnectionTrait + StreamTrait),
    files: &Files,
    employers_end: bool,
    board: &mut Board,
) -> Result<(), DbErr> {
    units(db, board).await?;
    let of_people = files.staff.is_some()
        || files.training.is_some()
        || files.supporters.is_some()
        || files.unavailability.is_some()
        || files.managers.is_some();
    // A unit that closes takes its posts with it, so they are counted then too; and a post names people.
    let of_posts = files.staff.is_some() || files.units.is_some() || employers_end;
    if of_people || of_posts {
        people(db, board).await?;
    }
    if of_posts {
        posts(db, board).await?;
    }
    if files.courses.is_some() || files.training.is_some() {
        courses(db, board).await?;
    }
    if files.training.is_some() {
        completions(db, board).await?;
    }
    if files.supporters.is_some() {
        allocations(db, board).await?;
    }
    if files.unavailability.is_some() {
        unavailability(db, board).await?;
    }
    if files.managers.is_some() {
        appointments(db, board).await?;
    }
    if files.policies.is_some() {
        policies(db, board).await?;
    }
    if files.exemptions.is_some() {
        exemptions(db, board).await?;
    }
    Ok(())
}

async fn units(db: &(impl ConnectionTrait + StreamTrait), board: &mut Board) -> Result<(), DbErr> {
    let mut parents = Vec::new();
    let mut rows = unit::Entity::find().order_by_asc(unit::Column::Id).stream(db).await?;
    while let Some(row) = rows.try_next().await? {
        let unit::Model { id, code, name, parent_id, level, site, cover_group, valid_from, valid_to } = row;
        let words = &mut board.words;
        let unit = Unit {
            code: words.text(&code),
            name: words.text(&name),
            parent: None,
            level: level.map(|text| words.text(&text)),
            site: site.map(|text| words.text(&text)),
            cover_group: cover_group.map(|text| words.text(&text)),
            validity: Validity { from: valid_from, to: valid_to },
        };
        board.units.push(unit);
        board.units.on_file.push(id);
        parents.push(parent_id);
    }
    for (at, parent) in parents.into_iter().enumerate() {
        if let Some(parent) = parent {
            board.units.list[at].parent = Some(board.units.with_id(parent).ok_or_else(|| dangling("unit"))?);
        }
    }
    Ok(())
}

async fn people(db: &(impl ConnectionTrait + StreamTrait), board: &mut Board) -> Result<(), DbErr> {
    let mut rows = person::Entity::find().order_by_asc(person::Column::Id).stream(db).await?;
    while let Some(row) = rows.try_next().await? {
        let person::Model { id, employer, number, first_name, last_name, work_email } = row;
        let words = &mut board.words;
        let person = Person {
            key: (words.text(&employer), words.text(&number)),
            first_name: first_name.map(|text| words.text(&text)),
            last_name: last_name.map(|text| words.text(&text)),
            work_email: work_email.map(|text| words.text(&text)),
        };
        board.people.push(person);
        board.people.on_file.push(id);
    }
    Ok(())
}

impl Board {
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

async fn posts(db: &(impl ConnectionTrait + StreamTrait), board: &mut Board) -> Result<(), DbErr> {
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
        let (person, unit) = (board.person_on_file(person_id)?, board.unit_on_file(unit_id)?);
        let line_manager = board.person_on_file_if(line_manager_id)?;
        let mut text = |text: Option<String>| text.map(|text| board.words.text(&text));
        let post = Post {
            person,
            unit,
            assignment: text(assignment),
            job_title: text(job_title),
            job_family: text(job_family),
            band: text(band),
            line_manager,
            wte,
            contract_type: text(contract_type),
            bank,
            validity: Validity { from: valid_from, to: valid_to },
        };
        board.posts.push((id.0, post));
    }
    // By person, and oldest first, is how they are compared with the file.
    board.posts.sort_unstable_by_key(|(id, post)| (post.person, post.validity.from, *id));
    Ok(())
}

async fn courses(db: &(impl ConnectionTrait + StreamTrait), board: &mut Board) -> Result<(), DbErr> {
    let mut rows = course::Entity::find().order_by_asc(course::Column::Id).stream(db).await?;
    while let Some(row) = rows.try_next().await? {
        let course::Model { id, code, code_key, title, level, platform, employer_kind } = row;
        let words = &mut board.words;
        let course = Course {
            code: words.text(&code),
            key: words.text(&code_key),
            title: title.map(|text| words.text(&text)),
            level,
            platform: platform.map(|text| words.text(&text)),
            employer_kind: employer_kind.map(|text| words.text(&text)),
        };
        board.courses.push(course);
        board.courses.on_file.push(id);
    }
    Ok(())
}

async fn completions(db: &(impl ConnectionTrait + StreamTrait), board: &mut Board) -> Result<(), DbErr> {
    let mut rows = completion::Entity::find().stream(db).await?;
    while let Some(row) = rows.try_next().await? {
        let completion::Model { id, person_id, course_id, completed_on } = row;
        let person = board.person_on_file(person_id)?;
        let course = board.courses.with_id(course_id).ok_or_else(|| dangling("completion"))?;
        board.completions.insert(Completion { person, course, completed_on }, id.0);
    }
    Ok(())
}

async fn allocations(db: &(impl ConnectionTrait + StreamTrait), board: &mut Board) -> Result<(), DbErr> {
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
            line_approved_on,
            line_approver_id,
            senior_approved_on,
            senior_approver_id,
            protected_hours,
            signed_off_on,
            paused_from,
            paused_to,
        } = row;
        let allocation = Allocation {
            person: board.person_on_file(person_id)?,
            role,
            unit: board.unit_on_file(unit_id)?,
            share,
            validity: Validity { from: valid_from, to: valid_to },
            line_approved_on,
            line_approver: board.person_on_file_if(line_approver_id)?,
            senior_approved_on,
            senior_approver: board.person_on_file_if(senior_approver_id)?,
            protected_hours,
            signed_off_on,
            paused: Validity { from: paused_from, to: paused_to },
        };
        board.allocations.push((id.0, allocation));
    }
    Ok(())
}

async fn unavailability(db: &(impl ConnectionTrait + StreamTrait), board: &mut Board) -> Result<(), DbErr> {
    let mut rows = unavailability::Entity::find().stream(db).await?;
    while let Some(row) = rows.try_next().await? {
        let unavailability::Model { id, person_id, valid_from, valid_to } = row;
        let person = board.person_on_file(person_id)?;
        board.unavailability.push((id.0, Unavailability { person, from: valid_from, to: valid_to }));
    }
    Ok(())
}

async fn appointments(db: &(impl ConnectionTrait + StreamTrait), board: &mut Board) -> Result<(), DbErr> {
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
            unit: board.unit_on_file(unit_id)?,
            person: board.person_on_file(person_id)?,
            role,
            validity: Validity { from: valid_from, to: valid_to },
            delegate: board.person_on_file_if(delegate_id)?,
            delegate_validity: Validity { from: delegate_from, to: delegate_to },
        };
        board.appointments.push((id.0, appointment));
    }
    Ok(())
}

async fn policies(db: &(impl ConnectionTrait + StreamTrait), board: &mut Board) -> Result<(), DbErr> {
    let mut rows = policy::Entity::find().stream(db).await?;
    while let Some(row) = rows.try_next().await? {
        let policy::Model {
            id,
            unit_id,
            in_force_from,
            staff_per_supporter,
            min_supporters,
            certificate_months,
            approval_months,
            away_days,
            level1_target,
            min_champions,
            supporters_per_trainer,
            horizon_days,
            must_mix,
            should_mix,
        } = row;
        let policy = Policy {
            unit: board.unit_on_file(unit_id)?,
            in_force_from,
            staff_per_supporter,
            min_supporters,
            certificate_months,
            approval_months,
            away_days,
            level1_target,
            min_champions,
            supporters_per_trainer,
            horizon_days,
            must_mix: board.words.text(&must_mix),
            should_mix: board.words.text(&should_mix),
        };
        board.policies.push((id.0, policy));
    }
    Ok(())
}

async fn exemptions(db: &(impl ConnectionTrait + StreamTrait), board: &mut Board) -> Result<(), DbErr> {
    let mut rows = exemption::Entity::find().stream(db).await?;
    while let Some(row) = rows.try_next().await? {
        let exemption::Model { id, unit_id, valid_from, valid_to, reason, agreed_by } = row;
        let exemption = Exemption {
            unit: board.unit_on_file(unit_id)?,
            from: valid_from,
            to: valid_to,
            reason: board.words.text(&reason),
            agreed_by: agreed_by.map(|text| board.words.text(&text)),
        };
        board.exemptions.push((id.0, exemption));
    }
    Ok(())
}
