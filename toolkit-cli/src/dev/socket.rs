use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};
use std::os::fd::OwnedFd;

use anyhow::Context;
use clap::Command;
use toolkit::App;

/// The socket that the services serve, one after the other.
pub(super) struct Socket {
    listener: TcpListener,
    /// What the setting said when it was opened; its port may be 0.
    bind: SocketAddr,
}

impl Socket {
    /// Opens the socket that the settings say.
    pub(super) fn open(flags: &[String]) -> anyhow::Result<Self> {
        Self::at(bind(flags)?)
    }

    /// Opens another one if the settings say another address now; whether they do.
    pub(super) fn follow(&mut self, flags: &[String]) -> anyhow::Result<bool> {
        let bind = bind(flags)?;
        let is_other = bind != self.bind;
        if is_other {
            *self = Self::at(bind)?;
        }
        Ok(is_other)
    }

    fn at(bind: SocketAddr) -> anyhow::Result<Self> {
        let listener = TcpListener::bind(bind).map_err(|error| {
            let cure = match error.kind() {
                ErrorKind::AddrInUse => "another program listens there; stop it, or choose another address",
                ErrorKind::PermissionDenied => "ports under 1024 need a privilege; choose a higher one",
                _ => "choose an address of this machine",
            };
            let other = SocketAddr::new(bind.ip(), bind.port().checked_add(1).unwrap_or(8001).max(1024));
            anyhow::anyhow!("cannot listen on {bind}: {error}; {cure}: `toolkit dev -- --bind {other}`")
        })?;
        Ok(Self { listener, bind })
    }

    /// The socket, for another process.
    pub(super) fn share(&self) -> io::Result<OwnedFd> {
        self.listener.try_clone().map(OwnedFd::from)
    }

    /// Where a browser of this machine finds it.
    pub(super) fn url(&self) -> anyhow::Result<String> {
        let address = self.listener.local_addr().context("the socket has no address")?;
        let ip = match address.ip() {
            IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
            ip => ip,
        };
        Ok(format!("http://{}", SocketAddr::new(ip, address.port())))
    }
}

/// The address that the service would listen on, which runs in this folder with these flags.
fn bind(flags: &[String]) -> anyhow::Result<SocketAddr> {
    // The service has flags of its own, which are not known here.
    let known = ["--bind", "--config"];
    let mut words = vec!["service".to_owned()];
    let mut rest = flags.iter();
    while let Some(flag) = rest.next() {
        if known.contains(&flag.as_str()) {
            words.push(flag.clone());
            words.extend(rest.next().cloned());
        } else if flag.split_once('=').is_some_and(|(name, _)| known.contains(&name)) {
            words.push(flag.clone());
        }
    }
    let matches = Command::new("service").args(App::flags()).try_get_matches_from(words)?;
    Ok(App::address(&matches)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flags(flags: &[&str]) -> Vec<String> {
        flags.iter().map(|flag| (*flag).to_owned()).collect()
    }

    #[test]
    fn the_address_is_read_out_of_flags_that_only_the_service_knows() {
        for bound in [&["--films", "7", "--bind", "[::1]:9000"][..], &["--bind=[::1]:9000", "--films=7"]] {
            assert_eq!(bind(&flags(bound)).expect("it is valid"), "[::1]:9000".parse().expect("it is valid"));
        }
        let error = bind(&flags(&["--bind", "nowhere"])).expect_err("it is no address").to_string();
        assert!(error.contains("the setting `bind`"), "{error}");
    }

    #[test]
    fn an_address_that_is_taken_is_a_sentence_that_says_what_to_do() {
        let taken = TcpListener::bind("127.0.0.1:0").expect("there is a port").local_addr().expect("it is bound");
        let error = Socket::at(taken).err().expect("it is taken").to_string();
        assert!(error.contains("another program listens there; stop it"), "{error}");
        assert!(error.contains("`toolkit dev -- --bind 127.0.0.1:"), "{error}");
    }
}
