//! Every page in every state, looked at by axe-core in both themes, and kept as pictures: desktop and
//! phone, light and dark, English and German, in `target/screenshots`.

use authara_e2e::{Browser, DARK, LIGHT, Look, PASSWORD, Scheme, Visit, axe, on_sqlite_with, pictures};

/// Width and height of what is shown, in CSS pixels; the last one is the narrowest that is supported.
const SIZES: [(&str, u32, u32); 3] = [("desktop", 1280, 800), ("phone", 390, 844), ("narrow", 320, 568)];

/// As long as an address may well be.
const LONG_EMAIL: &str =
    "maximiliane.hohenstein-wolkenburg.of.the.far.mountains@department-of-very-long-names.example.org";

/// A shop of somebody's, with everything that an operator may set.
const BRAND: [(&str, &str); 6] = [
    ("AUTHARA_BRAND_NAME", "Café Ωmega & Söhne"),
    ("AUTHARA_BRAND_ACCENT_COLOR", "#b3005e"),
    ("AUTHARA_BRAND_TERMS_URL", "https://example.org/terms"),
    ("AUTHARA_BRAND_PRIVACY_URL", "https://example.org/privacy"),
    ("AUTHARA_BRAND_SUPPORT_EMAIL", "help@example.org"),
    ("AUTHARA_BRAND_FOOTER_TEXT", "Made by the sea"),
];

/// Looks at the page that is open, in all sizes and both themes. Complaints go to the list.
struct Gallery<'a> {
    browser: &'a Browser,
    /// What the names of the pictures end with.
    series: &'a str,
    wrong: Vec<String>,
    names: Vec<&'static str>,
}

impl Gallery<'_> {
    async fn look(&mut self, name: &'static str) {
        assert!(!self.names.contains(&name), "{name} is there twice");
        self.names.push(name);
        for scheme in [LIGHT, DARK] {
            for (size, width, height) in SIZES {
                self.browser.show(width, height, scheme).await;
                self.look_at(name, size, scheme).await;
            }
            let found = axe::violations(self.browser).await;
            self.wrong.extend(found.into_iter().map(|line| format!("{name}, {}: {line}", scheme.name())));
        }
        self.browser.show(1280, 800, LIGHT).await;
    }

    async fn look_at(&mut self, name: &str, size: &str, scheme: Scheme) {
        // What is wider than the window has to be scrolled to, and nobody does (WCAG 2.2, 1.4.10).
        let wider = "return [...document.querySelectorAll('body *')].filter((e) => {
            const { right, left, width } = e.getBoundingClientRect();
            return width > 1 && !e.closest('.skip, .unseen') && (right > innerWidth + 1 || left < -1);
          }).map((e) => e.tagName + '.' + e.className)";
        let wider = self.browser.run(wider, vec![]).await;
        if wider.as_array().is_none_or(|list| !list.is_empty()) {
            self.wrong.push(format!("{name}, {size}: wider than the window: {wider}"));
        }
        let file = format!("{name}-{size}-{}-{}.png", scheme.name(), self.series);
        self.browser.picture_to(&pictures().join(file)).await;
    }
}

/// Sends a form without the browser's own checks, as scripts and old browsers do.
async fn submit_unchecked(browser: &Browser, form: &str, fields: &[(&str, &str)]) {
    browser.run("document.querySelector(arguments[0]).noValidate = true", vec![form.into()]).await;
    browser.send(form, fields).await;
}

/// Pages that are there for whoever is not signed in.
async fn outside(gallery: &mut Gallery<'_>) {
    let browser = gallery.browser;
    browser.open("/auth/login").await;
    gallery.look("login").await;
    submit_unchecked(browser, "form.form", &[]).await;
    gallery.look("login-empty").await;
    browser.send("form.form", &[("#email", LONG_EMAIL), ("#current-password", "not my password")]).await;
    gallery.look("login-wrong").await;
    browser.press(".reveal").await;
    browser.fill("#current-password", "shown to whoever looks").await;
    gallery.look("login-password-shown").await;

    browser.open("/auth/signup").await;
    gallery.look("signup").await;
    let bad = [("#email", "nobody"), ("#new-password", "short")];
    submit_unchecked(browser, "form.form", &bad).await;
    gallery.look("signup-wrong").await;
    browser.send("form.form", &[("#email", "new@example.org"), ("#new-password", "password1")]).await;
    gallery.look("signup-common-password").await;
    browser.send("form.form", &[("#email", "taken@example.org"), ("#new-password", PASSWORD)]).await;
    gallery.look("signup-taken").await;

    browser.open("/auth/no/such/page").await;
    gallery.look("error-not-found").await;
    browser.open("/auth/sessions/refresh").await;
    gallery.look("error-method-not-allowed").await;
    browser.open("/auth/login").await;
    browser.run("document.querySelector('[name=csrf_token]').value = 'another'", vec![]).await;
    browser.send("form.form", &[("#email", "a@example.org"), ("#current-password", PASSWORD)]).await;
    gallery.look("error-forgery").await;
    browser.open("/auth/login").await;
    browser.run("document.querySelector('[name=email]').type = 'text'", vec![]).await;
    let long = format!("document.querySelector('[name=email]').value = 'a'.repeat({})", 2 << 20);
    browser.run(&long, vec![]).await;
    submit_unchecked(browser, "form.form", &[("#current-password", PASSWORD)]).await;
    gallery.look("error-too-large").await;
}

