use std::convert::Infallible;
use std::pin::pin;
use std::process::ExitStatus;
use std::time::Duration;

use anyhow::Context;
use tempfile::TempDir;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::build::{Program, build};
use super::process::Process;
use super::say;
use super::socket::Sockets;
use super::watch::{Change, Watch};
use crate::arguments::Dev;
use crate::package::Service;

/// After how long somebody wants to know why nothing happens.
const LONG: Duration = Duration::from_secs(10);

/// What is built, watched and served until the command ends.
struct Session<'a> {
    dev: &'a Dev,
    service: Service,
    sockets: Sockets,
    watch: Watch,
    /// What has changed since the service that serves was started.
    unserved: Change,
    serving: Serving,
    /// Services that were told to stop, and have not yet.
    stopping: JoinSet<()>,
    /// Whether they have to hurry, since the command ends.
    insisting: watch::Sender<bool>,
    /// Where services say that they listen: a file for each.
    notices: TempDir,
    started: u32,
    shown: bool,
}

/// The service that serves, if one does, and what it is.
#[derive(Default)]
struct Serving(Option<(Process, Program)>);

/// Runs the service until somebody ends it.
pub(super) async fn run(dev: &Dev) -> anyhow::Result<()> {
    let service = Service::find(&dev.package)?;
    // Where its settings file is, and what is named there.
    std::env::set_current_dir(&service.folder)
        .with_context(|| format!("{} cannot be entered", service.folder.display()))?;
    let mut ending = Ending::new()?;
    let mut session = Session {
        dev,
        sockets: Sockets::open(&dev.flags)?,
        watch: Watch::new(&service)?,
        unserved: Change::none(),
        service,
        serving: Serving::default(),
        stopping: JoinSet::new(),
        insisting: watch::Sender::new(false),
        notices: TempDir::new()?,
        started: 0,
        shown: !dev.open,
    };
    let outcome = tokio::select! {
        outcome = session.serve() => outcome.map(|_| ()),
        () = ending.asked() => Ok(()),
    };
    tokio::select! {
        () = session.stop() => {}
        // What still runs is killed as it is dropped.
        () = ending.asked() => {}
    }
    outcome
}

