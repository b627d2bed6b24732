//! What PostgreSQL gets to see of a password, told by a peer that only pretends to be PostgreSQL:
//! it asks for the password in clear text and hangs up (S-160).

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread::JoinHandle;
use std::time::Duration;

use openssl::asn1::Asn1Time;
use openssl::ec::{EcGroup, EcKey};
use openssl::error::ErrorStack;
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::ssl::{SslAcceptor, SslMethod};
use openssl::x509::{X509, X509NameBuilder};

use crate::process::Place;

const MAX_WAIT: Duration = Duration::from_secs(30);

/// Request codes in the place of a protocol version (PostgreSQL, "Message Formats").
const SSL_REQUEST: u32 = 80_877_103;
const GSS_REQUEST: u32 = 80_877_104;
/// `AuthenticationCleartextPassword`.
const ASK_FOR_PASSWORD: &[u8] = b"R\0\0\0\x08\0\0\0\x03";

/// A certificate for `localhost` that nobody but itself vouches for, and its key.
struct Identity {
    key: PKey<Private>,
    certificate: X509,
}

impl Identity {
    fn new() -> Self {
        Self::make().expect("a certificate is made")
    }

    fn make() -> Result<Self, ErrorStack> {
        let key = {
            let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1)?;
            PKey::from_ec_key(EcKey::generate(&group)?)?
        };
        let mut name = X509NameBuilder::new()?;
        name.append_entry_by_nid(Nid::COMMONNAME, "localhost")?;
        let name = name.build();
        let mut certificate = X509::builder()?;
        certificate.set_version(2)?;
        certificate.set_subject_name(&name)?;
        certificate.set_issuer_name(&name)?;
        certificate.set_pubkey(&key)?;
        let (start, end) = (Asn1Time::days_from_now(0)?, Asn1Time::days_from_now(1)?);
        certificate.set_not_before(&start)?;
        certificate.set_not_after(&end)?;
        certificate.sign(&key, MessageDigest::sha256())?;
        Ok(Self { key, certificate: certificate.build() })
    }

    fn acceptor(&self) -> Result<SslAcceptor, ErrorStack> {
        // Without TLS 1.3, where a server learns of a refusal only after its handshake.
        let mut builder = SslAcceptor::mozilla_intermediate(SslMethod::tls())?;
        builder.set_private_key(&self.key)?;
        builder.set_certificate(&self.certificate)?;
        Ok(builder.build())
    }

    fn pem(&self) -> Vec<u8> {
        self.certificate.to_pem().expect("a certificate can be written")
    }
}

/// The pretended server. It takes one connection.
struct Peer {
    port: u16,
    thread: JoinHandle<Option<String>>,
}

impl Peer {
    /// Speaks TLS as this identity, or not at all.
    fn start(identity: Option<&Identity>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("its address").port();
        let tls = identity.map(|identity| identity.acceptor().expect("an identity"));
        // Whoever hangs up early has said nothing.
        let thread = std::thread::spawn(move || serve(&listener, tls.as_ref()).ok());
        Self { port, thread }
    }

    /// The password that it was given, if it was given any.
    fn heard(self) -> Option<String> {
        // If nobody ever came, it still waits.
        drop(TcpStream::connect(("127.0.0.1", self.port)));
        self.thread.join().expect("the peer does not panic")
    }
}

fn serve(listener: &TcpListener, tls: Option<&SslAcceptor>) -> io::Result<String> {
    let (mut stream, _) = listener.accept()?;
    stream.set_read_timeout(Some(MAX_WAIT))?;
    loop {
        let message = read_counted(&mut stream)?;
        let code = message.first_chunk::<4>().map(|bytes| u32::from_be_bytes(*bytes));
        match (code, tls) {
            (Some(SSL_REQUEST), Some(tls)) => {
                stream.write_all(b"S")?;
                let accepted = tls.accept(stream);
                let mut stream = accepted.map_err(|error| io::Error::other(error.to_string()))?;
                read_counted(&mut stream)?;
                return ask_for_password(&mut stream);
            }
            (Some(SSL_REQUEST | GSS_REQUEST), _) => stream.write_all(b"N")?,
            _ => return ask_for_password(&mut stream),
        }
    }
}

/// What follows a length of four bytes that counts itself.
fn read_counted(from: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut length = [0; 4];
    from.read_exact(&mut length)?;
    let length = u64::from(u32::from_be_bytes(length).clamp(4, 10_000) - 4);
    let mut message = Vec::new();
    from.take(length).read_to_end(&mut message)?;
    Ok(message)
}

fn ask_for_password(stream: &mut (impl Read + Write)) -> io::Result<String> {
    stream.write_all(ASK_FOR_PASSWORD)?;
    stream.flush()?;
    stream.read_exact(&mut [0; 1])?;
    let mut password = read_counted(stream)?;
    // The terminating NUL.
    password.pop();
    Ok(String::from_utf8_lossy(&password).into_owned())
}

#[test]
fn s160_a_password_in_any_characters_reaches_the_server_as_it_is() {
    for password in [r#"a b'\"="#, "@:/?#[]%&+", "\u{e9}\u{1f511} %41", r"back\slash\"] {
        let peer = Peer::start(None);
        let place = Place::new()
            .with("POSTGRESQL_HOST", "127.0.0.1")
            .with("POSTGRESQL_PORT", &peer.port.to_string())
            .with("POSTGRESQL_USERNAME", "me@work")
            .with("POSTGRESQL_PASSWORD", password)
            .with("POSTGRESQL_DATABASE", "auth db");
        let complaint = place.run(&["migrate"]).expect_complaint();
        assert!(!complaint.contains(password), "{complaint}");
        assert_eq!(peer.heard().as_deref(), Some(password), "{complaint}");
    }
}

#[test]
fn s160_a_peer_that_cannot_prove_who_it_is_gets_no_password() {
    let (known, unknown) = (Identity::new(), Identity::new());
    for (what, identity, expected) in [
        ("without TLS", None, None),
        ("with a certificate of its own making", Some(&unknown), None),
        ("with the certificate that is trusted", Some(&known), Some("canary")),
    ] {
        let peer = Peer::start(identity);
        let url = format!(
            "postgres://authara:canary@localhost:{}/auth?hostaddr=127.0.0.1&sslmode=verify-full&sslrootcert=ca.pem",
            peer.port
        );
        let place = Place::new().with("AUTHARA_DATABASE_URL", &url);
        std::fs::write(place.path("ca.pem"), known.pem()).unwrap();
        let complaint = place.run(&["migrate"]).expect_complaint();
        assert!(!complaint.contains("canary"), "{what}: {complaint}");
        assert_eq!(peer.heard().as_deref(), expected, "{what}: {complaint}");
    }
}
