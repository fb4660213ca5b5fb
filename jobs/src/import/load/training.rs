//! Courses and passes.

use entity::table::{completion, course};
use futures_util::TryStreamExt as _;
use sea_orm::{ConnectionTrait, DbErr, EntityTrait as _, QueryOrder as _, StreamTrait};

use super::super::dataset::Dataset;
use super::super::record::{CompletionKey, Course};
use super::on_file::dangling;

pub(super) async fn courses(db: &(impl ConnectionTrait + StreamTrait), dataset: &mut Dataset) -> Result<(), DbErr> {
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

pub(super) async fn completions(db: &(impl ConnectionTrait + StreamTrait), dataset: &mut Dataset) -> Result<(), DbErr> {
    let mut rows = completion::Entity::find().stream(db).await?;
    while let Some(row) = rows.try_next().await? {
        let completion::Model { id, person_id, course_id, completed_on, valid_to } = row;
        let person = dataset.person_on_file(person_id)?;
        let course = dataset.courses.with_id(course_id).ok_or_else(|| dangling("completion"))?;
        dataset.completions.insert(CompletionKey { person, course, completed_on }, (id.0, valid_to));
    }
    Ok(())
}
