use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};
use std::os::fd::OwnedFd;

use anyhow::Context;
use clap::Command;
use toolkit::App;

/// The sockets of the services.
pub(super) struct Sockets {
    /// The one that they serve, one after the other.
    pub(super) served: Socket,
    /// The one that the settings say now, until a service listens there.
    next: Option<Socket>,
}

/// A socket that listens.
pub(super) struct Socket {
    listener: TcpListener,
    /// What the setting said when it was opened; its port may be 0.
    bind: SocketAddr,
}

impl Sockets {
    /// Opens the socket that the settings say.
    pub(super) fn open(flags: &[String]) -> anyhow::Result<Self> {
        Ok(Self { served: Socket::at(bind(flags)?)?, next: None })
    }

    /// Opens another one if the settings say another address now.
    pub(super) fn follow(&mut self, flags: &[String]) -> anyhow::Result<()> {
        let held = self.next.take();
        let bind = bind(flags)?;
        if bind != self.served.bind {
            self.next = match held.filter(|held| held.bind == bind) {
                Some(held) => Some(held),
                None => Some(self.other(bind)?),
            };
        }
        Ok(())
    }

    /// The one for the next service.
    pub(super) fn next(&self) -> &Socket {
        self.next.as_ref().unwrap_or(&self.served)
    }

    /// The next one is served, and the one before is closed; whether there was a next one.
    pub(super) fn commit(&mut self) -> bool {
        let next = self.next.take();
        let is_other = next.is_some();
        if let Some(next) = next {
            self.served = next;
        }
        is_other
    }

    fn other(&self, bind: SocketAddr) -> anyhow::Result<Socket> {
        Socket::listen(bind).map_err(|error| {
            let served = self.served.listener.local_addr();
            match served.ok().filter(|served| served.port() == bind.port() && error.kind() == ErrorKind::AddrInUse) {
                Some(served) => anyhow::anyhow!(
                    "cannot listen on {bind} beside {served}; restart `toolkit dev` to change the address"
                ),
                None => refusal(bind, &error),
            }
        })
    }
}

impl Socket {
    fn at(bind: SocketAddr) -> anyhow::Result<Self> {
        Self::listen(bind).map_err(|error| refusal(bind, &error))
    }

    fn listen(bind: SocketAddr) -> io::Result<Self> {
        Ok(Self { listener: TcpListener::bind(bind)?, bind })
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

/// Why there is no socket at the address, and what to do.
fn refusal(bind: SocketAddr, error: &io::Error) -> anyhow::Error {
    let cure = match error.kind() {
        ErrorKind::AddrInUse => {
            "another program listens there; stop it (it may be a service that an earlier `toolkit dev` has left), or choose \
             another address"
        }
        ErrorKind::PermissionDenied => "ports under 1024 need a privilege; choose a higher one",
        _ => "choose an address of this machine",
    };
    let other = SocketAddr::new(bind.ip(), bind.port().checked_add(1).unwrap_or(8001).max(1024));
    anyhow::anyhow!("cannot listen on {bind}: {error}; {cure}: `toolkit dev -- --bind {other}`")
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
    fn another_address_is_held_until_a_service_listens_there_and_the_one_before_until_then() {
        let bound = |address: &SocketAddr| flags(&["--bind", &address.to_string()]);
        let free = || TcpListener::bind("127.0.0.1:0").expect("there is a port").local_addr().expect("it is bound");
        let [first, second] = [free(), free()];
        let mut sockets = Sockets::open(&bound(&first)).expect("it is free");
        for address in [second, second, first, second] {
            sockets.follow(&bound(&address)).expect("it is free, or held");
            assert_eq!(sockets.next().listener.local_addr().expect("it is bound"), address);
            assert_eq!(sockets.served.bind, first);
        }
        assert!(sockets.commit());
        assert_eq!(sockets.served.bind, second);
        assert!(!sockets.commit());
    }

    #[test]
    fn the_same_port_of_another_address_needs_a_restart() {
        let mut sockets = Sockets::open(&flags(&["--bind", "127.0.0.1:0"])).expect("there is a port");
        let port = sockets.served.listener.local_addr().expect("it is bound").port();
        let error =
            sockets.follow(&flags(&["--bind", &format!("0.0.0.0:{port}")])).expect_err("it is held").to_string();
        assert!(error.contains("restart `toolkit dev` to change the address"), "{error}");
        assert_eq!(sockets.next().bind, sockets.served.bind);
    }

    #[test]
    fn an_address_that_is_taken_is_a_sentence_that_says_what_to_do() {
        let taken = TcpListener::bind("127.0.0.1:0").expect("there is a port");
        let error = Socket::at(taken.local_addr().expect("it is bound")).err().expect("it is taken").to_string();
        assert!(error.contains("another program listens there; stop it"), "{error}");
        assert!(error.contains("`toolkit dev -- --bind 127.0.0.1:"), "{error}");
    }
}
