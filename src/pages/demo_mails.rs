//! The list of the demonstration's mails. It has no operation, because no one signs in for it: `http::demo_mails` passes the
//! data, and answers in the demonstration only.

use askama::Template;

use super::page::Frame;

/// The mails of one week.
#[derive(Clone, Debug)]
pub(crate) struct MailWeek {
    /// `Week 2026-W47`, or `Week 2026-W47, midweek`.
    pub(crate) heading: String,
    pub(crate) mails: Vec<DemoMail>,
}

/// A mail as the list shows it.
#[derive(Clone, Debug)]
pub(crate) struct DemoMail {
    /// The number that distinguishes mails with the same subject.
    pub(crate) number: String,
    /// The recipient's address. `None` if no one holds the post.
    pub(crate) to: Option<String>,
    pub(crate) subject: String,
    /// Path of the mail's text.
    pub(crate) text_path: String,
    /// Path of the mail's HTML.
    pub(crate) html_path: String,
}

#[derive(Template)]
#[template(path = "demo_mails/page.html", config = "src/pages/askama.toml")]
struct DemoMailsTemplate<'a> {
    frame: Frame,
    weeks: &'a [MailWeek],
}

/// Renders the page as HTML.
///
/// # Errors
///
/// A text for the log: the template failed, an error of the program.
pub(crate) fn page(weeks: &[MailWeek]) -> Result<String, String> {
    let view = DemoMailsTemplate { frame: Frame::default(), weeks };
    view.render().map_err(|error| format!("a template failed: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn list_escapes_texts_of_mails() {
        let hostile = "\"><script>alert(1)</script>&";
        let mail = DemoMail {
            number: "7".to_owned(),
            to: Some(hostile.to_owned()),
            subject: hostile.to_owned(),
            text_path: "/demo/mails/7/text".to_owned(),
            html_path: "/demo/mails/7/html".to_owned(),
        };
        let page = page(&[MailWeek { heading: "Week 2026-W47".to_owned(), mails: vec![mail] }]).unwrap();
        assert!(!page.contains("<script>") && page.contains("&#60;script&#62;alert(1)"), "{page}");
        assert!(page.contains("href=\"/demo/mails/7/text\"") && page.contains("href=\"/demo/mails/7/html\""), "{page}");
    }

    #[test]
    fn without_mails_the_page_says_so() {
        assert!(page(&[]).unwrap().contains("There are no mails yet."));
    }
}
