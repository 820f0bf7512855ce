//! `toolkit new`: a service made out of a template that this command carries.
//!
//! The pages, in the order in which a service goes through them:
//!
//! - `name`: which names a service can have
//! - `place`: where it comes to be, whole or not at all
//! - `source`: where it takes the toolkit from
//! - `templates`: the files of a template, and what it asks
//! - `generate`: `cargo-generate` run on them
//! - `model`: the user's model instead of the template's
//! - `repository`: the service under version control
//! - `workspace`: the user's cargo, and what it takes the service for
//! - `interruption`: Ctrl-C, noted until nothing half-made is left

mod generate;
mod interruption;
mod model;
mod name;
mod place;
mod repository;
mod source;
mod templates;
mod workspace;

use std::io::IsTerminal;
use std::process::ExitCode;

use anyhow::{Context, bail};
use serde_json::json;

use crate::arguments::New;
use crate::cargo;
use crate::report::{Failure, Reporter};

pub(crate) use generate::as_cargo_generate;

use self::interruption::Interruption;
use self::model::UserModel;
use self::place::Place;
use self::source::Source;
use self::templates::Template;

/// Makes a service in a new folder.
pub(crate) fn new(arguments: &New, report: &Reporter) -> anyhow::Result<ExitCode> {
    let interruption = Interruption::watch()?;
    match (make(arguments, report, &interruption), interruption.signal()) {
        (Err(_), Some(signal)) => {
            report.failed(&Failure::from(anyhow::anyhow!("interrupted: nothing was made")));
            Ok(ExitCode::from(128 + signal))
        }
        (made, _) => made.map(|()| ExitCode::SUCCESS),
    }
}

fn make(arguments: &New, report: &Reporter, interruption: &Interruption) -> anyhow::Result<()> {
    let name = &arguments.name;
    let template = if arguments.model.is_some() { Template::ModelService } else { Template::Service };
    name::check(name, &template.dependencies())?;
    let place = Place::beside(name)?;
    let source = Source::find(arguments.toolkit.as_deref(), &arguments.define)?;
    let given = template.questions()?.check(&arguments.define)?;
    let model = arguments.model.as_deref().map(UserModel::open).transpose()?;
    // The service is made all the same: it can be built in its container, which brings its own cargo.
    let mut notes: Vec<String> = cargo::fault(workspace::cargo(place.parent())).into_iter().collect();

    let workshop = place.workshop()?;
    template.write(&workshop.template())?;
    let mut defined = source.definitions();
    let prepared = model.as_ref().map(|model| model.prepare(&workshop)).transpose()?;
    defined.extend(model.iter().zip(&prepared).flat_map(|(model, prepared)| model.definitions(prepared)));
    defined.extend(given);
    let silent = arguments.defaults || !(std::io::stdin().is_terminal() && std::io::stderr().is_terminal());
    generate::generate(&workshop, name, &defined, silent, interruption)?;
    if let Some(prepared) = prepared {
        prepared.replace(&workshop.made(name))?;
    }
    notes.extend(repository::init(&workshop.made(name), &place, interruption));
    if interruption.signal().is_some() {
        bail!("interrupted");
    }
    workshop.finish(name, &place).with_context(|| {
        format!(
            "the service cannot be moved to `{name}`; if something has come to be there meanwhile, remove it or take \
             another name"
        )
    })?;

    notes.extend(workspace::not_a_member(place.folder()));
    for note in notes {
        eprintln!("note: {note}");
    }
    let next = [format!("cd {name}"), "toolkit dev --open".to_owned(), "cargo test".to_owned()];
    let document = json!({
        "folder": place.folder().display().to_string(),
        "template": template.name(),
        "toolkit": source.to_string(),
        "next": next,
    });
    report.answer(&document, || {
        let what = model.as_ref().map_or_else(String::new, |model| format!(" around the model `{}`", model.name()));
        let next = next.map(|command| format!("  {command}")).join("\n");
        format!("made the service `{name}`{what}; it takes the toolkit from {source}\n\nnext:\n{next}")
    })
}
