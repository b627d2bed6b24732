//! Plain connections: what is sent and when, how many answers come, and whether the server closes.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

/// A busy machine may be slow; what has not happened by then does not happen.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// A connection that this side keeps open.
pub struct Socket {
    stream: TcpStream,
}

impl Socket {
    pub async fn open(address: SocketAddr) -> Self {
        Self { stream: TcpStream::connect(address).await.unwrap() }
    }

    pub fn from_stream(stream: TcpStream) -> Self {
        Self { stream }
    }

    /// Sends, as far as the server takes it: one that has answered may have closed.
    pub async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        let sent = timeout(PATIENCE, self.stream.write_all(bytes.as_ref())).await;
        let _ = sent.expect("the server takes it or closes");
    }

    /// Reads one answer, which says how long it is: its status, its headers as text, and its body.
    pub async fn answer(&mut self) -> (u16, String, String) {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let byte = timeout(PATIENCE, self.stream.read_u8()).await.expect("an answer comes");
            head.push(byte.expect("the connection stays"));
        }
        let head = String::from_utf8(head).unwrap().to_lowercase();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        let mut body = vec![0; length.map_or(0, |text| text.trim().parse().unwrap())];
        let read = timeout(PATIENCE, self.stream.read_exact(&mut body)).await.expect("the answer ends");
        read.expect("the connection stays");
        (statuses(head.as_bytes())[0], head, String::from_utf8(body).unwrap())
    }

    /// Reads until the server closes, and gives what came.
    pub async fn until_closed(mut self) -> Vec<u8> {
        let mut heard = Vec::new();
        // A reset closes as well.
        let closed = timeout(PATIENCE, self.stream.read_to_end(&mut heard)).await;
        assert!(closed.is_ok(), "the server does not close after {}", String::from_utf8_lossy(&heard));
        heard
    }

    /// Sends one byte after the other until the server closes, and gives what came and how long it
    /// took. Falls silent when the bytes are used up.
    pub async fn drip(self, bytes: &[u8], pause: Duration) -> (Vec<u8>, Duration) {
        let (mut from, mut to) = self.stream.into_split();
        let started = Instant::now();
        let mut heard = Vec::new();
        let dripping = async {
            for byte in bytes {
                let _ = to.write_all(&[*byte]).await;
                sleep(pause).await;
            }
            sleep(PATIENCE).await;
        };
        tokio::select! {
            _ = from.read_to_end(&mut heard) => {}
            () = dripping => panic!("the server does not close after {}", String::from_utf8_lossy(&heard)),
        }
        (heard, started.elapsed())
    }

    /// Sends the same bytes again and again until the server closes; says how many it took.
    pub async fn flood(mut self, bytes: &[u8]) -> usize {
        let mut taken = 0;
        let flooding = async {
            while self.stream.write_all(bytes).await.is_ok() {
                taken += bytes.len();
            }
        };
        timeout(PATIENCE, flooding).await.expect("the server closes");
        taken
    }
}

/// The status of each answer among these bytes.
pub fn statuses(bytes: &[u8]) -> Vec<u16> {
    let text = String::from_utf8_lossy(bytes).to_uppercase();
    text.match_indices("HTTP/1.").map(|(at, _)| text[at + 9..at + 12].parse().unwrap()).collect()
}

/// The resident memory of this process, in bytes.
pub fn resident_bytes() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().strip_suffix(" kB").unwrap().parse::<usize>().unwrap() * 1024
}
