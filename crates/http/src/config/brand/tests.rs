//! The variables of a brand, one by one.

use super::super::testing::{faults, load};
use super::*;

const PICTURE: &[u8] = b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>";

fn brand(pairs: &[(&str, &str)]) -> BrandSettings {
    load(pairs).unwrap().0.brand
}

fn warnings(pairs: &[(&str, &str)]) -> Vec<String> {
    load(pairs).unwrap().1.iter().map(ToString::to_string).collect()
}

#[test]
fn nothing_said_means_the_product_itself() {
    assert_eq!(brand(&[]), BrandSettings::default());
    let (config, warnings) = load(&[]).unwrap();
    assert_eq!(config.brand.name, "Authara");
    assert_eq!(config.templates_dir, None);
    assert!(warnings.is_empty());
}

#[test]
fn a_name_and_a_footer_are_one_line_of_bounded_length() {
    for (name, most) in [(NAME, 60), (FOOTER_TEXT, 200)] {
        // Characters are counted, not bytes.
        let longest = "\u{e4}".repeat(most);
        let settings = brand(&[(name, &longest)]);
        let read = if name == NAME { Some(settings.name) } else { settings.footer_text };
        assert_eq!(read.as_deref(), Some(longest.as_str()), "{name}");
        let too_long = faults(&[(name, &"x".repeat(most + 1))]);
        assert!(too_long.starts_with(&format!("{name}: must have at most {most} characters")), "{too_long}");
        for text in ["a\nb", "a\tb", "a\u{7f}", "\u{85}"] {
            let fault = faults(&[(name, text)]);
            assert!(fault.starts_with(&format!("{name}: must not contain line breaks")), "{fault}");
        }
        assert_eq!(faults(&[(name, "  ")]), format!("{name}: must not be blank (got \"  \")"));
    }
}

#[test]
fn a_link_is_a_path_on_this_site_or_an_https_url() {
    for (text, expected) in [
        ("/terms", "/terms"),
        ("/", "/"),
        ("/legal/terms.html?lang=en#top", "/legal/terms.html?lang=en#top"),
        ("/allg. Gesch\u{e4}ft", "/allg.%20Gesch%C3%A4ft"),
        ("https://example.com", "https://example.com/"),
        ("https://Example.COM/a", "https://example.com/a"),
        ("https://example.com:8443/terms@home", "https://example.com:8443/terms@home"),
        ("https://b\u{fc}cher.example/", "https://xn--bcher-kva.example/"),
    ] {
        for name in [TERMS_URL, PRIVACY_URL, LOGO_URL] {
            let settings = brand(&[(name, text)]);
            let read = match name {
                TERMS_URL => settings.terms_url,
                PRIVACY_URL => settings.privacy_url,
                _ => settings.logo.map(|logo| match logo {
                    Logo::Url(url) => url,
                    Logo::File(file) => panic!("{file:?}"),
                }),
            };
            assert_eq!(read.as_deref(), Some(expected), "{name}={text}");
        }
    }
}

#[test]
fn a_link_elsewhere_or_of_another_scheme_is_refused() {
    for text in [
        "terms",
        "//example.com/terms",
        "/\\example.com",
        "/a\nb",
        "http://example.com/terms",
        "HTTPS://example.com",
        "https:example.com",
        "https:///example.com",
        "https://",
        "https://user@example.com",
        "https://user:canary@example.com/",
        "https://@example.com/",
        "https://example.com\\terms",
        "https://example.com/a b",
        " https://example.com",
        "https://example.com;script-src/logo.svg",
        "https://[::1]/logo.svg",
        "javascript:alert(1)",
        "data:image/svg+xml,<svg/>",
    ] {
        for name in [TERMS_URL, PRIVACY_URL, LOGO_URL] {
            let fault = faults(&[(name, text)]);
            assert!(fault.starts_with(&format!("{name}: must be a path on this site")), "{text}: {fault}");
            assert!(!fault.contains("canary"), "{fault}");
        }
    }
}

#[test]
fn a_support_address_is_put_into_normal_form() {
    let settings = brand(&[(SUPPORT_EMAIL, "Help@Example.COM")]);
    assert_eq!(settings.support_email.unwrap().as_str(), "help@example.com");
    for text in ["help", "Help <help@example.com>", "mailto:help@example.com"] {
        let fault = faults(&[(SUPPORT_EMAIL, text)]);
        assert!(fault.starts_with("AUTHARA_BRAND_SUPPORT_EMAIL: must be a bare e-mail address"), "{fault}");
    }
}

