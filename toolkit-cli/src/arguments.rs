use std::path::PathBuf;

use clap::{ArgMatches, Args, FromArgMatches, Parser, Subcommand, ValueEnum};

/// Services out of plain functions, and models in envelopes: made, run while they are written, and served.
#[derive(Parser)]
#[command(name = "toolkit", version, arg_required_else_help = true, after_help = STATUS)]
pub(crate) struct Arguments {
    /// Print the answer as JSON
    #[arg(long, global = true)]
    pub(crate) json: bool,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What a script that calls a command can rely on.
const STATUS: &str = "\
Exit status:
  0  done
  1  what was checked does not hold: a document or an envelope differs, or the service cannot start
  2  it failed, or was called wrongly";

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Make a new service, ready to be run, tested and deployed
    ///
    /// It comes to be in a new folder, whole or not at all. Nothing is loaded from the network.
    #[command(after_help = NEW)]
    New(New),
    /// Run the service of this folder, and build and serve it anew whenever a file of it changes
    ///
    /// The socket stays open all the while: a request waits rather than be refused. Files that git ignores are not watched.
    #[command(after_help = DEV)]
    Dev(Dev),
    /// Print the OpenAPI document of the service of this folder
    #[command(after_help = OPENAPI)]
    Openapi(Openapi),
    /// List the endpoints of the service of this folder: method, path, function, where it is written, limits
    #[command(after_help = ROUTES)]
    Routes(Routes),
    /// Make, read and compare model envelopes
    #[command(subcommand)]
    Envelope(EnvelopeCommand),
    /// Run a model over the rows of a file
    Predict(Predict),
    /// Serve models over HTTP, each at `/v0/models/NAME`, documented at `/docs`
    ///
    /// Settings are read from the file, the environment and flags; the later wins.
    Serve(Serve),
    /// Print what a shell needs to complete this command
    #[command(after_help = COMPLETIONS)]
    Completions(Completions),
}

const NEW: &str = "\
Examples:
  toolkit new shop
  toolkit new shop --define path=/v0/api/prices --define port=8080 --defaults
  toolkit new leavers --model churn.envelope
  toolkit new shop --toolkit https://example.com/toolkit --define toolkit_rev=COMMIT

Ends with 0 if the service is made, with 2 if it cannot be, and with 128 and the signal's number if it is interrupted.";

const DEV: &str = "\
Examples:
  toolkit dev --open
  toolkit dev -p films -F postgres
  toolkit dev -- --bind 127.0.0.1:9000 --log debug";

const OPENAPI: &str = "\
Examples:
  toolkit openapi > openapi.json
  toolkit openapi --check openapi.json";

const ROUTES: &str = "\
Examples:
  toolkit routes
  toolkit routes --json";

const COMPLETIONS: &str = "\
Examples:
  toolkit completions bash > ~/.local/share/bash-completion/completions/toolkit
  toolkit completions zsh > ~/.zfunc/_toolkit
  toolkit completions fish > ~/.config/fish/completions/toolkit.fish";

#[derive(Args)]
pub(crate) struct New {
    /// The service's name, and the folder's: small letters, digits, `-` and `_`
    pub(crate) name: String,
    /// Serve this model: a file or a directory with an envelope
    #[arg(long, value_name = "ENVELOPE")]
    pub(crate) model: Option<PathBuf>,
    /// An answer to a question of the template, such as `port=8080`; what is not answered is asked in a terminal, and is the
    /// default elsewhere
    #[arg(long, short, value_name = "NAME=VALUE", value_parser = pair)]
    pub(crate) define: Vec<(String, String)>,
    /// Ask nothing: what is not defined is the default
    #[arg(long)]
    pub(crate) defaults: bool,
    /// Where the service takes the toolkit from: the URL of a git repository, or the folder of a clone [default: where this
    /// command was installed from]
    #[arg(long, value_name = "URL or FOLDER")]
    pub(crate) toolkit: Option<String>,
}

/// Which package is the service.
#[derive(Args)]
pub(crate) struct Package {
    /// The package of a workspace that is the service [default: that of the folder]
    #[arg(long, short, value_name = "NAME")]
    pub(crate) package: Option<String>,
    /// Features of it to build with, between commas
    #[arg(long, short = 'F', value_name = "FEATURES")]
    pub(crate) features: Option<String>,
    /// The binary that is the service, where the package has several
    #[arg(long, value_name = "NAME")]
    pub(crate) bin: Option<String>,
}

