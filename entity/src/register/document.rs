//! Information packs and agreements: what may be published, and which version is in force.

use crate::coverage::Index;
use crate::coverage::assessment::judging_policy;
use crate::coverage::roster::{PersonIx, UnitIx};
use crate::id::DocumentId;
use crate::period::Day;
use crate::register::authority::{AuthorityRefusal, WishedDays};
use crate::value::register::DocumentKind;

/// Days from the first day in force within which a new version of the agreement is to be signed by default.
pub const DAYS_TO_SIGN: i64 = 60;
/// The most days from the first day in force within which a new version of the agreement is to be signed.
pub const MOST_DAYS_TO_SIGN: i64 = 366;
/// The largest number of characters of a version.
pub const LONGEST_VERSION: usize = 30;
/// The largest number of characters of a title.
pub const LONGEST_TITLE: usize = 200;
/// The largest number of characters of an address.
pub const LONGEST_ADDRESS: usize = 1_000;
/// The largest number of characters of a text.
pub const LONGEST_BODY: usize = 20_000;

/// A document that is to be published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewDocument {
    /// Its kind.
    pub kind: DocumentKind,
    /// The board's word for the version.
    pub version: String,
    /// The title.
    pub title: String,
    /// Where it can be read.
    pub address: Option<String>,
    /// Its text.
    pub text: Option<String>,
    /// First day in force.
    pub in_force_from: Day,
    /// The last day on which a signature of the version before still counts. `None` for the default, and for an information
    /// pack.
    pub sign_by: Option<Day>,
}

/// A document on file, of one kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublishedDocument {
    /// Its key.
    pub id: DocumentId,
    /// The board's word for the version.
    pub version: String,
    /// First day in force.
    pub from: Day,
}

/// Why a document is not published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DocumentRefusal {
    /// The version is empty or too long.
    Version,
    /// The title is empty or too long.
    Title,
    /// There is neither an address nor a text, or both.
    AddressOrText,
    /// The address is too long, or does not begin with `https://` and the name of a host.
    Address,
    /// The text is too long.
    Text,
    /// It would be in force before today, or too far ahead.
    InForceFrom(AuthorityRefusal),
    /// The day by which to sign is before the document is in force or too late, or it is given for an information pack.
    SignBy,
    /// A version of its kind with this name, or from the same day, is on file.
    Already,
}

/// Returns the document without surrounding blanks and with its last day to sign, if it may be published beside those of its
/// kind on file.
///
/// # Errors
///
/// Why it is not published.
pub fn check(new: NewDocument, known: &[PublishedDocument], today: Day) -> Result<NewDocument, DocumentRefusal> {
    let NewDocument { kind, version, title, address, text, in_force_from, sign_by } = new;
    let trimmed = |text: Option<String>| text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    let has = |text: &str, longest: usize| (1..=longest).contains(&text.chars().count());
    let (version, title) = (version.trim().to_owned(), title.trim().to_owned());
    let (address, text) = (trimmed(address), trimmed(text));
    if !has(&version, LONGEST_VERSION) {
        return Err(DocumentRefusal::Version);
    }
    if !has(&title, LONGEST_TITLE) {
        return Err(DocumentRefusal::Title);
    }
    if address.is_some() == text.is_some() {
        return Err(DocumentRefusal::AddressOrText);
    }
    if address.as_deref().is_some_and(|address| !has(address, LONGEST_ADDRESS) || !is_https(address)) {
        return Err(DocumentRefusal::Address);
    }
    if text.as_deref().is_some_and(|text| !has(text, LONGEST_BODY)) {
        return Err(DocumentRefusal::Text);
    }
    WishedDays { from: in_force_from, until: None }.check(today).map_err(DocumentRefusal::InForceFrom)?;
    let sign_by = match (kind, sign_by) {
        (DocumentKind::InformationPack, None) => None,
        (DocumentKind::InformationPack, Some(_)) => return Err(DocumentRefusal::SignBy),
        (DocumentKind::Agreement, None) => Some(in_force_from.plus_days(DAYS_TO_SIGN)),
        (DocumentKind::Agreement, Some(by)) => {
            if by < in_force_from || in_force_from.plus_days(MOST_DAYS_TO_SIGN) < by {
                return Err(DocumentRefusal::SignBy);
            }
            Some(by)
        }
    };
    if known.iter().any(|known| known.version == version || known.from == in_force_from) {
        return Err(DocumentRefusal::Already);
    }
    Ok(NewDocument { kind, version, title, address, text, in_force_from, sign_by })
}

/// Whether an address begins with `https://` and the name of a host, and has no blanks or control characters.
fn is_https(address: &str) -> bool {
    let host = address.strip_prefix("https://").and_then(|rest| rest.split(['/', '?', '#']).next());
    let is_name = |host: &str| !host.is_empty() && !host.contains(['@', '\\', '"', '<', '>']);
    host.is_some_and(is_name) && !address.contains(|letter: char| letter.is_whitespace() || letter.is_control())
}

/// Returns the document of a kind that is in force on `day`: the latest that has begun by then.
#[must_use]
pub fn in_force(known: &[PublishedDocument], day: Day) -> Option<&PublishedDocument> {
    known.iter().filter(|known| known.from <= day).max_by_key(|known| known.from)
}

