//! Links to the pages of a list. The cursors are opaque and come from the API. Each list of a page has its own cursor in the
//! query string, so that paging in one list does not change the others.

use jobs::links;

/// The name of a list in the query string, and its cursor. `None` for a list that is shown from its start.
pub(super) type Cursor<'a> = (&'static str, Option<&'a str>);

/// Links to other pages of one list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Paging {
    /// What is listed, for the text of the links: `teams with a gap`.
    pub(super) of: &'static str,
    /// The URL of the next page. `None` on the last page.
    pub(super) next: Option<String>,
    /// The URL of the first page. `None` on the first page.
    pub(super) first: Option<String>,
}

impl Paging {
    /// The links for the list called `list` on the page at `path`. `now` has the current cursor of every list of the page, `of`
    /// says what is listed, as in [`Paging::of`]. `end` is the cursor at the end of the current page, or `None` on the last page.
    pub(super) fn new(path: &str, now: &[Cursor<'_>], list: &str, of: &'static str, end: Option<&str>) -> Self {
        let with = |cursor: Option<&str>| {
            let mut query = String::new();
            for (name, current) in now {
                if let Some(at) = if *name == list { cursor } else { *current } {
                    query.push(if query.is_empty() { '?' } else { '&' });
                    query.push_str(&format!("{name}={}", links::encoded(at)));
                }
            }
            // The list's name is also its HTML id, so that the next page opens at the list and not at the top.
            format!("{path}{query}#{list}")
        };
        let is_continued = now.iter().any(|(name, current)| *name == list && current.is_some());
        Self { of, next: end.map(|end| with(Some(end))), first: is_continued.then(|| with(None)) }
    }
}

/// Returns the end cursor of a generated `pageInfo`, if there are more pages.
macro_rules! end_of {
    ($page:expr) => {
        $page.end_cursor.as_deref().filter(|_| $page.has_next_page)
    };
}
pub(super) use end_of;

#[cfg(test)]
mod tests {
    use super::Paging;

    #[test]
    fn link_keeps_cursors_of_other_lists() {
        let now = [("gaps", Some("a=")), ("soon", None), ("units", Some("u&"))];
        let gaps = Paging::new("/units/N", &now, "gaps", "teams", Some("b"));
        assert_eq!(gaps.next.as_deref(), Some("/units/N?gaps=b&units=u%26#gaps"));
        assert_eq!(gaps.first.as_deref(), Some("/units/N?units=u%26#gaps"));
        let soon = Paging::new("/units/N", &now, "soon", "teams", Some("c"));
        assert_eq!(soon.next.as_deref(), Some("/units/N?gaps=a%3D&soon=c&units=u%26#soon"));
        assert_eq!(soon.first, None);
        assert_eq!(Paging::new("/units/N", &[("soon", None)], "soon", "teams", None).next, None);
    }
}
