//! Pages with a short message: signing in, and why a page cannot be shown. They need no data, so they have no operation.

use askama::Template;
use jobs::links;

use super::page::Frame;

#[derive(Template)]
#[template(path = "message/page.html", config = "src/pages/askama.toml")]
struct MessageTemplate<'a> {
    frame: Frame,
    title: &'a str,
    /// Our own HTML, without any text from a request.
    body: &'a str,
}

/// Renders a page with a title and a body. `body` is our own HTML and must not contain any text from a request, except a path
/// that was escaped with [`links`].
pub(crate) fn page(frame: Frame, title: &str, body: &str) -> String {
    MessageTemplate { frame, title, body }.render().unwrap_or_else(|error| {
        // A template with three placeholders cannot fail; if it does, the text is still shown.
        tracing::error!(%error, "template failed");
        format!("<!doctype html><html lang=\"en-GB\"><title>Peer Support Network</title>{body}</html>")
    })
}

/// Why a page cannot be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Problem {
    /// The unit does not exist, or the viewer may not see it: the same page for both.
    NotFound,
    /// The viewer may not see this at all.
    Forbidden,
    /// A part of the URL is not valid, such as an old cursor.
    BadAddress,
    /// The viewer has sent too many requests in a short time.
    TooMany {
        /// The seconds after which to try again, if they are known.
        retry_after: Option<u64>,
    },
    /// The database cannot be reached, or did not answer in time.
    Unavailable,
    /// The operation of the page costs more than the service allows.
    TooCostly,
    /// An error of the service.
    Internal,
}

impl Problem {
    const fn title(self) -> &'static str {
        match self {
            Self::NotFound => "Page not found",
            Self::Forbidden => "You do not have access to this page",
            Self::BadAddress => "This link is not valid",
            Self::TooMany { .. } => "Too many requests",
            Self::Unavailable => "Try again in a minute",
            Self::TooCostly => "This page cannot be shown",
            Self::Internal => "Something went wrong",
        }
    }

    fn sentence(self) -> String {
        match self {
            Self::NotFound => {
                "This page does not exist, or you do not have access to it. Check the address. If you followed a link, \
                 the unit may have been closed or renamed."
                    .to_owned()
            }
            Self::Forbidden => {
                "Your role has no access to this page. If you need access, contact the service administrator."
                    .to_owned()
            }
            Self::BadAddress => {
                "A part of the address is not valid. Start again from the top of the list that you came from."
                    .to_owned()
            }
            Self::TooMany { retry_after } => match retry_after {
                Some(seconds) => format!("You have opened too many pages in a short time. Try again in {seconds} s."),
                None => "You have opened too many pages in a short time. Try again soon.".to_owned(),
            },
            Self::Unavailable => "The database cannot be reached, or takes too long to respond.".to_owned(),
            Self::TooCostly => {
                "This page needs more data than this service allows in one request. Ask the service administrator to \
                 raise QUERY_COST."
                    .to_owned()
            }
            Self::Internal => "This page could not be shown, because of an error in this service.".to_owned(),
        }
    }

    /// Whether the page shows the request ID, which finds the request in the log. A page that is not found does not: it must be
    /// the same for a unit that does not exist and for one that the viewer may not see.
    const fn names_request(self) -> bool {
        matches!(self, Self::Unavailable | Self::TooCostly | Self::Internal)
    }

    /// Renders the page. `request` is the request ID.
    pub(crate) fn page(self, frame: Frame, request: &str) -> String {
        let id = if self.names_request() {
            format!(
                "<p class=\"nhsuk-body-s\">The service administrator can find this request in the log as \
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
    fn only_service_errors_show_request_id() {
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
    fn page_has_language_landmarks_and_one_heading() {
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
