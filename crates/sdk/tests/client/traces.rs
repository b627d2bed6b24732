//! What a call leaves in the log (R-80): one span, and nothing that is a secret.

use std::fmt::{self, Write as _};
use std::sync::{Arc, Mutex};

use authara_client::wire::PasswordLoginRequest;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use crate::stub::{Reply, Stub};

/// Writes down everything of this library's that is recorded.
#[derive(Clone, Default)]
struct Book(Arc<Mutex<String>>);

impl Book {
    fn text(&self) -> String {
        self.0.lock().expect("nobody panicked").clone()
    }

    fn write(&self, record: impl FnOnce(&mut Page<'_>)) {
        record(&mut Page(&mut self.0.lock().expect("nobody panicked")));
    }
}

struct Page<'b>(&'b mut String);

impl Visit for Page<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        write!(self.0, " {}={value:?}", field.name()).expect("a string takes anything");
    }
}

impl Subscriber for Book {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("authara_client")
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        self.write(|page| {
            page.0.push_str(span.metadata().name());
            span.record(page);
        });
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        self.write(|page| values.record(page));
    }

    fn event(&self, event: &Event<'_>) {
        self.write(|page| event.record(page));
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

#[tokio::test]
async fn r80_a_call_is_one_span_with_its_end() {
    let book = Book::default();
    let _guard = tracing::subscriber::set_default(book.clone());
    let stub = Stub::start(vec![Reply::new(200, &["x-request-id: r-1"], r#"{"version":"1"}"#)]);
    stub.client().version().await.unwrap();
    let text = book.text();
    assert_eq!(text.matches("authara.call").count(), 1, "{text}");
    for part in ["operation=\"getVersion\"", "outcome=\"ok\"", "status=200", "request_id=\"r-1\"", "duration_ms="] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[tokio::test]
async fn r80_the_ways_to_fail_are_told_apart() {
    for (reply, outcome) in [
        (Reply::error(401, "unauthorized"), "outcome=\"unauthorized\""),
        (Reply::error(429, "rate_limited"), "outcome=\"refused\""),
        (Reply::error(503, "service_unavailable"), "outcome=\"unavailable\""),
        (Reply::Raw(String::new()), "outcome=\"unavailable\""),
        (Reply::json("{}"), "outcome=\"ok\""),
    ] {
        let book = Book::default();
        let _guard = tracing::subscriber::set_default(book.clone());
        let stub = Stub::start(vec![reply]);
        stub.client().version().await.unwrap_err();
        let text = book.text();
        assert!(text.contains(outcome), "{outcome}: {text}");
    }
}

#[tokio::test]
async fn r80_no_secret_and_no_address_gets_into_the_log() {
    let book = Book::default();
    let _guard = tracing::subscriber::set_default(book.clone());
    let envelope = r#"{"error":{"code":"unauthorized","message":"canary"}}"#;
    let refused = || Reply::new(401, &["set-cookie: authara_access=canary", "x-canary: canary"], envelope);
    let stub = Stub::start(vec![Reply::csrf("canary"), refused(), refused()]);
    let login = PasswordLoginRequest {
        email: Some("canary@example.org".to_owned()),
        identifier: None,
        password: "canary".to_owned(),
    };
    let client = stub.client();
    client.as_request("authara_access=canary").user_agent("canary").login_with_password(&login).await.unwrap_err();
    client.as_bearer("canary").get_account().await.unwrap_err();
    let text = book.text();
    assert_eq!(text.matches("authara.call").count(), 2, "{text}");
    assert!(!text.contains("canary"), "{text}");
}