#[test]
fn an_accent_that_cannot_be_read_is_moved_and_told() {
    let given = [(ACCENT, "#FC0")];
    let accent = brand(&given).accent.unwrap();
    assert_eq!((accent.light.to_string(), accent.dark.to_string()), ("#917300".into(), "#ffcc00".into()));
    assert_eq!(
        warnings(&given),
        ["AUTHARA_BRAND_ACCENT_COLOR: #ffcc00 is hard to read in the light theme, and becomes #917300 there"]
    );
    let warnings = warnings(&[(ACCENT, "#2563eb")]);
    assert_eq!(
        warnings,
        ["AUTHARA_BRAND_ACCENT_COLOR: #2563eb is hard to read in the dark theme, and becomes #3978ff there"]
    );
    for text in ["2563eb", "#2563e", "blue", "#2563eb80"] {
        let fault = faults(&[(ACCENT, text)]);
        let expected = format!("{ACCENT}: must be a colour such as #2563eb or #26e (got {text:?})");
        assert_eq!(fault, expected);
    }
}

#[test]
fn a_logo_file_is_read_at_start() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("logo");
    let given = [(LOGO_FILE, path.to_str().unwrap())];
    std::fs::write(&path, PICTURE).unwrap();
    let file = LogoFile::new(PICTURE.to_vec()).unwrap();
    assert_eq!(brand(&given).logo, Some(Logo::File(file)));
    std::fs::write(&path, b"GIF89a").unwrap();
    let expected = format!("{LOGO_FILE}: {} is not an SVG, PNG or WebP picture", path.display());
    assert_eq!(faults(&given), expected);
    std::fs::write(&path, vec![b' '; 300_000]).unwrap();
    assert_eq!(faults(&given), format!("{LOGO_FILE}: {} is larger than 256 KiB", path.display()));
    for path in [folder.path().join("missing"), folder.path().to_owned()] {
        let fault = faults(&[(LOGO_FILE, path.to_str().unwrap())]);
        assert!(fault.starts_with(&format!("{LOGO_FILE}: cannot read {}: ", path.display())), "{fault}");
    }
}

#[test]
fn two_logos_are_one_too_many() {
    let both = [(LOGO_URL, "/logo.svg"), (LOGO_FILE, "/no/such/file")];
    let expected = "AUTHARA_BRAND_LOGO_FILE: is set, and so is AUTHARA_BRAND_LOGO_URL; set one of them";
    assert_eq!(faults(&both), expected);
}

#[test]
fn the_folder_of_templates_is_one() {
    let folder = tempfile::tempdir().unwrap();
    let name = folder.path().to_str().unwrap();
    assert_eq!(load(&[(TEMPLATES_DIR, name)]).unwrap().0.templates_dir.as_deref(), Some(folder.path()));
    let file = folder.path().join("base.html");
    std::fs::write(&file, "x").unwrap();
    let fault = faults(&[(TEMPLATES_DIR, file.to_str().unwrap())]);
    assert!(fault.starts_with("AUTHARA_TEMPLATES_DIR: must be a folder"), "{fault}");
    let fault = faults(&[(TEMPLATES_DIR, "/no/such/folder")]);
    assert!(fault.starts_with("AUTHARA_TEMPLATES_DIR: cannot read /no/such/folder: "), "{fault}");
}

#[test]
fn every_fault_of_a_brand_is_reported() {
    let faults = faults(&[
        (NAME, "a\nb"),
        (LOGO_URL, "logo.svg"),
        (ACCENT, "blue"),
        (TERMS_URL, "terms"),
        (PRIVACY_URL, "privacy"),
        (SUPPORT_EMAIL, "help"),
        (FOOTER_TEXT, " "),
        (TEMPLATES_DIR, "/no/such/folder"),
    ]);
    assert_eq!(faults.lines().count(), 8, "{faults}");
}

#[test]
fn the_surfaces_are_those_of_the_style_sheet() {
    let css = include_str!("../../../../../assets/authara.css");
    assert_eq!(css.matches("--surface: oklch(100% 0 0);").count(), 1);
    assert_eq!(css.matches("--surface: oklch(20.5% 0 0);").count(), 2);
    assert_eq!(css.matches("--surface: ").count(), 3);
    assert_eq!((LIGHT_SURFACE.to_string(), DARK_SURFACE.to_string()), ("#ffffff".into(), "#171717".into()));
}
