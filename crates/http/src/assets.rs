//! Style sheet, script, icon and logo: named by their content, so that they can be kept for ever, and
//! compressed before anybody asks.
//!
//! What is built in was compressed at build time. What the operator replaces or colours is read and
//! compressed once, at start.

mod coding;
mod embedded;

use std::borrow::Cow;
use std::path::Path;

use actix_web::http::header::{self, HeaderMap};
use actix_web::{HttpRequest, HttpResponse, web};
use sha2::{Digest, Sha256};

use self::coding::Coding;
use self::embedded::{CSS, Embedded, FAVICON, JS};
use crate::brand::Brand;
use crate::config::LogoFile;
use crate::pages::error;
use crate::state::Server;

/// Drawings that somebody else made may contain styles; what else they contain must not do anything,
/// not even for somebody who opens one by itself.
const FOREIGN_DRAWING_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; sandbox";

const DRAWING: &str = "image/svg+xml";

/// One file as it is served.
#[derive(Clone, Debug)]
pub struct Asset {
    /// The path under which it is served, with its hash.
    pub path: String,
    media_type: &'static str,
    plain: web::Bytes,
    /// The same in codings that make it smaller, the smallest first.
    encoded: Vec<(Coding, web::Bytes)>,
    /// Did the operator bring it?
    is_foreign: bool,
}

/// All of them.
#[derive(Clone, Debug)]
pub struct Assets {
    /// The style sheet.
    pub css: Asset,
    /// The script: comfort only.
    pub js: Asset,
    /// The icon.
    pub favicon: Asset,
    /// The operator's logo, where it is a file.
    pub logo: Option<Asset>,
}

impl Assets {
    /// Puts together what is served: ours, or the operator's files of the same names in the
    /// `assets` of this folder; the style sheet with the brand's colour.
    ///
    /// # Errors
    ///
    /// A sentence that names the file: one that cannot be read, or that replaces nothing.
    pub fn build(brand: &Brand, folder: Option<&Path>) -> Result<Self, String> {
        if let Some(folder) = folder {
            embedded::check_names(folder)?;
        }
        let css = match (CSS.replacement(folder)?, &brand.accent_css) {
            (None, None) => Asset::embedded(&CSS),
            (replacement, accent) => {
                let mut css = replacement.unwrap_or_else(|| CSS.plain.to_vec());
                if let Some(accent) = accent {
                    css.push(b'\n');
                    css.extend_from_slice(accent.as_bytes());
                }
                Asset::replacing(&CSS, css)
            }
        };
        Ok(Self {
            css,
            js: Asset::of(&JS, folder)?,
            favicon: Asset::of(&FAVICON, folder)?,
            logo: brand.logo_file.as_ref().map(Asset::logo),
        })
    }

    /// Every file.
    pub fn all(&self) -> impl Iterator<Item = &Asset> {
        [&self.css, &self.js, &self.favicon].into_iter().chain(&self.logo)
    }

    /// Exact paths from the list, nothing else.
    fn answer(&self, request: &HttpRequest) -> HttpResponse {
        match self.all().find(|asset| asset.path == request.path()) {
            Some(asset) => asset.answer(request.headers()),
            None => error::plain_not_found(),
        }
    }
}

impl Asset {
    fn of(ours: &'static Embedded, folder: Option<&Path>) -> Result<Self, String> {
        let replacement = ours.replacement(folder)?;
        Ok(replacement.map_or_else(|| Self::embedded(ours), |content| Self::replacing(ours, content)))
    }

    fn embedded(ours: &'static Embedded) -> Self {
        let encoded = vec![
            (Coding::Brotli, web::Bytes::from_static(ours.brotli)),
            (Coding::Gzip, web::Bytes::from_static(ours.gzip)),
        ];
        Self {
            path: path_of(ours.stem, ours.extension, ours.plain),
            media_type: ours.media_type,
            plain: web::Bytes::from_static(ours.plain),
            encoded,
            is_foreign: false,
        }
        .without_useless_codings()
    }

    fn replacing(ours: &Embedded, content: Vec<u8>) -> Self {
        Self::foreign(path_of(ours.stem, ours.extension, &content), ours.media_type, content)
    }

    fn logo(file: &LogoFile) -> Self {
        Self::foreign(logo_path(file), file.format().media_type(), file.bytes().to_vec())
    }

    fn foreign(path: String, media_type: &'static str, content: Vec<u8>) -> Self {
        let is_text = media_type.starts_with("text/") || media_type == DRAWING;
        let codings: &[Coding] = if is_text { &Coding::ALL } else { &[] };
        // Compressing into memory cannot fail; if it did, the file would go out as it is.
        let encode = |coding: &Coding| Some((*coding, web::Bytes::from(coding.encode(&content).ok()?)));
        let encoded = codings.iter().filter_map(encode).collect();
        Self { path, media_type, plain: content.into(), encoded, is_foreign: true }.without_useless_codings()
    }

    /// The same without codings that make it no smaller.
    fn without_useless_codings(mut self) -> Self {
        self.encoded.retain(|(_, bytes)| bytes.len() < self.plain.len());
        self
    }

    fn answer(&self, asked: &HeaderMap) -> HttpResponse {
        let coding = coding::choose(asked, self.encoded.iter().map(|(coding, _)| *coding));
        let encoded = self.encoded.iter().find(|(other, _)| Some(*other) == coding);
        let mut response = HttpResponse::Ok();
        response
            .insert_header((header::CONTENT_TYPE, self.media_type))
            .insert_header((header::CACHE_CONTROL, "public, max-age=31536000, immutable"))
            .insert_header((header::VARY, "Accept-Encoding"));
        if let Some((coding, _)) = encoded {
            response.insert_header((header::CONTENT_ENCODING, coding.name()));
        }
        if self.is_foreign && self.media_type == DRAWING {
            response.insert_header((header::CONTENT_SECURITY_POLICY, FOREIGN_DRAWING_POLICY));
        }
        response.body(encoded.map_or(&self.plain, |(_, bytes)| bytes).clone())
    }
}

/// `GET /auth/static/{name}`.
pub async fn serve(request: HttpRequest, server: web::Data<Server>) -> HttpResponse {
    server.assets.answer(&request)
}

/// Where the logo of this file is served.
pub(crate) fn logo_path(file: &LogoFile) -> String {
    path_of("logo", file.format().extension(), file.bytes())
}

/// Where an icon of this content is served.
pub(crate) fn favicon_path(content: &[u8]) -> String {
    path_of(FAVICON.stem, FAVICON.extension, content)
}

/// The icon that is built in.
pub(crate) fn our_favicon() -> &'static [u8] {
    FAVICON.plain
}

/// The icon: ours, or the operator's.
///
/// # Errors
///
/// A sentence that names the file, if it cannot be read.
pub(crate) fn favicon(folder: Option<&Path>) -> Result<Cow<'static, [u8]>, String> {
    Ok(FAVICON.replacement(folder)?.map_or(Cow::Borrowed(our_favicon()), Cow::Owned))
}

/// The name has the first 64 bits of the SHA-256 of the content.
fn path_of(stem: &str, extension: &str, content: &[u8]) -> String {
    let digest = Sha256::digest(content);
    let hash = digest.iter().take(8).fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    format!("/auth/static/{stem}.{hash:016x}.{extension}")
}

#[cfg(test)]
mod tests;
