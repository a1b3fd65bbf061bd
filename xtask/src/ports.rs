//! The demo's ports, and free ones for everything else.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::fs;
use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, TcpListener, TcpStream};
use std::path::Path;

use crate::failure::Failure;

pub(crate) const PASSGATE: u16 = 8000;
pub(crate) const PASSGATE_ADMIN: u16 = 8001;
pub(crate) const BACKEND: u16 = 3000;
pub(crate) const FRONTEND: u16 = 5173;

const USES: [(u16, &str); 4] = [
    (PASSGATE, "Passgate"),
    (PASSGATE_ADMIN, "Passgate's admin API"),
    (BACKEND, "the app's backend"),
    (FRONTEND, "the app's pages"),
];

/// Fails, naming each port of the demo's that somebody else listens on.
pub(crate) fn require_free() -> Result<(), Failure> {
    let taken: Vec<_> = USES.into_iter().filter(|(port, _)| is_taken(*port)).map(described).collect();
    if taken.is_empty() {
        return Ok(());
    }
    let message = format!(
        "The demo can't start, for other programs listen on its ports:\n{}\n\
         Stop them and try again. The ports are fixed because a passkey belongs to an origin, port included.",
        taken.join("\n")
    );
    Err(Failure::Because(message))
}

/// Two ports that nobody listens on.
pub(crate) fn free() -> Result<[u16; 2], Failure> {
    let failure = || Failure::to("find a free port");
    let listen = || TcpListener::bind((Ipv4Addr::LOCALHOST, 0));
    // Both are held until both are known, or they might be the same.
    let (first, second) = (listen().map_err(failure())?, listen().map_err(failure())?);
    let port = |listener: &TcpListener| listener.local_addr().map(|address| address.port());
    Ok([port(&first).map_err(failure())?, port(&second).map_err(failure())?])
}

fn described((port, purpose): (u16, &str)) -> String {
    let owner = owner(port).map_or_else(String::new, |owner| format!(", taken by {owner}"));
    format!("  {port}, for {purpose}{owner}")
}

/// Whether somebody listens on either of the two addresses that `localhost` can mean. Both ways of asking are
/// needed: some systems let a second socket bind beside one that is bound to all addresses.
fn is_taken(port: u16) -> bool {
    [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)].into_iter().any(|address| {
        TcpStream::connect((address, port)).is_ok()
            || TcpListener::bind((address, port)).is_err_and(|error| error.kind() == ErrorKind::AddrInUse)
    })
}

/// Who listens on this port, where Linux's `/proc` tells.
fn owner(port: u16) -> Option<String> {
    let sockets: HashSet<_> = ["/proc/net/tcp", "/proc/net/tcp6"]
        .iter()
        .filter_map(|table| fs::read_to_string(table).ok())
        .flat_map(|table| listening_sockets(&table, port))
        .collect();
    let processes = fs::read_dir("/proc").ok()?.flatten();
    processes.filter(|entry| is_number(&entry.file_name())).map(|entry| entry.path()).find_map(|process| {
        holds_one_of(&process, &sockets).then(|| {
            let name = fs::read_to_string(process.join("comm")).unwrap_or_default();
            let id = process.file_name().unwrap_or_default().display();
            format!("{} (process {id})", name.trim())
        })
    })
}

fn is_number(name: &OsStr) -> bool {
    name.as_encoded_bytes().iter().all(u8::is_ascii_digit)
}

/// The inodes of the sockets that listen on this port, from a table as `/proc/net/tcp` is.
fn listening_sockets(table: &str, port: u16) -> Vec<String> {
    const LISTEN: &str = "0A";
    let suffix = format!(":{port:04X}");
    let rows = table.lines().skip(1).map(|row| row.split_whitespace().collect::<Vec<_>>());
    rows.filter(|row| row.len() > 9 && row[1].ends_with(&suffix) && row[3] == LISTEN)
        .map(|row| format!("socket:[{}]", row[9]))
        .collect()
}

fn holds_one_of(process: &Path, sockets: &HashSet<String>) -> bool {
    let Ok(files) = fs::read_dir(process.join("fd")) else { return false };
    files
        .flatten()
        .filter_map(|file| fs::read_link(file.path()).ok())
        .any(|target| sockets.contains(&*target.to_string_lossy()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_is_taken_while_somebody_listens_on_it() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        assert!(is_taken(listener.local_addr().unwrap().port()));
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn who_listens_is_named() {
        let listener = TcpListener::bind((Ipv4Addr::UNSPECIFIED, 0)).unwrap();
        let owner = owner(listener.local_addr().unwrap().port()).unwrap();
        assert!(owner.ends_with(&format!("(process {})", std::process::id())), "{owner}");
    }
}
