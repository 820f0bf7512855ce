use std::env;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use ort::environment::Environment;

/// ONNX Runtime of this process, loaded once; why not, if it cannot be.
pub(super) fn environment() -> Result<&'static Environment, String> {
    static ENVIRONMENT: OnceLock<Result<Environment, String>> = OnceLock::new();
    ENVIRONMENT.get_or_init(load).as_ref().map_err(Clone::clone)
}

/// The oldest version that is taken; older ones do not know the opsets that exporters write today.
const OLDEST: u32 = 24;

fn load() -> Result<Environment, String> {
    let candidates = candidates();
    let mut tried = Vec::new();
    for path in &candidates {
        match load_from(path) {
            Ok(environment) => return Ok(environment),
            Err(error) => tried.push(format!("  {}: {error}", path.display())),
        }
    }
    let tried = tried.join("\n");
    Err(format!(
        "found no ONNX Runtime of version 1.{OLDEST} or newer; tried:\n{tried}\n\
         `pip install --no-deps --target {} onnxruntime` gets one, or set ORT_DYLIB_PATH to its library",
        data_directory().map_or_else(|| "DIRECTORY".to_owned(), |path| path.display().to_string()),
    ))
}

fn load_from(path: &Path) -> Result<Environment, String> {
    let builder = ort::init_from(path).map_err(|error| error.to_string())?;
    builder.with_telemetry(false).build().map_err(|error| error.to_string())
}

/// Where the library may be, in the order in which it is looked for.
fn candidates() -> Vec<PathBuf> {
    if let Some(path) = env::var_os("ORT_DYLIB_PATH").filter(|path| !path.is_empty()) {
        // Relative to where the process is, as everybody expects; `ort` takes it as relative to the program.
        let path = PathBuf::from(path);
        return vec![path.canonicalize().unwrap_or(path)];
    }
    let own = data_directory().map(|path| path.join("onnxruntime/capi"));
    let environment = env::var_os("VIRTUAL_ENV").into_iter().flat_map(|path| site_packages(Path::new(&path)));
    let capi = environment.map(|path| path.join("onnxruntime/capi"));
    let mut found: Vec<PathBuf> = own.into_iter().chain(capi).filter_map(|path| library_in(&path)).collect();
    found.push(PathBuf::from(SYSTEM));
    found
}

#[cfg(target_os = "windows")]
const SYSTEM: &str = "onnxruntime.dll";
#[cfg(target_os = "macos")]
const SYSTEM: &str = "libonnxruntime.dylib";
#[cfg(not(any(target_os = "windows", target_os = "macos")))]
const SYSTEM: &str = "libonnxruntime.so";

/// The toolkit's directory for what is downloaded once: `$XDG_DATA_HOME/toolkit`, by default in `~/.local/share`.
fn data_directory() -> Option<PathBuf> {
    let named = env::var_os("XDG_DATA_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let home = || env::var_os("HOME").map(|home| Path::new(&home).join(".local/share"));
    Some(named.or_else(home)?.join("toolkit"))
}

fn site_packages(environment: &Path) -> Vec<PathBuf> {
    let versions = environment.join("lib").read_dir().into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> = versions.map(|version| version.path().join("site-packages")).collect();
    found.push(environment.join("Lib/site-packages"));
    found.sort();
    found
}

/// The library in a directory of the Python package: `libonnxruntime.so.1.31.1` or the like.
fn library_in(directory: &Path) -> Option<PathBuf> {
    let entries = directory.read_dir().ok()?.flatten().map(|entry| entry.path());
    let is_library = |path: &PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        name.starts_with("libonnxruntime.") || name == "onnxruntime.dll"
    };
    entries.filter(is_library).max_by_key(|path| version(path))
}

/// The numbers in a file's name: 1.9 is older than 1.31.
fn version(path: &Path) -> Vec<u64> {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    name.split(|c: char| !c.is_ascii_digit()).filter_map(|number| number.parse().ok()).collect()
}
