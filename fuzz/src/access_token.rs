//! Target 4: the verifier of access tokens.

use std::sync::{Arc, LazyLock};

use authara_core::audience::Audience;
use authara_core::id::{OrganizationId, SessionId, UserId};
use authara_core::json;
use authara_core::keys::{KeyRing, MacKey};
use authara_core::role::{OrganizationRole, PlatformRole};
use authara_core::token::{AccessClaims, Verifier};
use authara_flows::mint::{Grant, Minter};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use rand::SeedableRng as _;
use rand::rngs::ChaCha20Rng;
use serde_json::Value;
use uuid::Uuid;

use crate::Target;

pub(crate) const TARGET: Target = Target::new(
    "access_token",
    access_token,
    &[
        ".",
        "..",
        "=",
        "eyJ",
        "{}",
        "[]",
        "null",
        "\"alg\":\"none\"",
        "\"alg\":\"HS256\"",
        "\"alg\":\"HS384\"",
        "\"kid\":\"new\"",
        "\"kid\":\"old\"",
        "\"kid\":\"../../etc/passwd\"",
        "\"typ\":\"at+jwt\"",
        "\"crit\":[]",
        "\"zip\":\"DEF\"",
        "\"b64\":false",
        "\"iss\":\"authara\"",
        "\"aud\":\"app\"",
        "\"aud\":[\"app\"]",
        "\"aud\":[\"app\",\"admin\"]",
        "\"sub\":\"c7a1e0b4-93f2-4d5e-8a67-1b2c3d4e5f60\"",
        "\"sid\":\"0b9c3d62-6f0d-4a53-8f3c-0e1d5a7b9c11\"",
        "\"org_id\":\"5a1f0e7c-2d84-4a0e-9f6b-7c3e2d1b0a99\"",
        "\"org_role\":\"owner\"",
        "\"roles\":null",
        "\"roles\":[\"authara:admin\"]",
        "\"iat\":1790000000",
        "\"exp\":1790000600",
        "\"exp\":\"1790000600\"",
        "\"exp\":1e300",
        "\"nbf\":1790000000.5",
        "-1",
        "9223372036854775807",
        "18446744073709551616",
    ],
)
.with(|| FIXTURE.issued.iter().map(|token| token.clone().into_bytes()).collect())
.at_most(9000)
.smoke(500);

const ISSUER: &str = "authara";
const TOLERANCE: TimeDelta = TimeDelta::seconds(5);

static FIXTURE: LazyLock<Fixture> = LazyLock::new(Fixture::new);

/// Two verifiers, the keys they know, keys of the same names that they do not, and every token that
/// was issued.
struct Fixture {
    verifiers: [Verifier; 2],
    ring: Arc<KeyRing>,
    strangers: KeyRing,
    issued: Vec<String>,
}

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000, 0).expect("an instant")
}

impl Fixture {
    fn new() -> Self {
        let mut rng = ChaCha20Rng::seed_from_u64(4);
        let ring = Arc::new(KeyRing::generate("old", &mut rng).rotated("new", 1, &mut rng));
        let strangers = KeyRing::generate("old", &mut rng).rotated("new", 1, &mut rng);
        let minter = Minter::new(&ring, ISSUER).expect("a key of the right length");
        let grant = |number, audience, roles: &[PlatformRole]| Grant {
            user: UserId(Uuid::from_u128(number)),
            session: SessionId(Uuid::from_u128(number + 100)),
            organization: OrganizationId(Uuid::from_u128(number + 200)),
            organization_role: OrganizationRole::Owner,
            roles: roles.to_vec(),
            audience,
            token_id: Uuid::from_u128(number + 300),
        };
        let grants = [
            grant(1, Audience::App, &[]),
            grant(2, Audience::App, &[PlatformRole::Admin]),
            grant(3, Audience::Admin, &PlatformRole::ALL),
        ];
        let mint = |grant| minter.mint(grant, now(), TimeDelta::minutes(10)).expect("a token is signed");
        Self {
            verifiers: [
                Verifier::for_server(ring.clone(), ISSUER),
                Verifier::for_application(ring.clone(), ISSUER, TOLERANCE),
            ],
            issued: grants.iter().map(mint).collect(),
            ring,
            strangers,
        }
    }

