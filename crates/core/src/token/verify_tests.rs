//! The table of forged and odd tokens, and the cross-check against josekit.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE, URL_SAFE_NO_PAD};
use josekit::jws::{HS256, JwsHeader};
use josekit::jwt::{self, JwtPayload};
use rand::SeedableRng;
use rand::rngs::ChaCha20Rng;
use serde_json::json;

use super::*;

const NOW: i64 = 1_790_000_000;
const USER: &str = "c7a1e0b4-93f2-4d5e-8a67-1b2c3d4e5f60";

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(NOW, 0).unwrap()
}

fn ring() -> KeyRing {
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    KeyRing::generate("old", &mut rng).rotated("new", 1, &mut rng)
}

fn verifier() -> Verifier {
    Verifier::for_server(Arc::new(ring()), "authara")
}

fn claims() -> Value {
    json!({
        "iss": "authara", "sub": USER, "aud": ["app"], "iat": NOW, "exp": NOW + 600,
        "sid": "0b9c3d62-6f0d-4a53-8f3c-0e1d5a7b9c11", "org_id": "5a1f0e7c-2d84-4a0e-9f6b-7c3e2d1b0a99",
        "org_role": "owner", "roles": null,
    })
}

fn header() -> Value {
    json!({"alg": "HS256", "kid": "new", "typ": "at+jwt"})
}

fn sign_text(header: &str, payload: &str, key: &str) -> String {
    let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(payload));
    let ring = ring();
    let tag = ring.find(key).unwrap().mac().sign(&[signed.as_bytes()]);
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(tag))
}

fn sign(header: &Value, payload: &Value) -> String {
    sign_text(&header.to_string(), &payload.to_string(), "new")
}

fn with(mut base: Value, name: &str, value: Value) -> Value {
    base[name] = value;
    base
}

fn without(mut base: Value, name: &str) -> Value {
    base.as_object_mut().unwrap().remove(name);
    base
}

fn verdict(token: &str) -> Result<AccessClaims, VerifyError> {
    verifier().verify(token, "app", now())
}

#[test]
fn h079_h080_a_good_token_says_who_it_is_about() {
    let claims = verdict(&sign(&header(), &claims())).unwrap();
    assert_eq!(claims.user.to_string(), USER);
    assert_eq!(claims.organization_role.as_str(), "owner");
    assert_eq!((claims.audience.as_str(), claims.roles.len()), ("app", 0));
    assert_eq!(claims.expires_at.timestamp(), NOW + 600);
}

#[test]
fn h084_s081_every_listed_key_verifies_and_a_key_taken_off_is_refused_at_once() {
    let token = sign_text(&with(header(), "kid", json!("old")).to_string(), &claims().to_string(), "old");
    assert!(verdict(&token).is_ok());
    let only_new = ring().rotated("new", 0, &mut ChaCha20Rng::seed_from_u64(9));
    let verifier = Verifier::for_server(Arc::new(only_new), "authara");
    assert_eq!(verifier.verify(&token, "app", now()), Err(VerifyError::KeyUnknown));
}