#[derive(Args)]
pub(crate) struct Dev {
    #[command(flatten)]
    pub(crate) package: Package,
    /// Show the documentation page in the browser, once the service listens
    #[arg(long)]
    pub(crate) open: bool,
    /// What the service is told: flags of its own, after `--`
    #[arg(last = true, value_name = "FLAGS")]
    pub(crate) flags: Vec<String>,
}

#[derive(Args)]
pub(crate) struct Openapi {
    #[command(flatten)]
    pub(crate) package: Package,
    /// Fail with the differences if FILE (JSON or YAML) does not say the same
    #[arg(long, value_name = "FILE")]
    pub(crate) check: Option<PathBuf>,
    /// Print YAML instead of JSON
    #[arg(long)]
    pub(crate) yaml: bool,
}

#[derive(Args)]
pub(crate) struct Routes {
    #[command(flatten)]
    pub(crate) package: Package,
}

#[derive(Args)]
pub(crate) struct Completions {
    /// The shell
    pub(crate) shell: clap_complete::Shell,
}

#[derive(Subcommand)]
pub(crate) enum EnvelopeCommand {
    /// Wrap an ONNX model in an envelope
    Pack(Box<Pack>),
    /// Show what an envelope says of itself
    Inspect(Inspect),
    /// Check every byte of an envelope, load its model and replay its examples
    Verify(Verify),
    /// Tell what differs between two envelopes, and what of it breaks those who call the model
    ///
    /// Ends with 1 if a change of the schemas is breaking.
    Diff(Diff),
    /// Print Rust types for what a model takes and gives
    Types(Types),
    /// Sign an envelope
    Sign(Sign),
    /// Make a pair of keys to sign with
    Keygen(Keygen),
}

#[derive(Args)]
pub(crate) struct Pack {
    /// The model
    #[arg(value_name = "MODEL.onnx")]
    pub(crate) model: PathBuf,
    /// Where the envelope goes: `NAME.envelope` is one file, another name a directory [default: NAME.envelope]
    #[arg(long, short, value_name = "PATH")]
    pub(crate) output: Option<PathBuf>,
    /// The model's name [default: the file's]
    #[arg(long)]
    pub(crate) name: Option<String>,
    /// What the model is for
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub(crate) description: String,
    /// Rows as the model takes them: a JSON array of objects or of arrays
    ///
    /// They name the columns and say which may be null; what the model answers for them is kept and compared whenever it
    /// is loaded.
    #[arg(long, value_name = "ROWS.json")]
    pub(crate) example: Option<PathBuf>,
    /// What the functions answer for the example where the model was trained: a JSON object by function
    ///
    /// The model must answer the same.
    #[arg(long, value_name = "RESULTS.json", requires = "example")]
    pub(crate) expected: Option<PathBuf>,
    /// The columns as training knows them: a JSON object with `columns` in the schema language
    ///
    /// Without it, they are those of the example, with the types that the model takes.
    #[arg(long, value_name = "SCHEMA.json")]
    pub(crate) schema: Option<PathBuf>,
    /// How far a number may be from what is expected
    #[arg(long, value_name = "NUMBER", default_value_t = 1e-5)]
    pub(crate) absolute_tolerance: f64,
    /// How far a number may be from what is expected, as a part of it
    #[arg(long, value_name = "NUMBER", default_value_t = 1e-4)]
    pub(crate) relative_tolerance: f64,
    /// The names of the classes, in the order of the model's integers
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub(crate) classes: Vec<String>,
    /// What stands for a null in a column of strings or integers
    #[arg(long, value_name = "COLUMN=VALUE", value_parser = pair)]
    pub(crate) null: Vec<(String, String)>,
    /// What executes the model [default: the native runtime, if it has all operators]
    #[arg(long)]
    pub(crate) engine: Option<EngineName>,
    /// A tag to begin with
    #[arg(long, value_name = "KEY=VALUE", value_parser = pair)]
    pub(crate) tag: Vec<(String, String)>,
    /// The metrics to begin with: a JSON object of numbers
    #[arg(long, value_name = "METRICS.json")]
    pub(crate) metrics: Option<PathBuf>,
    /// What the model was trained with: a JSON object
    #[arg(long, value_name = "HYPERPARAMETERS.json")]
    pub(crate) hyperparameters: Option<PathBuf>,
    /// More files to keep in the envelope: documentation
    #[arg(long, value_name = "FILE")]
    pub(crate) doc: Vec<PathBuf>,
    /// When the model was made, by RFC 3339 [default: now]
    #[arg(long, value_name = "TIME")]
    pub(crate) created_at: Option<String>,
    /// Leave out who packed it, where and from which commit, so that the same model gives the same envelope
    #[arg(long, requires = "created_at")]
    pub(crate) reproducible: bool,
}

