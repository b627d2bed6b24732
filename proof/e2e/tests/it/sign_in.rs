//! Coming in, and going out again.

use authara_e2e::{DARK, Look, PASSWORD, Visit, on_postgres, on_sqlite};

/// From nothing to an account, out, and in again where somebody wanted to go.
async fn signs_up_out_and_in(visit: Visit) {
    let browser = visit.browser(Look::default()).await;
    // Whoever asks for a page behind the door ends up there.
    browser.open("/auth/account").await;
    browser.arrive("/auth/login").await;
    browser.press("p.switch a").await;
    browser.arrive("/auth/signup").await;
    browser.send("form.form", &[("#email", "ada@example.org"), ("#new-password", PASSWORD)]).await;
    browser.arrive("/auth/account").await;
    browser.see("ada@example.org").await;

    browser.press(".title-row [type=submit]").await;
    browser.arrive("/").await;
    assert!(!browser.has_cookie("authara_access").await);
    assert!(!browser.has_cookie("authara_refresh").await);

    visit.log_in(&browser, "ada@example.org").await;
    browser.see("ada@example.org").await;
    // Those who are signed in have no use for the door.
    browser.open("/auth/login?return_to=/auth/account").await;
    browser.arrive("/auth/account").await;
}

#[test]
fn a_newcomer_signs_up_out_and_in_on_sqlite() {
    on_sqlite(signs_up_out_and_in);
}

#[test]
fn a_newcomer_signs_up_out_and_in_on_postgres() {
    on_postgres(signs_up_out_and_in);
}

#[test]
fn a_wrong_password_is_said_in_place_and_what_was_typed_stays_but_the_password() {
    on_sqlite(|visit| async move {
        visit.signed_up("ada@example.org", Look::default()).await;
        let browser = visit.browser(Look::default()).await;
        browser.open("/auth/login?return_to=/auth/account").await;
        browser.send("form.form", &[("#email", "ada@example.org"), ("#current-password", "not my password")]).await;
        browser.see("don’t match").await;
        browser.find("#current-password:focus").await;
        let kept = "return [document.title, email.value, document.getElementById('current-password').value, \
            document.activeElement.id, document.querySelector('[role=alert]').id, location.search]";
        let kept = browser.run(kept, vec![]).await;
        assert_eq!(kept[1], "ada@example.org");
        assert_eq!(kept[2], "", "a password never comes back");
        assert_eq!(kept[3], "current-password", "the focus is where the next try begins");
        assert_eq!(kept[4], "form-error");
        assert!(kept[0].as_str().unwrap().starts_with("Error: "), "{kept}");
        assert!(kept[5].as_str().unwrap().contains("return_to="), "{kept}");
        // And the next try leads on to where somebody wanted to go.
        browser.send("form.form", &[("#current-password", PASSWORD)]).await;
        browser.arrive("/auth/account").await;
    });
}

#[test]
fn an_expired_access_token_is_renewed_on_the_way_to_a_page_and_the_refresh_token_stays() {
    on_sqlite(|visit| async move {
        let browser = visit.signed_up("ada@example.org", Look::default()).await;
        let refresh = browser.cookie("authara_refresh").await;
        browser.lose_cookie("authara_access").await;
        browser.open("/auth/account").await;
        browser.arrive("/auth/account").await;
        browser.see("ada@example.org").await;
        assert!(browser.has_cookie("authara_access").await);
        assert_eq!(browser.cookie("authara_refresh").await, refresh);
        // Without the session it is a matter of the password again, and then of the page asked for.
        browser.lose_cookie("authara_access").await;
        browser.lose_cookie("authara_refresh").await;
        browser.open("/auth/account").await;
        browser.arrive("/auth/login").await;
        browser.send("form.form", &[("#email", "ada@example.org"), ("#current-password", PASSWORD)]).await;
        browser.arrive("/auth/account").await;
    });
}

#[test]
fn going_back_after_signing_out_shows_nothing_of_the_account() {
    on_sqlite(|visit| async move {
        let browser = visit.signed_up("ada@example.org", Look::default()).await;
        browser.press(".title-row [type=submit]").await;
        browser.arrive("/").await;
        browser.client().back().await.unwrap();
        browser.arrive("/auth/login").await;
        assert!(!browser.words().await.contains("ada@example.org"), "{}", browser.words().await);
    });
}

#[test]
fn german_is_spoken_to_whoever_asks_for_it_and_english_is_a_click_away() {
    on_sqlite(|visit| async move {
        let browser = visit.browser(Look::default().in_language("de")).await;
        browser.open("/auth/login").await;
        browser.see("Passwort").await;
        let shown = browser.run("return document.documentElement.lang", vec![]).await;
        assert_eq!(shown, "de");
        browser.press("a[hreflang=en]").await;
        browser.see("Password").await;
        browser.open("/auth/signup").await;
        browser.see("Create account").await;
    });
}

#[test]
fn the_device_chooses_light_or_dark_until_the_person_does_and_the_choice_is_kept() {
    on_sqlite(|visit| async move {
        let browser = visit.browser(Look::default()).await;
        let ground = "return getComputedStyle(document.body).backgroundColor";
        browser.open("/auth/login").await;
        let light = browser.run(ground, vec![]).await;
        browser.show(1280, 800, DARK).await;
        let dark = browser.run(ground, vec![]).await;
        assert_ne!(light, dark);
        browser.press("[data-set-theme=light]").await;
        assert_eq!(browser.run(ground, vec![]).await, light, "it changes at once");
        browser.open("/auth/signup").await;
        assert_eq!(browser.run(ground, vec![]).await, light, "and stays");
        browser.press("[data-set-theme=system]").await;
        assert_eq!(browser.run(ground, vec![]).await, dark);
    });
}

#[test]
fn no_page_meets_its_own_content_security_policy() {
    on_sqlite(|visit| async move {
        let browser = visit.browser(Look::default()).await;
        browser.open("/auth/login").await;
        visit.sign_up(&browser, "ada@example.org").await;
        for path in ["/auth/account", "/auth/providers/password/change", "/auth/account/delete", "/auth/nowhere"] {
            browser.open(path).await;
            // Two loads of their own, and everything that the pages load is from here.
            let loaded =
                browser.run("return performance.getEntriesByType('resource').map((e) => e.name)", vec![]).await;
            for name in loaded.as_array().unwrap() {
                assert!(name.as_str().unwrap().starts_with(visit.base().as_str()), "{path}: {name}");
            }
        }
        for line in browser.log().await {
            assert!(!line.contains("Content Security Policy"), "{line}");
        }
    });
}
