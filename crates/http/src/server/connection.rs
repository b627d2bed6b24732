//! One connection: bytes in and out, and a watch over how long it takes for them (S-146).
//!
//! The HTTP layer below bounds the time for the first header section alone. Here every one is
//! bounded, and the wait between two. One timer serves all that: it ticks now and then instead of
//! being set anew for each request.

use std::cell::{Cell, RefCell};
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use actix_web::rt::net::TcpStream;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep};

use super::Options;
use super::connections::{Connections, Permit};

/// A connection beyond the bound has no longer than this for its question.
const RESERVED_HEAD_TIME: Duration = Duration::from_secs(2);

/// So many bytes are handed over at a time, and while a request runs. The layer below takes apart
/// whatever it has: small requests sent one behind the other would pile up by the thousand.
const TURN: usize = 16 * 1024;

/// What a connection and the requests on it tell each other.
#[derive(Debug)]
pub(crate) struct Progress {
    phase: Cell<Phase>,
    /// Bytes handed over since the last turn or request.
    handed_over: Cell<usize>,
    /// Who reads, while that is put off until the running request has its answer.
    reader: RefCell<Option<Waker>>,
    is_reserved: bool,
    is_closing: Cell<bool>,
}

#[derive(Clone, Copy, Debug)]
enum Phase {
    /// Nothing has arrived since then.
    Idle(Instant),
    /// The first bytes of a request arrived then.
    Head(Instant),
    /// Others keep the time: a body arrives, or the first request is awaited.
    Busy,
    /// So they do here: a request is all there, and runs.
    Running,
}

impl Progress {
    fn new(phase: Phase, is_reserved: bool) -> Self {
        Self {
            phase: Cell::new(phase),
            handed_over: Cell::new(0),
            reader: RefCell::new(None),
            is_reserved,
            is_closing: Cell::new(false),
        }
    }

    /// The header section of a request is complete.
    pub(crate) fn request_begins(&self) {
        self.phase.set(Phase::Busy);
    }

    /// Its body is complete as well.
    pub(crate) fn request_runs(&self) {
        self.phase.set(Phase::Running);
        self.handed_over.set(0);
    }

    /// Its answer is made.
    pub(crate) fn request_ends(&self) {
        self.phase.set(Phase::Idle(Instant::now()));
        self.handed_over.set(0);
        if let Some(reader) = self.reader.take() {
            reader.wake();
        }
    }

    /// Was the connection admitted beyond the bound, for a health check?
    pub(crate) fn is_reserved(&self) -> bool {
        self.is_reserved
    }

    /// Notes that the connection is closed after the answer that was just made.
    pub(crate) fn close(&self) {
        self.is_closing.set(true);
    }

    /// Is the connection about to be closed, so that no request is taken any more?
    pub(crate) fn is_closing(&self) -> bool {
        self.is_closing.get()
    }

    fn bytes_arrived(&self, count: usize) {
        self.handed_over.set(self.handed_over.get().saturating_add(count));
        if let Phase::Idle(_) = self.phase.get() {
            self.phase.set(Phase::Head(Instant::now()));
        }
    }

    fn deadline(&self, times: Times) -> Option<Instant> {
        match self.phase.get() {
            Phase::Idle(since) => Some(since + times.idle),
            Phase::Head(since) => Some(since + times.head),
            Phase::Busy | Phase::Running => None,
        }
    }
}

#[derive(Clone, Copy, Debug)]
struct Times {
    head: Duration,
    idle: Duration,
}

/// A connection that was admitted.
#[derive(Debug)]
pub(super) struct Connection {
    stream: TcpStream,
    progress: Rc<Progress>,
    times: Times,
    tick: Pin<Box<Sleep>>,
    /// The client does not read: the last write did not go through.
    is_blocked: bool,
    /// A read was put off because of that.
    is_withheld: bool,
    _permit: Permit,
}

impl Connection {
    /// Admits a connection, and says where it comes from.
    ///
    /// # Errors
    ///
    /// When there are too many. The stream is closed then.
    pub(super) fn open(
        stream: TcpStream,
        connections: &Arc<Connections>,
        options: &Options,
    ) -> io::Result<(Self, Option<SocketAddr>)> {
        let peer = stream.peer_addr().ok();
        let permit = connections
            .admit(peer.map(|peer| peer.ip()))
            .ok_or_else(|| io::Error::other("there are too many connections"))?;
        let is_reserved = permit.is_reserved;
        let mut times = Times { head: options.head_time, idle: options.idle_time };
        // For the first header section the layer below keeps the time, and says so with a 408.
        let mut phase = Phase::Busy;
        if is_reserved {
            times.head = times.head.min(RESERVED_HEAD_TIME);
            phase = Phase::Head(Instant::now());
        }
        let connection = Self {
            stream,
            progress: Rc::new(Progress::new(phase, is_reserved)),
            times,
            tick: Box::pin(sleep(times.head.min(times.idle))),
            is_blocked: false,
            is_withheld: false,
            _permit: permit,
        };
        Ok((connection, peer))
    }

    pub(super) fn progress(&self) -> Rc<Progress> {
        self.progress.clone()
    }

    /// Fails once the client has taken too long.
    fn poll_tick(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        while self.tick.as_mut().poll(context).is_ready() {
            let now = Instant::now();
            let deadline = self.progress.deadline(self.times);
            if deadline.is_some_and(|deadline| deadline <= now) {
                return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
            }
            // Early enough for whatever begins right now.
            let next = now + self.times.head.min(self.times.idle);
            self.tick.as_mut().reset(deadline.map_or(next, |deadline| deadline.min(next)));
        }
        Poll::Pending
    }

