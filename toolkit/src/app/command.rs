use std::{
    collections::BTreeMap,
    ffi::OsString,
    io::Write,
    net::SocketAddr,
    path::{Path, PathBuf},
};

use clap::{Arg, ArgAction, ArgMatches, Command, builder::PathBufValueParser};

use super::{
    App, StartError, Started,
    fault::Told,
    listener, probe, serve,
    start::{all_settings, described, is_reserved, known_settings},
    table::Table,
    telemetry,
};
use crate::{
    settings::{BindSettings, FILE, ServerSettings, Sources, env_name, flag_name},
    telemetry::{Environment, Process, flush as flush_telemetry, start_logging},
};

/// Does what the command line says.
pub(super) async fn run(app: App, arguments: impl IntoIterator<Item = OsString>) -> crate::Result {
    let matches = command(&app).try_get_matches_from(arguments).unwrap_or_else(|error| error.exit());
    match matches.subcommand() {
        Some(("openapi", matches)) => openapi(&app, matches),
        Some(("routes", matches)) => routes(&app, matches.get_flag("json")),
        Some(("health", of_command)) => {
            let bind = address(&[&matches, of_command])?;
            print(&format!("{}\n", probe::ask(bind).await?))
        }
        _ => start(app, &matches).await,
    }
}

/// The flags that every service has: the settings file, and each setting.
pub(super) fn flags() -> Vec<Arg> {
    let settings = all_settings().into_iter().filter(|(name, _)| has_flag(name)).map(|(name, description)| {
        let help = format!("{description} [env: {}]", env_name(&name));
        let flag = flag_name(&name);
        Arg::new(name).long(flag).value_name("VALUE").help(help.trim().to_owned())
    });
    let config = Arg::new("config")
        .long("config")
        .value_name("FILE")
        .value_parser(PathBufValueParser::new())
        .help(format!("The settings file [default: {FILE}]"));
    std::iter::once(config).chain(settings).collect()
}

/// Whether there is a flag for the setting: all users of a machine see the command lines of its processes, which is no
/// place for a secret.
fn has_flag(setting: &str) -> bool {
    !is_reserved(setting) && setting != "model_reload_token"
}

fn command(app: &App) -> Command {
    let check = Arg::new("check")
        .long("check")
        .value_name("FILE")
        .value_parser(PathBufValueParser::new())
        .help("Fail with the differences if FILE (JSON or YAML) does not say the same");
    let yaml = Arg::new("yaml").long("yaml").action(ArgAction::SetTrue).help("Print YAML instead of JSON");
    let openapi = Command::new("openapi").about("Print the OpenAPI document, without serving").arg(check).arg(yaml);
    Command::new(app.info.title)
        .version(app.info.version)
        .about(app.info.description)
        .after_help(
            "Without a command, the service is started. Settings are read from the file, the environment and \
                     flags; the later wins.",
        )
        .args(flags())
        .subcommand(openapi)
        .subcommand(Command::new("routes").about("List the endpoints with their limits, without serving").arg(
            Arg::new("json").long("json").action(ArgAction::SetTrue).help("Print an array of objects, not a table"),
        ))
        .subcommand(
            Command::new("health")
                .about("Ask the service that runs with these settings whether it is ready; ends with 1 if it is not")
                .args(flags()),
        )
}

/// Where the settings come from, with the flags of these matches; the later wins.
fn sources(matches: &[&ArgMatches]) -> Result<Sources, StartError> {
    let mut flags = BTreeMap::new();
    for name in known_settings().into_iter().filter(|name| has_flag(name)) {
        if let Some(value) = matches.iter().rev().find_map(|matches| matches.get_one::<String>(&name)) {
            flags.insert(name, value.clone());
        }
    }
    let file = matches.iter().rev().find_map(|matches| matches.get_one::<PathBuf>("config")).cloned();
    Sources::load(file, flags).map_err(|fault| StartError::of(vec![fault]))
}

/// The address that the setting `bind` says, whatever the other settings are.
pub(super) fn address(matches: &[&ArgMatches]) -> Result<SocketAddr, StartError> {
    let settings = sources(matches)?.read::<BindSettings>(|_, _| {}).map_err(StartError::of)?;
    Ok(settings.bind)
}

/// Serves, with the settings that the flags say.
pub(super) async fn start(app: App, matches: &ArgMatches) -> crate::Result {
    let inherited = listener::inherited();
    let sources = sources(&[matches])?;
    // What is wrong with the settings is told, with all else that is, when the service is started.
    let settings = sources.read::<ServerSettings>(|_, _| {}).unwrap_or_default();
    let process = Process { keeps_traces: telemetry::keeps_traces(&settings), is_owned: true };
    let ignored = telemetry::start(&app, &Environment::of_process(), process);
    start_logging(&settings.log, settings.log_format);
    for sentence in ignored {
        tracing::warn!("{sentence}");
    }
    for name in sources.unknown_in_environment(&known_settings()) {
        tracing::warn!("the environment variable {name} is no setting");
    }
    let outcome = match Started::new(app, &sources).await {
        Ok(started) => serve::serve(started, inherited).await,
        Err(error) => Err(error.into()),
    };
    flush_telemetry().await;
    outcome
}

fn openapi(app: &App, matches: &ArgMatches) -> crate::Result {
    let document = app.openapi()?;
    if let Some(path) = matches.get_one::<PathBuf>("check") {
        return check(&document, path);
    }
    let text = if matches.get_flag("yaml") { document.to_yaml() } else { document.to_json() };
    print(&text)
}

fn check(document: &crate::Document, path: &Path) -> crate::Result {
    let told = |said: String| -> crate::Error { Told(said).into() };
    let other = std::fs::read_to_string(path)
        .map_err(|error| told(format!("the file {} cannot be read: {error}", path.display())))?;
    let differences =
        document.differences_from(&other).map_err(|error| told(format!("{}: {error}", path.display())))?;
    if differences.is_empty() {
        return Ok(());
    }
    let is_json = serde_json::from_str::<serde::de::IgnoredAny>(&other).is_ok();
    Err(told(format!(
        "the service's OpenAPI document differs from {0}:\n  {1}\nif the change is meant, write the file again: `{2} openapi{3} > {0}`",
        path.display(),
        differences.join("\n  "),
        program(),
        if is_json { "" } else { " --yaml" },
    )))
}

/// What somebody types to run this program.
fn program() -> String {
    match std::env::args_os().next() {
        // Cargo tells what it runs where it is.
        Some(program) if std::env::var_os("CARGO").is_none() => program.display().to_string(),
        _ => "cargo run --".to_owned(),
    }
}

fn routes(app: &App, as_json: bool) -> crate::Result {
    let (endpoints, faults) = described(app);
    if !faults.is_empty() {
        return Err(StartError::of(faults).into());
    }
    let table = Table::new(&endpoints);
    print(&if as_json { format!("{:#}\n", table.to_json()) } else { table.to_string() })
}

/// Prints; a reader that has seen enough and left is no error.
fn print(text: &str) -> crate::Result {
    match std::io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}
