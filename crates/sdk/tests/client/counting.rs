//! What is counted (R-80).

use std::sync::{Arc, Mutex};

use authara_client::wire::TokenRefreshRequest;
use authara_client::{Client, Counted};

use crate::stub::{Reply, Stub};

const COOKIES: &str = "authara_refresh=r; authara_csrf=c";

/// A client that counts, and what it counted.
fn counting(stub: &Stub) -> (Client, Arc<Mutex<Vec<Counted>>>) {
    let counted = Arc::new(Mutex::new(Vec::new()));
    let book = Arc::clone(&counted);
    let builder = stub.builder().counters(move |what: Counted| book.lock().expect("nobody panicked").push(what));
    (builder.build().expect("a good configuration"), counted)
}

#[tokio::test]
async fn r80_renewals_ends_of_sessions_and_outages_are_counted_once_each() {
    let tokens = Reply::json(r#"{"access_token":"a","refresh_token":"r"}"#);
    let stub = Stub::start(vec![
        Reply::new(200, &[], ""),
        tokens,
        Reply::error(401, "unauthorized"),
        Reply::error(503, "service_unavailable"),
        Reply::error(401, "unauthorized"),
        Reply::json(r#"{"version":"1"}"#),
        Reply::error(502, "internal_error"),
    ]);
    let (client, counted) = counting(&stub);
    let caller = client.as_request(COOKIES);
    caller.refresh_session().await.unwrap();
    let request = TokenRefreshRequest { refresh_token: "r".to_owned(), audience: None };
    client.anonymous().refresh_tokens(&request).await.unwrap();
    caller.refresh_session().await.unwrap_err();
    caller.refresh_session().await.unwrap_err();
    // Nobody is signed out by asking who they are, and a read that went well is nothing to count.
    assert_eq!(caller.current_user_opt().await.unwrap(), None);
    client.version().await.unwrap();
    client.version().await.unwrap_err();
    assert_eq!(
        *counted.lock().unwrap(),
        [Counted::Refreshed, Counted::Refreshed, Counted::SignedOut, Counted::Unavailable, Counted::Unavailable]
    );
}

#[tokio::test]
async fn r80_a_call_that_went_well_in_the_end_is_no_outage() {
    let stub = Stub::start(vec![Reply::error(503, "service_unavailable"), Reply::json(r#"{"version":"1"}"#)]);
    let counted = Arc::new(Mutex::new(Vec::new()));
    let book = Arc::clone(&counted);
    let builder = Client::builder(stub.url()).counters(move |what: Counted| book.lock().unwrap().push(what));
    assert_eq!(builder.build().unwrap().version().await.unwrap(), "1");
    assert!(counted.lock().unwrap().is_empty());
}
