//! Loads the records on file that the files of an import can affect into the [`Dataset`].

mod on_file;
mod organisation;
mod policies;
mod roles;
mod training;

use sea_orm::{ConnectionTrait, DbErr, StreamTrait};

use super::dataset::Dataset;
use super::parse::Files;

/// Fills `dataset`, which may already hold texts of the files. Employers that end take their posts with them, without
/// any file.
pub(super) async fn load(
    db: &(impl ConnectionTrait + StreamTrait),
    files: &Files,
    employers_end: bool,
    dataset: &mut Dataset,
) -> Result<(), DbErr> {
    organisation::units(db, dataset).await?;
    let of_people = files.staff.is_some()
        || files.training.is_some()
        || files.supporters.is_some()
        || files.unavailability.is_some()
        || files.links.is_some()
        || files.managers.is_some();
    // A unit that closes takes its posts with it, so they are counted then too; and a post names people.
    let of_posts = files.staff.is_some() || files.units.is_some() || employers_end;
    if of_people || of_posts {
        organisation::people(db, dataset).await?;
    }
    // A list of posts or of allocations can change how many allocations are to teams in which the person has no post.
    if of_posts || files.supporters.is_some() {
        organisation::posts(db, dataset).await?;
    }
    if files.courses.is_some() || files.training.is_some() {
        training::courses(db, dataset).await?;
    }
    if files.training.is_some() {
        training::completions(db, dataset).await?;
    }
    if files.supporters.is_some() || files.staff.is_some() {
        roles::facts_of_allocations(db, dataset).await?;
    }
    // A link adds up the shares of two people, and a staff list moves supporters out of their teams.
    if files.supporters.is_some() || files.links.is_some() || files.staff.is_some() {
        roles::allocations(db, dataset).await?;
    }
    if files.supporters.is_some() || files.links.is_some() || files.staff.is_some() || files.managers.is_some() {
        organisation::links(db, dataset).await?;
    }
    if files.managers.is_some() || files.policies.is_some() || files.exemptions.is_some() {
        roles::kept_facts(db, dataset).await?;
    }
    if files.supporters.is_some() {
        roles::kept_roles(db, dataset).await?;
        roles::file_differences(db, dataset).await?;
    }
    if files.staff.is_some() {
        organisation::staff_lists(db, dataset).await?;
    }
    if files.unavailability.is_some() {
        roles::unavailability(db, dataset).await?;
    }
    if files.managers.is_some() {
        roles::appointments(db, dataset).await?;
    }
    if files.policies.is_some() {
        policies::policies(db, dataset).await?;
    }
    if files.exemptions.is_some() {
        policies::exemptions(db, dataset).await?;
    }
    Ok(())
}
