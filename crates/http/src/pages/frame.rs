//! Around every page: its language and theme, its CSRF value, the ways to the other languages and
//! themes, and the headers that go with them.

use std::sync::Arc;

use actix_web::body::BoxBody;
use actix_web::cookie::Cookie;
use actix_web::cookie::time::Duration;
use actix_web::http::{Method, StatusCode, header};
use actix_web::{HttpRequest, HttpResponse};
use authara_core::id::SessionId;
use authara_core::return_to::ReturnTo;
use serde::Serialize;
use tera::Context;

use super::flash::Flash;
use super::page::{LanguageLink, Page, Theme, ThemeLink, Toast};
use super::{page_cookies, redirect, visitor};
use crate::messages::Language;
use crate::request::cookies::Cookies;
use crate::request::{self, csrf, single_header};
use crate::state::Server;

/// What a page depends on beside its address.
const VARY: &str = "Accept-Language, Cookie, HX-Request";
const LANGUAGE_COOKIE: &str = "authara_language";
const LANGUAGE_PARAMETER: &str = "ui_locales";
const THEME_COOKIE: &str = "authara_theme";
const THEME_PARAMETER: &str = "theme";
const ONE_YEAR: Duration = Duration::days(365);
const TOAST: &str = "partials/toast.html";

/// One page to be rendered.
#[derive(Clone, Copy, Debug)]
pub struct Template {
    /// The file below `templates/`.
    pub file: &'static str,
    /// The variable under which the page's own part is given.
    pub part: &'static str,
    /// The key of the title.
    pub title: &'static str,
}

/// What a request says about the page that answers it.
pub struct Frame<'r> {
    server: &'r Server,
    request: &'r HttpRequest,
    language: Arc<Language>,
    theme: Theme,
    /// Only `<main>`, for the HTMX library. When it restores its history it wants the whole page.
    is_partial: bool,
    session: Option<SessionId>,
    /// Without one, the answer sets no CSRF value.
    has_form: bool,
    toast: Option<Toast>,
    cookies: Cookies,
    page_cookies: Vec<Cookie<'static>>,
}

impl<'r> Frame<'r> {
    /// Chooses language and theme: what the query asks for, else what was chosen before, else what
    /// the browser prefers. A choice in the query is remembered.
    pub fn new(server: &'r Server, request: &'r HttpRequest) -> Self {
        let asked = redirect::query_value(request.query_string(), LANGUAGE_PARAMETER);
        let remembered = request::cookie(request, LANGUAGE_COOKIE).one();
        let accepted = single_header(request, header::ACCEPT_LANGUAGE.as_str());
        let language = server.templates.catalogues().choose(asked.as_deref(), remembered, accepted).clone();
        let chosen = redirect::query_value(request.query_string(), THEME_PARAMETER);
        let chosen = chosen.and_then(|name| Theme::parse(&name));
        let kept = request::cookie(request, THEME_COOKIE).one().and_then(Theme::parse);
        let is_history = single_header(request, "hx-history-restore-request") == Some("true");
        let mut frame = Self {
            server,
            request,
            theme: chosen.or(kept).unwrap_or_default(),
            is_partial: request::is_htmx(request) && !is_history,
            session: None,
            has_form: true,
            toast: None,
            cookies: Cookies::keep(),
            page_cookies: Vec::new(),
            language,
        };
        if frame.is_looked_at() {
            if asked.is_some_and(|asked| names(&asked, frame.language.tag())) {
                let tag = frame.language.tag();
                frame.page_cookies.push(page_cookies::readable(server, LANGUAGE_COOKIE, tag, ONE_YEAR));
            }
            if let Some(theme) = chosen {
                frame.page_cookies.push(page_cookies::readable(server, THEME_COOKIE, theme.as_str(), ONE_YEAR));
            }
        }
        frame
    }

    /// The page is for this session: its forms carry a value bound to it.
    #[must_use]
    pub fn for_session(mut self, session: Option<SessionId>) -> Self {
        self.session = session;
        self
    }

    /// The page has no form, so it leaves the browser's CSRF value as it is.
    #[must_use]
    pub fn without_form(mut self) -> Self {
        self.has_form = false;
        self
    }

    /// The page comes with these cookies. A CSRF value among them is the page's.
    #[must_use]
    pub fn with_cookies(mut self, cookies: Cookies) -> Self {
        self.cookies = cookies;
        self
    }

    /// The page says this in passing.
    #[must_use]
    pub fn with_toast(mut self, toast: Toast) -> Self {
        self.toast = Some(toast);
        self
    }

    /// The page says what an earlier answer left to be said, if it is one that somebody looks at.
    #[must_use]
    pub fn with_flash(mut self) -> Self {
        if !self.is_partial
            && self.is_looked_at()
            && let Some((flash, clearing)) = Flash::take(self.server, self.request)
        {
            self.toast = flash.map(|flash| flash.toast(&self.language));
            self.page_cookies.push(clearing);
        }
        self
    }

