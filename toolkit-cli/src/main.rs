//! The command `toolkit`.

mod arguments;
mod cargo;
mod completions;
mod dev;
mod envelope;
mod keywords;
mod new;
mod package;
mod predict;
mod report;
mod serve;
mod service;

use std::process::ExitCode;

use clap::Parser;

use crate::arguments::{Arguments, Command, EnvelopeCommand};
use crate::report::Failure;

fn main() -> ExitCode {
    if let Some(code) = new::as_cargo_generate() {
        return code;
    }
    let arguments = Arguments::parse();
    let report = report::Reporter { json: arguments.json };
    let done = match arguments.command {
        Command::New(arguments) => new::new(&arguments, &report),
        Command::Dev(arguments) => dev::dev(&arguments, &report),
        Command::Openapi(arguments) => service::openapi(&arguments),
        Command::Routes(arguments) => service::routes(&arguments, &report),
        Command::Completions(arguments) => completions::completions(&arguments),
        Command::Envelope(EnvelopeCommand::Pack(pack)) => envelope::pack(&pack, &report),
        Command::Envelope(EnvelopeCommand::Inspect(inspect)) => envelope::inspect(&inspect, &report),
        Command::Envelope(EnvelopeCommand::Verify(verify)) => envelope::verify(&verify, &report),
        Command::Envelope(EnvelopeCommand::Diff(diff)) => envelope::diff(&diff, &report),
        Command::Envelope(EnvelopeCommand::Types(types)) => envelope::types(&types, &report),
        Command::Envelope(EnvelopeCommand::Sign(sign)) => envelope::sign(&sign, &report),
        Command::Envelope(EnvelopeCommand::Keygen(keygen)) => envelope::keygen(&keygen, &report),
        Command::Predict(arguments) => predict::predict(&arguments, &report),
        Command::Serve(arguments) => serve::serve(arguments, &report),
    };
    match done {
        Ok(code) => code,
        Err(error) => report.failed(&Failure::from(error)),
    }
}
