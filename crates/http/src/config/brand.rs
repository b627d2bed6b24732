//! Whose pages these are: name, logo, colour, legal links, and the folder of what the operator
//! replaces.

use std::path::PathBuf;

use authara_core::colour::Colour;
use authara_core::email::EmailAddress;
use authara_core::return_to::ReturnTo;
use url::Url;

use super::logo::LogoFile;
use super::reader::Reader;

const NAME: &str = "AUTHARA_BRAND_NAME";
const LOGO_URL: &str = "AUTHARA_BRAND_LOGO_URL";
const LOGO_FILE: &str = "AUTHARA_BRAND_LOGO_FILE";
const ACCENT: &str = "AUTHARA_BRAND_ACCENT_COLOR";
const TERMS_URL: &str = "AUTHARA_BRAND_TERMS_URL";
const PRIVACY_URL: &str = "AUTHARA_BRAND_PRIVACY_URL";
const SUPPORT_EMAIL: &str = "AUTHARA_BRAND_SUPPORT_EMAIL";
const FOOTER_TEXT: &str = "AUTHARA_BRAND_FOOTER_TEXT";
const TEMPLATES_DIR: &str = "AUTHARA_TEMPLATES_DIR";

/// What the pages call themselves when nobody says otherwise.
const DEFAULT_NAME: &str = "Authara";

const MAX_NAME_CHARACTERS: usize = 60;
const MAX_FOOTER_CHARACTERS: usize = 200;

/// Behind text in the light theme; `--surface` of the style sheet.
const LIGHT_SURFACE: Colour = Colour::WHITE;
/// Behind text in the dark theme; `--surface` of the style sheet, which is `oklch(20.5% 0 0)`.
const DARK_SURFACE: Colour = Colour::new(0x17, 0x17, 0x17);

/// How the pages present themselves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrandSettings {
    /// At most 60 characters, none of them a control character.
    pub name: String,
    /// In place of the name.
    pub logo: Option<Logo>,
    /// The colour of buttons and links.
    pub accent: Option<Accent>,
    /// A path on this origin or an https URL.
    pub terms_url: Option<String>,
    /// A path on this origin or an https URL.
    pub privacy_url: Option<String>,
    /// Where people turn who cannot get in.
    pub support_email: Option<EmailAddress>,
    /// One line of at most 200 characters.
    pub footer_text: Option<String>,
}

/// Where the logo comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Logo {
    /// A path on this origin, or an https URL.
    Url(String),
    /// A file, which this server serves.
    File(LogoFile),
}

/// The operator's colour as each theme shows it: readable on the theme's surface, which a colour of
/// middling lightness is in one theme at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Accent {
    /// In the light theme.
    pub light: Colour,
    /// In the dark theme.
    pub dark: Colour,
}

impl Accent {
    /// Moves the lightness of a colour for each theme as far as it needs.
    pub fn new(colour: Colour) -> Self {
        Self { light: colour.readable_on(LIGHT_SURFACE), dark: colour.readable_on(DARK_SURFACE) }
    }
}

impl Default for BrandSettings {
    /// What holds when no variable is set.
    fn default() -> Self {
        Self {
            name: DEFAULT_NAME.to_owned(),
            logo: None,
            accent: None,
            terms_url: None,
            privacy_url: None,
            support_email: None,
            footer_text: None,
        }
    }
}

impl BrandSettings {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        Self {
            name: read_line(reader, NAME, MAX_NAME_CHARACTERS).unwrap_or_else(|| DEFAULT_NAME.to_owned()),
            logo: read_logo(reader),
            accent: read_accent(reader),
            terms_url: read_link(reader, TERMS_URL),
            privacy_url: read_link(reader, PRIVACY_URL),
            support_email: read_email(reader),
            footer_text: read_line(reader, FOOTER_TEXT, MAX_FOOTER_CHARACTERS),
        }
    }
}

