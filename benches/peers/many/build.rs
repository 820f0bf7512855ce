//! Writes a thousand endpoints, as a person would write each.

use std::{env, fmt::Write, fs, path::Path};

const COUNT: usize = 1000;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut endpoints = String::new();
    for number in 0..COUNT {
        write!(
            endpoints,
            r#"
/// Describes entry {number}.
#[get("/v0/api/endpoint_{number:04}")]
async fn endpoint_{number:04}(
    /// How many there may be.
    #[default(10)]
    #[validate(range(min = 1, max = 100))]
    limit: u32,
) -> Entry {{
    Entry {{ number: {number}, limit }}
}}
"#
        )?;
    }
    let routes = (0..COUNT).map(|number| format!("App::route::<endpoint_{number:04}>"));
    let routes = routes.collect::<Vec<_>>().join(",\n    ");
    write!(endpoints, "\nconst ROUTES: [fn(App) -> App; {COUNT}] = [\n    {routes},\n];\n")?;
    fs::write(Path::new(&env::var("OUT_DIR")?).join("endpoints.rs"), endpoints)?;
    println!("cargo::rerun-if-changed=build.rs");
    Ok(())
}
