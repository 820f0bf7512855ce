use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use tokio::sync::OwnedMutexGuard;
use toolkit_envelope::Digest;

use super::{
    changes::{self, ModelChange},
    deployment::Deployment,
    loading::{Opened, Unloadable},
    telemetry::{self, Swap},
};
use crate::problem::panic_message;

/// What a swap has come to.
#[derive(Clone, Debug)]
pub(crate) struct Swapped {
    /// The version that served before.
    pub(crate) from: Digest,
    /// The version that serves now; the same one, if it is what the source has.
    pub(crate) to: Digest,
    /// What callers may notice.
    pub(crate) changes: Vec<ModelChange>,
    /// Functions that have no endpoint, as the version that the service was started with does not have them.
    pub(crate) not_routed: Vec<String>,
}

/// Why the version that serves goes on serving.
#[derive(Clone, Debug)]
pub(crate) enum Refused {
    /// Another swap of the same model is in progress.
    InProgress,
    /// The envelope cannot be opened, is not whole, or its model cannot be loaded.
    Unloadable(Unloadable),
    /// None of the trusted keys has signed it.
    Untrusted(String),
    /// Callers, or code that was compiled for the model, would fail.
    Incompatible {
        /// What would break callers, unless that is allowed.
        changes: Vec<ModelChange>,
        /// What code that was compiled for the model does not take.
        problems: Vec<String>,
    },
    /// Loading it panicked, with these words.
    Panicked(String),
}

impl Refused {
    /// What kind of reason it is, for machines.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::InProgress => "swap_in_progress",
            Self::Unloadable(_) => "envelope_not_loadable",
            Self::Untrusted(_) => "envelope_not_trusted",
            Self::Incompatible { .. } => "envelope_incompatible",
            Self::Panicked(_) => "loading_panicked",
        }
    }

    /// Whether another attempt may come out otherwise, with the same bytes at the source.
    pub(super) fn may_pass(&self) -> bool {
        match self {
            Self::InProgress | Self::Panicked(_) => true,
            Self::Unloadable(unloadable) => unloadable.may_pass,
            Self::Untrusted(_) | Self::Incompatible { .. } => false,
        }
    }

    /// Each reason, in a sentence.
    pub(crate) fn reasons(&self) -> Vec<String> {
        match self {
            Self::InProgress => vec!["another swap of this model is in progress".to_owned()],
            Self::Unloadable(unloadable) => unloadable.reasons.clone(),
            Self::Untrusted(reason) => vec![reason.clone()],
            Self::Incompatible { changes, problems } => {
                changes.iter().map(ToString::to_string).chain(problems.iter().cloned()).collect()
            }
            Self::Panicked(words) => vec![format!("loading it panicked: {words}")],
        }
    }
}

/// The right to swap, which one at a time has.
type Turn = OwnedMutexGuard<()>;

impl Deployment {
    /// Has what is at the source now take the place of the version that serves; or tells why it does not.
    ///
    /// Once begun, it is done to its end, even if nobody waits for it any more.
    pub(crate) async fn swap(self: &Arc<Self>, allows_breaking: bool) -> Result<Swapped, Refused> {
        let turn = self.turn()?;
        let (deployment, span) = (self.clone(), tracing::Span::current());
        let work = move || span.in_scope(|| deployment.swap_in(turn, allows_breaking, &[]));
        match tokio::task::spawn_blocking(work).await {
            Ok(outcome) => outcome,
            // It was not begun, as the service stops: whatever panics in it is caught.
            Err(_) => Err(Refused::Unloadable(Unloadable::passing("the service stops".to_owned()))),
        }
    }

    /// The same, on a thread that may be blocked.
    #[cfg(test)]
    pub(super) fn swap_blocking(&self, allows_breaking: bool) -> Result<Swapped, Refused> {
        self.swap_in(self.turn()?, allows_breaking, &[])
    }

    /// The same, as the source has changed; a refusal for the reasons that are `told` already is not told again.
    pub(super) fn swap_watched(&self, told: &[String]) -> Result<Swapped, Refused> {
        self.swap_in(self.turn()?, false, told)
    }

