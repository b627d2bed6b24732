//! Files below `/auth/static/`: in which coding they come, and what a logo brings with it. Their names
//! and caching are looked at with the other headers.

use authara_server::brand::Brand;
use authara_server::config::{BrandSettings, Logo, LogoFile};

use crate::wire::Ask;
use crate::world::world_with;

/// The logo's own policy takes the place of ours, and only a logo elsewhere widens that of pages.
#[actix_web::test]
async fn s130_a_logo_is_all_that_a_brand_adds_to_a_policy() {
    let drawing = b"<svg xmlns=\"http://www.w3.org/2000/svg\"><style>path{fill:red}</style></svg>".to_vec();
    let file = Logo::File(LogoFile::new(drawing).unwrap());
    let elsewhere = Logo::Url("https://cdn.example.org/logo.svg".to_owned());
    for (logo, images) in [(file, "'self' data:"), (elsewhere, "'self' data: https://cdn.example.org")] {
        let settings = BrandSettings { logo: Some(logo), ..BrandSettings::default() };
        let brand = Brand::new(&settings, None).unwrap();
        let world = world_with(|plan| plan.brand = brand.clone()).await;
        let page = world.send(Ask::new("GET", "/auth/login")).await;
        let policy = page.header("content-security-policy").unwrap();
        assert!(policy.contains(&format!("; img-src {images};")), "{policy}");
        assert!(page.text().contains("brand-logo"), "{}", page.text());
        if let Some(path) = world.asset_paths.get(3) {
            assert_eq!(brand.logo_url.as_ref(), Some(path));
            let answer = world.send(Ask::new("GET", path)).await;
            let own = "default-src 'none'; style-src 'unsafe-inline'; sandbox";
            assert_eq!(answer.header("content-security-policy"), Some(own));
            assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        } else {
            assert_eq!(brand.image_origin.as_deref(), Some("https://cdn.example.org"));
        }
        world.stop().await;
    }
}

#[actix_web::test]
async fn static_files_are_sent_compressed_to_who_takes_that_and_their_head_says_the_same() {
    let world = world_with(|_| {}).await;
    for path in &world.asset_paths {
        for (accepted, coding) in [("gzip, deflate, br", Some("br")), ("gzip;q=0.5", Some("gzip")), ("br;q=0", None)] {
            let ask = |method: &str| Ask::new(method, path).header("accept-encoding", accepted);
            let whole = world.send(ask("GET")).await;
            let head = world.send(ask("HEAD")).await;
            let length = whole.body.len().to_string();
            for answer in [&whole, &head] {
                assert_eq!(answer.status, 200, "{path} {accepted}");
                assert_eq!(answer.header("content-encoding"), coding, "{path} {accepted}");
                assert_eq!(answer.header("vary"), Some("Accept-Encoding"), "{path} {accepted}");
                assert_eq!(answer.header("content-length"), Some(length.as_str()), "{path} {accepted}");
            }
            assert!(head.body.is_empty(), "{path} {accepted}");
        }
    }
    world.stop().await;
}
