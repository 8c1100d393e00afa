//! Holds a manifest against [`super::schema`].

use super::fault::Fault;
use super::node::{Member, Node, Table};
use super::schema::{Default, Key, Rule, SECTIONS, Section, Shape, TOP};
use crate::wire::environment::RELEASE;

/// How alike two names have to be for one to be a slip of the other, 0 to 1.
const ALIKE: f64 = 0.75;

/// `; did you mean …`, or nothing.
pub(super) fn closest<'a>(name: &str, there_are: impl Iterator<Item = &'a str>) -> String {
    let likeness = |other: &str| strsim::jaro_winkler(&name.to_lowercase(), &other.to_lowercase());
    let near = there_are.map(|other| (likeness(other), other));
    let near = near.filter(|(likeness, _)| *likeness >= ALIKE);
    let nearest = near.max_by(|(a, _), (b, _)| a.total_cmp(b));
    nearest.map_or_else(String::new, |(_, other)| format!("; did you mean `{other}`?"))
}

/// Checks an overlay as it stands: its keys, and the values that hold no variable. What it leaves out is no fault.
pub(super) fn part(overlay: &Table, faults: &mut Vec<Fault>) {
    let mut checker = Checker { faults, part: true };
    checker.top(overlay);
}

/// Checks a whole manifest, and gives it back.
pub(super) fn whole(manifest: &Table, faults: &mut Vec<Fault>) -> Table {
    let mut checker = Checker { faults, part: false };
    checker.top(manifest);
    checker.references(manifest);
    manifest.clone()
}

struct Checker<'a> {
    faults: &'a mut Vec<Fault>,
    part: bool,
}

