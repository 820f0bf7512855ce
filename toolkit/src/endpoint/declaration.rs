use std::fmt;

use http::Method;

use crate::limits::DeclaredLimits;

/// What an endpoint's attribute, name and doc comment say.
#[derive(Debug)]
pub struct Declaration {
    /// The method it answers.
    pub method: Method,
    /// The path template.
    pub path: &'static str,
    /// What clients call the operation; unique within a service.
    pub operation_id: &'static str,
    /// The function's name.
    pub function: &'static str,
    /// The doc comment.
    pub docs: &'static str,
    /// The groups it is shown in.
    pub tags: &'static [&'static str],
    /// What says that it should no longer be used; a date in it says since when.
    pub deprecated: Option<&'static str>,
    /// Limits of its own.
    pub limits: DeclaredLimits,
    /// Whether it runs on the pool of threads.
    pub pooled: bool,
    /// Where it is written.
    pub origin: Origin,
}

/// Where a function or type is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The package, as Cargo names it.
    pub package: &'static str,
    /// The module.
    pub module: &'static str,
    /// The source file, as the compiler was given it.
    pub file: &'static str,
    /// The line, from 1.
    pub line: u32,
}

impl Origin {
    /// The crate, as Rust names it.
    #[must_use]
    pub fn crate_name(&self) -> &'static str {
        self.module.split("::").next().unwrap_or(self.module)
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}
