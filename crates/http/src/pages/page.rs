//! What every template is given as `page`. The names are a promise to those who override templates.

use serde::Serialize;

use crate::brand::Brand;

/// The variable `page`.
#[derive(Debug, Serialize)]
pub(super) struct Page<'p> {
    /// Tag of the language that the page is in (BCP 47).
    pub(super) language: &'p str,
    /// `system`, `light` or `dark`.
    pub(super) theme: &'static str,
    /// In that language.
    pub(super) title: &'p str,
    /// Does something on the page need another look?
    pub(super) has_error: bool,
    /// Only `<main>`, for the HTMX library.
    pub(super) partial: bool,
    /// The value for forms.
    pub(super) csrf: &'p str,
    /// URL of the style sheet.
    pub(super) css: &'p str,
    /// URL of the script.
    pub(super) js: &'p str,
    /// The icon as a `data:` URL, so that it costs no request.
    pub(super) icon: &'p str,
    /// Whose pages these are.
    pub(super) brand: &'p Brand,
    /// The languages that there are, the default first.
    pub(super) languages: Vec<LanguageLink<'p>>,
    /// The three themes.
    pub(super) themes: Vec<ThemeLink>,
    /// Something to be confirmed in passing.
    pub(super) toast: Option<&'p Toast>,
    /// Set when somebody is signed in.
    pub(super) account_url: Option<&'static str>,
}

/// The way to the same page in another language.
#[derive(Debug, Serialize)]
pub(super) struct LanguageLink<'p> {
    pub(super) tag: &'p str,
    pub(super) name: &'p str,
    pub(super) url: String,
    pub(super) is_current: bool,
}

/// The way to the same page in another theme.
#[derive(Debug, Serialize)]
pub(super) struct ThemeLink {
    pub(super) name: &'static str,
    pub(super) url: String,
    pub(super) is_current: bool,
}

/// A sentence that is shown in passing. It never carries the only copy of what somebody has to know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Toast {
    /// `success`, `info` or `error`.
    kind: &'static str,
    /// In the language of the page.
    text: String,
}

impl Toast {
    /// Something was done.
    pub fn success(text: String) -> Self {
        Self { kind: "success", text }
    }

    /// Something could not be done.
    pub fn error(text: String) -> Self {
        Self { kind: "error", text }
    }
}

/// How the page looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Theme {
    /// As the system does.
    #[default]
    System,
    Light,
    Dark,
}

impl Theme {
    pub(super) const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    /// The word in links, cookies and templates.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// Reads the word.
    pub(super) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|theme| theme.as_str() == text)
    }
}