    /// What any verifier says of a text, for either audience, lapsed or not.
    fn accepted(&self, token: &str) -> Vec<AccessClaims> {
        let tries = self.verifiers.iter().flat_map(|verifier| {
            [Audience::App, Audience::Admin].into_iter().flat_map(move |audience| {
                let verified = verifier.verify(token, audience.as_str(), now());
                let lapsed = verifier.verify_even_if_lapsed(token, audience.as_str(), now());
                assert!(verified.is_err() || lapsed == verified, "a good token is good however it is asked for");
                [(audience, verified), (audience, lapsed)]
            })
        });
        tries
            .filter_map(|(audience, verdict)| {
                let claims = verdict.ok()?;
                assert_eq!(claims.audience, audience.as_str(), "for somebody else");
                Some(claims)
            })
            .collect()
    }
}

/// No text passes but the tokens that were issued, whatever is done to header, payload and signature
/// without the key. Under the key, only tokens pass whose header and times are in order.
///
/// The input is read twice: as the text of a token, and as header and payload with a line break
/// between them, to be put together here.
pub fn access_token(data: &[u8]) {
    let fixture = &*FIXTURE;
    let text = String::from_utf8_lossy(data);
    let is_accepted = !fixture.accepted(&text).is_empty();
    assert_eq!(is_accepted, fixture.issued.iter().any(|token| *token == text), "{text:?}");

    let end = data.iter().position(|byte| *byte == b'\n').unwrap_or(data.len());
    let (header, rest) = data.split_at(end);
    let payload = rest.get(1..).unwrap_or_default();
    let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(payload));
    let signed_with = |key: &MacKey| format!("{signed}.{}", URL_SAFE_NO_PAD.encode(key.sign(&[signed.as_bytes()])));
    for key in fixture.strangers.iter() {
        let forged = signed_with(key.mac());
        assert!(fixture.accepted(&forged).is_empty(), "signed by a stranger: {forged}");
    }
    for issued in &fixture.issued {
        let stolen = issued.rsplit_once('.').map_or("", |(_, signature)| signature);
        let forged = format!("{signed}.{stolen}");
        assert!(forged == *issued || fixture.accepted(&forged).is_empty(), "a stolen signature: {forged}");
    }
    for key in fixture.ring.iter() {
        let genuine = signed_with(key.mac());
        check_genuine(fixture, &genuine, header, key.id());
    }
}

/// What passes under a key of ours says so in its header, and is neither of tomorrow nor of
/// yesterday.
fn check_genuine(fixture: &Fixture, token: &str, header: &[u8], key: &str) {
    for verifier in &fixture.verifiers {
        let Ok(claims) = verifier.verify(token, Audience::App.as_str(), now()) else { continue };
        let header = json::parse_object(header, json::MAX_DEPTH).expect("a header is strict JSON");
        assert_eq!(header.get("alg").and_then(Value::as_str), Some("HS256"), "{token}");
        assert_eq!(header.get("kid").and_then(Value::as_str), Some(key), "{token}");
        assert!(!["crit", "zip", "b64"].iter().any(|name| header.contains_key(*name)), "{token}");
        assert!(claims.expires_at > now() - TOLERANCE, "{token} lapsed at {}", claims.expires_at);
        assert!(claims.issued_at <= now() + TOLERANCE, "{token} is of {}", claims.issued_at);
        let is_named = ![claims.user.0, claims.session.0, claims.organization.0].iter().any(Uuid::is_nil);
        assert!(is_named, "{token} is about nobody");
    }
}