/// Pages of one's own account.
async fn inside(visit: &Visit, gallery: &mut Gallery<'_>, email: &str) {
    let browser = gallery.browser;
    visit.sign_up(browser, email).await;
    gallery.look("account").await;
    browser.press("#change-username-section summary").await;
    gallery.look("account-username-open").await;
    submit_unchecked(browser, "#change-username-section", &[("#username", "no spaces, please")]).await;
    gallery.look("account-username-wrong").await;
    browser.send("#change-username-section", &[("#username", "abcdefghijklmnopqrstuvwxyz_123")]).await;
    browser.find(".toast").await;
    gallery.look("account-username-changed").await;

    for agent in [
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1",
        "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
        "curl/8.5",
    ] {
        let other = visit.browser(Look::default()).await;
        other.tell("Network.setUserAgentOverride", serde_json::json!({"userAgent": agent})).await;
        visit.log_in(&other, email).await;
    }
    browser.open("/auth/account").await;
    gallery.look("account-devices").await;

    browser.open("/auth/providers/password/change").await;
    gallery.look("password-change").await;
    let bad = [("#current-password", "wrong"), ("#new-password", "password1"), ("#confirm-password", "other")];
    submit_unchecked(browser, "form.form", &bad).await;
    gallery.look("password-change-wrong").await;

    browser.open("/auth/account/delete").await;
    gallery.look("delete").await;
    browser.send("form.form", &[("#confirmation", "not it")]).await;
    gallery.look("delete-wrong").await;
    browser.open("/auth/logout").await;
    gallery.look("logout").await;
}

async fn everything(visit: Visit, language: &'static str, series: &'static str, email: &'static str) {
    let taken = visit.browser(Look::default()).await;
    visit.sign_up(&taken, "taken@example.org").await;
    let browser = visit.browser(Look::default().in_language(language)).await;
    let mut gallery = Gallery { browser: &browser, series, wrong: Vec::new(), names: Vec::new() };
    outside(&mut gallery).await;
    inside(&visit, &mut gallery, email).await;
    browser.open("/auth/account/delete").await;
    browser.send("form.form", &[("#confirmation", email)]).await;
    gallery.look("goodbye").await;
    assert!(gallery.wrong.is_empty(), "{}", gallery.wrong.join("\n"));
}

#[test]
fn every_page_in_english_is_open_to_everybody_in_both_themes() {
    on_sqlite_with(&[], |visit| everything(visit, "en", "en", "ada@example.org"));
}

#[test]
fn every_page_in_german_of_a_brand_is_open_to_everybody_in_both_themes() {
    on_sqlite_with(&BRAND, |visit| everything(visit, "de", "de", LONG_EMAIL));
}

#[test]
fn confirming_and_waiting_are_open_to_everybody_in_both_themes() {
    let variables = [("AUTHARA_FRESH_AUTHENTICATION_WINDOW", "1s"), ("AUTHARA_RATE_LIMIT_LOGIN_IP_LIMIT", "2")];
    on_sqlite_with(&variables, |visit| async move {
        let browser = visit.signed_up("ada@example.org", Look::default()).await;
        let mut gallery = Gallery { browser: &browser, series: "en", wrong: Vec::new(), names: Vec::new() };
        // Longer than the window; the server's clock is the real one.
        tokio::time::sleep(std::time::Duration::from_millis(1_500)).await;
        browser.open("/auth/account/delete").await;
        browser.arrive("/auth/confirm").await;
        gallery.look("confirm").await;
        browser.send("form.form", &[("#current-password", "not my password")]).await;
        gallery.look("confirm-wrong").await;

        let stranger = visit.browser(Look::default()).await;
        gallery.browser = &stranger;
        stranger.open("/auth/login").await;
        for _ in 0..3 {
            stranger.send("form.form", &[("#email", "a@example.org"), ("#current-password", "not my password")]).await;
        }
        gallery.look("login-too-many").await;
        assert!(gallery.wrong.is_empty(), "{}", gallery.wrong.join("\n"));
    });
}
