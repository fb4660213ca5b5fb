//! Files that are in this binary, because a hospital's network reaches no other host: how they are found and sent.

use std::hash::{DefaultHasher, Hasher};
use std::io::Read;

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

/// One file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asset {
    /// Its name below the address of its folder.
    pub(super) path: &'static str,
    pub(super) media_type: &'static str,
    /// Whether `bytes` are compressed.
    pub(super) gzip: bool,
    pub(super) bytes: &'static [u8],
}

// PLAYGROUND and PAGES: what build.rs bundled; empty where it could not.
include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// The files of one folder, each with its ETag.
#[derive(Debug)]
pub(super) struct Files(Vec<(Asset, HeaderValue)>);

impl Files {
    pub(super) fn new(assets: &[Asset]) -> Self {
        Self(assets.iter().map(|asset| (*asset, tag(asset.bytes))).collect())
    }

    /// Sends a file as it is kept, or unpacked for a client that takes no gzip, under a content security policy. None if there
    /// is none of this name. Names stay the same from build to build, so a browser asks each time, and is told "not modified" in
    /// one line.
    pub(super) fn send(&self, path: &str, headers: &HeaderMap, policy: &'static str) -> Option<Response> {
        let (asset, tag) = self.0.iter().find(|(asset, _)| asset.path == path)?;
        let mut response = send(asset, tag, headers);
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
        Some(response)
    }
}

/// An ETag: the same bytes have the same one in every process.
fn tag(bytes: &[u8]) -> HeaderValue {
    let mut hasher = DefaultHasher::new();
    hasher.write(bytes);
    HeaderValue::from_str(&format!("W/\"{:016x}\"", hasher.finish())).unwrap_or(HeaderValue::from_static("W/\"0\""))
}

fn send(asset: &Asset, tag: &HeaderValue, headers: &HeaderMap) -> Response {
    let mut response = if known_already(headers, tag) {
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
    sent.insert(header::CONTENT_TYPE, HeaderValue::from_static(asset.media_type));
    sent.insert(header::ETAG, tag.clone());
    sent.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    sent.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    response
}

fn known_already(headers: &HeaderMap, tag: &HeaderValue) -> bool {
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
        Asset { path: "a.js", media_type: "text/javascript; charset=utf-8", gzip: true, bytes }
    }

    #[tokio::test]
    async fn a_packed_file_goes_out_packed_where_that_is_taken_and_plain_elsewhere() {
        let asset = packed();
        let tag = tag(asset.bytes);
        let response = send(&asset, &tag, &headers(&[(header::ACCEPT_ENCODING, "br, gzip;q=0.8")]));
        assert_eq!(response.headers()[header::CONTENT_ENCODING], "gzip");
        assert_eq!(response.headers()[header::CONTENT_TYPE], asset.media_type);
        assert_eq!(axum::body::to_bytes(response.into_body(), 1000).await.unwrap(), asset.bytes);

        for wish in [&[][..], &[(header::ACCEPT_ENCODING, "br, gzip;q=0")]] {
            let response = send(&asset, &tag, &headers(wish));
            assert!(!response.headers().contains_key(header::CONTENT_ENCODING));
            assert_eq!(axum::body::to_bytes(response.into_body(), 1000).await.unwrap(), "alert()");
        }
    }

    #[test]
    fn a_file_that_the_browser_has_is_not_sent_again() {
        let asset = packed();
        let tag = tag(asset.bytes);
        let mut asked = headers(&[]);
        asked.insert(header::IF_NONE_MATCH, tag.clone());
        assert_eq!(send(&asset, &tag, &asked).status(), StatusCode::NOT_MODIFIED);
        asked.insert(header::IF_NONE_MATCH, HeaderValue::from_static("W/\"other\""));
        assert_eq!(send(&asset, &tag, &asked).status(), StatusCode::OK);
    }

    #[test]
    fn a_file_is_found_by_its_whole_name_and_has_a_policy() {
        let files = Files::new(&[packed()]);
        let response = files.send("a.js", &HeaderMap::new(), "default-src 'none'").unwrap();
        assert_eq!(response.headers()[header::CONTENT_SECURITY_POLICY], "default-src 'none'");
        for other in ["", "a", "../a.js", "A.js"] {
            assert!(files.send(other, &HeaderMap::new(), "").is_none(), "{other}");
        }
    }
}
