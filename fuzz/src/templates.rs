//! Target 15: the pages, with arbitrary texts wherever a page shows one.

use actix_web::body::MessageBody as _;
use actix_web::http::StatusCode;
use actix_web::test::TestRequest;
use authara_server::pages::frame::{Frame, Template};
use serde_json::{Value, json};

use crate::{Target, html, world};

pub(crate) const TARGET: Target = Target::new(
    "templates",
    templates,
    &[
        "login\n",
        "signup\n",
        "logout\n",
        "error\n",
        "demo\n",
        "\n",
        "<",
        ">",
        "\"",
        "'",
        "&",
        "&amp;",
        "&lt;",
        "&#39;",
        "&#x3c;script&#x3e;",
        "`",
        "=",
        "/",
        "\\",
        "<script>",
        "</script>",
        "</title>",
        "<!--",
        "-->",
        "]]>",
        "\"><img src=x onerror=alert(1)>",
        "' autofocus onfocus='alert(1)",
        "javascript:alert(1)",
        "{{ page.csrf }}",
        "{% raw %}",
        "{#",
        "\0",
        "\r",
        "\u{b}",
        "\u{2028}",
        "\u{202e}",
        "\u{feff}",
        "\u{ff1c}script\u{ff1e}",
    ],
)
.smoke(250);

/// A page has the same shape whatever its texts are: as with plain words in their place.
///
/// The first line of the input names the page; each of the others is the text of one place, and the
/// places beyond the last line are given all of it.
pub fn templates(data: &[u8]) {
    let input = String::from_utf8_lossy(data);
    let (name, rest) = input.split_once('\n').unwrap_or((&*input, ""));
    let lines: Vec<&str> = rest.split('\n').collect();
    let shown = page(name, &|place| lines.get(place).copied().unwrap_or(rest).to_owned());
    // An absent text may leave out its whole part of the page, so it stays absent.
    let plain = page(name, &|place| {
        let is_empty = lines.get(place).copied().unwrap_or(rest).is_empty();
        if is_empty { String::new() } else { "plain".to_owned() }
    });
    assert_eq!(html::shape(&shown), html::shape(&plain), "{name:?} with {rest:?}");
}

/// The page of this name, with the text that `at` gives for each place.
fn page(name: &str, at: &dyn Fn(usize) -> String) -> String {
    let optional = |place| Some(at(place)).filter(|text| !text.is_empty());
    let (file, part, value) = match name {
        "signup" => (
            "pages/signup.html",
            "form",
            json!({
                "email": at(0), "error": optional(1), "email_error": optional(2), "password_error": optional(3),
                "action": at(4), "login_url": at(5), "check_action": at(6), "password_min_length": 8,
            }),
        ),
        "logout" => ("pages/logout.html", "form", json!({ "action": at(0), "cancel_url": at(1) })),
        "error" => (
            "pages/error.html",
            "error",
            json!({ "status": 404, "title": at(0), "text": at(1), "action_url": at(2), "action_label": at(3) }),
        ),
        "demo" => ("pages/demo.html", "demo", demo(at)),
        _ => (
            "pages/login.html",
            "form",
            json!({
                "email": at(0), "error": optional(1), "email_error": optional(2), "password_error": optional(3),
                "action": at(4), "signup_url": at(5),
            }),
        ),
    };
    let template = Template { file, part, title: "common-brand" };
    let world = world::world();
    let request = TestRequest::get().uri("/auth/login").to_http_request();
    let response = Frame::new(&world.server, &request).page(template, StatusCode::OK, &value);
    assert_eq!(response.status(), StatusCode::OK, "{file} is not rendered: {:?}", world::errors());
    let body = response.into_body().try_into_bytes().expect("a page is in memory");
    String::from_utf8(body.to_vec()).expect("a page is UTF-8")
}

fn demo(at: &dyn Fn(usize) -> String) -> Value {
    json!({
        "signed_in": true, "unavailable": false,
        "user": {
            "email": at(0), "username": at(1), "user_id": at(2), "session_id": at(3), "organization_name": at(4),
            "organization_role": at(5), "roles": [at(7), at(8)], "expires_at": at(9),
        },
        "login_url": at(10), "signup_url": at(11), "logout_action": at(12), "logout_field": at(13),
        "code_sample": at(14),
    })
}
