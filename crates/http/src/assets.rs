//! Style sheet, script and icon: embedded, and named by their content so that they can be kept for
//! ever.

use std::sync::LazyLock;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use sha2::{Digest, Sha256};

/// One embedded file.
#[derive(Debug)]
pub struct Asset {
    /// The path under which it is served, with its hash.
    pub path: String,
    media_type: &'static str,
    body: &'static [u8],
}

/// All of them.
#[derive(Debug)]
pub struct Assets {
    /// The style sheet.
    pub css: Asset,
    /// The script: comfort only.
    pub js: Asset,
    /// The icon.
    pub favicon: Asset,
}

/// Hashed once.
pub static ASSETS: LazyLock<Assets> = LazyLock::new(|| Assets {
    css: Asset::new("authara", "css", "text/css; charset=utf-8", include_bytes!("../../../assets/authara.css")),
    js: Asset::new("authara", "js", "text/javascript; charset=utf-8", include_bytes!("../../../assets/authara.js")),
    favicon: Asset::new("favicon", "svg", "image/svg+xml", include_bytes!("../../../assets/favicon.svg")),
});

impl Asset {
    fn new(name: &str, extension: &str, media_type: &'static str, body: &'static [u8]) -> Self {
        let digest = Sha256::digest(body);
        let hash = digest.iter().take(8).fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
        Self { path: format!("/auth/static/{name}.{hash:016x}.{extension}"), media_type, body }
    }
}

/// `GET /auth/static/{name}`: exact names from the list, nothing else.
pub async fn serve(request: HttpRequest) -> HttpResponse {
    let Assets { css, js, favicon } = &*ASSETS;
    match [css, js, favicon].into_iter().find(|asset| asset.path == request.path()) {
        Some(asset) => HttpResponse::Ok()
            .insert_header((header::CONTENT_TYPE, asset.media_type))
            .insert_header((header::CACHE_CONTROL, "public, max-age=31536000, immutable"))
            .body(web::Bytes::from_static(asset.body)),
        None => crate::pages::error::plain_not_found(),
    }
}
