//! With the keyboard alone.

use authara_e2e::{Browser, Look, PASSWORD, on_sqlite};
use fantoccini::key::Key;
use serde_json::Value;

/// Presses Tab until the focus is on what the selector finds; a visible focus is part of it.
async fn tab_to(browser: &Browser, css: &str) {
    for _ in 0..40 {
        let here = "const e = document.activeElement;
            const seen = [e, ...e.querySelectorAll('*')].some((e) => getComputedStyle(e).outlineStyle !== 'none');
            return { there: e.matches(arguments[0]), visible: seen }";
        let here = browser.run(here, vec![css.into()]).await;
        let is = |name: &str| here.get(name).and_then(Value::as_bool).unwrap_or_default();
        if is("there") {
            assert!(is("visible"), "the focus on {css} cannot be seen");
            return;
        }
        browser.type_keys(&char::from(Key::Tab).to_string()).await;
    }
    assert_eq!(css, "", "the keyboard does not get to it: {}", browser.words().await);
}

#[test]
fn everything_can_be_done_with_the_keyboard_alone() {
    on_sqlite(|visit| async move {
        let browser = visit.browser(Look::default()).await;
        let enter = char::from(Key::Enter).to_string();
        browser.open("/auth/login?return_to=/auth/account").await;
        tab_to(&browser, "p.switch a").await;
        browser.type_keys(&enter).await;
        browser.arrive("/auth/signup").await;
        // The first field has the focus without anybody's doing.
        browser.find("#email:focus").await;
        browser.type_keys("ada@example.org").await;
        tab_to(&browser, "#new-password").await;
        browser.type_keys(PASSWORD).await;
        browser.type_keys(&enter).await;
        browser.arrive("/auth/account").await;

        // A link leads past everything that stands on every page.
        browser.type_keys(&char::from(Key::Tab).to_string()).await;
        let first = browser.run("return document.activeElement.className", vec![]).await;
        assert_eq!(first, "skip");

        tab_to(&browser, "#change-username-section summary").await;
        browser.type_keys(&enter).await;
        // Opening the form is a wish to type, so the focus goes there by itself.
        browser.find("#username:focus").await;
        browser.type_keys(&format!("{}-x", char::from(Key::End))).await;
        browser.type_keys(&enter).await;
        browser.see("Your username is changed.").await;

        tab_to(&browser, "#delete-account a").await;
        browser.type_keys(&enter).await;
        browser.arrive("/auth/account/delete").await;
        tab_to(&browser, "form.form a.button").await;
        browser.type_keys(&enter).await;
        browser.arrive("/auth/account").await;

        tab_to(&browser, ".title-row button").await;
        browser.type_keys(&enter).await;
        browser.arrive("/").await;
    });
}
