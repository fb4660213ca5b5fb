//! The pages of a list, as links. The cursors are the API's own and opaque; each list of a page has its own in the query string,
//! so that going on in one list leaves the others where they are.

use jobs::links;

/// A cursor by the name of its list in the query string. None for a list that is shown from its start.
pub(super) type Cursor<'a> = (&'static str, Option<&'a str>);

/// Links to other pages of one list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Paging {
    /// What is listed, to go into the links' text: `teams with a gap`.
    pub(super) of: &'static str,
    /// Address of the next page. None on the last one.
    pub(super) next: Option<String>,
    /// Address of the first page. None on it.
    pub(super) first: Option<String>,
}

impl Paging {
    /// Of the list called `list` on the page at `path`. `now` is the cursor of every list of the page; `end` is where the page that is
    /// shown ends, and None if it is the last.
    pub(super) fn new(path: &str, now: &[Cursor<'_>], (list, of): (&str, &'static str), end: Option<&str>) -> Self {
        let with = |cursor: Option<&str>| {
            let mut query = String::new();
            for (name, current) in now {
                if let Some(at) = if *name == list { cursor } else { *current } {
                    query.push(if query.is_empty() { '?' } else { '&' });
                    query.push_str(&format!("{name}={}", links::encoded(at)));
                }
            }
            // The list has its name as an id too: a reader who goes on is not sent back to the top of the page.
            format!("{path}{query}#{list}")
        };
        let is_continued = now.iter().any(|(name, current)| *name == list && current.is_some());
        Self { of, next: end.map(|end| with(Some(end))), first: is_continued.then(|| with(None)) }
    }
}

/// Gives a generated `pageInfo` the cursor of its end, if there is more.
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
    fn a_link_keeps_where_the_other_lists_are() {
        let now = [("gaps", Some("a=")), ("soon", None), ("units", Some("u&"))];
        let gaps = Paging::new("/units/N", &now, ("gaps", "teams"), Some("b"));
        assert_eq!(gaps.next.as_deref(), Some("/units/N?gaps=b&units=u%26#gaps"));
        assert_eq!(gaps.first.as_deref(), Some("/units/N?units=u%26#gaps"));
        let soon = Paging::new("/units/N", &now, ("soon", "teams"), Some("c"));
        assert_eq!(soon.next.as_deref(), Some("/units/N?gaps=a%3D&soon=c&units=u%26#soon"));
        assert_eq!(soon.first, None);
        assert_eq!(Paging::new("/units/N", &[("soon", None)], ("soon", "teams"), None).next, None);
    }
}
