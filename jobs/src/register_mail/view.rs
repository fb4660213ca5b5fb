//! The data of the templates, and their rendering.

use askama::Template;

use crate::report::render::Rendered;

/// What a mail says. Every mail has one link at most.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct LetterView {
    /// What to do, without anything that a locked screen must not show.
    pub(super) subject: String,
    pub(super) headline: String,
    pub(super) sentences: Vec<String>,
    /// A list, one sentence each.
    pub(super) items: Vec<String>,
    /// Address of the page. `None` if the service has no address for links.
    pub(super) link: Option<String>,
    /// The words of the link.
    pub(super) link_text: String,
    /// What the reader must know of the link. `None` if it is an ordinary one.
    pub(super) note: Option<String>,
    /// Who answers questions. `None` if no coordinator is set.
    pub(super) ask: Option<String>,
    /// Why the reader receives it.
    pub(super) reason: &'static str,
}

#[derive(Template)]
#[template(path = "register_mail/text.txt", escape = "none")]
struct LetterText<'v> {
    v: &'v LetterView,
}

#[derive(Template)]
#[template(path = "register_mail/mail.html", escape = "html")]
struct LetterHtml<'v> {
    v: &'v LetterView,
}

impl LetterView {
    /// Renders both parts. There is no attached list.
    ///
    /// # Errors
    ///
    /// The error of the template engine, which the templates cause and never the data.
    pub(super) fn render(&self) -> Result<Rendered, String> {
        Ok(Rendered {
            text: LetterText { v: self }.render().map_err(|error| error.to_string())?,
            html: LetterHtml { v: self }.render().map_err(|error| error.to_string())?,
            subject: self.subject.clone(),
            csv: String::new(),
        })
    }
}
