//! Whose pages these are, in the form in which templates, style sheet and headers need it.

use std::path::Path;

use authara_core::colour::Colour;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use url::Url;

use crate::assets;
use crate::config::brand::Accent;
use crate::config::{BrandSettings, Logo, LogoFile};

/// A larger icon costs a request instead of making every page longer.
const MAX_INLINE_ICON_BYTES: usize = 4096;

/// How the pages present themselves. What is serialised is `page.brand` of the templates.
#[derive(Clone, Debug, Serialize)]
pub struct Brand {
    /// The name of the product.
    pub name: String,
    /// Where the logo is fetched from, if there is one.
    pub logo_url: Option<String>,
    /// The terms of service.
    pub terms_url: Option<String>,
    /// The privacy policy.
    pub privacy_url: Option<String>,
    /// Where people turn who cannot get in.
    pub support_email: Option<String>,
    /// One line below everything.
    pub footer_text: Option<String>,
    /// Rules that set the accent in both themes, for the end of the style sheet.
    #[serde(skip)]
    pub accent_css: Option<String>,
    /// The origin of a logo that another host serves; pages have to allow it.
    #[serde(skip)]
    pub image_origin: Option<String>,
    /// The icon: as a `data:` URL, so that it costs no request, or a path if it is large.
    #[serde(skip)]
    pub icon: String,
    /// The logo that this server serves.
    #[serde(skip)]
    pub logo_file: Option<LogoFile>,
}

impl Brand {
    /// Works out what the settings mean. The icon may be in the folder of what the operator replaces.
    ///
    /// # Errors
    ///
    /// A sentence that names the file, if the icon cannot be read.
    pub fn new(settings: &BrandSettings, folder: Option<&Path>) -> Result<Self, String> {
        let icon = assets::favicon(folder)?;
        Ok(Self::with_icon(settings, &icon))
    }

    fn with_icon(settings: &BrandSettings, icon: &[u8]) -> Self {
        let (logo_url, logo_file) = match &settings.logo {
            None => (None, None),
            Some(Logo::Url(url)) => (Some(url.clone()), None),
            Some(Logo::File(file)) => (Some(assets::logo_path(file)), Some(file.clone())),
        };
        Self {
            name: settings.name.clone(),
            image_origin: logo_url.as_deref().and_then(origin_elsewhere),
            logo_url,
            terms_url: settings.terms_url.clone(),
            privacy_url: settings.privacy_url.clone(),
            support_email: settings.support_email.as_ref().map(|address| address.as_str().to_owned()),
            footer_text: settings.footer_text.clone(),
            accent_css: settings.accent.map(accent_css),
            icon: icon_url(icon),
            logo_file,
        }
    }
}

impl Default for Brand {
    /// Our own.
    fn default() -> Self {
        Self::with_icon(&BrandSettings::default(), assets::our_favicon())
    }
}

/// The origin of an absolute URL. A path has none of its own.
fn origin_elsewhere(url: &str) -> Option<String> {
    Url::parse(url).ok().map(|url| url.origin().ascii_serialization())
}

fn icon_url(drawing: &[u8]) -> String {
    if drawing.len() > MAX_INLINE_ICON_BYTES {
        return assets::favicon_path(drawing);
    }
    format!("data:image/svg+xml;base64,{}", STANDARD.encode(drawing))
}

/// The same selectors as in the style sheet, so that what comes later wins.
fn accent_css(accent: Accent) -> String {
    let tokens = |colour: Colour| format!("--accent:{colour};--accent-text:{}", colour.text_colour());
    let (light, dark) = (tokens(accent.light), tokens(accent.dark));
    format!(
        ":root{{{light}}}\n\
         @media (prefers-color-scheme: dark){{:root:not([data-theme=light]){{{dark}}}}}\n\
         :root[data-theme=dark]{{{dark}}}\n"
    )
}

#[cfg(test)]
mod tests {
    use authara_core::email::EmailAddress;

