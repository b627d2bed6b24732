//! What is served, in which coding, and what an operator can change about it.

use std::fs;
use std::io::Read as _;

use actix_web::body::MessageBody as _;
use actix_web::http::StatusCode;
use actix_web::test::TestRequest;
use flate2::read::GzDecoder;
use tempfile::TempDir;

use super::*;
use crate::config::{BrandSettings, Logo};

const DRAWN: &[u8] = b"<svg xmlns=\"http://www.w3.org/2000/svg\"><style>path{fill:red}</style></svg>";

fn ours() -> Assets {
    Assets::build(&Brand::default(), None).unwrap()
}

/// A brand with the logo of this content.
fn brand_with_logo(content: &[u8]) -> Brand {
    let logo = Some(Logo::File(LogoFile::new(content.to_vec()).unwrap()));
    Brand::new(&BrandSettings { logo, ..BrandSettings::default() }, None).unwrap()
}

fn brand_with_accent() -> Brand {
    let accent_css = Some(":root{--accent:#917300}\n".to_owned());
    Brand { accent_css, ..Brand::default() }
}

/// A folder with these files in its `assets`.
fn folder_with(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("assets")).unwrap();
    for (name, content) in files {
        fs::write(folder.path().join("assets").join(name), content).unwrap();
    }
    folder
}

fn get(assets: &Assets, path: &str, accepted: &str) -> HttpResponse {
    let request = TestRequest::get().uri(path).insert_header((header::ACCEPT_ENCODING, accepted)).to_http_request();
    assets.answer(&request)
}

fn header_of(response: &HttpResponse, name: header::HeaderName) -> Option<&str> {
    response.headers().get(name).map(|value| value.to_str().unwrap())
}

fn body(response: HttpResponse) -> Vec<u8> {
    response.into_body().try_into_bytes().unwrap().to_vec()
}

/// What a client makes of an answer.
fn decoded(response: HttpResponse) -> Vec<u8> {
    let coding = header_of(&response, header::CONTENT_ENCODING).map(str::to_owned);
    let body = body(response);
    let mut plain = Vec::new();
    match coding.as_deref() {
        None => return body,
        Some("br") => brotli::BrotliDecompress(&mut body.as_slice(), &mut plain).unwrap(),
        Some("gzip") => {
            GzDecoder::new(body.as_slice()).read_to_end(&mut plain).unwrap();
        }
        Some(other) => panic!("{other}"),
    }
    plain
}

#[test]
fn a_file_comes_in_the_coding_that_was_asked_for_and_is_the_same_in_each() {
    let branded = Assets::build(&brand_with_accent(), None).unwrap();
    for assets in [ours(), branded] {
        for asset in assets.all() {
            for (accepted, expected) in
                [("gzip, deflate, br", Some("br")), ("gzip", Some("gzip")), ("br;q=0", None), ("", None)]
            {
                let response = get(&assets, &asset.path, accepted);
                assert_eq!(response.status(), StatusCode::OK, "{} {accepted}", asset.path);
                assert_eq!(header_of(&response, header::CONTENT_ENCODING), expected, "{} {accepted}", asset.path);
                assert_eq!(header_of(&response, header::VARY), Some("Accept-Encoding"), "{} {accepted}", asset.path);
                assert_eq!(header_of(&response, header::CONTENT_TYPE), Some(asset.media_type), "{}", asset.path);
                let caching = header_of(&response, header::CACHE_CONTROL);
                assert_eq!(caching, Some("public, max-age=31536000, immutable"), "{}", asset.path);
                assert_eq!(decoded(response), asset.plain, "{} {accepted}", asset.path);
            }
        }
    }
}

#[test]
fn s150_only_exact_names_are_served() {
    let assets = ours();
    let known = assets.css.path.clone();
    for path in [
        "/auth/static/authara.css".to_owned(),
        "/auth/static/authara.0000000000000000.css".to_owned(),
        known.to_uppercase(),
        known.replace(".css", ".js"),
        format!("{known}.br"),
        format!("{known}/"),
        known.replace('.', "%2e"),
    ] {
        let response = get(&assets, &path, "br");
        assert_eq!(response.status(), StatusCode::NOT_FOUND, "{path}");
        assert!(body(response).is_empty(), "{path}");
    }
    // What follows the question mark is no part of the name.
    assert_eq!(get(&assets, &format!("{known}?x=1"), "br").status(), StatusCode::OK);
}

#[test]
fn a_name_follows_the_content() {
    let (ours, branded) = (ours(), Assets::build(&brand_with_accent(), None).unwrap());
    assert_ne!(ours.css.path, branded.css.path);
    assert_eq!(ours.js.path, branded.js.path);
    let hash = ours.css.path.strip_prefix("/auth/static/authara.").and_then(|rest| rest.strip_suffix(".css")).unwrap();
    assert_eq!(hash.len(), 16);
    let number = u64::from_str_radix(hash, 16).unwrap();
    assert!(Sha256::digest(CSS.plain).iter().take(8).copied().eq(number.to_be_bytes()), "{hash}");
}

#[test]
fn the_accent_stands_behind_the_style_sheet_whoever_wrote_it() {
    let accent = ":root{--accent:#917300}\n".as_bytes();
    let assets = Assets::build(&brand_with_accent(), None).unwrap();
    assert_eq!(assets.css.plain, [CSS.plain, b"\n", accent].concat());
    let folder = folder_with(&[("authara.css", "a{}")]);
    let assets = Assets::build(&brand_with_accent(), Some(folder.path())).unwrap();
    assert_eq!(assets.css.plain, [b"a{}\n".as_slice(), accent].concat());
}