#[test]
fn s072_s073_s074_h085_h086_the_header_chooses_nothing() {
    for (name, value, fault) in [
        ("alg", json!("none"), VerifyError::Algorithm),
        ("alg", json!("None"), VerifyError::Algorithm),
        ("alg", json!("HS384"), VerifyError::Algorithm),
        ("alg", json!("HS512"), VerifyError::Algorithm),
        ("alg", json!("RS256"), VerifyError::Algorithm),
        ("alg", json!("hs256"), VerifyError::Algorithm),
        ("alg", json!(null), VerifyError::Algorithm),
        ("alg", json!(["HS256"]), VerifyError::Algorithm),
        ("kid", json!(null), VerifyError::KeyIdMissing),
        ("kid", json!(1), VerifyError::KeyIdMissing),
        ("kid", json!(""), VerifyError::KeyUnknown),
        ("kid", json!("NEW"), VerifyError::KeyUnknown),
        ("kid", json!("../../etc/passwd"), VerifyError::KeyUnknown),
        ("kid", json!("' OR 1=1 --"), VerifyError::KeyUnknown),
        ("kid", json!("k".repeat(4000)), VerifyError::KeyUnknown),
        ("crit", json!(["exp"]), VerifyError::Header),
        ("crit", json!([]), VerifyError::Header),
        ("zip", json!("DEF"), VerifyError::Header),
        ("b64", json!(false), VerifyError::Header),
        ("typ", json!("JWE"), VerifyError::Header),
        ("typ", json!("csrf+jwt"), VerifyError::Header),
        ("typ", json!(7), VerifyError::Header),
    ] {
        assert_eq!(verdict(&sign(&with(header(), name, value.clone()), &claims())), Err(fault), "{name}: {value}");
    }
    assert_eq!(verdict(&sign(&without(header(), "kid"), &claims())), Err(VerifyError::KeyIdMissing));
    assert_eq!(verdict(&sign(&without(header(), "alg"), &claims())), Err(VerifyError::Algorithm));
    for (name, value) in [
        ("jku", json!("https://evil.example")),
        ("jwk", json!({"kty": "oct"})),
        ("x5u", json!("x")),
        ("x5c", json!([])),
    ] {
        assert!(
            verdict(&sign(&with(header(), name, value), &claims())).is_ok(),
            "{name} is no key source, and no fault"
        );
    }
}

#[test]
fn h087_s083_the_types_that_access_tokens_have_had_are_accepted() {
    for typ in ["at+jwt", "AT+JWT", "application/at+jwt", "JWT", "jwt"] {
        assert!(verdict(&sign(&with(header(), "typ", json!(typ)), &claims())).is_ok(), "{typ}");
    }
    assert!(verdict(&sign(&without(header(), "typ"), &claims())).is_ok());
}

#[test]
fn s075_h083_h091_h092_h093_required_claims_have_the_right_type() {
    for name in ["iss", "aud", "exp", "iat", "sub", "sid", "org_id", "org_role"] {
        assert_eq!(verdict(&sign(&header(), &without(claims(), name))), Err(VerifyError::ClaimMissing(name)), "{name}");
        for wrong in [json!(null), json!(true), json!({}), json!([]), json!("")] {
            assert!(verdict(&sign(&header(), &with(claims(), name, wrong.clone()))).is_err(), "{name}: {wrong}");
        }
    }
    for name in ["exp", "iat", "nbf"] {
        for wrong in
            [json!("1790000600"), json!(-1), json!(1e300), json!(-1e300), json!(i64::MAX), json!(u64::MAX), json!(null)]
        {
            assert_eq!(
                verdict(&sign(&header(), &with(claims(), name, wrong.clone()))),
                Err(VerifyError::ClaimInvalid(name)),
                "{name}: {wrong}"
            );
        }
    }
    for name in ["sub", "sid", "org_id"] {
        for wrong in [json!("x"), json!("00000000-0000-0000-0000-000000000000"), json!(5)] {
            assert_eq!(verdict(&sign(&header(), &with(claims(), name, wrong))), Err(VerifyError::ClaimInvalid(name)));
        }
    }
}

#[test]
fn h081_h088_h089_h090_s076_issuer_and_audience_are_exact() {
    for iss in ["Authara", "authara ", "other"] {
        assert_eq!(verdict(&sign(&header(), &with(claims(), "iss", json!(iss)))), Err(VerifyError::Issuer));
    }
    assert!(verdict(&sign(&header(), &with(claims(), "aud", json!("app")))).is_ok());
    for aud in [
        json!([]),
        json!(["admin"]),
        json!("admin"),
        json!(["app", "admin"]),
        json!(["app", "app"]),
        json!([1]),
        json!("App"),
    ] {
        assert_eq!(verdict(&sign(&header(), &with(claims(), "aud", aud.clone()))), Err(VerifyError::Audience), "{aud}");
    }
    let admin = sign(&header(), &with(claims(), "aud", json!(["admin"])));
    assert!(verifier().verify(&admin, "admin", now()).is_ok());
}