impl Checker<'_> {
    fn fault(&mut self, at: usize, text: impl Into<String>) {
        self.faults.push(Fault::new(at, text));
    }

    fn top(&mut self, manifest: &Table) {
        for (name, member) in manifest {
            if let Some(section) = SECTIONS.iter().find(|section| section.name == name) {
                self.section(section, member);
            } else if let Some(key) = TOP.iter().find(|key| key.name == name) {
                self.value(key, &member.node);
            } else {
                let known = TOP
                    .iter()
                    .map(|key| key.name)
                    .chain(SECTIONS.iter().map(|section| section.name));
                let near = closest(name, known.chain(["env"]));
                self.fault(member.at, format!("unknown key `{name}`{near}"));
            }
        }
        for key in TOP {
            if matches!(key.default, Default::Required) && !self.part && !manifest.contains_key(key.name) {
                self.fault(0, format!("`{}` is missing: {}", key.name, key.about));
            }
        }
    }

    fn section(&mut self, section: &'static Section, member: &Member) {
        let Some(entries) = member.node.table() else {
            let (name, noun) = (section.name, section.noun);
            self.fault(
                member.node.at,
                format!("`{name}` holds a table for each {noun}: [{name}.NAME]"),
            );
            return;
        };
        for (name, entry) in entries {
            if let Err(broken) = (section.named)(name) {
                self.fault(entry.at, broken.to_string());
            }
            match entry.node.table() {
                Some(values) => self.entry(section, (name, entry.at), values),
                None => {
                    let kind = entry.node.kind();
                    self.fault(
                        entry.node.at,
                        format!("`{}.{name}` is {kind}, and should be a table", section.name),
                    );
                }
            }
        }
    }

    fn entry(&mut self, section: &'static Section, (name, at): (&str, usize), values: &Table) {
        for (name, member) in values {
            match section.key(name) {
                Some(key) => self.value(key, &member.node),
                None => {
                    let near = closest(name, section.keys.iter().map(|key| key.name));
                    let fault = format!("unknown key `{name}` of a {}{near}", section.noun);
                    self.fault(member.at, fault);
                }
            }
        }
        if self.part {
            return;
        }
        let place = format!("[{}.{name}]", section.name);
        let required = section
            .keys
            .iter()
            .filter(|key| matches!(key.default, Default::Required));
        for key in required.filter(|key| !values.contains_key(key.name)) {
            self.fault(at, format!("{place} needs `{}`: {}", key.name, key.about));
        }
        for rule in section.rules {
            self.rule(*rule, values, (at, &place));
        }
    }

    fn rule(&mut self, rule: Rule, values: &Table, (at, place): (usize, &str)) {
        let there = |name: &&str| values.contains_key(*name);
        let is_on = |name: &str| values.get(name).and_then(|member| member.node.flag());
        let text = |name: &str| values.get(name).and_then(|member| member.node.text());
        match rule {
            Rule::One(names) => match names.iter().filter(|name| there(name)).count() {
                1 => {}
                0 => self.fault(at, format!("{place} needs one of {}", listed(names))),
                _ => self.fault(at, format!("{place} has more than one of {}", listed(names))),
            },
            Rule::Together(names) => {
                for name in names
                    .iter()
                    .filter(|_| names.iter().any(there))
                    .filter(|name| !there(name))
                {
                    let others: Vec<_> = names.iter().filter(|name| there(name)).copied().collect();
                    self.fault(at, format!("{place} needs `{name}` beside {}", listed(&others)));
                }
            }
            Rule::Needs(key, word, names) if text(key) == Some(word) => {
                for name in names.iter().filter(|name| !there(name)) {
                    self.fault(at, format!("{place} needs `{name}`, because its {key} is {word}"));
                }
            }
            Rule::Alone(key, names) if is_on(key) == Some(true) => {
                let strange = values
                    .iter()
                    .filter(|(name, _)| *name != key && !names.contains(&name.as_str()));
                for (name, member) in strange {
                    let fault =
                        format!("`{name}` cannot stand beside `{key} = true`: {place} is not fgctl's to change");
                    self.fault(member.at, fault);
                }
            }
            Rule::Unless(key, names) if is_on(key) != Some(true) => {
                for name in names.iter().filter(|name| !there(name)) {
                    self.fault(at, format!("{place} needs `{name}`, or `{key} = true`"));
                }
            }
            Rule::Only(switch, key, words) if is_on(switch) != Some(false) => {
                if let Some(word) = text(key).filter(|word| !words.contains(word)) {
                    let fault = format!(
                        "`{key}` is `{word}`; {switch} needs {}, or `{switch} = false`",
                        listed(words)
                    );
                    self.fault(values[key].node.at, fault);
                }
            }
            Rule::Needs(..) | Rule::Alone(..) | Rule::Unless(..) | Rule::Only(..) => {}
        }
    }

    fn value(&mut self, key: &Key, node: &Node) {
        let unresolved = self.part && node.text().is_some_and(|text| text.contains('$'));
        if unresolved || node.is_unset() {
            return;
        }
        if let Some(fault) = fault_of(key, node) {
            self.fault(node.at, fault);
        }
        let items = node.list().unwrap_or_default().iter().map(|item| ("an item of ", item));
        let members = node.table().into_iter().flat_map(|table| table.values());
        let members = members.map(|member| ("a value of ", &member.node));
        for (what, inner) in items
            .chain(members)
            .filter(|(_, inner)| inner.text().is_none() && !inner.is_unset())
        {
            self.fault(
                inner.at,
                format!("{what}`{}` is {}, and should be a text", key.name, inner.kind()),
            );
        }
    }

    /// What names something else names something that is declared.
    fn references(&mut self, manifest: &Table) {
        let declared = |section: &str| manifest.get(section).and_then(|member| member.node.table());
        for section in SECTIONS {
            for (name, entry) in declared(section.name).into_iter().flatten() {
                let Some(values) = entry.node.table() else { continue };
                for key in section.keys {
                    let Some(there_are) = key.refers_to() else { continue };
                    let place = (section, name.as_str(), entry.at);
                    self.reference(place, key, (values, there_are, declared(there_are)));
                }
            }
        }
        self.environments(manifest);
    }

    fn reference(
        &mut self,
        (section, name, at): (&Section, &str, usize),
        key: &Key,
        (values, there_are, declared): (&Table, &str, Option<&Table>),
    ) {
        let place = format!("[{}.{name}]", section.name);
        let Some(member) = values.get(key.name) else {
            let count = declared.map_or(0, Table::len);
            if matches!(key.default, Default::Only) && count != 1 {
                let many = if count == 0 {
                    "there is none"
                } else {
                    "there are several"
                };
                self.fault(at, format!("{place} needs `{}`: of {there_are} {many}", key.name));
            }
            return;
        };
        let one = std::slice::from_ref(&member.node);
        for node in member.node.list().unwrap_or(one) {
            let Some(text) = node.text() else { continue };
            if !declared.is_some_and(|declared| declared.contains_key(text)) {
                let near = closest(
                    text,
                    declared.into_iter().flat_map(|table| table.keys().map(String::as_str)),
                );
                self.fault(
                    node.at,
                    format!("there is no [{there_are}.{text}], which {place} names{near}"),
                );
            }
        }
    }

    /// The environment of a trigger is `RELEASE`, which every gateway has, or declared.
    fn environments(&mut self, manifest: &Table) {
        let table = |section: &str| manifest.get(section).and_then(|member| member.node.table());
        let triggers = table("triggers").into_iter().flatten();
        let named = triggers.filter_map(|(name, entry)| Some((name, entry.node.table()?.get("environment")?)));
        for (name, member) in named {
            let Some(text) = member.node.text().filter(|text| *text != RELEASE) else {
                continue;
            };
            let declared = table("environments");
            if !declared.is_some_and(|declared| declared.contains_key(text)) {
                let known = declared.into_iter().flat_map(|table| table.keys().map(String::as_str));
                let near = closest(text, known.chain([RELEASE]));
                let fault = format!("there is no [environments.{text}], which [triggers.{name}] names{near}");
                self.fault(member.node.at, fault);
            }
        }
    }
}

