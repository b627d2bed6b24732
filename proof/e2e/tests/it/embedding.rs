//! An application with HTMX that puts parts of the account page into its own pages.

use authara_e2e::application::{Application, Page};
use authara_e2e::{Look, on_sqlite};

static PAGES: [Page; 1] = [Page {
    path: "/settings",
    html: r##"<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Settings</title><script src="/htmx.js" defer></script></head>
<body><h1>The application</h1>
<button id="load" hx-get="/auth/account?return_to=/settings" hx-target="#body" hx-swap="outerHTML">Account</button>
<button id="out" hx-post="/auth/sessions/logout?return_to=/settings" hx-vals='js:{csrf_token: decodeURIComponent(document.cookie.split("authara_csrf=")[1].split(";")[0])}'>Sign out</button>
<div id="toast-container"></div><div id="body"></div></body></html>"##,
}];

#[test]
fn an_application_embeds_the_account_by_htmx_and_is_sent_to_sign_in_when_it_is_over() {
    on_sqlite(|visit| async move {
        let application = Application::beside(visit.base(), &PAGES);
        let browser = visit.browser_at(&application.base(), Look::default()).await;
        visit.sign_up(&browser, "ada@example.org").await;
        browser.open("/settings").await;
        browser.press("#load").await;
        browser.see("ada@example.org").await;
        let whole = browser.run("return document.querySelectorAll('html, h1').length", vec![]).await;
        assert_eq!(whole, 3, "a part is no page of its own: the application's title, the part's, and one document");
        assert!(browser.words().await.contains("The application"));

        browser.press("#change-username-section summary").await;
        browser.fill("#username", "ada-lovelace").await;
        browser.press("#change-username-section [type=submit]").await;
        browser.see("Your username is changed.").await;
        assert_eq!(browser.text("#display-username").await, "ada-lovelace");
        assert_eq!(browser.path().await, "/settings", "the application's page stays where it is");

        // A bad name is said in the part, which is swapped for its answer.
        browser.press("#change-username-section summary").await;
        browser.fill("#username", "x").await;
        browser.press("#change-username-section [type=submit]").await;
        browser.leave(browser.press("#out")).await;
        browser.arrive("/settings").await;
        browser.press("#load").await;
        browser.arrive("/auth/login").await;
    });
}
