//! A report -> subject, text, HTML and CSV. Every sentence is made here, in [`super::tasks`] or in [`super::wording`]; the
//! templates only lay out.

mod actions;
mod layers;
mod list;
mod midweek;
mod names;
mod rows;
mod view;

use std::collections::BTreeSet;

use askama::Template;
use entity::value::ReportSection;

use super::build::Report;
use super::coordinator::Coordinator;
use super::news::News;
use crate::links;
use view::View;

/// What every mail of the network has in common.
#[derive(Clone, Debug, Default)]
pub struct Setting {
    /// Address of the service, without a final slash; mails have no links without it.
    pub base_url: Option<String>,
    /// The coordinator that recipients ask.
    pub coordinator: Coordinator,
}

impl Setting {
    fn link(&self, path: &str) -> Option<String> {
        self.base_url.as_deref().map(|base| format!("{}{path}", base.trim_end_matches('/')))
    }

    pub(super) fn team_link(&self, code: &str) -> Option<String> {
        self.link(&links::team_path(code))
    }

    fn home_link(&self) -> Option<String> {
        self.link("/")
    }

    pub(super) fn unit_link(&self, code: &str) -> Option<String> {
        self.link(&links::unit_path(code))
    }
}

/// The reader of a rendered report.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    /// Sections that are left out.
    pub hidden: &'a BTreeSet<ReportSection>,
    /// Whether it is a copy, for a colleague of the person whose report it is.
    pub is_copy: bool,
}

impl Reader<'static> {
    /// The person whose report it is, who gets the whole of it.
    pub const OWNER: Self = Self { hidden: &BTreeSet::new(), is_copy: false };
}

/// A mail's subject and parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendered {
    /// Subject line: one line, bounded.
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

/// Renders a report. Each list has a bound of its own, so that the HTML part stays below 60 KB whatever the board.
///
/// # Errors
///
/// What the template engine or the CSV writer said: a fault of the templates, never of the data.
pub fn render(report: &Report<'_>, reader: Reader<'_>, setting: &Setting) -> Result<Rendered, String> {
    let list = list::list(report)?;
    let view = View::new(report, reader, setting, list.contents);
    laid_out(view, list.csv)
}

/// Renders a midweek report: what became worse since the gap report, and nothing else. A list is attached only if the mail does
/// not show all of it.
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