#[test]
fn h094_h095_h096_h097_roles_are_known_words() {
    for (roles, expected) in [
        (json!(null), Ok(0)),
        (json!([]), Ok(0)),
        (json!(["authara:admin", "authara:admin", "authara:auditor"]), Ok(2)),
        (json!(["admin"]), Err(VerifyError::RoleNamespace)),
        (json!(["authara:"]), Err(VerifyError::RoleNamespace)),
        (json!(["authara:emperor"]), Err(VerifyError::RoleNamespace)),
        (json!("authara:admin"), Err(VerifyError::ClaimInvalid("roles"))),
        (json!([1]), Err(VerifyError::ClaimInvalid("roles"))),
    ] {
        let found = verdict(&sign(&header(), &with(claims(), "roles", roles.clone()))).map(|c| c.roles.len());
        assert_eq!(found, expected, "{roles}");
    }
    assert!(verdict(&sign(&header(), &without(claims(), "roles"))).is_ok());
    let odd = sign(&header(), &with(claims(), "org_role", json!("emperor")));
    assert_eq!(verdict(&odd), Err(VerifyError::ClaimInvalid("org_role")));
    // An application may be older than the server.
    let open = Verifier::for_application(Arc::new(ring()), "authara", TimeDelta::seconds(30));
    assert_eq!(open.verify(&odd, "app", now()).unwrap().organization_role.as_str(), "emperor");
    let newer = sign(&header(), &with(claims(), "roles", json!(["authara:operator"])));
    assert_eq!(open.verify(&newer, "app", now()).unwrap().roles, ["authara:operator"]);
    assert_eq!(
        open.verify(&sign(&header(), &with(claims(), "roles", json!(["x"]))), "app", now()),
        Err(VerifyError::RoleNamespace)
    );
}

#[test]
fn s077_h082_h098_h099_time_is_checked_to_the_boundary() {
    for (name, value, ok) in [
        ("exp", json!(NOW), false),
        ("exp", json!(NOW + 1), true),
        ("exp", json!(1_790_000_000.5), true),
        ("exp", json!(1_789_999_999.5), false),
        ("iat", json!(NOW + 5), true),
        ("iat", json!(NOW + 6), false),
        ("nbf", json!(NOW + 5), true),
        ("nbf", json!(NOW + 6), false),
        ("nbf", json!(NOW - 60), true),
    ] {
        assert_eq!(verdict(&sign(&header(), &with(claims(), name, value.clone()))).is_ok(), ok, "{name} {value}");
    }
    let lapsed = sign(&header(), &with(claims(), "exp", json!(NOW - 29)));
    let open = Verifier::for_application(Arc::new(ring()), "authara", TimeDelta::seconds(30));
    assert!(open.verify(&lapsed, "app", now()).is_ok());
    assert!(open.verify(&lapsed, "app", now() + TimeDelta::seconds(1)).unwrap_err().is_expired());
}

#[test]
fn s077_a_token_older_than_tokens_live_now_is_refused_and_still_names_its_session() {
    let token = sign(&header(), &with(claims(), "exp", json!(NOW + 86_400)));
    let strict = verifier().with_max_life(TimeDelta::minutes(10));
    assert!(strict.verify(&token, "app", now() + TimeDelta::seconds(599)).is_ok());
    let later = now() + TimeDelta::seconds(600);
    assert!(strict.verify(&token, "app", later).unwrap_err().is_expired());
    assert!(strict.verify_even_if_lapsed(&token, "app", later).is_ok());
    assert_eq!(strict.verify_even_if_lapsed(&token, "admin", later), Err(VerifyError::Audience));
}