    fn turn(&self) -> Result<Turn, Refused> {
        self.turn.clone().try_lock_owned().map_err(|_| Refused::InProgress)
    }

    fn swap_in(&self, turn: Turn, allows_breaking: bool, told: &[String]) -> Result<Swapped, Refused> {
        let (from, mut to) = (self.current().described.id, None);
        let outcome = caught(|| self.exchange(allows_breaking, &mut to));
        if outcome.as_ref().err().is_none_or(|refused| refused.reasons() != told) {
            self.report(from, to, &outcome);
        }
        if outcome.as_ref().is_ok_and(|swapped| swapped.from != swapped.to) {
            let told = catch_unwind(AssertUnwindSafe(|| self.tell_followers()));
            if let Err(panic) = told {
                let words = panic_message(&*panic);
                tracing::warn!("the OpenAPI document does not follow the model: writing it panicked: {words}");
            }
        }
        drop(turn);
        outcome
    }

    /// Notes the id of what is found in `found`.
    fn exchange(&self, allows_breaking: bool, found: &mut Option<Digest>) -> Result<Swapped, Refused> {
        let (serving, handler) = (self.current(), self.handler());
        let opened = Opened::at(self.source()).map_err(Refused::Unloadable)?;
        *found = Some(opened.envelope.id());
        opened.verify_signatures(handler).map_err(Refused::Untrusted)?;
        let (old, new) = (&serving.described, &opened.envelope);
        if old.id == new.id() {
            return Ok(Swapped { from: old.id, to: old.id, changes: Vec::new(), not_routed: Vec::new() });
        }
        let changes = changes::between(&old.manifest, new.manifest());
        let is_fatal = |change: &&ModelChange| change.is_breaking() && !allows_breaking && !handler.allows_breaking;
        let fatal: Vec<_> = changes.iter().filter(is_fatal).cloned().collect();
        // Whatever its manifest calls it, it is known by the name that its endpoints have.
        let named = handler.clone().name(self.name());
        let next = opened.load(&named, self.pool()).map_err(|mut unloadable| {
            unloadable.reasons.extend(fatal.iter().map(ToString::to_string));
            Refused::Unloadable(unloadable)
        })?;
        let (from, to, not_routed) = (old.id, new.id(), changes::added(self.routed(), new.manifest()));
        let took_over = self.replace(next, fatal.is_empty());
        took_over.map_err(|problems| Refused::Incompatible { changes: fatal, problems })?;
        Ok(Swapped { from, to, changes, not_routed })
    }

    /// Says what a swap has come to.
    fn report(&self, from: Digest, to: Option<Digest>, outcome: &Result<Swapped, Refused>) {
        let name = self.name();
        match outcome {
            Ok(swapped) if swapped.from == swapped.to => {
                tracing::info!("the model `{name}` stays as it is: its source still has {from}");
            }
            Ok(Swapped { to, changes, not_routed, .. }) => {
                tracing::info!("the model `{name}` is now {to}, was {from}");
                for change in changes {
                    tracing::info!("the model `{name}` has changed: {change}");
                }
                if !not_routed.is_empty() {
                    let functions = not_routed.join("`, `");
                    tracing::warn!(
                        "the model `{name}` has functions without an endpoint until a restart: `{functions}`"
                    );
                }
                telemetry::swapped(name, from, Some(*to), Swap::Swapped);
            }
            Err(refused) => {
                let reasons = refused.reasons().join("\n  ");
                tracing::warn!(
                    "the model `{name}` stays {from}; what its source has does not come to serve:\n  {reasons}"
                );
                let swap = match refused {
                    Refused::Untrusted(_) | Refused::Incompatible { .. } => Swap::Refused(refused.code()),
                    _ => Swap::Failed(refused.code()),
                };
                telemetry::swapped(name, from, to, swap);
            }
        }
    }
}

/// What panics has not come to serve.
fn caught(work: impl FnOnce() -> Result<Swapped, Refused>) -> Result<Swapped, Refused> {
    catch_unwind(AssertUnwindSafe(work))
        .unwrap_or_else(|panic| Err(Refused::Panicked(panic_message(&*panic).to_owned())))
}
