//! A report -> subject, text, HTML and CSV. Every sentence is made here or in [`super::words`]; the templates only lay out.

mod fit;
mod list;
mod rows;
mod view;

use askama::Template;
use mrml::prelude::parser::ParserOptions;
use mrml::prelude::render::RenderOptions;

use super::build::Report;
use view::View;

/// A mail's subject and parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendered {
    /// Subject line: one line, bounded.
    pub subject: String,
    /// Plain-text part.
    pub text: String,
    /// HTML part.
    pub html: String,
    /// Attached CSV with a byte-order mark, without which Excel misreads accents.
    pub csv: String,
}

#[derive(Template)]
#[template(path = "gap_report/subject.txt", escape = "none")]
struct Subject<'v>(&'v View);

#[derive(Template)]
#[template(path = "gap_report/text.txt", escape = "none")]
struct Text<'v> {
    v: &'v View,
}

#[derive(Template)]
#[template(path = "gap_report/html.mjml", escape = "html")]
struct Html<'v> {
    v: &'v View,
}

/// Renders a report.
///
/// # Errors
///
/// What the template engine or the HTML renderer said: a fault of the templates, never of the data.
pub fn render(report: &Report<'_>, base_url: Option<&str>) -> Result<Rendered, String> {
    // Both parts show the same rows: who reads the one learns what the reader of the other does.
    let (view, html) = fit::fit(report, fit::MOST_BYTES, base_url, |view| {
        html(&Html { v: view }.render().map_err(|error| error.to_string())?)
    })?;
    Ok(Rendered {
        subject: Subject(&view).render().map_err(|error| error.to_string())?.trim().to_owned(),
        text: Text { v: &view }.render().map_err(|error| error.to_string())?,
        html,
        csv: list::list(report)?,
    })
}

/// MJML -> HTML. An unknown tag or attribute would silently render nothing, so a warning is an error.
fn html(mjml: &str) -> Result<String, String> {
    let parsed = mrml::parse_with_options(mjml, &ParserOptions::default()).map_err(|error| error.to_string())?;
    if let Some(warning) = parsed.warnings.first() {
        return Err(format!("{warning:?}"));
    }
    // No web fonts: a mail that asks another host for anything tells it that it was read.
    let options = RenderOptions { fonts: std::collections::HashMap::new(), ..RenderOptions::default() };
    parsed.element.render(&options).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests;