/// The folder of what the operator replaces. What is in it is looked at by those who use it.
pub(super) fn read_templates_dir(reader: &mut Reader<'_>) -> Option<PathBuf> {
    let path = PathBuf::from(reader.text(TEMPLATES_DIR)?);
    match std::fs::metadata(&path) {
        Ok(found) if found.is_dir() => return Some(path),
        Ok(_) => reader.refuse(TEMPLATES_DIR, "must be a folder"),
        Err(error) => reader.fault(TEMPLATES_DIR, format!("cannot read {}: {error}", path.display())),
    }
    None
}

/// One line of text that people see.
fn read_line(reader: &mut Reader<'_>, name: &str, most: usize) -> Option<String> {
    let text = reader.text(name)?.to_owned();
    let expected = if text.chars().count() > most {
        format!("must have at most {most} characters")
    } else if text.contains(char::is_control) {
        "must not contain line breaks or other control characters".to_owned()
    } else if text.trim().is_empty() {
        "must not be blank".to_owned()
    } else {
        return Some(text);
    };
    reader.refuse(name, &expected);
    None
}

fn read_logo(reader: &mut Reader<'_>) -> Option<Logo> {
    if reader.is_given(LOGO_URL) && reader.is_given(LOGO_FILE) {
        reader.fault(LOGO_FILE, format!("is set, and so is {LOGO_URL}; set one of them"));
        return None;
    }
    if let Some(url) = read_link(reader, LOGO_URL) {
        return Some(Logo::Url(url));
    }
    let path = PathBuf::from(reader.text(LOGO_FILE)?);
    match LogoFile::read(&path) {
        Ok(file) => Some(Logo::File(file)),
        Err(problem) => {
            reader.fault(LOGO_FILE, problem);
            None
        }
    }
}

fn read_accent(reader: &mut Reader<'_>) -> Option<Accent> {
    let Some(colour) = Colour::parse(reader.text(ACCENT)?) else {
        reader.refuse(ACCENT, "must be a colour such as #2563eb or #26e");
        return None;
    };
    let accent = Accent::new(colour);
    for (theme, shown) in [("light", accent.light), ("dark", accent.dark)] {
        if shown != colour {
            let message = format!("{colour} is hard to read in the {theme} theme, and becomes {shown} there");
            reader.warn(ACCENT, message);
        }
    }
    Some(accent)
}

fn read_link(reader: &mut Reader<'_>, name: &str) -> Option<String> {
    let link = link(reader.text(name)?);
    if link.is_none() {
        reader.refuse(name, "must be a path on this site, such as /terms, or a URL that begins with https://");
    }
    link
}

fn read_email(reader: &mut Reader<'_>) -> Option<EmailAddress> {
    let address = EmailAddress::parse(reader.text(SUPPORT_EMAIL)?).ok();
    if address.is_none() {
        reader.refuse(SUPPORT_EMAIL, "must be a bare e-mail address, such as help@example.com");
    }
    address
}

/// A path on this origin, or an https URL without credentials, as a browser would spell it.
///
/// The library repairs much; what it had to repair is refused, so that the variable says what it
/// means. And the host has only letters, digits, dots and hyphens, because that of a logo becomes
/// part of a header.
fn link(text: &str) -> Option<String> {
    if text.starts_with('/') {
        return ReturnTo::parse(text).map(|path| path.to_location());
    }
    let rest = text.strip_prefix("https://")?;
    if rest.starts_with('/') || text.contains(|c: char| c == '\\' || c.is_whitespace() || c.is_control()) {
        return None;
    }
    let url = Url::parse(text).ok()?;
    let has_credentials = rest.split(['/', '?', '#']).next().is_some_and(|authority| authority.contains('@'));
    let is_plain = |host: &str| host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-".contains(&byte));
    (!has_credentials && url.host_str().is_some_and(is_plain)).then(|| url.into())
}

#[cfg(test)]
mod tests;
