//! What a visit costs the person's line.

use authara_e2e::{Browser, Look, on_sqlite};
use serde_json::Value;

/// Bytes that came over the line for the page and for everything that it loads, and how many such
/// loads there were.
async fn weigh(browser: &Browser) -> (u64, u64, u64) {
    let weighed = "
        const page = performance.getEntriesByType('navigation')[0].transferSize;
        const rest = performance.getEntriesByType('resource');
        return [page, rest.reduce((sum, entry) => sum + entry.transferSize, 0), rest.length]";
    let weighed = browser.run(weighed, vec![]).await;
    let number = |place: usize| weighed.get(place).and_then(Value::as_u64).expect("a number");
    (number(0), number(1), number(2))
}

#[test]
fn the_first_visit_takes_two_requests_and_25_kb_and_the_next_one_the_page_alone() {
    on_sqlite(|visit| async move {
        let browser = visit.browser(Look::default()).await;
        browser.open("/auth/login").await;
        let (page, rest, loads) = weigh(&browser).await;
        assert!(page > 1_000 && rest > 1_000, "nothing was weighed: {page}, {rest}");
        // The icon of the tab is no resource of the page to the browser, so it may ask for it besides.
        assert!(loads <= 2, "{loads} requests besides the page");
        assert!(page + rest <= 25_000, "{page} and {rest} bytes");
        println!("first visit of the login page: {page} bytes, and {rest} bytes in {loads} further requests");

        browser.open("/auth/signup").await;
        let (_, rest, _) = weigh(&browser).await;
        assert_eq!(rest, 0, "what is there already is not asked for again");
    });
}
