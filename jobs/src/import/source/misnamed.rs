//! A file that was given as another kind than it is.

use super::super::layout::FileKind;
use super::super::mapping::Mapping;
use super::{Counted, Head, Refused};

/// How many more columns of another kind a file must have to be taken for that kind. With one more, it may be a column of
/// another meaning: staff lists have roles too.
const MORE: usize = 2;

/// The header that was found for `kind`, unless the file looks like another kind: a list of supporters that is read as a list
/// of staff would end the posts of all others.
pub(super) fn checked(
    found: Result<Head, Refused>,
    text: &str,
    counted: Counted,
    kind: FileKind,
    mapping: &Mapping,
) -> Result<Head, Refused> {
    let known = found.as_ref().map_or(0, Head::known);
    let others = FileKind::ALL.into_iter().filter(|other| *other != kind);
    let fits = |other| Head::find(text, counted, other, mapping).ok().map(|head| (head.known(), other));
    let best = others.filter_map(fits).max_by_key(|(known, other)| (*known, std::cmp::Reverse(*other)));
    match (found, best) {
        (Ok(_), Some((more, other))) if more >= known + MORE => {
            let sentence = format!(
                "this file looks like {}, not {}; import it as that, or remove the columns of the other kind",
                other.file_name(),
                kind.file_name()
            );
            Err(Refused::whole(sentence))
        }
        (Err(refused), Some((_, other))) => {
            let sentence = format!("{}; this file looks like {}", refused.sentence, other.file_name());
            Err(Refused { sentence, ..refused })
        }
        (found, _) => found,
    }
}
