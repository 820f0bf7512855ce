use std::{
    any::TypeId,
    collections::{BTreeSet, HashMap},
};

use super::{Need, ResourceEntry, Resources};

/// The entries that have to be built for `needs`, each behind those that it borrows from, and what is wrong with the
/// graph: a sentence for each missing resource, each cycle, and each type that two functions make.
pub(crate) fn plan(
    needs: Vec<Need>,
    entries: &[ResourceEntry],
    present: &Resources,
) -> (Vec<ResourceEntry>, Vec<String>) {
    let mut plan = Plan {
        makers: HashMap::new(),
        present,
        state: HashMap::new(),
        path: Vec::new(),
        order: Vec::new(),
        missing: HashMap::new(),
        faults: Vec::new(),
    };
    for entry in entries {
        plan.makers.entry((entry.provides)().0).or_default().push(*entry);
    }
    for need in needs {
        plan.visit(need);
    }
    plan.finish()
}

struct Plan<'a> {
    makers: HashMap<TypeId, Vec<ResourceEntry>>,
    present: &'a Resources,
    state: HashMap<TypeId, State>,
    path: Vec<ResourceEntry>,
    order: Vec<ResourceEntry>,
    missing: HashMap<TypeId, Vec<Need>>,
    faults: Vec<String>,
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    Open,
    Done,
}

impl Plan<'_> {
    fn visit(&mut self, need: Need) {
        if self.present.has(need.type_id) {
            return;
        }
        match self.state.get(&need.type_id) {
            Some(State::Done) => return,
            Some(State::Open) => return self.report_cycle(need),
            None => {}
        }
        let Some(makers) = self.makers.get(&need.type_id).cloned() else {
            return self.missing.entry(need.type_id).or_default().push(need);
        };
        self.report_rivals(&makers, need.type_name);
        let maker = makers[0];
        self.state.insert(need.type_id, State::Open);
        self.path.push(maker);
        let mut needs = Vec::new();
        (maker.needs)(&mut needs);
        for need in needs {
            self.visit(need);
        }
        self.path.pop();
        self.state.insert(need.type_id, State::Done);
        self.order.push(maker);
    }

    fn report_cycle(&mut self, need: Need) {
        let start = self.path.iter().position(|entry| (entry.provides)().0 == need.type_id).unwrap_or(0);
        let names = self.path[start..].iter().map(|entry| format!("`{}` ({})", entry.name, entry.origin));
        let around: Vec<_> = names.collect();
        self.faults.push(format!(
            "the resources {} need each other in a circle; let one of them be made without the next",
            around.join(" -> ")
        ));
    }

    fn report_rivals(&mut self, makers: &[ResourceEntry], type_name: &str) {
        if let [first, second, ..] = makers {
            self.faults.push(format!(
                "two functions make the resource `{type_name}`: `{}` ({}) and `{}` ({}); keep one, or wrap one value in \
                 a type of its own",
                first.name, first.origin, second.name, second.origin
            ));
        }
    }

    fn finish(mut self) -> (Vec<ResourceEntry>, Vec<String>) {
        let missing: BTreeSet<_> = self.missing.values().map(|needs| missing_sentence(needs)).collect();
        self.faults.extend(missing);
        (self.order, self.faults)
    }
}

fn missing_sentence(needs: &[Need]) -> String {
    let users: BTreeSet<_> = needs.iter().map(|need| format!("`{}` ({})", need.by, need.origin)).collect();
    let users: Vec<_> = users.into_iter().collect();
    format!(
        "there is no resource of type `{}`, which {} borrow{}; write a `#[resource]` function that returns it, or put a \
         value in with `app.with(value)`",
        needs[0].type_name,
        users.join(", "),
        if users.len() == 1 { "s" } else { "" }
    )
}
