//! Static files that are embedded in this binary, because a hospital's network may reach no other host.

use std::hash::{DefaultHasher, Hasher};
use std::io::{self, Read};
use std::path::Path;
use std::sync::{Arc, LazyLock};

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

/// One static file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asset {
    /// The name of the file, relative to the URL of its folder.
    pub(super) path: &'static str,
    /// Whether `bytes` are compressed.
    pub(super) gzip: bool,
    pub(super) bytes: &'static [u8],
}

impl Asset {
    /// The media type, by the file name extension.
    fn media_type(&self) -> HeaderValue {
        HeaderValue::from_static(match self.path.rsplit('.').next() {
            Some("js") => "text/javascript; charset=utf-8",
            Some("css") => "text/css; charset=utf-8",
            Some("html") => "text/html; charset=utf-8",
            Some("txt" | "graphql") => "text/plain; charset=utf-8",
            Some("ttf") => "font/ttf",
            _ => "application/octet-stream",
        })
    }
}

// PLAYGROUND and PAGES: the files of `dist`, which build.rs lists; empty if they were not built.
include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// The stylesheet that is used if the NHS design system was not built.
pub(super) const PLAIN: Asset =
    Asset { path: "pages.css", gzip: false, bytes: include_bytes!("../pages/assets/plain.css") };

static EMBEDDED: LazyLock<Assets> = LazyLock::new(|| Assets::new(PLAYGROUND, PAGES));

/// The playground, and the stylesheet of the pages. Clones share the files.
#[derive(Clone, Debug)]
pub struct Assets {
    /// `None` if the playground was not built.
    pub(super) playground: Option<Arc<Files>>,
    pub(super) pages: Arc<Files>,
}

impl Assets {
    fn new(playground: &[Asset], pages: &[Asset]) -> Self {
        let playground = (!playground.is_empty()).then(|| Arc::new(Files::new(playground)));
        Self { playground, pages: Arc::new(Files::new(if pages.is_empty() { &[PLAIN] } else { pages })) }
    }

    /// Returns the files in this binary.
    #[must_use]
    pub fn embedded() -> Self {
        EMBEDDED.clone()
    }

    /// Reads the files that `build.mjs` has written to its folder `dist`. Call it at most once per process: the files stay in
    /// memory until the process ends.
    ///
    /// # Errors
    ///
    /// An error if a folder or file cannot be read.
    pub fn read(dist: &Path) -> io::Result<Self> {
        let read = |folder: &str| -> io::Result<Vec<Asset>> {
            let mut assets = Vec::new();
            for entry in std::fs::read_dir(dist.join(folder))? {
                let entry = entry?;
                let name = entry.file_name().to_string_lossy().trim_end_matches(".gz").to_owned();
                let bytes = std::fs::read(entry.path())?.leak();
                assets.push(Asset { path: name.leak(), gzip: true, bytes });
            }
            Ok(assets)
        };
        Ok(Self::new(&read("playground")?, &read("pages")?))
    }

    /// Whether all files are included.
    #[must_use]
    pub const fn is_whole(&self) -> bool {
        // Both are built together or not at all.
        self.playground.is_some()
    }
}

/// The files of one folder, each with its ETag.
#[derive(Debug)]
pub(super) struct Files(Vec<(Asset, HeaderValue)>);

impl Files {
    pub(super) fn new(assets: &[Asset]) -> Self {
        Self(assets.iter().map(|asset| (*asset, tag(asset.bytes))).collect())
    }

    /// Sends a file with a content security policy: as it is stored, or unpacked for a client that does not accept gzip.
    /// `None` if there is no file of this name. Names do not change from build to build, so a browser revalidates each time and
    /// gets a short "not modified".
    pub(super) fn send(&self, path: &str, headers: &HeaderMap, policy: &'static str) -> Option<Response> {
        let (asset, tag) = self.0.iter().find(|(asset, _)| asset.path == path)?;
        let mut response = send(asset, tag, headers);
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
        Some(response)
    }
}

/// Returns the ETag of a file. The same bytes have the same ETag in every process.
fn tag(bytes: &[u8]) -> HeaderValue {
    let mut hasher = DefaultHasher::new();
    hasher.write(bytes);
    HeaderValue::from_str(&format!("W/\"{:016x}\"", hasher.finish())).unwrap_or(HeaderValue::from_static("W/\"0\""))
}

