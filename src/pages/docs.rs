//! The documents of `docs/`, as pages for those who are signed in. They ask for no data, so they have no operation: their text is
//! in the binary, and it is our own.

use std::fmt::Write as _;

use askama::Template;
use pulldown_cmark::{CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};

use super::page::Frame;

/// Where the list of documents is.
pub(crate) const DOCS: &str = "/docs";

/// The document that lists the others, and is the page at [`DOCS`].
const INDEX: &str = "README.md";

/// The documents by file name. A test holds that none is missing.
const DOCUMENTS: [(&str, &str); 21] = [
    ("CHANGELOG.md", include_str!("../../docs/CHANGELOG.md")),
    ("CONTRIBUTING.md", include_str!("../../docs/CONTRIBUTING.md")),
    ("COVERAGE.md", include_str!("../../docs/COVERAGE.md")),
    ("IMPORT.md", include_str!("../../docs/IMPORT.md")),
    (INDEX, include_str!("../../docs/README.md")),
    ("access.md", include_str!("../../docs/access.md")),
    ("api-guide.md", include_str!("../../docs/api-guide.md")),
    ("architecture.md", include_str!("../../docs/architecture.md")),
    ("audit.md", include_str!("../../docs/audit.md")),
    ("configuration.md", include_str!("../../docs/configuration.md")),
    ("decisions.md", include_str!("../../docs/decisions.md")),
    ("glossary.md", include_str!("../../docs/glossary.md")),
    ("importing.md", include_str!("../../docs/importing.md")),
    ("managers.md", include_str!("../../docs/managers.md")),
    ("operations.md", include_str!("../../docs/operations.md")),
    ("performance.md", include_str!("../../docs/performance.md")),
    ("privacy.md", include_str!("../../docs/privacy.md")),
    ("register.md", include_str!("../../docs/register.md")),
    ("security.md", include_str!("../../docs/security.md")),
    ("signing-in.md", include_str!("../../docs/signing-in.md")),
    ("troubleshooting.md", include_str!("../../docs/troubleshooting.md")),
];

#[derive(Template)]
#[template(path = "docs/page.html", config = "src/pages/askama.toml")]
struct DocumentTemplate {
    frame: Frame,
    title: String,
    /// The document as HTML.
    body: String,
    is_index: bool,
}

/// The page of a document, by its file name. Returns `None` if there is no such document.
///
/// # Errors
///
/// A text for the log: the template failed, an error of the program.
pub(crate) fn page(name: &str, frame: Frame) -> Option<Result<String, String>> {
    let (_, text) = DOCUMENTS.into_iter().find(|(known, _)| *known == name)?;
    let DocumentBody { title, body } = rendered(text);
    let view = DocumentTemplate { frame, title, body, is_index: name == INDEX };
    Some(view.render().map_err(|error| format!("a template failed: {error}")))
}

/// The page that lists the documents.
///
/// # Errors
///
/// As [`page`].
pub(crate) fn index(frame: Frame) -> Result<String, String> {
    page(INDEX, frame).unwrap_or_else(|| Err("the list of documents is missing".to_owned()))
}

struct DocumentBody {
    /// The text of the first heading.
    title: String,
    body: String,
}

/// Markdown as HTML with the classes of the pages: headings have anchors as on GitHub, tables a caption, and links to other documents
/// lead to their pages.
fn rendered(text: &str) -> DocumentBody {
    let mut rendered = DocumentBody { title: String::new(), body: String::new() };
    let (mut anchors, mut heading) = (Vec::<String>::new(), String::new());
    let mut events = Parser::new_ext(text, Options::ENABLE_TABLES).peekable();
    let mut written = Vec::new();
    while let Some(event) = events.next() {
        match event {
            Event::Start(Tag::Heading { level, .. }) => {
                let mut inside = Vec::new();
                while let Some(event) = events.next_if(|event| !matches!(event, Event::End(TagEnd::Heading(_)))) {
                    inside.push(event);
                }
                heading = inside.iter().filter_map(words).collect();
                let anchor = anchor(&heading, &anchors);
                written.push(Event::Html(opened(level, &anchor).into()));
                written.extend(inside);
                anchors.push(anchor);
                if rendered.title.is_empty() {
                    rendered.title.clone_from(&heading);
                }
            }
            Event::End(TagEnd::Heading(level)) => written.push(Event::Html(format!("</{level}>\n").into())),
            Event::Start(Tag::Table(columns)) => {
                written.push(Event::Start(Tag::Table(columns)));
                let caption = html_escaped(&heading);
                let caption = format!("<caption class=\"nhsuk-u-visually-hidden\">{caption}</caption>");
                written.push(Event::Html(caption.into()));
            }
            Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
                let dest_url = page_of(dest_url);
                written.push(Event::Start(Tag::Link { link_type, dest_url, title, id }));
            }
            // Marks of generated parts.
            Event::Html(comment) | Event::InlineHtml(comment) if comment.trim_start().starts_with("<!--") => {}
            event => written.push(event),
        }
    }
    html::push_html(&mut rendered.body, written.into_iter());
    for (plain, with_class) in [
        ("<table>", "<table class=\"nhsuk-table\">"),
        ("<thead>", "<thead class=\"nhsuk-table__head\">"),
        ("<th>", "<th scope=\"col\">"),
        ("<td>", "<td class=\"nhsuk-table__cell\">"),
        ("<ul>", "<ul class=\"nhsuk-list nhsuk-list--bullet\">"),
        ("<ol>", "<ol class=\"nhsuk-list nhsuk-list--number\">"),
    ] {
        rendered.body = rendered.body.replace(plain, with_class);
    }
    rendered
}

