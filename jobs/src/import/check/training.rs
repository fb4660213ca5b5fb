//! courses.csv and training.csv. Only passes are stored: nothing uses other records, and unneeded data is not kept.

use std::collections::{HashMap, HashSet};

use super::super::dataset::Dataset;
use super::super::findings::{FileCount, Findings, RowResult};
use super::super::layout::{CourseColumn, TrainingColumn};
use super::super::parse::{File, TrainingRow};
use super::super::plan::Plan;
use super::super::record::{Completion, CompletionKey, Course};
use super::super::reference::CourseIx;
use super::look_alike;

/// Compares courses.csv with the courses on file.
pub(super) fn courses(
    file: File<Course>,
    dataset: &mut Dataset,
    plan: &mut Plan,
    findings: &mut Findings,
) -> FileCount {
    use CourseColumn as At;
    let File { mut count, rows, columns, protected: _ } = file;
    let mut lines: HashMap<CourseIx, u32> = HashMap::new();
    for line in rows {
        let course = line.row;
        let Course { code, key, title, level: _, platform, employer_kind } = course;
        let Some(place) = dataset.courses.find(key) else {
            let place = dataset.courses.push(course);
            lines.insert(place, line.line);
            plan.courses.new.push(place);
            count.add(RowResult::Added);
            continue;
        };
        if let Some(earlier) = lines.insert(place, line.line) {
            let sentence = format!("Line {earlier} is about the same course; keep one of the two");
            findings.reject(&mut count, line.line, None, dataset.fault(At::Code, code, sentence));
            continue;
        }
        let old = dataset.courses.list[place.at()];
        let new = Course {
            // The spelling on file stays.
            code: old.code,
            title: columns.given_or(At::Title, title, old.title),
            platform: columns.given_or(At::Platform, platform, old.platform),
            employer_kind: columns.given_or(At::EmployerKind, employer_kind, old.employer_kind),
            ..course
        };
        dataset.courses.list[place.at()] = new;
        count.add(if new == old {
            RowResult::Unchanged
        } else {
            plan.courses.changed.push(place);
            RowResult::Changed
        });
    }
    look_alike::courses(dataset, &count.imported.file, findings);
    count
}

/// Compares training.csv with the passes on file. A record that is not a pass is not stored. It withdraws a pass on
/// file of the same person, course and day, unless the file also has the pass.
pub(super) fn records(
    file: File<TrainingRow>,
    dataset: &mut Dataset,
    plan: &mut Plan,
    findings: &mut Findings,
) -> FileCount {
    use TrainingColumn as At;
    let File { mut count, rows, columns, protected: _ } = file;
    let mut passes: HashMap<CompletionKey, usize> = HashMap::with_capacity(rows.len());
    let mut taken: Vec<Completion> = Vec::with_capacity(rows.len());
    let mut others: HashSet<CompletionKey> = HashSet::new();
    for line in rows {
        let TrainingRow { person, code, course, pass, completed_on, valid_to } = line.row;
        let found = dataset.person(person, At::Number).and_then(|person| {
            let course = dataset
                .courses
                .find(course)
                .ok_or_else(|| dataset.fault(At::Course, code, "This course code is not in courses.csv or on file"))?;
            Ok((person, course))
        });
        let (person, course) = match found {
            Ok(found) => found,
            Err(fault) => {
                findings.reject(&mut count, line.line, Some(person), fault);
                continue;
            }
        };
        let Some(completed_on) = completed_on else {
            count.add(RowResult::Unchanged);
            continue;
        };
        let key = CompletionKey { person, course, completed_on };
        let known = dataset.completions.get(&key);
        if !pass {
            if known.is_some() {
                others.insert(key);
            }
            count.add(RowResult::Unchanged);
            continue;
        }
        // The same pass given twice is one pass, valid for the shorter of the two periods.
        if let Some(earlier) = passes.get(&key).map(|place| &mut taken[*place]) {
            earlier.valid_to = earlier.valid_to.into_iter().chain(valid_to).min();
            count.add(RowResult::Unchanged);
            continue;
        }
        // A file without this column does not say how long a pass is valid.
        let on_file = known.and_then(|(_, valid_to)| *valid_to);
        let completion = Completion { key, valid_to: columns.given_or(At::ExpiresOn, valid_to, on_file) };
        passes.insert(key, taken.len());
        taken.push(completion);
    }
    // Only now is the period of each pass known: a later row may have shortened it.
    for completion in taken {
        count.add(match dataset.completions.get(&completion.key) {
            None => {
                dataset.mark_wanted([completion.key.person]);
                plan.completions.added.push(completion);
                RowResult::Added
            }
            Some((id, valid_to)) if *valid_to != completion.valid_to => {
                plan.completions.changed.push((*id, completion));
                RowResult::Changed
            }
            Some(_) => RowResult::Unchanged,
        });
    }
    let withdrawn = others.iter().filter(|key| !passes.contains_key(key));
    plan.completions.removed.extend(withdrawn.filter_map(|key| dataset.completions.get(key)).map(|(id, _)| *id));
    plan.completions.removed.sort_unstable();
    let withdrawn = u32::try_from(plan.completions.removed.len()).unwrap_or(u32::MAX);
    if withdrawn > 0 {
        count.imported.unchanged -= withdrawn;
        count.imported.changed += withdrawn;
        findings.notice(
            &count.imported.file,
            None,
            format!("{withdrawn} pass(es) on file are no longer passes and were withdrawn."),
        );
    }
    count
}
