//! Pages of a few sentences of our own: signing in, and why there is no page. They ask for no data, so they have no operation.

use askama::Template;
use jobs::links;

use super::Frame;

#[derive(Template)]
#[template(path = "message/page.html", config = "src/pages/askama.toml")]
struct View<'a> {
    frame: Frame,
    title: &'a str,
    /// HTML of our own: nothing that somebody sent stands in it.
    body: &'a str,
}

/// A page with a title and a body. `body` is HTML of our own: nothing that somebody sent may stand in it, unless it is a path made by
/// [`link`].
pub(crate) fn page(frame: Frame, title: &str, body: &str) -> String {
    View { frame, title, body }.render().unwrap_or_else(|error| {
        // A template of three places cannot fail; if it does, the words are still shown.
        tracing::error!(%error, "a template failed");
        format!("<!doctype html><html lang=\"en-GB\"><title>Peer Support Network</title>{body}</html>")
    })
}

/// Why there is no page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Problem {
    /// There is no such thing, or the viewer may not see it: one and the same page.
    NotFound,
    /// The viewer may not see this at all.
    Forbidden,
    /// A part of the address means nothing, such as an old cursor.
    BadAddress,
    /// The viewer has asked for too much in a short time.
    TooMany {
        /// In how many seconds there is enough again, if that is known.
        retry_after: Option<u64>,
    },
    /// The database cannot be reached, or did not answer in time.
    Unavailable,
    /// The operation of the page costs more than the service allows.
    TooCostly,
    /// Our fault.
    Internal,
}

impl Problem {
    const fn title(self) -> &'static str {
        match self {
            Self::NotFound => "Page not found",
            Self::Forbidden => "You may not see this page",
            Self::BadAddress => "This link is not complete",
            Self::TooMany { .. } => "Too many requests",
            Self::Unavailable => "Try again in a minute",
            Self::TooCostly => "This page cannot be shown",
            Self::Internal => "Something went wrong",
        }
    }

    fn sentence(self) -> String {
        match self {
            Self::NotFound => {
                "There is no such page, or you may not see it. Check the address. If you came here from a link, \
                 what it leads to may have been closed or renamed."
                    .to_owned()
            }
            Self::Forbidden => {
                "Your role has no access to this page. Ask the people who run this service if you need it.".to_owned()
            }
            Self::BadAddress => {
                "A part of the address cannot be read. Start again from the top of the list that you came from."
                    .to_owned()
            }
            Self::TooMany { retry_after } => match retry_after {
                Some(seconds) => format!(
                    "You have opened more pages than this service allows in a short time. Try again in {seconds} s."
                ),
                None => {
                    "You have opened more pages than this service allows in a short time. Try again soon.".to_owned()
                }
            },
            Self::Unavailable => "The database cannot be reached, or takes too long to answer.".to_owned(),
            Self::TooCostly => {
                "This page asks for more than this service allows in one request. Ask the people who run it to raise \
                 QUERY_COST."
                    .to_owned()
            }
            Self::Internal => "This page could not be made. It is not your fault.".to_owned(),
        }
    }

    /// Whether the request can be found in the log, so that its id helps. What is not found has none: its page must be the same for
    /// what is not there and for what the viewer may not see.
    const fn names_request(self) -> bool {
        matches!(self, Self::Unavailable | Self::TooCostly | Self::Internal)
    }

    /// The page. `request` is the id of the request.
    pub(crate) fn page(self, frame: Frame, request: &str) -> String {
        let id = if self.names_request() {
            format!(
                "<p class=\"nhsuk-body-s\">The people who run this service find this request in the log as \
                 <code>{}</code>.</p>",
                links::encoded(request)
            )
        } else {
            String::new()
        };
        let body = format!("<p>{}</p><p><a href=\"/\">Go to the home page</a></p>{id}", self.sentence());
        page(frame, self.title(), &body)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_faults_name_the_request() {
        let page = |problem: Problem| problem.page(Frame::default(), "0123456789abcdef");
        for problem in
            [Problem::NotFound, Problem::Forbidden, Problem::BadAddress, Problem::TooMany { retry_after: Some(3) }]
        {
            assert!(!page(problem).contains("0123456789abcdef"), "{problem:?}");
        }
        for problem in [Problem::Unavailable, Problem::TooCostly, Problem::Internal] {
            assert!(page(problem).contains("0123456789abcdef"), "{problem:?}");
        }
    }

    #[test]
    fn a_page_has_a_language_landmarks_and_one_heading() {
        let html = page(Frame { is_signed_in: true, explores: false }, "Sign in", "<p>Now.</p>");
        for part in
            ["<html lang=\"en-GB\">", "<title>Sign in – Peer Support Network</title>", "<header", "<main", "<footer"]
        {
            assert!(html.contains(part), "{part}: {html}");
        }
        assert!(html.contains("<p>Now.</p>") && html.contains("action=\"/sign-out\"") && !html.contains("/playground"));
        assert_eq!(html.matches("<h1").count(), 1);
        assert!(!html.contains("<script") && !html.contains("style="), "{html}");
    }
}