#[test]
fn files_of_the_operator_take_the_place_of_ours() {
    let script = "document.title = 'theirs';\n".repeat(9);
    let folder = folder_with(&[("authara.js", &script), (".DS_Store", "x")]);
    let assets = Assets::build(&Brand::default(), Some(folder.path())).unwrap();
    assert_eq!(assets.js.plain, script);
    assert_ne!(assets.js.path, ours().js.path);
    assert_eq!(assets.css.path, ours().css.path);
    assert_eq!(decoded(get(&assets, &assets.js.path, "br")), script.as_bytes());
    assert_eq!(get(&assets, &ours().js.path, "br").status(), StatusCode::NOT_FOUND);
    // A folder need not have any.
    let empty = tempfile::tempdir().unwrap();
    assert_eq!(Assets::build(&Brand::default(), Some(empty.path())).unwrap().js.path, ours().js.path);
}

#[test]
fn a_file_that_replaces_nothing_is_named_with_those_that_would() {
    for name in ["style.css", "authara.CSS", "authara.css.bak", "logo.svg"] {
        let folder = folder_with(&[(name, "x")]);
        let fault = Assets::build(&Brand::default(), Some(folder.path())).unwrap_err();
        let path = folder.path().join("assets").join(name);
        let expected = format!("{}: replaces no asset; there are authara.css, authara.js, favicon.svg", path.display());
        assert_eq!(fault, expected);
    }
    let folder = folder_with(&[]);
    let inside = folder.path().join("assets/authara.css");
    fs::create_dir(&inside).unwrap();
    let fault = Assets::build(&Brand::default(), Some(folder.path())).unwrap_err();
    assert!(fault.starts_with(&format!("{}: ", inside.display())), "{fault}");
}

#[test]
fn drawings_that_somebody_brought_are_confined_and_ours_are_not() {
    let brand = brand_with_logo(DRAWN);
    let folder = folder_with(&[("favicon.svg", &String::from_utf8_lossy(DRAWN))]);
    let assets = Assets::build(&brand, Some(folder.path())).unwrap();
    let logo = assets.logo.clone().unwrap();
    assert_eq!(brand.logo_url.as_deref(), Some(logo.path.as_str()));
    let has_name = logo.path.strip_prefix("/auth/static/logo.").is_some_and(|rest| rest.contains(".svg"));
    assert!(has_name, "{}", logo.path);
    for (path, expected) in [
        (&logo.path, Some(FOREIGN_DRAWING_POLICY)),
        (&assets.favicon.path, Some(FOREIGN_DRAWING_POLICY)),
        (&assets.css.path, None),
    ] {
        let response = get(&assets, path, "");
        assert_eq!(header_of(&response, header::CONTENT_SECURITY_POLICY), expected, "{path}");
    }
    let response = get(&ours(), &ours().favicon.path, "");
    assert_eq!(header_of(&response, header::CONTENT_SECURITY_POLICY), None);
}

#[test]
fn pictures_are_not_compressed_a_second_time() {
    let picture = [b"\x89PNG\r\n\x1a\n".as_slice(), &[0; 4096]].concat();
    let assets = Assets::build(&brand_with_logo(&picture), None).unwrap();
    let logo = assets.logo.as_ref().unwrap();
    let response = get(&assets, &logo.path, "br, gzip");
    assert_eq!(header_of(&response, header::CONTENT_ENCODING), None);
    assert_eq!(header_of(&response, header::VARY), Some("Accept-Encoding"));
    assert_eq!(header_of(&response, header::CONTENT_TYPE), Some("image/png"));
    assert_eq!(body(response), picture);
}

#[test]
fn what_compressing_does_not_make_smaller_stays_as_it_is() {
    let folder = folder_with(&[("authara.js", ";")]);
    let assets = Assets::build(&Brand::default(), Some(folder.path())).unwrap();
    let response = get(&assets, &assets.js.path, "br, gzip");
    assert_eq!(header_of(&response, header::CONTENT_ENCODING), None);
    assert_eq!(body(response), b";");
}

#[test]
fn the_login_page_stays_light() {
    let assets = ours();
    assert!(assets.css.plain.len() < 20_000, "{} bytes of CSS", assets.css.plain.len());
    assert!(assets.js.plain.len() < 15_000, "{} bytes of script", assets.js.plain.len());
    let sent = |asset: &Asset| body(get(&assets, &asset.path, "gzip, br")).len();
    let both = sent(&assets.css) + sent(&assets.js);
    assert!(both < 15_000, "{both} bytes are sent");
}

#[test]
fn the_dark_of_the_system_and_the_dark_of_the_reader_are_one() {
    let css = include_str!("../../../../assets/authara.css");
    let tokens = |selector: &str| -> Vec<&str> {
        let (_, rest) = css.split_once(&format!("{selector} {{\n")).unwrap();
        let (block, _) = rest.split_once('}').unwrap();
        block.lines().map(str::trim).filter(|line| line.starts_with("--")).collect()
    };
    let of_the_system = tokens("  :root:not([data-theme=light])");
    assert!(of_the_system.len() > 5, "{of_the_system:?}");
    assert_eq!(tokens(":root[data-theme=dark]"), of_the_system);
}
