//! What the system says of a running server: memory, files, threads, and bytes it has not read yet.
//! Read from `/proc`, which Linux has.

use std::fs;
use std::net::SocketAddr;

/// What a process takes at one moment.
#[derive(Clone, Copy, Debug)]
pub struct Reading {
    /// Memory that is in RAM, in KiB.
    pub resident_kib: u64,
    /// Open files, sockets included.
    pub files: usize,
    /// Threads.
    pub threads: u64,
}

/// Reads what a process takes now.
pub fn read(process: u32) -> Reading {
    let files = fs::read_dir(format!("/proc/{process}/fd")).expect("the process runs").count();
    let status = status(process);
    Reading { resident_kib: number(&status, "VmRSS:"), files, threads: number(&status, "Threads:") }
}

/// The most memory that a process had in RAM since it started, in MiB, rounded up.
pub fn peak_mib(process: u32) -> u64 {
    number(&status(process), "VmHWM:").div_ceil(1024)
}

fn status(process: u32) -> String {
    fs::read_to_string(format!("/proc/{process}/status")).expect("the process runs, and this is Linux")
}

/// The number on the line with this label.
fn number(status: &str, label: &str) -> u64 {
    let line = status.lines().find_map(|line| line.strip_prefix(label)).expect("the kernel tells it");
    line.split_whitespace().next().and_then(|word| word.parse().ok()).expect("a number")
}

/// Bytes that clients sent to this IPv4 address and the server has not read, those on connections
/// that it has not accepted yet included.
pub fn unread_bytes(server: SocketAddr) -> u64 {
    let table = fs::read_to_string("/proc/net/tcp").expect("this is Linux");
    unread_in(&table, server.port())
}

/// The same in the kernel's table of connections: number, local address, remote address, state,
/// and the bytes in both queues, everything in hexadecimal digits.
fn unread_in(table: &str, port: u16) -> u64 {
    const ESTABLISHED: &str = "01";
    let unread = table.lines().skip(1).filter_map(|line| {
        let mut words = line.split_whitespace().skip(1);
        let (local, _remote, state, queues) = (words.next()?, words.next()?, words.next()?, words.next()?);
        let (_, local_port) = local.split_once(':')?;
        let (_, unread) = queues.split_once(':')?;
        let is_ours = u16::from_str_radix(local_port, 16) == Ok(port) && state == ESTABLISHED;
        is_ours.then(|| u64::from_str_radix(unread, 16).ok()).flatten()
    });
    unread.sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    const STATUS: &str = "Name:\tauthara-server\nVmHWM:\t   61441 kB\nVmRSS:\t   30720 kB\nThreads:\t9\n";

    /// A listener, a connection to the port, one from it, and one that is closing.
    const TABLE: &str = "\
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000003 00:00000000 00000000     0        0 1 1 0 100 0 0 10 0
   1: 0100007F:1F90 0100007F:8654 01 00000000:0000001A 00:00000000 00000000     0        0 2 1 0 20 4 30 10 -1
   2: 0100007F:8654 0100007F:1F90 01 00000000:00000007 00:00000000 00000000     0        0 3 1 0 20 4 30 10 -1
   3: 0100007F:1F90 0100007F:81E2 06 00000000:00000005 03:000015CD 00000000     0        0 0 3 0
";

    #[test]
    fn figures_are_read_by_their_label() {
        assert_eq!(number(STATUS, "VmHWM:"), 61_441);
        assert_eq!(number(STATUS, "Threads:"), 9);
    }

    #[test]
    fn only_what_waits_on_an_open_connection_to_the_server_is_unread() {
        assert_eq!(unread_in(TABLE, 8080), 26);
        assert_eq!(unread_in(TABLE, 8081), 0);
    }
}
