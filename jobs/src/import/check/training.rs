//! courses.csv and training.csv. Only passes are kept: nothing asks for more, and it would be more than is needed.

use std::collections::{HashMap, HashSet};

use super::super::board::{Board, Completion, CompletionKey, Course, CourseIx, Plan};
use super::super::findings::{FileCount, Findings, Taken};
use super::super::layout::{CourseColumn, TrainingColumn};
use super::super::parse::{CourseRow, File, RecordRow};
use super::look_alike;

/// courses.csv
pub(super) fn courses(file: File<CourseRow>, board: &mut Board, plan: &mut Plan, findings: &mut Findings) -> FileCount {
    use CourseColumn as At;
    let File { mut count, rows, has, spared: _ } = file;
    let mut lines: HashMap<CourseIx, u32> = HashMap::new();
    for line in rows {
        let CourseRow { code, key, title, level, platform, employer_kind } = line.row;
        let course = Course { code, key, title, level, platform, employer_kind };
        let Some(place) = board.courses.find(key) else {
            let place = board.courses.push(course);
            lines.insert(place, line.line);
            plan.new_courses.push(place);
            count.take(Taken::Added);
            continue;
        };
        if let Some(earlier) = lines.insert(place, line.line) {
            let sentence = format!("Line {earlier} is about the same course; keep one of the two");
            findings.reject(&mut count, line.line, None, board.fault(At::Code, code, sentence));
            continue;
        }
        let old = board.courses.list[place.at()];
        let new = Course {
            // The spelling on file stays.
            code: old.code,
            title: has.or(At::Title, title, old.title),
            platform: has.or(At::Platform, platform, old.platform),
            employer_kind: has.or(At::EmployerKind, employer_kind, old.employer_kind),
            ..course
        };
        board.courses.list[place.at()] = new;
        count.take(if new == old {
            Taken::Unchanged
        } else {
            plan.changed_courses.push(place);
            Taken::Changed
        });
    }
    look_alike::courses(board, &count.file, findings);
    count
}

/// training.csv. A record that is no pass is stored nowhere; it withdraws a pass on file of the same person, course and day,
/// unless the file has the pass too.
pub(super) fn records(file: File<RecordRow>, board: &mut Board, plan: &mut Plan, findings: &mut Findings) -> FileCount {
    use TrainingColumn as At;
    let File { mut count, rows, has, spared: _ } = file;
    let mut passes: HashMap<CompletionKey, usize> = HashMap::with_capacity(rows.len());
    let mut taken: Vec<Completion> = Vec::with_capacity(rows.len());
    let mut others: HashSet<CompletionKey> = HashSet::new();
    for line in rows {
        let RecordRow { person, code, course, pass, completed_on, valid_to } = line.row;
        let found = board.person(person, At::Number).and_then(|person| {
            let course = board
                .courses
                .find(course)
                .ok_or_else(|| board.fault(At::Course, code, "This course code is not in courses.csv or on file"))?;
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
            count.take(Taken::Unchanged);
            continue;
        };
        let key = CompletionKey { person, course, completed_on };
        let known = board.completions.get(&key);
        if !pass {
            if known.is_some() {
                others.insert(key);
            }
            count.take(Taken::Unchanged);
            continue;
        }
        // The same pass twice is one pass, good for as long as the shorter of the two.
        if let Some(earlier) = passes.get(&key).map(|place| &mut taken[*place]) {
            earlier.valid_to = earlier.valid_to.into_iter().chain(valid_to).min();
            count.take(Taken::Unchanged);
            continue;
        }
        // A file without that column says nothing of how long a pass is good.
        let on_file = known.and_then(|(_, valid_to)| *valid_to);
        let completion = Completion { key, valid_to: has.or(At::ExpiresOn, valid_to, on_file) };
        passes.insert(key, taken.len());
        taken.push(completion);
    }
    // Only now is it known how long each is good: a later row of the same pass may have made it shorter.
    for completion in taken {
        count.take(match board.completions.get(&completion.key) {
            None => {
                board.want([completion.key.person]);
                plan.completions.added.push(completion);
                Taken::Added
            }
            Some((id, valid_to)) if *valid_to != completion.valid_to => {
                plan.completions.changed.push((*id, completion));
                Taken::Changed
            }
            Some(_) => Taken::Unchanged,
        });
    }
    let withdrawn = others.iter().filter(|key| !passes.contains_key(key));
    plan.completions.removed.extend(withdrawn.filter_map(|key| board.completions.get(key)).map(|(id, _)| *id));
    plan.completions.removed.sort_unstable();
    let withdrawn = u32::try_from(plan.completions.removed.len()).unwrap_or(u32::MAX);
    if withdrawn > 0 {
        count.unchanged -= withdrawn;
        count.changed += withdrawn;
        findings.notice(
            &count.file,
            None,
            format!("{withdrawn} pass(es) on file are no longer passes and were withdrawn."),
        );
    }
    count
}
