use std::{sync::OnceLock, time::Instant};

use toolkit_envelope::{Envelope, Function, LoadError, Model};

use super::{ModelHandler, described::Described, failure::Failure, protocol::tensors::Interface, runner::Runner};
use crate::limits::Pool;

/// A loaded model: verified, compared with its examples, ready to answer.
#[derive(Debug)]
pub(crate) struct Version {
    pub(crate) described: Described,
    /// In the order of the manifest.
    runners: Vec<Runner>,
    /// Since when another version serves.
    retired: OnceLock<Instant>,
    /// In the same order, the tensors of each function; or why it has none.
    interfaces: Vec<Result<Interface, String>>,
}

impl Version {
    /// Loads the model of an envelope.
    pub(crate) fn load(envelope: &Envelope, handler: &ModelHandler, pool: &Pool) -> Result<Self, LoadError> {
        let model = Model::load(envelope)?;
        let warmed = |function: &Function| Runner::warmed(function.clone(), envelope, handler, pool.clone());
        let runners = model.functions().iter().map(warmed).collect();
        let interfaces = envelope.manifest().functions.iter().map(interface).collect();
        Ok(Self { described: Described::of(envelope), runners, interfaces, retired: OnceLock::new() })
    }

    /// What runs the function of this name.
    ///
    /// # Errors
    ///
    /// [`Failure::NoFunction`] if the version has none of that name.
    pub(crate) fn runner(&self, function: &str) -> Result<&Runner, Failure> {
        let runner = self.runners.iter().find(|runner| runner.function().name() == function);
        runner.ok_or_else(|| Failure::NoFunction(function.to_owned()))
    }

    /// The function's tensors.
    ///
    /// # Errors
    ///
    /// Why it cannot be called with tensors, in a sentence.
    pub(crate) fn interface(&self, function: &str) -> Result<&Interface, &str> {
        let index = self.runners.iter().position(|runner| runner.function().name() == function);
        match index.and_then(|index| self.interfaces.get(index)) {
            Some(Ok(interface)) => Ok(interface),
            Some(Err(why)) => Err(why),
            None => Err("the model has no such function"),
        }
    }

    /// Another version serves from now on; this one goes when the last call of it has ended.
    pub(super) fn retire(&self) {
        let _ = self.retired.set(Instant::now());
    }
}

impl Drop for Version {
    fn drop(&mut self) {
        if let Some(since) = self.retired.get() {
            let (name, id, after) = (&self.described.manifest.name, self.described.id, since.elapsed());
            tracing::info!("the model `{name}` that was {id} is freed, {after:.1?} after another took its place");
        }
    }
}

fn interface(function: &toolkit_envelope::manifest::Function) -> Result<Interface, String> {
    Interface::new(function).map_err(|faults| {
        let faults: Vec<_> = faults.iter().map(ToString::to_string).collect();
        format!("`{}` cannot be called with tensors, only as typed JSON: {}", function.name, faults.join("; "))
    })
}
