//! Detects a file that was given as the wrong kind.

use super::super::layout::FileKind;
use super::super::mapping::Mapping;
use super::file_error::FileError;
use super::head::Head;
use super::records::LineNumbering;

/// How many more columns of another kind a file must have to be considered of that kind. A single one may have another
/// meaning: staff lists also have roles.
const MORE: usize = 2;

/// Returns the header found for `kind`, unless the file looks like another kind: a list of supporters read as a staff
/// list would end the posts of everyone else.
pub(super) fn check_kind(
    found: Result<Head, FileError>,
    text: &str,
    numbering: LineNumbering,
    kind: FileKind,
    mapping: &Mapping,
) -> Result<Head, FileError> {
    let known = found.as_ref().map_or(0, Head::known);
    let others = FileKind::ALL.into_iter().filter(|other| *other != kind);
    let fits = |other| Head::find(text, numbering, other, mapping).ok().map(|head| (head.known(), other));
    let best = others.filter_map(fits).max_by_key(|(known, other)| (*known, std::cmp::Reverse(*other)));
    match (found, best) {
        (Ok(_), Some((more, other))) if more >= known + MORE => {
            let sentence = format!(
                "this file looks like {}, not {}; import it as that, or remove the columns of the other kind",
                other.file_name(),
                kind.file_name()
            );
            Err(FileError::whole(sentence))
        }
        (Err(refused), Some((_, other))) => {
            let sentence = format!("{}; this file looks like {}", refused.sentence, other.file_name());
            Err(FileError { sentence, ..refused })
        }
        (found, _) => found,
    }
}