#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum EngineName {
    /// The one of the toolkit
    Native,
    /// ONNX Runtime, loaded when it is needed
    Onnxruntime,
}

#[derive(Args)]
pub(crate) struct Inspect {
    /// A file or a directory
    pub(crate) envelope: PathBuf,
}

#[derive(Args)]
pub(crate) struct Verify {
    /// A file or a directory
    pub(crate) envelope: PathBuf,
    /// A public key (PEM) one of which must have signed it
    #[arg(long, value_name = "KEY.pem")]
    pub(crate) key: Vec<PathBuf>,
}

#[derive(Args)]
pub(crate) struct Diff {
    /// The envelope that is in use
    pub(crate) old: PathBuf,
    /// The envelope that shall replace it
    pub(crate) new: PathBuf,
}

#[derive(Args)]
pub(crate) struct Types {
    /// A file or a directory
    pub(crate) envelope: PathBuf,
    /// Which of the model's functions
    #[arg(long, short, default_value = "predict")]
    pub(crate) function: String,
}

#[derive(Args)]
pub(crate) struct Sign {
    /// A file or a directory
    pub(crate) envelope: PathBuf,
    /// The private key (PEM, PKCS #8, Ed25519)
    #[arg(long, value_name = "KEY.pem")]
    pub(crate) key: PathBuf,
}

#[derive(Args)]
pub(crate) struct Keygen {
    /// Where the keys go: `NAME.pem`, and `NAME.pub.pem` for those who verify
    #[arg(value_name = "NAME")]
    pub(crate) name: PathBuf,
}

#[derive(Args)]
pub(crate) struct Predict {
    /// A file or a directory
    pub(crate) envelope: PathBuf,
    /// Which of the model's functions
    #[arg(long, short, default_value = "predict")]
    pub(crate) function: String,
    /// The rows: `.json`, `.jsonl`, `.csv` or `.parquet`; `-` is JSON on the standard input
    ///
    /// A JSON document is read whole; files of the other formats are read a batch at a time.
    #[arg(long, short, value_name = "FILE")]
    pub(crate) input: PathBuf,
    /// Where the results go: `.json`, `.jsonl`, `.csv` or `.parquet` [default: JSON on the standard output]
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Leave out columns of the input that the model does not take, instead of refusing them
    #[arg(long)]
    pub(crate) drop_unknown: bool,
}

#[derive(Args)]
pub(crate) struct Serve {
    /// Files or directories
    #[arg(value_name = "ENVELOPE", required = true)]
    pub(crate) envelopes: Vec<PathBuf>,
    /// Serve what comes to be at the same place, without a restart
    #[arg(long)]
    pub(crate) watch: bool,
    /// Serve only what this key, or another one that is given so, has signed: a public key, as PEM
    #[arg(long, value_name = "KEY.pub")]
    pub(crate) trust: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) settings: Settings,
}

/// What every service can be told.
pub(crate) struct Settings(pub(crate) ArgMatches);

impl Args for Settings {
    fn augment_args(command: clap::Command) -> clap::Command {
        command.next_help_heading("Settings of the service").args(toolkit::App::flags())
    }

    fn augment_args_for_update(command: clap::Command) -> clap::Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for Settings {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        Ok(Self(matches.clone()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        self.0 = matches.clone();
        Ok(())
    }
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or("has no `=`")?;
    Ok((key.to_owned(), value.to_owned()))
}