/// The text of an event in a heading.
fn words(event: &Event<'_>) -> Option<String> {
    match event {
        Event::Text(text) | Event::Code(text) => Some(text.to_string()),
        _ => None,
    }
}

/// A heading's tag with its anchor and class.
fn opened(level: HeadingLevel, anchor: &str) -> String {
    let size = match level {
        HeadingLevel::H1 => "l",
        HeadingLevel::H2 => "m",
        HeadingLevel::H3 | HeadingLevel::H4 | HeadingLevel::H5 | HeadingLevel::H6 => "s",
    };
    let mut tag = String::new();
    // Writing into a String never fails.
    let _ = write!(tag, "<{level} id=\"{anchor}\" class=\"nhsuk-heading-{size}\">");
    tag
}

/// The anchor of a heading as GitHub makes it: lower case, without punctuation, hyphens for spaces, and a number if it is not the
/// first of its name.
fn anchor(heading: &str, earlier: &[String]) -> String {
    let kept = |letter: &char| letter.is_alphanumeric() || " -_".contains(*letter);
    let slug: String = heading.trim().to_lowercase().chars().filter(kept).collect();
    let slug = slug.replace(' ', "-");
    let same = |known: &&String| {
        known.strip_prefix(slug.as_str()).is_some_and(|rest| {
            rest.is_empty() || rest.strip_prefix('-').is_some_and(|number| number.parse::<u32>().is_ok())
        })
    };
    match earlier.iter().filter(same).count() {
        0 => slug,
        number => format!("{slug}-{number}"),
    }
}

/// The address of the page that a link between documents leads to. Other links stay as they are.
fn page_of(link: CowStr<'_>) -> CowStr<'_> {
    let (file, anchor) = link.split_once('#').map_or((&*link, None), |(file, anchor)| (file, Some(anchor)));
    if !DOCUMENTS.iter().any(|(name, _)| *name == file) {
        return link;
    }
    let page = if file == INDEX { DOCS.to_owned() } else { format!("{DOCS}/{file}") };
    anchor.map_or_else(|| page.clone(), |anchor| format!("{page}#{anchor}")).into()
}

fn html_escaped(text: &str) -> String {
    let mut escaped = String::new();
    html::push_html(&mut escaped, std::iter::once(Event::Text(text.into())));
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_between_documents_lead_to_their_pages() {
        let link = |to: &'static str| page_of(to.into()).to_string();
        assert_eq!(link("access.md#other-days"), "/docs/access.md#other-days");
        assert_eq!(link("README.md"), "/docs");
        assert_eq!(link("#paging"), "#paging");
    }

    #[test]
    fn headings_have_the_anchors_of_github() {
        let html = rendered("# A `b`: c & d\n\n## Same\n\n## Same\n").body;
        for anchor in ["id=\"a-b-c--d\"", "id=\"same\"", "id=\"same-1\""] {
            assert!(html.contains(anchor), "{anchor}: {html}");
        }
    }

    #[test]
    fn tables_have_a_caption_and_scopes() {
        let html = rendered("# Codes & words\n\n<!-- codes -->\n| a |\n|---|\n| `<b>` |\n").body;
        assert!(html.contains("<caption class=\"nhsuk-u-visually-hidden\">Codes &amp; words</caption>"), "{html}");
        assert!(html.contains("<th scope=\"col\">a</th>") && html.contains("&lt;b&gt;") && !html.contains("<!--"));
    }
}
