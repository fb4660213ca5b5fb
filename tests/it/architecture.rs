//! The direction of dependencies: member crates never depend on the root crate, the API and the jobs only meet in the
//! database, and the rules are pure.

mod imports;
mod layers;

use std::fs;
use std::path::{Path, PathBuf};

/// Returns every source file below a folder of the workspace, with its text.
pub(crate) fn sources(folder: &str) -> Vec<(PathBuf, String)> {
    fn walk(folder: &Path, found: &mut Vec<(PathBuf, String)>) {
        for entry in fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
            if entry.ends_with("node_modules") {
                continue; // what npm installs for the playground
            } else if entry.is_dir() {
                walk(&entry, found);
            } else if entry.extension().is_some_and(|end| end == "rs") {
                let text = fs::read_to_string(&entry).expect("a source file");
                found.push((entry, text));
            }
        }
    }
    let mut found = Vec::new();
    walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &mut found);
    assert!(!found.is_empty(), "{folder} holds sources");
    found
}

/// Returns the lines of code (without comments) below `folder` for which `wrong` holds, outside the files that `except`
/// names.
fn offenders(folder: &str, except: &[&str], wrong: impl Fn(&str) -> bool) -> Vec<String> {
    let mut lines = Vec::new();
    for (path, text) in sources(folder) {
        if except.iter().any(|name| path.ends_with(name)) {
            continue;
        }
        let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        lines.extend(code.filter(|line| wrong(line)).map(|line| format!("{}: {}", path.display(), line.trim())));
    }
    lines
}

fn names(line: &str, path: &str) -> bool {
    line.match_indices(path)
        .any(|(at, _)| !line[..at].ends_with(|before: char| before.is_alphanumeric() || before == '_' || before == '"'))
}

const NONE: [String; 0] = [];

#[test]
fn members_never_look_up() {
    assert_eq!(offenders("entity/src", &[], |line| names(line, "jobs::") || names(line, "psn::")), NONE);
    assert_eq!(offenders("migration/src", &[], |line| names(line, "entity::") || names(line, "jobs::")), NONE);
    assert_eq!(offenders("jobs/src", &[], |line| names(line, "psn::")), NONE);
}

#[test]
fn the_api_and_the_jobs_meet_only_in_the_database() {
    assert_eq!(offenders("src/graphql", &[], |line| names(line, "jobs::")), NONE);
}

/// A page reads data only by its operation, so no page can show what the API hides from its viewer.
#[test]
fn pages_read_data_only_by_their_operations() {
    let reaches = |line: &str| {
        let other = ["sea_orm", "entity::store", "entity::table", "entity::coverage", "crate::access", "crate::http"];
        let api = ["crate::graphql::schema", "crate::app", "std::fs", "std::net"];
        let words = names(line, "jobs::report::wording") || names(line, "jobs::links");
        let jobs = names(line, "jobs::") && !words;
        other.iter().chain(&api).any(|path| names(line, path)) || jobs
    };
    assert_eq!(offenders("src/pages", &[], reaches), NONE);
    let (_, pages) = sources("src").into_iter().find(|(path, _)| path.ends_with("src/pages.rs")).expect("the pages");
    assert_eq!(pages.lines().filter(|line| !line.starts_with("//") && reaches(line)).collect::<Vec<_>>(), [""; 0]);
    for page in ["home", "unit", "team"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/pages").join(page);
        assert!(folder.join("page.graphql").is_file() && folder.join("page.html").is_file(), "{page}");
    }
}

#[test]
fn the_rules_name_no_database_and_no_runtime() {
    let impure = |line: &str| {
        ["sea_orm", "tokio", "crate::table", "crate::store", "crate::clock", "std::fs", "std::net"]
            .iter()
            .any(|path| names(line, path))
    };
    for folder in ["entity/src/coverage", "entity/src/register"] {
        assert_eq!(offenders(folder, &[], impure), NONE);
    }
}

#[test]
fn one_file_each_uses_the_timer_and_the_mail_library() {
    assert_eq!(offenders("jobs/src", &["schedule.rs"], |line| names(line, "tokio_cron_scheduler::")), NONE);
    assert_eq!(offenders("src", &[], |line| names(line, "tokio_cron_scheduler::") || names(line, "lettre::")), NONE);
}

#[test]
fn one_module_each_for_outgoing_http_and_openid_connect() {
    assert_eq!(offenders("src", &["fetch.rs"], |line| names(line, "reqwest::")), NONE);
    let own = ["oidc.rs", "claimant.rs", "document.rs", "fetch.rs", "flow.rs", "pending.rs", "verify.rs"];
    assert_eq!(offenders("src", &own, |line| names(line, "openidconnect::")), NONE);
}

#[test]
fn only_the_clock_reads_the_wall_clock() {
    let reads =
        |line: &str| line.contains("Utc::now(") || line.contains("Local::now(") || line.contains("SystemTime::now(");
    for folder in ["entity/src", "jobs/src", "migration/src", "src"] {
        assert_eq!(offenders(folder, &["clock.rs"], reads), NONE);
    }
}

/// Every table that a command writes can be restored when it is undone, and replayed.
#[test]
fn what_commands_write_can_be_undone() {
    let mut written = std::collections::BTreeSet::new();
    for (_, text) in ["src", "entity/src/store/register"].iter().flat_map(|folder| sources(folder)) {
        for method in ["insert", "update", "delete"] {
            for (at, start) in text.match_indices(&format!(".{method}::<")) {
                let named = text[at + start.len()..].split("::Entity").next().unwrap_or_default();
                written.insert(named.to_owned());
            }
        }
    }
    // `restore` itself names no table.
    written.retain(|name| name.chars().all(|letter| letter.is_ascii_lowercase() || letter == '_'));
    assert!(written.len() > 10, "{written:?}");
    for table in written {
        let known = entity::store::register::undo::tables::WRITTEN.contains(&table.as_str());
        assert!(known, "{table}: add it to entity/src/store/register/undo/tables.rs");
    }
}
