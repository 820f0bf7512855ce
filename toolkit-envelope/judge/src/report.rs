//! What is told at the end: of each folder, of each operator, and of each failure.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use toolkit_envelope::runtime::onnx::claims;

use crate::case::Case;
use crate::run::Verdict;

/// All cases of all folders.
#[derive(Default)]
pub(crate) struct Report {
    folders: Vec<Folder>,
    /// By row of the runtime's table: the operator, and the first version that the row is of.
    operators: BTreeMap<(String, i64), Count>,
    /// The same rows with the types that they were run with.
    types: BTreeSet<(String, i64, String)>,
}

/// The cases of one folder.
#[derive(Default)]
struct Folder {
    name: String,
    passed: usize,
    /// How many cases need something that is not claimed, by what it is.
    unclaimed: BTreeMap<String, usize>,
    failures: Vec<String>,
}

/// The cases that an operator is in.
#[derive(Default)]
struct Count {
    passed: usize,
    unclaimed: usize,
    failed: usize,
}

impl Report {
    /// Begins a folder, to which the next cases belong.
    pub(crate) fn folder(&mut self, name: &str) {
        self.folders.push(Folder { name: name.to_owned(), ..Folder::default() });
    }

    pub(crate) fn add(&mut self, case: &Case, verdict: Verdict) {
        let rows = case.nodes.iter().filter_map(|node| Some((node.full_name(), *node.claim()?.opsets.start())));
        for operator in rows.collect::<BTreeSet<(String, i64)>>() {
            let count = self.operators.entry(operator).or_default();
            match verdict {
                Verdict::Passed => count.passed += 1,
                Verdict::Unclaimed(_) => count.unclaimed += 1,
                _ => count.failed += 1,
            }
        }
        if !matches!(verdict, Verdict::Unclaimed(_)) {
            for node in &case.nodes {
                if let (Some(claim), Some(element)) = (node.claim(), node.element()) {
                    self.types.insert((node.full_name(), *claim.opsets.start(), element.to_owned()));
                }
            }
        }
        let Some(folder) = self.folders.last_mut() else { return };
        let failure = match verdict {
            Verdict::Passed => {
                folder.passed += 1;
                return;
            }
            Verdict::Unclaimed(why) => {
                *folder.unclaimed.entry(why).or_default() += 1;
                return;
            }
            Verdict::Refused(why) => format!("refused, though all is claimed: {why}"),
            Verdict::CalledInvalid(why) => format!("called invalid: {why}"),
            Verdict::Broke(why) => format!("not run: {why}"),
            Verdict::Differs(why) => format!("differs: {why}"),
            Verdict::Panicked(why) => format!("PANICKED: {why}"),
        };
        let note = if case.note.is_null() { String::new() } else { format!("\n      {}", case.note) };
        folder.failures.push(format!("{}: {failure}{note}", case.name));
    }

    /// Whether something was run of each folder, and all of it is right.
    pub(crate) fn is_right(&self) -> bool {
        self.folders.iter().all(|folder| folder.passed > 0 && folder.failures.is_empty())
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for folder in &self.folders {
            writeln!(f, "{}: refused for what is not claimed:", folder.name)?;
            let mut unclaimed: Vec<_> = folder.unclaimed.iter().collect();
            unclaimed.sort_by_key(|(why, count)| (Reverse(**count), *why));
            for (why, count) in unclaimed {
                writeln!(f, "  {count:5} {why}")?;
            }
        }
        let (name, opsets) = ("claimed operator", "versions");
        writeln!(f, "\n{name:36} {opsets:>8} {:>7} {:>9} {:>7}  its types", "passed", "unclaimed", "failed")?;
        for claim in claims() {
            let name = format!("{}.{}", claim.domain, claim.operator);
            let opsets = format!("{}..{}", claim.opsets.start(), claim.opsets.end());
            let types: Vec<String> = claim.elements.iter().map(ToString::to_string).collect();
            let (passed, unclaimed, failed) = self
                .operators
                .get(&(name.clone(), *claim.opsets.start()))
                .map_or((0, 0, 0), |count| (count.passed, count.unclaimed, count.failed));
            writeln!(f, "{name:36} {opsets:>8} {passed:>7} {unclaimed:>9} {failed:>7}  {}", types.join(" "))?;
        }
        self.without_case(f)?;
        writeln!(f)?;
        for folder in &self.folders {
            for failure in &folder.failures {
                writeln!(f, "FAILED {}/{failure}", folder.name)?;
            }
        }
        for folder in &self.folders {
            let (refused, failed) = (folder.unclaimed.values().sum::<usize>(), folder.failures.len());
            let passed = folder.passed;
            writeln!(
                f,
                "{}: {passed} passed, {refused} refused for what is not claimed, {failed} failed",
                folder.name
            )?;
        }
        Ok(())
    }
}

impl Report {
    /// What is claimed and nobody asked for.
    fn without_case(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\nclaimed, and in no case that was run:")?;
        for claim in claims() {
            let (name, first) = (format!("{}.{}", claim.domain, claim.operator), *claim.opsets.start());
            let asked = |element: &String| self.types.contains(&(name.clone(), first, element.clone()));
            let types = claim.elements.iter().map(ToString::to_string).filter(|element| !asked(element));
            let types: Vec<String> = types.collect();
            if !types.is_empty() {
                writeln!(f, "  {name} {first}..{} with {}", claim.opsets.end(), types.join(", "))?;
            }
        }
        Ok(())
    }
}