#[test]
fn s078_s074_one_token_has_one_spelling() {
    let good = sign(&header(), &claims());
    let parts: Vec<&str> = good.split('.').collect();
    let [head, body, tag] = parts[..] else { panic!("three parts") };
    let standard = |part: &str| STANDARD.encode(URL_SAFE_NO_PAD.decode(part).unwrap());
    let padded = |part: &str| URL_SAFE.encode(URL_SAFE_NO_PAD.decode(part).unwrap());
    let spare_bits = {
        let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        let last = alphabet.find(tag.chars().last().unwrap()).unwrap();
        format!("{}{}", &tag[..tag.len() - 1], &alphabet[last + 1..last + 2])
    };
    for variant in [
        format!("{head}.{body}.{}", padded(tag)),
        format!("{head}.{body}.{spare_bits}"),
        format!("{head}.{body}.{}", standard(tag)),
        format!("{good}."),
        format!(".{good}"),
        format!("{good}.{tag}"),
        format!("{head}.{body}.{tag}.{tag}.{tag}"),
        format!(" {good}"),
        format!("{good}\n"),
        format!("{head}.{body}"),
        format!("{head}.{body}."),
        format!("{head}..{tag}"),
        "..".to_owned(),
        json!({"protected": head, "payload": body, "signature": tag}).to_string(),
    ] {
        assert!(verdict(&variant).is_err(), "{variant}");
    }
    let twice = claims().to_string().replacen('{', "{\"sub\":\"x\",", 1);
    assert_eq!(verdict(&sign_text(&header().to_string(), &twice, "new")), Err(VerifyError::Malformed));
    let trailing = format!("{} x", claims());
    assert_eq!(verdict(&sign_text(&header().to_string(), &trailing, "new")), Err(VerifyError::Malformed));
}

#[test]
fn s079_long_input_is_refused_before_decoding() {
    assert_eq!(verdict(&"a".repeat(1 << 20)), Err(VerifyError::TooLong));
    assert_eq!(verdict(&".".repeat(100_000)), Err(VerifyError::TooLong));
    assert_eq!(verdict(&".".repeat(8192)), Err(VerifyError::Malformed));
    assert_eq!(verdict(""), Err(VerifyError::Missing));
}

#[test]
fn t05_predicates_tell_expired_from_misconfigured_from_forged() {
    let wrong_key = sign_text(&header().to_string(), &claims().to_string(), "old");
    let error = verdict(&wrong_key).unwrap_err();
    assert!(error.is_configuration() && !error.is_expired());
    assert!(!VerifyError::Malformed.is_configuration());
}

#[test]
fn what_josekit_mints_verifies_here_and_what_verifies_here_josekit_accepts() {
    let ring = ring();
    let signer = HS256.signer_from_bytes(ring.active().secret()).unwrap();
    let mut head = JwsHeader::new();
    head.set_key_id("new");
    head.set_token_type("at+jwt");
    let mut payload = JwtPayload::new();
    for (name, value) in claims().as_object().unwrap() {
        payload.set_claim(name, Some(value.clone())).unwrap();
    }
    let token = jwt::encode_with_signer(&payload, &head, &signer).unwrap();
    assert!(verdict(&token).is_ok());
    let theirs = HS256.verifier_from_bytes(ring.active().secret()).unwrap();
    assert!(jwt::decode_with_verifier(sign(&header(), &claims()), &theirs).is_ok());
}

proptest::proptest! {
    /// Annex B 4: bytes that differ from an issued token are never accepted.
    #[test]
    fn s078_t04_a_changed_token_is_refused(position in 0usize..600, byte in 0u8..128) {
        let good = sign(&header(), &claims());
        let mut bytes = good.clone().into_bytes();
        let position = position % bytes.len();
        if bytes[position] != byte {
            bytes[position] = byte;
            proptest::prop_assert!(verdict(std::str::from_utf8(&bytes).unwrap()).is_err());
        }
    }

    #[test]
    fn any_text_is_answered(text in "\\PC{0,200}") {
        proptest::prop_assert!(verdict(&text).is_err());
    }
}