/// What is wrong with the value of `key`, apart from what is in it.
fn fault_of(key: &Key, node: &Node) -> Option<String> {
    let (name, kind) = (key.name, node.kind());
    let should = |what: &str| Some(format!("`{name}` is {kind}, and should be {what}"));
    match key.shape {
        Shape::Text | Shape::Reference(_) => node.text().is_none().then(|| should("a text"))?,
        Shape::Ruled(rule) => match node.text() {
            Some(text) => rule(text).err().map(|broken| broken.to_string()),
            None => should("a text"),
        },
        Shape::Choice(words) => match node.text() {
            Some(text) if words.contains(&text) => None,
            Some(text) => {
                let near = closest(text, words.iter().copied());
                Some(format!(
                    "`{name}` is `{text}`, and should be one of {}{near}",
                    listed(words)
                ))
            }
            None => should(&format!("one of {}", listed(words))),
        },
        Shape::Number(low, high) => match node.number() {
            Some(number) if (low..=high).contains(&number) => None,
            Some(number) => Some(format!(
                "`{name}` is {number}, and should be {low} to {high}: {}",
                key.about
            )),
            None => should("a whole number"),
        },
        Shape::Numbers(allowed) => match node.number() {
            Some(number) if allowed.contains(&number) => None,
            Some(number) => {
                let allowed: Vec<_> = allowed.iter().map(i64::to_string).collect();
                Some(format!(
                    "`{name}` is {number}, and should be one of {}",
                    allowed.join(", ")
                ))
            }
            None => should("a whole number"),
        },
        Shape::Flag => node.flag().is_none().then(|| should("true or false"))?,
        Shape::Texts | Shape::References(_) => node.list().is_none().then(|| should("a list of texts"))?,
        Shape::Pairs | Shape::Secrets => node.table().is_none().then(|| should("a table of texts"))?,
    }
}

/// Words as a person reads them.
fn listed(words: &[&str]) -> String {
    let words: Vec<_> = words.iter().map(|word| format!("`{word}`")).collect();
    words.join(", ")
}
