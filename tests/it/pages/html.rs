//! Checks the HTML of every page: closed tags, one title, landmarks, headings in order, tables with captions, and no scripts.

/// Elements without an end tag.
const VOID: [&str; 5] = ["meta", "link", "br", "input", "img"];

/// Returns the tags of a page in order: name, attributes, and whether it is an end tag.
fn tags(html: &str) -> Vec<(String, String, bool)> {
    let mut tags = Vec::new();
    let mut rest = html;
    while let Some((_, after)) = rest.split_once('<') {
        let (tag, after) = after.split_once('>').unwrap_or_else(|| panic!("a tag that is not closed: {after:.80}"));
        rest = after;
        if tag.starts_with('!') {
            continue;
        }
        let (is_end, tag) = tag.strip_prefix('/').map_or((false, tag), |tag| (true, tag));
        let (name, attributes) = tag.split_once(char::is_whitespace).unwrap_or((tag, ""));
        tags.push((name.to_owned(), attributes.to_owned(), is_end));
    }
    tags
}

/// Panics unless the page is valid.
pub(crate) fn assert_sound(html: &str) {
    assert!(html.starts_with("<!doctype html>") && html.contains("<html lang=\"en-GB\">"), "{html}");
    let tags = tags(html);
    let mut open = Vec::new();
    let (mut level, mut headings) = (0, 0);
    for (at, (name, attributes, is_end)) in tags.iter().enumerate() {
        assert!(!["script", "style", "iframe", "object"].contains(&name.as_str()), "<{name}> in {html}");
        let lower = attributes.to_lowercase();
        assert!(!lower.contains("style=") && !lower.contains(" on") && !lower.contains("javascript:"), "{attributes}");
        if *is_end {
            assert_eq!(open.pop(), Some(name), "{html}");
            continue;
        }
        match name.as_str() {
            // The design system puts the summary of errors before the heading of the page.
            "h2" if attributes.contains("nhsuk-error-summary__title") => {}
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
                let this = name[1..].parse::<usize>().expect("a level");
                assert!(this <= level + 1, "<{name}> after <h{level}>: {html}");
                (level, headings) = (this, headings + usize::from(this == 1));
            }
            "table" => assert_eq!(tags[at + 1].0, "caption", "a table without a caption: {html}"),
            "th" => assert!(attributes.contains("scope="), "{html}"),
            "a" => assert!(attributes.contains("href=\"/") || attributes.contains("href=\"#"), "{attributes}"),
            _ => {}
        }
        if !VOID.contains(&name.as_str()) {
            open.push(name);
        }
    }
    assert!(open.is_empty(), "not closed: {open:?}");
    assert_eq!(headings, 1, "one <h1>: {html}");
    for landmark in ["header", "main", "footer"] {
        assert_eq!(tags.iter().filter(|(name, _, is_end)| name == landmark && !is_end).count(), 1, "{landmark}");
    }
    assert!(html.contains("href=\"#maincontent\"") && html.contains("id=\"maincontent\""), "a skip link: {html}");
    assert_titled(html);
    assert_links_make_sense(html);
    let mut labels: Vec<_> =
        tags.iter().filter(|(name, _, is_end)| name == "nav" && !is_end).map(|(_, attributes, _)| attributes).collect();
    assert!(labels.iter().all(|label| label.contains("aria-label=")), "{labels:?}");
    labels.sort_unstable();
    assert!(labels.windows(2).all(|pair| pair[0] != pair[1]), "two of one name: {labels:?}");
}

/// Checks that there is one title, with the names of the page and the product.
fn assert_titled(html: &str) {
    let titles: Vec<_> = html.split("<title>").skip(1).filter_map(|rest| rest.split("</title>").next()).collect();
    let [title] = titles[..] else { panic!("one title: {titles:?}") };
    let page = title.strip_suffix(" – Peer Support Network");
    assert!(page.is_some_and(|page| !page.trim().is_empty()), "{title}");
}

/// Link texts that mean nothing without their context.
const EMPTY_WORDS: [&str; 9] = ["", "here", "click here", "more", "read more", "next", "next page", "text", "html"];

/// Checks that each link makes sense alone, and that links with the same text lead to the same page.
fn assert_links_make_sense(html: &str) {
    let mut places = std::collections::BTreeMap::new();
    for (text, place) in link_texts(html) {
        assert!(!EMPTY_WORDS.contains(&text.to_lowercase().as_str()), "'{text}' to {place}");
        let known = places.entry(text.clone()).or_insert_with(|| place.clone());
        assert_eq!(*known, place, "'{text}' leads to two places");
    }
}

/// Returns the text of each link, including text for screen readers only, and its URL.
fn link_texts(html: &str) -> Vec<(String, String)> {
    let links = html.split("<a ").skip(1).map(|rest| {
        let (attributes, rest) = rest.split_once('>').expect("a tag that is closed");
        let (inside, _) = rest.split_once("</a>").expect("a link that ends");
        let address = attributes.split_once("href=\"").and_then(|(_, rest)| rest.split('"').next()).unwrap_or_default();
        let mut text = String::new();
        for (at, part) in inside.split('<').enumerate() {
            text.push_str(if at == 0 { part } else { part.split_once('>').expect("a tag that is closed").1 });
        }
        (text.split_whitespace().collect::<Vec<_>>().join(" "), address.to_owned())
    });
    links.collect()
}

/// Returns the URLs that the page links to, as a browser reads them.
pub(super) fn links(html: &str) -> Vec<String> {
    let links = tags(html).into_iter().filter(|(name, _, is_end)| name == "a" && !is_end);
    links
        .filter_map(|(_, attributes, _)| {
            let (_, rest) = attributes.split_once("href=\"")?;
            let (address, _) = rest.split_once('"')?;
            Some(address.replace("&#38;", "&").replace("&amp;", "&"))
        })
        .collect()
}
