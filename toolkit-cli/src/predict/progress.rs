use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A bar on the error output, if that is a terminal and it takes long enough to be seen.
pub(super) struct Progress(ProgressBar);

impl Progress {
    /// Of so many parts, if it is known how many there are.
    pub(super) fn of(total: Option<u64>) -> Self {
        let bar = total.map_or_else(ProgressBar::no_length, ProgressBar::new);
        bar.set_draw_target(ProgressDrawTarget::stderr_with_hz(5));
        let template = "{elapsed_precise} {wide_bar} {percent} % (another {eta})";
        bar.set_style(ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar.enable_steady_tick(Duration::from_millis(500));
        Self(bar)
    }

    pub(super) fn at(&self, done: u64) {
        self.0.set_position(done);
    }

    pub(super) fn finish(&self) {
        self.0.finish_and_clear();
    }
}
