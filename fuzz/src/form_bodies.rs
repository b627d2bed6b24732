//! Target 8, the pages: the form body of every page that reads one.

use authara_server::request::csrf;

use crate::wire::{self, AtTheEnd};
use crate::{Target, world};

pub(crate) const TARGET: Target = Target::new(
    "form_bodies",
    form_bodies,
    &[
        "login\n",
        "signup\n",
        "logout\n",
        "sessions/logout\n",
        "sessions/refresh\n",
        "&",
        "=",
        "+",
        ";",
        "%",
        "%00",
        "%zz",
        "%ff",
        "%C3%A4",
        "%0d%0a",
        "%26",
        "email=",
        "email=dana%40example.org",
        "password=",
        "password=seven+purple+lighthouses",
        "csrf_token=",
        "return_to=%2Fadmin",
        "email[]=",
        "<script>",
        "\u{ff20}",
    ],
)
.with(|| {
    let long = |bytes: usize| format!("login\nemail={}", "x".repeat(bytes)).into_bytes();
    vec![long(1000), long(65_600)]
})
.smoke(400);

/// Every page that takes a form, below `/auth/`.
const PAGES: [&str; 5] = ["login", "signup", "logout", "sessions/logout", "sessions/refresh"];

/// A form is answered with a page or a redirect, never with an error of the server.
///
/// The first line of the input names the page, the rest is the body. The request carries a genuine
/// CSRF value, so that the body is looked at.
pub fn form_bodies(data: &[u8]) {
    let end = data.iter().position(|byte| *byte == b'\n').unwrap_or(data.len());
    let (name, rest) = data.split_at(end);
    let body = rest.get(1..).unwrap_or_default();
    let named = PAGES.iter().find(|page| page.as_bytes() == name);
    let page = named.or_else(|| PAGES.get(name.len() % PAGES.len())).copied().unwrap_or("login");

    let world = world::world();
    let app = &world.server.app;
    let value = app.csrf.issue(None, &mut app.rng.clone());
    let (cookie, header) = (&world.server.settings.cookie_names.csrf, csrf::HEADER);
    let head = format!(
        "POST /auth/{page} HTTP/1.1\r\nhost: localhost:8080\r\nconnection: close\r\n\
         content-type: application/x-www-form-urlencoded\r\ncookie: {cookie}={value}\r\n{header}: {value}\r\n\
         content-length: {}\r\n\r\n",
        body.len()
    );
    let answer = wire::exchange(world.address, &[head.as_bytes(), body].concat(), AtTheEnd::Wait);
    let errors = world::errors();
    assert!(errors.is_empty(), "{page}: {errors:?}");
    let is_expected = wire::status(&answer).is_some_and(|status| [303, 400, 403, 413, 422, 429].contains(&status));
    assert!(is_expected, "{page}: {}", answer.escape_ascii());
}