fn send(asset: &Asset, tag: &HeaderValue, headers: &HeaderMap) -> Response {
    let mut response = if matches_etag(headers, tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else if !asset.gzip {
        asset.bytes.into_response()
    } else if accepts_gzip(headers) {
        ([(header::CONTENT_ENCODING, "gzip")], asset.bytes).into_response()
    } else {
        let mut plain = Vec::new();
        match flate2::read::GzDecoder::new(asset.bytes).read_to_end(&mut plain) {
            Ok(_) => plain.into_response(),
            Err(cause) => {
                tracing::error!(%cause, file = asset.path, "an embedded file cannot be unpacked");
                return StatusCode::INTERNAL_SERVER_ERROR.into_response();
            }
        }
    };
    let sent = response.headers_mut();
    sent.insert(header::CONTENT_TYPE, asset.media_type());
    sent.insert(header::ETAG, tag.clone());
    sent.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    sent.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    response
}

fn matches_etag(headers: &HeaderMap, tag: &HeaderValue) -> bool {
    let known = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    known.flat_map(|value| value.split(',')).any(|known| known.trim().as_bytes() == tag.as_bytes())
}

fn accepts_gzip(headers: &HeaderMap) -> bool {
    let wishes = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    wishes.flat_map(|value| value.split(',')).any(|wish| {
        let mut parts = wish.split(';').map(str::trim);
        let refused = |part: &str| part.strip_prefix("q=").is_some_and(|q| q.parse() == Ok(0.0_f32));
        matches!(parts.next(), Some("gzip" | "x-gzip" | "*")) && !parts.any(refused)
    })
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn headers(pairs: &[(header::HeaderName, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.clone(), HeaderValue::from_static(value))).collect()
    }

    fn packed() -> Asset {
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        gzip.write_all(b"alert()").unwrap();
        let bytes = gzip.finish().unwrap().leak();
        Asset { path: "a.js", gzip: true, bytes }
    }

    #[tokio::test]
    async fn gzip_is_sent_only_if_accepted() {
        let asset = packed();
        let tag = tag(asset.bytes);
        let response = send(&asset, &tag, &headers(&[(header::ACCEPT_ENCODING, "br, gzip;q=0.8")]));
        assert_eq!(response.headers()[header::CONTENT_ENCODING], "gzip");
        assert_eq!(response.headers()[header::CONTENT_TYPE], "text/javascript; charset=utf-8");
        assert_eq!(axum::body::to_bytes(response.into_body(), 1000).await.unwrap(), asset.bytes);

        for wish in [&[][..], &[(header::ACCEPT_ENCODING, "br, gzip;q=0")]] {
            let response = send(&asset, &tag, &headers(wish));
            assert!(!response.headers().contains_key(header::CONTENT_ENCODING));
            assert_eq!(axum::body::to_bytes(response.into_body(), 1000).await.unwrap(), "alert()");
        }
    }

    #[test]
    fn cached_file_is_not_sent_again() {
        let asset = packed();
        let tag = tag(asset.bytes);
        let mut asked = headers(&[]);
        asked.insert(header::IF_NONE_MATCH, tag.clone());
        assert_eq!(send(&asset, &tag, &asked).status(), StatusCode::NOT_MODIFIED);
        asked.insert(header::IF_NONE_MATCH, HeaderValue::from_static("W/\"other\""));
        assert_eq!(send(&asset, &tag, &asked).status(), StatusCode::OK);
    }

    #[test]
    fn file_is_found_by_full_name_and_has_policy() {
        let files = Files::new(&[packed()]);
        let response = files.send("a.js", &HeaderMap::new(), "default-src 'none'").unwrap();
        assert_eq!(response.headers()[header::CONTENT_SECURITY_POLICY], "default-src 'none'");
        for other in ["", "a", "../a.js", "A.js"] {
            assert!(files.send(other, &HeaderMap::new(), "").is_none(), "{other}");
        }
    }

    #[test]
    fn built_folder_is_served_like_embedded_files() {
        let dist = tempfile::tempdir().unwrap();
        assert!(Assets::read(dist.path()).is_err(), "nothing was built");
        for (folder, file) in [("playground", "index.html.gz"), ("pages", "pages.css.gz")] {
            std::fs::create_dir(dist.path().join(folder)).unwrap();
            std::fs::write(dist.path().join(folder).join(file), packed().bytes).unwrap();
        }
        let assets = Assets::read(dist.path()).unwrap();
        assert!(assets.is_whole());
        for (files, name, kind) in [
            (assets.playground.unwrap(), "index.html", "text/html; charset=utf-8"),
            (assets.pages, "pages.css", "text/css; charset=utf-8"),
        ] {
            let response = files.send(name, &HeaderMap::new(), "default-src 'none'").unwrap();
            assert_eq!(response.headers()[header::CONTENT_TYPE], kind);
        }
    }

    #[test]
    fn pages_have_plain_stylesheet_without_build() {
        let assets = Assets::new(&[], &[]);
        assert!(!assets.is_whole());
        assert!(assets.pages.send("pages.css", &HeaderMap::new(), "").is_some());
    }
}
