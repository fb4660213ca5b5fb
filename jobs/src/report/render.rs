//! Renders a report as subject, text, HTML and CSV. Every sentence is made here, in [`super::tasks`] or in
//! [`super::wording`]. The templates contain only the layout.

mod actions;
mod layers;
mod list;
mod midweek;
mod names;
mod rows;
mod setting;
mod view;

use askama::Template;

use super::build::Report;
use super::news::News;
pub use setting::{Reader, Setting};
use view::View;

/// A mail's subject and parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendered {
    /// Subject, on one line of limited length.
    pub subject: String,
    /// Plain-text part.
    pub text: String,
    /// HTML part.
    pub html: String,
    /// Attached CSV with a byte-order mark, without which Excel misreads accents. Empty if there is none.
    pub csv: String,
}

#[derive(Template)]
#[template(path = "gap_report/text.txt", escape = "none")]
struct Text<'v> {
    v: &'v View,
}

#[derive(Template)]
#[template(path = "gap_report/mail.html", escape = "html")]
struct Html<'v> {
    v: &'v View,
}

/// Renders a report. Each list has a maximum length, so that the HTML part stays below 60 KB, however large the board.
///
/// # Errors
///
/// The error of the template engine or the CSV writer, which the templates cause and never the data.
pub fn render(report: &Report<'_>, reader: Reader<'_>, setting: &Setting) -> Result<Rendered, String> {
    let list = list::list(report)?;
    let view = View::new(report, reader, setting, list.contents);
    laid_out(view, list.csv)
}

/// Renders a midweek report: only what became worse since the gap report. A list is attached only if the mail does not show
/// every team.
///
/// # Errors
///
/// As [`render`].
pub fn render_news(news: &News<'_>, reader: Reader<'_>, setting: &Setting) -> Result<Rendered, String> {
    let view = midweek::view(news, reader, setting);
    if view.sections.iter().all(|section| section.rest.is_empty()) {
        return laid_out(view, String::new());
    }
    let list = list::list(news.changed())?;
    laid_out(View { attached: list.contents, ..view }, list.csv)
}

fn laid_out(view: View, csv: String) -> Result<Rendered, String> {
    Ok(Rendered {
        text: Text { v: &view }.render().map_err(|error| error.to_string())?,
        html: Html { v: &view }.render().map_err(|error| error.to_string())?,
        subject: view.subject,
        csv,
    })
}

#[cfg(test)]
mod tests;
