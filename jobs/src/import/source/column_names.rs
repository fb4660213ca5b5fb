//! Describes wrong column names, and suggests columns that may have been meant.

use super::super::layout::header_key;

/// The maximum number of headers in a sentence, because hundreds would hide the fault.
const LISTED: usize = 40;

/// Describes every missing column, with the name that may be meant, and every repeated column, with the names in the
/// file.
pub(super) fn wrong_columns(
    missing: &[&'static str],
    doubled: &[(&'static str, usize)],
    unknown: &[String],
    names: &[String],
) -> String {
    let mut said = Vec::new();
    if let Some((last, before)) = missing.split_last() {
        let all = if before.is_empty() { (*last).to_owned() } else { format!("{} and {last}", before.join(", ")) };
        let (columns, are) = if before.is_empty() { ("column", "is") } else { ("columns", "are") };
        let meant: Vec<_> = near(unknown, missing.iter().copied())
            .into_iter()
            .map(|(theirs, ours)| format!("did you mean '{theirs}' for {ours}?"))
            .collect();
        let meant = if meant.is_empty() { String::new() } else { format!(" ({})", meant.join(" ")) };
        said.push(format!("the {columns} {all} {are} missing{meant}"));
    }
    for (header, times) in doubled {
        said.push(format!("the column {header} occurs {times} times; keep only one"));
    }
    if !missing.is_empty() {
        let more = if names.len() > LISTED { format!(" and {} more", names.len() - LISTED) } else { String::new() };
        said.push(format!("the file has {}{more}", names[..names.len().min(LISTED)].join(", ")));
        said.push("a mapping file can name a column that has another name".to_owned());
    }
    said.join("; ")
}

/// Returns headers of a file that are similar to one of `ours`, each with that one.
pub(super) fn near(theirs: &[String], ours: impl Iterator<Item = &'static str>) -> Vec<(String, &'static str)> {
    let mut found = Vec::new();
    for our in ours {
        let key = header_key(our);
        // One letter in four may be wrong, and one in a short word.
        let most = (key.chars().count() / 4).max(1);
        let distance = |their: &&String| strsim::osa_distance(&header_key(their), &key);
        if let Some(their) = theirs.iter().min_by_key(distance).filter(|their| distance(their) <= most) {
            found.push((their.clone(), our));
        }
    }
    found
}
