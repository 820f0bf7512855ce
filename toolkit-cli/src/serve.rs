//! `toolkit serve`

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use toolkit::model::{ModelHandler, PublicKey};
use toolkit::{App, AppInfo, StartError};
use toolkit_envelope::Envelope;

use crate::arguments::Serve;
use crate::report::Reporter;

/// What a model's name may not have in a path (RFC 3986 §2.3).
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Serves whole envelopes. Whatever keeps the service from starting is told as every service tells it.
pub(crate) fn serve(serve: Serve, report: &Reporter) -> anyhow::Result<ExitCode> {
    if report.json {
        anyhow::bail!(
            "`--json` says how an answer is printed, and `serve` prints none; for its log, say `--log-format json`"
        );
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let served = app(&serve).map_err(anyhow::Error::from);
    let outcome = served.and_then(|app| runtime.block_on(app.serve_with(&serve.settings.0)));
    // A model that still runs does not hold the process.
    runtime.shutdown_background();
    match outcome {
        Ok(()) => Ok(ExitCode::SUCCESS),
        Err(error) => {
            eprintln!("{error:#}");
            Ok(ExitCode::FAILURE)
        }
    }
}

/// A service of these envelopes, each at its model's name.
fn app(serve: &Serve) -> Result<App, StartError> {
    let mut by_name: BTreeMap<String, Vec<&Path>> = BTreeMap::new();
    let (mut descriptions, mut faults, mut trusted) = (Vec::new(), Vec::new(), Vec::new());
    for path in &serve.trust {
        match key(path) {
            Ok(key) => trusted.push(key),
            Err(fault) => faults.push(format!("the key {}: {fault}", path.display())),
        }
    }
    for path in &serve.envelopes {
        match Envelope::open(path) {
            Ok(envelope) => {
                let manifest = envelope.manifest();
                if [".", ".."].contains(&manifest.name.as_str()) {
                    let (path, name) = (path.display(), &manifest.name);
                    faults.push(format!(
                        "the model of {path} is called `{name}`, which is no name in a path; pack it with another one"
                    ));
                }
                by_name.entry(manifest.name.clone()).or_default().push(path);
                descriptions.push(manifest.description.clone());
            }
            Err(error) => faults.push(format!("the envelope {}: {error}", path.display())),
        }
    }
    faults.extend(by_name.iter().filter(|(_, paths)| paths.len() > 1).map(|(name, paths)| {
        let paths: Vec<_> = paths.iter().map(|path| path.display().to_string()).collect();
        format!("{} have one name, `{name}`, and so one address; serve one of them", paths.join(" and "))
    }));
    if !faults.is_empty() {
        return Err(StartError { faults });
    }
    let names: Vec<&str> = by_name.keys().map(String::as_str).collect();
    let app = App::new(AppInfo {
        package: env!("CARGO_PKG_NAME"),
        version: env!("CARGO_PKG_VERSION"),
        // What a service says of itself is said until the process ends.
        description: descriptions.join("\n\n").leak(),
        license: "",
    });
    let app = app.title(names.join(", ").leak());
    Ok(by_name.iter().fold(app, |app, (name, paths)| {
        let handler = trusted.iter().cloned().fold(ModelHandler::new(paths[0]), ModelHandler::trust);
        let path = format!("/v0/models/{}", utf8_percent_encode(name, RESERVED));
        app.model(path, if serve.watch { handler.watch() } else { handler })
    }))
}

/// A key in a file.
fn key(path: &Path) -> anyhow::Result<PublicKey> {
    Ok(PublicKey::from_pem(&std::fs::read_to_string(path)?)?)
}