impl Session<'_> {
    /// Builds and serves, for ever.
    async fn serve(&mut self) -> anyhow::Result<Infallible> {
        loop {
            if let Err(error) = self.renew().await {
                say(format_args!("{error:#}; {}", self.serving.tell()));
            }
            let change = self.serving.beside(self.watch.next()).await?;
            let since = change.since;
            self.take(change);
            // What failed before has been waiting for this.
            self.unserved.since = since;
        }
    }

    /// Tells of a change, and keeps it until it is served.
    fn take(&mut self, change: Change) {
        say(format_args!("{} changed", change.describe(&self.service.folder)));
        if self.unserved.paths.is_empty() {
            self.unserved = change;
        } else {
            self.unserved.join(change);
        }
    }

    /// Builds what has changed, and serves it; anew, if more changes meanwhile.
    async fn renew(&mut self) -> anyhow::Result<()> {
        loop {
            if self.unserved.is_of_manifest() && !self.find_again()? {
                return Ok(());
            }
            let Some(program) = self.serving.beside(build(&self.service)).await? else {
                say(format_args!("the build failed; {}", self.serving.tell()));
                return Ok(());
            };
            if let Some(later) = self.watch.pending().await? {
                self.take(later);
                continue;
            }
            if self.serving.is(&program) && self.unserved.is_compiled() {
                self.unserved = Change::none();
                say("the program is the same, and serves on");
                return Ok(());
            }
            match self.replace(program).await? {
                Some(later) => self.take(later),
                None => return Ok(()),
            }
        }
    }

    /// Reads again what the service is built of; whether that can be read.
    fn find_again(&mut self) -> anyhow::Result<bool> {
        match Service::find(&self.dev.package) {
            Ok(service) => {
                self.watch.follow(&service)?;
                self.service = service;
                Ok(true)
            }
            Err(error) => {
                say(format_args!("{error:#}"));
                say(self.serving.tell());
                Ok(false)
            }
        }
    }

    /// Starts the program, and stops the one before as soon as it listens; gives back what changed before it did.
    ///
    /// What changes meanwhile waits until it listens, since it may be the service itself that writes a file; but it does not
    /// wait long.
    async fn replace(&mut self, program: Program) -> anyhow::Result<Option<Change>> {
        let flags = &self.dev.flags;
        // What is wrong with its settings otherwise, the service says itself.
        let stays = self.sockets.follow(flags).inspect_err(|error| say(format_args!("{error:#}"))).is_err();
        self.started += 1;
        let notices = self.notices.path().join(self.started.to_string());
        let mut process = Process::start(&program, flags, self.sockets.next(), &notices)?;
        let mut changed = None;
        let outcome = {
            let mut later = pin!(self.watch.next());
            let mut long = pin!(tokio::time::sleep(LONG));
            let mut is_long = false;
            let mut starting = pin!(self.serving.beside(process.ready()));
            loop {
                tokio::select! {
                    outcome = &mut starting => break Some(outcome?),
                    change = &mut later, if changed.is_none() => changed = Some(change?),
                    () = &mut long, if !is_long => {
                        is_long = true;
                        say("the service was started, and does not listen yet");
                    }
                }
                if is_long && changed.is_some() {
                    break None;
                }
            }
        };
        match outcome {
            None => {
                self.stopping.spawn(process.stop(self.insisting.subscribe()));
                return Ok(changed);
            }
            Some(Err(status)) => {
                say(format_args!("the service ended before it listened ({status}); {}", self.serving.tell()));
                return Ok(changed);
            }
            Some(Ok(())) => {}
        }
        let change = std::mem::replace(&mut self.unserved, Change::none());
        let seconds = change.since.elapsed().as_secs_f64();
        if let Some((before, _)) = self.serving.0.replace((process, program)) {
            self.stopping.spawn(before.stop(self.insisting.subscribe()));
        }
        let moved = self.sockets.commit();
        let url = self.sockets.served.url()?;
        if self.started == 1 || moved {
            say(format_args!("serving at {url}; Ctrl-C ends it"));
        }
        if stays {
            say(format_args!("serving at {url} as before"));
        } else if !change.paths.is_empty() {
            say(format_args!("served anew in {seconds:.1} s"));
        }
        self.show();
        while self.stopping.try_join_next().is_some() {}
        Ok(changed)
    }

    /// Shows the documentation, once.
    fn show(&mut self) {
        if std::mem::replace(&mut self.shown, true) {
            return;
        }
        let shown = self.sockets.served.url().and_then(|url| Ok(open::that_detached(format!("{url}/docs"))?));
        if let Err(error) = shown {
            say(format_args!("the browser cannot be opened: {error:#}"));
        }
    }

    /// Stops all that was started.
    async fn stop(&mut self) {
        self.insisting.send_replace(true);
        if let Some((process, _)) = self.serving.0.take() {
            self.stopping.spawn(process.stop(self.insisting.subscribe()));
        }
        while self.stopping.join_next().await.is_some() {}
    }
}

impl Serving {
    fn is(&self, program: &Program) -> bool {
        self.0.as_ref().is_some_and(|(_, serving)| serving == program)
    }

    /// What a failure means for those who call.
    fn tell(&self) -> &'static str {
        match self.0 {
            Some(_) => "the service of before still serves",
            None => "nothing is served, and requests wait; the next change is built",
        }
    }

    /// Does something while a service serves, and says so if it ends meanwhile.
    async fn beside<T>(&mut self, work: impl Future<Output = T>) -> T {
        let mut work = pin!(work);
        loop {
            tokio::select! {
                done = &mut work => return done,
                status = self.ended() => {
                    self.0 = None;
                    say(format_args!("the service ended ({status}); {}", self.tell()));
                }
            }
        }
    }

    async fn ended(&mut self) -> ExitStatus {
        let Some((process, _)) = &mut self.0 else { return std::future::pending().await };
        match process.ended().await {
            Ok(status) => status,
            Err(_) => std::future::pending().await,
        }
    }
}

/// The signals that end the command: Ctrl-C, Ctrl-\, `kill`, and a terminal that is closed.
struct Ending([Signal; 4]);

impl Ending {
    fn new() -> anyhow::Result<Self> {
        let kinds = [SignalKind::interrupt(), SignalKind::quit(), SignalKind::terminate(), SignalKind::hangup()];
        let [interrupt, quit, terminate, hangup] = kinds.map(signal);
        Ok(Self([interrupt?, quit?, terminate?, hangup?]))
    }

    async fn asked(&mut self) {
        let [interrupt, quit, terminate, hangup] = &mut self.0;
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = quit.recv() => {}
            _ = terminate.recv() => {}
            _ = hangup.recv() => {}
        }
    }
}