    /// The words of the page's language.
    pub fn words(&self) -> &Language {
        &self.language
    }

    /// Does the HTMX library want a part of the page?
    pub fn is_partial(&self) -> bool {
        self.is_partial
    }

    /// A page: the document, or for the HTMX library its `<main>`.
    pub fn page<T: Serialize>(&self, template: Template, status: StatusCode, part: &T) -> HttpResponse {
        let title = self.language.text(template.title);
        self.respond(status, &title, &[template.file], |context| context.insert(template.part, part))
    }

    /// Parts of a page for the HTMX library, which puts each in its place, and the toast.
    pub fn fragment<T: Serialize>(&self, file: &'static str, name: &str, status: StatusCode, part: &T) -> HttpResponse {
        let files: &[&str] = if self.toast.is_some() { &[file, TOAST] } else { &[file] };
        self.respond(status, "", files, |context| context.insert(name, part))
    }

    /// The toast alone, which leaves the page as it is.
    pub fn toast_alone(&self, status: StatusCode) -> HttpResponse {
        let mut response = self.respond(status, "", &[TOAST], |_| {});
        let name = header::HeaderName::from_static("hx-reswap");
        response.headers_mut().insert(name, header::HeaderValue::from_static("none"));
        response
    }

    /// Is it a page that somebody sees? What is fetched ahead of time changes nothing.
    fn is_looked_at(&self) -> bool {
        *self.request.method() == Method::GET && !visitor::is_speculative(self.request)
    }

    /// First the cookies, because they may bring the CSRF value that the page shows.
    fn respond(
        &self,
        status: StatusCode,
        title: &str,
        files: &[&str],
        add_part: impl FnOnce(&mut Context),
    ) -> HttpResponse {
        let mut response = HttpResponse::build(status)
            .content_type("text/html; charset=utf-8")
            .insert_header((header::VARY, VARY))
            .insert_header((header::CONTENT_LANGUAGE, self.language.tag()))
            .finish();
        self.cookies.clone().put_on(&mut response);
        for cookie in &self.page_cookies {
            page_cookies::put_on(&mut response, cookie);
        }
        let csrf = self.csrf_value(&mut response);
        let mut context = Context::new();
        context.insert("page", &self.context(status, title, &csrf));
        add_part(&mut context);
        let mut html = String::new();
        for file in files {
            match self.server.templates.render(&self.language, file, &context) {
                Ok(part) => html.push_str(&part),
                Err(error) => {
                    tracing::error!(?error, file, "a page could not be rendered");
                    return HttpResponse::InternalServerError().finish();
                }
            }
        }
        response.set_body(BoxBody::new(html))
    }

    /// The value that the answer hands over anyway; else the browser's own, or a new one.
    fn csrf_value(&self, response: &mut HttpResponse) -> String {
        let name = &self.server.settings.cookie_names.csrf;
        let handed_over = response.cookies().find(|cookie| cookie.name() == name);
        if let Some(value) = handed_over.map(|cookie| cookie.value().to_owned()) {
            return value;
        }
        match csrf::ensure(self.server, self.request, self.session) {
            csrf::Value::Kept(value) => value,
            csrf::Value::Fresh(value) => {
                if self.has_form {
                    Cookies::keep().csrf(self.server, &value).put_on(response);
                }
                value
            }
        }
    }

    fn context<'p>(&'p self, status: StatusCode, title: &'p str, csrf: &'p str) -> Page<'p> {
        let Server { assets, brand, .. } = self.server;
        let here = redirect::here(self.request);
        Page {
            language: self.language.tag(),
            theme: self.theme.as_str(),
            title,
            has_error: status.is_client_error() || status.is_server_error(),
            partial: self.is_partial,
            csrf,
            css: &assets.css.path,
            js: &assets.js.path,
            icon: &brand.icon,
            brand,
            languages: self.language_links(&here),
            themes: Theme::ALL.map(|theme| self.theme_link(&here, theme)).into(),
            toast: self.toast.as_ref(),
            account_url: self.session.map(|_| redirect::ACCOUNT),
        }
    }

    fn language_links(&self, here: &ReturnTo) -> Vec<LanguageLink<'_>> {
        let all = self.server.templates.catalogues().languages().iter();
        all.map(|language| LanguageLink {
            tag: language.tag(),
            name: language.name(),
            url: redirect::with_parameter(here.as_str(), LANGUAGE_PARAMETER, language.tag()),
            is_current: language.tag() == self.language.tag(),
        })
        .collect()
    }

    fn theme_link(&self, here: &ReturnTo, theme: Theme) -> ThemeLink {
        ThemeLink {
            name: theme.as_str(),
            url: redirect::with_parameter(here.as_str(), THEME_PARAMETER, theme.as_str()),
            is_current: theme == self.theme,
        }
    }
}

/// Is the language one of those that were asked for, not only the one that is left when none is there?
fn names(asked: &str, tag: &str) -> bool {
    let primary = |tag: &str| tag.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
    asked.split(' ').any(|one| primary(one) == primary(tag))
}
