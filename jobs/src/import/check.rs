//! Compares the files with each other and with the records on file. Decides which rows are new, changed, ended or
//! unchanged, which are wrong, and whether the import as a whole must be refused. Pure: it takes a [`Dataset`] and
//! returns a [`Plan`].

mod accumulated;
mod allocations;
mod change_limits;
mod dated_facts;
mod employers;
mod kept_facts;
mod kept_roles;
mod links;
mod look_alike;
mod lookup;
mod not_read;
mod options;
mod person_facts;
mod placements;
mod post_terms;
mod posts;
mod reconcile;
mod shares;
mod training;
mod unit_facts;
mod units;
mod work_emails;

pub(super) use options::CheckOptions;

use super::dataset::Dataset;
use super::findings::{FileCount, Findings};
use super::limits;
use super::parse::Files;
use super::plan::Plan;
use super::record::{Appointment, Exemption, Policy, Unavailability};
use shares::Shares;

/// Compares `files` with `dataset`, ending all posts of the employers in `ends`. Returns the plan and the counts of
/// each file in import order.
pub(super) fn check(
    files: Files,
    dataset: &mut Dataset,
    ends: &[String],
    options: CheckOptions,
    findings: &mut Findings,
) -> (Plan, Vec<FileCount>) {
    let Files { units, staff, courses, training, supporters, unavailability, managers, policies, exemptions, links } =
        files;
    let staff_name = staff.as_ref().map(|file| file.count.imported.file.clone());
    let supporters_name = supporters.as_ref().map(|file| file.count.imported.file.clone());
    if let Some(file) = &units {
        limits::not_empty(&file.count, !dataset.units.on_file.is_empty(), options.allow, findings);
    }
    if let Some(file) = &staff {
        limits::not_empty(&file.count, !dataset.posts.is_empty(), options.allow, findings);
    }
    let mut plan = Plan::default();
    let mut counts = Vec::new();
    let closing = units.map(|file| {
        let (count, closing) = units::check(file, dataset, options, &mut plan, findings);
        counts.push(count);
        closing
    });
    if staff.is_some() || closing.is_some() || !ends.is_empty() {
        let closing = closing.unwrap_or_default();
        counts.extend(posts::check(staff, dataset, &closing, ends, options, &mut plan, findings));
    }
    let mut shares = Shares::default();
    counts.extend(links.map(|file| links::links(file, dataset, &mut plan, &mut shares, findings)));
    counts.extend(courses.map(|file| training::courses(file, dataset, &mut plan, findings)));
    counts.extend(training.map(|file| training::records(file, dataset, &mut plan, findings)));
    counts.extend(
        supporters.map(|file| allocations::allocations(file, dataset, options, &mut plan, &mut shares, findings)),
    );
    shares.check(dataset, &plan, findings);
    // A staff list can also move people out of the teams that they support.
    if let Some(file) = supporters_name.as_ref().or(staff_name.as_ref()) {
        allocations::notice_outside_teams(dataset, options.as_at, &plan, file, findings);
    }
    counts.extend(
        unavailability.map(|file| kept_facts::compare::<Unavailability>(file, dataset, options, &mut plan, findings)),
    );
    counts.extend(managers.map(|file| kept_facts::compare::<Appointment>(file, dataset, options, &mut plan, findings)));
    counts.extend(policies.map(|file| kept_facts::compare::<Policy>(file, dataset, options, &mut plan, findings)));
    counts.extend(exemptions.map(|file| kept_facts::compare::<Exemption>(file, dataset, options, &mut plan, findings)));
    // This comes last, because any file may refer to a person.
    posts::people(dataset, staff_name.as_deref(), &mut plan, findings);
    if let Some(staff) = &staff_name {
        work_emails::notice_missing(dataset, &plan, staff, findings);
    }
    limits::rejected(&counts, options.allow, findings);
    (plan, counts)
}
