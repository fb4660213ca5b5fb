//! What every page must be as HTML: closed tags, one title, landmarks, headings in order, tables that say what they are, and
//! nothing that needs or smuggles in a script.

/// Elements that have no end.
const VOID: [&str; 5] = ["meta", "link", "br", "input", "img"];

/// The tags of a page in order: a name, its attributes, and whether it is an end tag.
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

/// Fails unless the page is sound.
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
            "h1" | "h2" | "h3" => {
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
    assert!(html.contains(" – Peer Support Network</title>"), "{html}");
}

/// The addresses that the page links to, as a browser reads them.
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