/// Whether a document of these was replaced by `day`: a later one is in force.
#[must_use]
pub fn is_replaced(known: &[PublishedDocument], id: DocumentId, day: Day) -> bool {
    let from = known.iter().find(|known| known.id == id).map(|known| known.from);
    from.is_some_and(|from| in_force(known, day).is_some_and(|present| from < present.from))
}

/// Whether a Peer Supporter of a unit must sign the agreement to count there on `day`: the policy requires it, and no
/// signature of theirs serves.
#[must_use]
pub fn must_sign(index: &Index, person: PersonIx, unit: UnitIx, day: Day) -> bool {
    judging_policy(index, unit, day).agreement_required && index.lacks_signature(person, day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coverage::tests::board::{Board, ROOT};
    use crate::register::tests::index;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    #[test]
    fn the_agreement_must_be_signed_if_the_policy_requires_it() {
        let board = || Board::new().unit("T").staff("T", 9).post("Ann", "T").agreement(1, "2026-01-01", "2026-03-02");
        let required = || board().policy(ROOT, "2026-11-16", |policy| policy.agreement_required = true);
        let asked = |mut board: Board, on: &str| {
            let (person, unit) = (board.person("Ann"), board.place("T"));
            must_sign(&index(&board), person, unit, day(on))
        };
        assert!(asked(required(), "2026-11-16"));
        assert!(!asked(required(), "2026-11-15"), "no policy requires it yet");
        assert!(!asked(board(), "2026-11-16"));
        assert!(!asked(required().signed("Ann", 1, "2026-11-16"), "2026-11-16"));
    }

    fn agreement() -> NewDocument {
        NewDocument {
            kind: DocumentKind::Agreement,
            version: "2".to_owned(),
            title: "Agreement".to_owned(),
            address: Some("https://board.example/agreement.pdf".to_owned()),
            text: None,
            in_force_from: day("2026-12-01"),
            sign_by: None,
        }
    }

    fn checked(new: NewDocument) -> Result<NewDocument, DocumentRefusal> {
        let first = PublishedDocument { id: DocumentId(1), version: "1".to_owned(), from: day("2026-01-01") };
        check(new, &[first], day("2026-11-16"))
    }

    #[test]
    fn an_agreement_is_to_be_signed_within_sixty_days_by_default() {
        assert_eq!(checked(agreement()).unwrap().sign_by, Some(day("2027-01-30")));
        let soon = NewDocument { sign_by: Some(day("2026-12-01")), ..agreement() };
        assert_eq!(checked(soon).unwrap().sign_by, Some(day("2026-12-01")));
        let pack = NewDocument { kind: DocumentKind::InformationPack, ..agreement() };
        assert_eq!(checked(pack).unwrap().sign_by, None);
    }

    #[test]
    fn what_may_not_be_published_is_refused() {
        let address = |address: &str| NewDocument { address: Some(address.to_owned()), ..agreement() };
        for (new, refusal) in [
            (NewDocument { version: " ".to_owned(), ..agreement() }, DocumentRefusal::Version),
            (NewDocument { version: "v".repeat(31), ..agreement() }, DocumentRefusal::Version),
            (NewDocument { title: "t".repeat(201), ..agreement() }, DocumentRefusal::Title),
            (NewDocument { address: None, ..agreement() }, DocumentRefusal::AddressOrText),
            (NewDocument { text: Some("I agree.".to_owned()), ..agreement() }, DocumentRefusal::AddressOrText),
            (address("http://board.example/a"), DocumentRefusal::Address),
            (address("https:///a"), DocumentRefusal::Address),
            (address("https://user@board.example"), DocumentRefusal::Address),
            (address("https://board.example/a b"), DocumentRefusal::Address),
            (address("javascript:alert(1)"), DocumentRefusal::Address),
            (NewDocument { address: None, text: Some("x".repeat(20_001)), ..agreement() }, DocumentRefusal::Text),
            (
                NewDocument { in_force_from: day("2026-11-15"), ..agreement() },
                DocumentRefusal::InForceFrom(AuthorityRefusal::BeforeToday),
            ),
            (NewDocument { sign_by: Some(day("2026-11-30")), ..agreement() }, DocumentRefusal::SignBy),
            (NewDocument { sign_by: Some(day("2027-12-03")), ..agreement() }, DocumentRefusal::SignBy),
            (
                NewDocument { kind: DocumentKind::InformationPack, sign_by: Some(day("2026-12-31")), ..agreement() },
                DocumentRefusal::SignBy,
            ),
            (NewDocument { version: "1".to_owned(), ..agreement() }, DocumentRefusal::Already),
        ] {
            assert_eq!(checked(new), Err(refusal));
        }
    }

    #[test]
    fn the_latest_that_has_begun_is_in_force() {
        let known = [(1, "2026-01-01"), (2, "2026-12-01"), (3, "2026-06-01")].map(|(id, from)| PublishedDocument {
            id: DocumentId(id),
            version: id.to_string(),
            from: day(from),
        });
        let on = |text: &str| in_force(&known, day(text)).map(|found| found.id.0);
        assert_eq!([on("2025-12-31"), on("2026-05-31"), on("2026-06-01")], [None, Some(1), Some(3)]);
        assert!(is_replaced(&known, DocumentId(1), day("2026-06-01")));
        assert!(!is_replaced(&known, DocumentId(3), day("2026-06-01")));
        assert!(!is_replaced(&known, DocumentId(2), day("2026-06-01")), "it is still to come");
    }
}