    use super::*;

    const DRAWING: &[u8] = b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>";

    fn with_logo(logo: Logo) -> Brand {
        let settings = BrandSettings { logo: Some(logo), ..BrandSettings::default() };
        Brand::new(&settings, None).unwrap()
    }

    #[test]
    fn templates_are_given_what_they_show_and_nothing_else() {
        let brand = serde_json::to_value(Brand::default()).unwrap();
        let expected = serde_json::json!({
            "name": "Authara",
            "logo_url": null,
            "terms_url": null,
            "privacy_url": null,
            "support_email": null,
            "footer_text": null,
        });
        assert_eq!(brand, expected);
        let settings = BrandSettings {
            name: "Fern and Sons".to_owned(),
            logo: Some(Logo::Url("/logo.svg".to_owned())),
            accent: Some(Accent::new(Colour::new(255, 204, 0))),
            terms_url: Some("/terms".to_owned()),
            privacy_url: Some("https://example.org/privacy".to_owned()),
            support_email: EmailAddress::parse("help@example.org").ok(),
            footer_text: Some("Garden Lane 1".to_owned()),
        };
        let expected = serde_json::json!({
            "name": "Fern and Sons",
            "logo_url": "/logo.svg",
            "terms_url": "/terms",
            "privacy_url": "https://example.org/privacy",
            "support_email": "help@example.org",
            "footer_text": "Garden Lane 1",
        });
        assert_eq!(serde_json::to_value(Brand::new(&settings, None).unwrap()).unwrap(), expected);
    }

    #[test]
    fn only_a_logo_elsewhere_has_an_origin_to_allow() {
        for (url, expected) in [
            ("/logo.svg", None),
            ("https://cdn.example.org/logo.svg?v=1", Some("https://cdn.example.org")),
            ("https://cdn.example.org:8443/logo.svg", Some("https://cdn.example.org:8443")),
        ] {
            let brand = with_logo(Logo::Url(url.to_owned()));
            assert_eq!(brand.image_origin.as_deref(), expected);
            assert_eq!(brand.logo_url.as_deref(), Some(url));
        }
        let brand = with_logo(Logo::File(LogoFile::new(DRAWING.to_vec()).unwrap()));
        assert_eq!(brand.image_origin, None);
        assert!(brand.logo_url.unwrap().starts_with("/auth/static/logo."));
    }

    #[test]
    fn an_accent_sets_colour_and_text_in_each_theme() {
        let accent = Accent::new(Colour::parse("#ffcc00").unwrap());
        let expected = "\
:root{--accent:#917300;--accent-text:#ffffff}
@media (prefers-color-scheme: dark){:root:not([data-theme=light]){--accent:#ffcc00;--accent-text:#000000}}
:root[data-theme=dark]{--accent:#ffcc00;--accent-text:#000000}
";
        assert_eq!(accent_css(accent), expected);
        assert_eq!(Brand::default().accent_css, None);
    }

    #[test]
    fn a_small_icon_costs_no_request_and_a_large_one_no_room() {
        let data = Brand::default().icon;
        let drawing = STANDARD.decode(data.strip_prefix("data:image/svg+xml;base64,").unwrap()).unwrap();
        assert_eq!(drawing, assets::our_favicon());
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("assets")).unwrap();
        let file = folder.path().join("assets/favicon.svg");
        let icon = || Brand::new(&BrandSettings::default(), Some(folder.path())).unwrap().icon;
        assert_eq!(icon(), data);
        std::fs::write(&file, DRAWING).unwrap();
        assert_eq!(icon(), format!("data:image/svg+xml;base64,{}", STANDARD.encode(DRAWING)));
        std::fs::write(&file, DRAWING.repeat(200)).unwrap();
        let path = icon();
        let assets = assets::Assets::build(&Brand::default(), Some(folder.path())).unwrap();
        assert_eq!(path, assets.favicon.path);
    }
}
