//! `keys generate` and `keys rotate`.

use authara_core::keys::KeyRing;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use crate::http;
use crate::process::{Place, mode};

const FILE: &str = "data/jwt-keys";

fn ring(place: &Place) -> KeyRing {
    KeyRing::parse(&place.read(FILE), None).expect("the file holds a ring")
}

fn secrets(ring: &KeyRing) -> Vec<Vec<u8>> {
    ring.iter().map(|key| key.secret().to_vec()).collect()
}

/// The key that a token's header names.
fn key_id(token: &str) -> String {
    let (header, _) = token.split_once('.').expect("a compact token");
    let header = URL_SAFE_NO_PAD.decode(header).expect("a header in base64url");
    let header: Value = serde_json::from_slice(&header).expect("a header in JSON");
    header.get("kid").and_then(Value::as_str).expect("a key id").to_owned()
}

#[test]
fn keys_generate_prints_a_ring_that_can_be_used_and_another_one_each_time() {
    let place = Place::new();
    let mut made = Vec::new();
    for _ in 0..2 {
        let printed = place.run(&["keys", "generate"]).expect_success();
        assert_eq!(printed.lines().count(), 1, "it is one line");
        made.push(secrets(&KeyRing::parse(printed.trim_end(), None).unwrap()));
    }
    assert_ne!(made[0], made[1]);
    assert!(place.entries().is_empty(), "{:?}", place.entries());
}

#[test]
fn s081_rotating_puts_a_new_key_in_front_and_keeps_those_before_it() {
    let place = Place::new();
    drop(place.serve());
    // At once, one after the other: however little time lies between, no key takes another's place.
    for _ in 0..2 {
        let before = ring(&place);
        let printed = place.run(&["keys", "rotate"]).expect_success();
        let after = ring(&place);
        assert_eq!(secrets(&after)[1..], secrets(&before)[..], "an older key is gone");
        assert!(before.find(after.active().id()).is_none(), "the new key has an old name");
        assert!(printed.contains(after.active().id()), "{printed}");
        assert_eq!(mode(&place.path(FILE)), 0o600);
    }
}

#[test]
fn s081_rotating_prints_no_key() {
    let place = Place::new();
    drop(place.serve());
    let ended = place.run(&["keys", "rotate"]);
    for entry in place.read(FILE).split(',') {
        let (_, secret) = entry.split_once(':').unwrap();
        assert!(!ended.said().contains(secret.trim()));
    }
}

#[test]
fn s081_a_rotation_signs_nobody_out_and_new_tokens_have_the_new_key() {
    let place = Place::new();
    let server = place.serve();
    let tokens = http::sign_up(server.address, "dana@example.org");
    place.run(&["keys", "rotate"]).expect_success();
    // The server goes on with the ring it has read.
    assert_eq!(http::user_status(server.address, &tokens.access), 200);
    server.stop();
    let server = place.serve();
    assert_eq!(http::user_status(server.address, &tokens.access), 200);
    let renewed = http::refresh(server.address, &tokens.refresh).tokens();
    assert_eq!(http::user_status(server.address, &renewed.access), 200);
    let active = ring(&place).active().id().to_owned();
    assert_eq!(key_id(&renewed.access), active);
    assert_ne!(key_id(&tokens.access), active);
}

#[test]
fn keys_rotate_is_refused_when_the_ring_is_given_and_leaves_the_file_alone() {
    let place = Place::new();
    drop(place.serve());
    let before = place.read(FILE);
    let given = place.run(&["keys", "generate"]).expect_success();
    let place = place.with("AUTHARA_JWT_KEYS", given.trim_end());
    let complaint = place.run(&["keys", "rotate"]).expect_complaint();
    assert!(complaint.contains("AUTHARA_JWT_KEYS"), "{complaint}");
    assert!(!complaint.contains(given.trim_end()), "the ring is in the complaint");
    assert_eq!(place.read(FILE), before);
}

#[test]
fn keys_rotate_is_refused_where_there_is_no_ring_and_makes_none() {
    let place = Place::new();
    let complaint = place.run(&["keys", "rotate"]).expect_complaint();
    assert!(complaint.contains("./data/jwt-keys"), "{complaint}");
    assert!(place.entries().is_empty(), "{:?}", place.entries());
}