    fn note_write(&mut self, context: &mut Context<'_>, is_pending: bool) {
        self.is_blocked = is_pending;
        if !is_pending && std::mem::take(&mut self.is_withheld) {
            context.waker().wake_by_ref();
        }
    }
}

impl AsyncRead for Connection {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        // Who does not read answers may not ask for more of them: they would pile up in memory.
        if this.is_blocked {
            this.is_withheld = true;
            return this.poll_tick(context);
        }
        if this.progress.handed_over.get() >= TURN {
            if let Phase::Running = this.progress.phase.get() {
                this.progress.reader.replace(Some(context.waker().clone()));
            } else {
                // What there is is taken apart first; then it goes on.
                this.progress.handed_over.set(0);
                context.waker().wake_by_ref();
            }
            return this.poll_tick(context);
        }
        let before = buffer.filled().len();
        match Pin::new(&mut this.stream).poll_read(context, buffer) {
            Poll::Pending => this.poll_tick(context),
            Poll::Ready(outcome) => {
                let count = buffer.filled().len() - before;
                if count > 0 {
                    this.progress.bytes_arrived(count);
                }
                Poll::Ready(outcome)
            }
        }
    }
}

impl AsyncWrite for Connection {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = Pin::new(&mut this.stream).poll_write(context, bytes);
        this.note_write(context, written.is_pending());
        match written {
            // Nobody may be reading any more, and then nothing else asks for the time.
            Poll::Pending => this.poll_tick(context).map_ok(|()| 0),
            written @ Poll::Ready(_) => written,
        }
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use authara_core::client_address::TrustedProxies;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::{TcpListener, TcpSocket};
    use tokio::time::timeout;

    use super::*;

    const MOMENT: Duration = Duration::from_millis(200);
    const PATIENCE: Duration = Duration::from_secs(20);

    /// A connection, and its client, which takes little unread.
    async fn pair(options: &Options) -> (Connection, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(4096).unwrap();
        let (client, accepted) = tokio::join!(socket.connect(listener.local_addr().unwrap()), listener.accept());
        let connections = Arc::new(Connections::new(options, TrustedProxies::none()));
        let (connection, _) = Connection::open(accepted.unwrap().0, &connections, options).unwrap();
        (connection, client.unwrap())
    }

    #[actix_web::test]
    async fn s146_who_does_not_read_answers_is_not_listened_to() {
        let (mut connection, mut client) = pair(&Options::default()).await;
        let answer = vec![0; 65_536];
        while let Ok(written) = timeout(MOMENT, connection.write(&answer)).await {
            written.unwrap();
        }
        client.write_all(b"more").await.unwrap();
        let mut heard = [0; 16];
        assert!(timeout(MOMENT, connection.read(&mut heard)).await.is_err(), "it has to read first");
        let reading = actix_web::rt::spawn(async move {
            let mut sink = vec![0; 65_536];
            while client.read(&mut sink).await.is_ok_and(|length| length > 0) {}
        });
        timeout(PATIENCE, connection.write_all(&answer)).await.unwrap().unwrap();
        let length = timeout(PATIENCE, connection.read(&mut heard)).await.unwrap().unwrap();
        assert_eq!(&heard[..length], b"more");
        drop(connection);
        reading.await.unwrap();
    }

    #[actix_web::test]
    async fn s146_while_a_request_runs_no_more_than_a_little_is_taken_in_behind_it() {
        let (mut connection, mut client) = pair(&Options::default()).await;
        let writing = actix_web::rt::spawn(async move {
            let _ = client.write_all(&vec![b'G'; 1 << 20]).await;
            client
        });
        connection.progress.request_begins();
        let mut heard = vec![0; 4096];
        for _ in 0..100 {
            assert!(timeout(PATIENCE, connection.read(&mut heard)).await.unwrap().unwrap() > 0, "a body is taken in");
        }
        connection.progress.request_runs();
        let mut ahead = 0;
        while let Ok(length) = timeout(MOMENT, connection.read(&mut heard)).await {
            ahead += length.unwrap();
        }
        assert!(ahead < TURN + heard.len(), "{ahead} bytes were taken in behind a request that runs");
        let progress = connection.progress();
        let reading = actix_web::rt::spawn(async move { timeout(PATIENCE, connection.read(&mut heard)).await });
        tokio::task::yield_now().await;
        progress.request_ends();
        assert!(reading.await.unwrap().unwrap().unwrap() > 0, "and the rest once it has its answer");
        drop(writing);
    }

    #[actix_web::test]
    async fn s146_a_header_section_has_its_time_from_its_first_byte_on() {
        let options = Options { head_time: MOMENT * 5, ..Options::default() };
        let (mut connection, mut client) = pair(&options).await;
        connection.progress.request_ends();
        let mut heard = [0; 16];
        assert!(timeout(MOMENT * 6, connection.read(&mut heard)).await.is_err(), "nothing has begun");
        for _ in 0..2 {
            client.write_all(b"G").await.unwrap();
            assert_eq!(timeout(PATIENCE, connection.read(&mut heard)).await.unwrap().unwrap(), 1);
        }
        let error = timeout(PATIENCE, connection.read(&mut heard)).await.unwrap().unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }

    #[actix_web::test]
    async fn s146_the_wait_for_a_request_ends_and_a_request_that_runs_is_not_cut_off() {
        let options = Options { head_time: MOMENT, idle_time: MOMENT, ..Options::default() };
        let (mut connection, _client) = pair(&options).await;
        let mut heard = [0; 16];
        connection.progress.request_begins();
        assert!(timeout(MOMENT * 3, connection.read(&mut heard)).await.is_err(), "others keep the time");
        connection.progress.request_ends();
        let error = timeout(PATIENCE, connection.read(&mut heard)).await.unwrap().unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }
}
