//! Every page works with scripts switched off.

use authara_e2e::{Look, PASSWORD, on_sqlite};

#[test]
fn everything_can_be_done_with_scripts_switched_off() {
    on_sqlite(|visit| async move {
        let browser = visit.browser(Look::default().without_scripts()).await;
        browser.open("/auth/login").await;
        assert_eq!(browser.count("[data-reveal]:not([hidden])").await, 0, "scripts are on, and this test says nothing");
        visit.sign_up(&browser, "ada@example.org").await;

        browser.press("#change-username-section summary").await;
        browser.fill("#username", "ada-lovelace").await;
        browser.press("#change-username-section [type=submit]").await;
        browser.see("Your username is changed.").await;
        assert_eq!(browser.text("#display-username").await, "ada-lovelace");

        browser.press("[data-set-theme=dark]").await;
        browser.find("html[data-theme=dark]").await;
        browser.arrive("/auth/account").await;
        browser.press("a[hreflang=de]").await;
        browser.see("Passwort").await;
        browser.press("a[hreflang=en]").await;
        browser.see("Password").await;

        browser.press(".title-row [type=submit]").await;
        browser.arrive("/").await;
        browser.open("/auth/login?return_to=/auth/account").await;
        browser.send("form.form", &[("#email", "ada@example.org"), ("#current-password", "not my password")]).await;
        browser.see("don’t match").await;
        browser.send("form.form", &[("#current-password", PASSWORD)]).await;
        browser.arrive("/auth/account").await;

        browser.open("/auth/logout").await;
        browser.press("form.actions [type=submit]").await;
        browser.arrive("/").await;

        visit.log_in(&browser, "ada@example.org").await;
        browser.press("#delete-account a.button").await;
        browser.send("form.form", &[("#confirmation", "ada@example.org")]).await;
        browser.arrive("/auth/successful-deletion").await;
    });
}
