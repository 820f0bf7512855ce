use std::env::consts;

use crate::manifest::{Environment, Platform};

impl Environment {
    /// What this program was built for, with nothing required: a Rust program needs nothing around it.
    pub fn here() -> Self {
        let libc = if cfg!(target_env = "gnu") {
            Some("glibc")
        } else if cfg!(target_env = "musl") {
            Some("musl")
        } else {
            None
        };
        Self {
            python: None,
            platform: Platform {
                os: consts::OS.to_owned(),
                arch: consts::ARCH.to_owned(),
                libc: libc.map(str::to_owned),
            },
            freeze: None,
            conda_list: None,
            lock: None,
            imported: Vec::new(),
            filtered: Vec::new(),
            requires: Vec::new(),
        }
    }
}
