//! What the program that started the service is told, if it wants to know: systemd, or another one that sets
//! `NOTIFY_SOCKET` (`sd_notify(3)`).

/// The service listens.
pub(super) fn ready() {
    #[cfg(unix)]
    tell(&sd_notify::NotifyState::Ready);
}

/// The service was told to stop, and does.
pub(super) fn stopping() {
    #[cfg(unix)]
    tell(&sd_notify::NotifyState::Stopping);
}

#[cfg(unix)]
fn tell(state: &sd_notify::NotifyState<'_>) {
    if let Err(error) = sd_notify::notify(std::slice::from_ref(state)) {
        tracing::warn!(%error, "whoever listens at NOTIFY_SOCKET could not be told {state}");
    }
}
