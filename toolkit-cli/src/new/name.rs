use anyhow::bail;

use crate::keywords::KEYWORDS;

/// Crates that come with Rust.
const WITH_RUST: [&str; 5] = ["alloc", "core", "proc_macro", "std", "test"];

/// The crates of the toolkit.
const TOOLKIT: [&str; 4] = ["toolkit", "toolkit_cli", "toolkit_envelope", "toolkit_macros"];

/// Crates whose names stand in the service's code, by themselves or through the toolkit.
const IN_THE_CODE: [&str; 16] = [
    "anyhow",
    "axum",
    "http",
    "hyper",
    "jiff",
    "opentelemetry",
    "regex",
    "rust_decimal",
    "schemars",
    "serde",
    "serde_json",
    "tokio",
    "tower",
    "tracing",
    "uuid",
    "validator",
];

/// Folders that cargo makes.
const OF_CARGO: [&str; 5] = ["build", "deps", "examples", "incremental", "target"];

/// Devices: a file of such a name cannot be on Windows.
const DEVICES: [&str; 22] = [
    "aux", "com1", "com2", "com3", "com4", "com5", "com6", "com7", "com8", "com9", "con", "lpt1", "lpt2", "lpt3",
    "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9", "nul", "prn",
];

/// A name in Kubernetes has at most 63 characters (RFC 1035 §2.3.4), some of which it adds.
const LONGEST: usize = 50;

/// Whether a service can have this name: as a package, an executable, a folder and a name in a cluster.
///
/// # Errors
///
/// A sentence that says why not, and which name to take.
pub(super) fn check(name: &str, dependencies: &[String]) -> anyhow::Result<()> {
    if let Some(why) = why_not(name, dependencies) {
        let instead = instead(name, dependencies);
        bail!("a service cannot be called `{name}`: {why}; take another name, such as `{instead}`");
    }
    Ok(())
}

/// What is wrong with a name.
fn why_not(name: &str, dependencies: &[String]) -> Option<String> {
    let identifier = name.replace('-', "_");
    let is_one_of = |names: &[&str]| names.contains(&identifier.as_str());
    let why = if name.is_empty() {
        "a name has at least one letter"
    } else if name.contains(['/', '\\']) {
        "the folder is made where you are, and a name has no path"
    } else if let Some(other) = name.chars().find(|c| !matches!(c, 'a'..='z' | '0'..='9' | '-' | '_')) {
        return Some(format!("{other:?} is neither one of the letters a to z nor a digit, `-` or `_`"));
    } else if !name.starts_with(|c: char| c.is_ascii_lowercase()) {
        "it does not begin with a letter"
    } else if name.ends_with(['-', '_']) {
        "it ends with neither a letter nor a digit"
    } else if name.len() > LONGEST {
        return Some(format!("it has {} characters, and may have {LONGEST} at most", name.len()));
    } else if is_one_of(&KEYWORDS) {
        "that is a keyword of Rust"
    } else if is_one_of(&WITH_RUST) {
        "a crate that comes with Rust is called so"
    } else if is_one_of(&TOOLKIT) {
        "a crate of the toolkit is called so"
    } else if is_one_of(&IN_THE_CODE) || dependencies.iter().any(|other| other.replace('-', "_") == identifier) {
        "a crate that the service depends on is called so"
    } else if is_one_of(&OF_CARGO) {
        "cargo makes a folder of that name"
    } else if is_one_of(&DEVICES) {
        "Windows has a device of that name"
    } else {
        return None;
    };
    Some(why.to_owned())
}

/// A name that is near to a wrong one.
fn instead(name: &str, dependencies: &[String]) -> String {
    let mut near = String::new();
    for c in name.rsplit(['/', '\\']).next().unwrap_or_default().chars() {
        if c.is_ascii_alphanumeric() {
            near.push(c.to_ascii_lowercase());
        } else if !near.is_empty() && !near.ends_with('-') {
            near.push('-');
        }
    }
    let near = near.trim_start_matches(|c: char| !c.is_ascii_alphabetic()).trim_end_matches('-');
    let near = near.get(..near.len().min(40)).unwrap_or_default().trim_end_matches('-');
    match near {
        "" => "garments".to_owned(),
        near if why_not(near, dependencies).is_some() => format!("{near}-service"),
        near => near.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(name: &str) -> String {
        check(name, &["ours".to_owned()]).unwrap_err().to_string()
    }

    #[test]
    fn a_name_that_cargo_takes_is_taken() {
        for name in ["shop", "shop-api", "shop_api", "a", "s3", "testing", &"a".repeat(50)] {
            check(name, &[]).unwrap();
        }
    }

    #[test]
    fn a_name_that_a_crate_cannot_have_is_refused() {
        let lists: [&[&str]; 6] = [&KEYWORDS, &WITH_RUST, &TOOLKIT, &IN_THE_CODE, &OF_CARGO, &DEVICES];
        for name in lists.concat() {
            refused(name);
        }
        for name in ["proc-macro", "toolkit-envelope", "anyhow", "ours", "Self", "Shop"] {
            refused(name);
        }
        for name in ["", "-", "_", "9lives", "-x", "x-", "größe", "a b", "a.b", "a\nb", "../x", &"a".repeat(51)] {
            refused(name);
        }
    }

    #[test]
    fn the_names_that_the_templates_refuse_are_these() {
        let rules = concat!(env!("CARGO_MANIFEST_DIR"), "/../templates/service/hooks/rules.rhai");
        let rules = std::fs::read_to_string(rules).unwrap();
        let lists = rules.split("name in [").skip(1).map(|list| list.split(']').next().unwrap());
        let theirs: Vec<&str> = lists.flat_map(|list| list.split('"').skip(1).step_by(2)).collect();
        assert!(theirs.len() > 50, "{theirs:?}");
        for name in &theirs {
            refused(name);
        }
        let lists: [&[&str]; 5] = [&KEYWORDS, &WITH_RUST, &TOOLKIT, &IN_THE_CODE, &OF_CARGO];
        // A capital they refuse wherever it stands.
        for name in lists.concat().into_iter().filter(|name| *name != "Self") {
            assert!(theirs.contains(&name), "{name}");
        }
    }

    #[test]
    fn another_name_is_proposed() {
        for (wrong, right) in [
            ("My Shop", "my-shop"),
            ("Shop", "shop"),
            ("../My Shop", "my-shop"),
            ("match", "match-service"),
            ("9lives", "lives"),
            ("größe", "gr-e"),
            ("", "garments"),
            ("42", "garments"),
        ] {
            assert!(refused(wrong).ends_with(&format!("such as `{right}`")), "{}", refused(wrong));
        }
    }
}
