//! How the house is built: what CONTRIBUTING says of it, checked.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// A module's path below `src`, such as `data::rows`.
type Name = String;

/// The source of each module.
fn texts() -> BTreeMap<Name, String> {
    let mut texts = BTreeMap::new();
    let mut folders = vec![Path::new("src").to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix("src").unwrap().with_extension("");
                let name = name.to_str().unwrap().replace('/', "::");
                let name = name.strip_suffix("::mod").unwrap_or(&name).to_owned();
                texts.insert(name, fs::read_to_string(path).unwrap());
            }
        }
    }
    texts
}

/// The source of each module, without comments and unit tests.
fn sources() -> BTreeMap<Name, String> {
    texts().into_iter().map(|(module, text)| (module, code(&text))).collect()
}

fn code(text: &str) -> String {
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let lines = text.lines().map(|line| line.split("//").next().unwrap_or_default());
    lines.collect::<Vec<_>>().join("\n")
}

/// The paths that a `use` gives names to: of `a::{b, c::{d, e}}` these are `a::b`, `a::c::d`, `a::c::e`.
fn paths(prefix: &str, tree: &str, found: &mut Vec<String>) {
    let tree = tree.trim();
    let Some((start, inner)) = tree.split_once('{') else {
        found.push(format!("{prefix}{}", tree.split(" as ").next().unwrap_or_default()));
        return;
    };
    let prefix = format!("{prefix}{start}");
    let inner = inner.strip_suffix('}').unwrap_or(inner);
    let (mut depth, mut from) = (0, 0);
    for (at, c) in inner.char_indices().chain([(inner.len(), ',')]) {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                if !inner[from..at].trim().is_empty() {
                    paths(&prefix, &inner[from..at], found);
                }
                from = at + 1;
            }
            _ => {}
        }
    }
}

/// All that a module names of this crate.
fn used(code: &str) -> Vec<String> {
    let mut found = Vec::new();
    for statement in code.split(';') {
        if let Some((_, tree)) = statement.rsplit_once("use ") {
            paths("", tree, &mut found);
        }
    }
    let is_path = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
    found.extend(code.split(|c| !is_path(c)).map(|path| path.trim_end_matches(':').to_owned()));
    found.retain(|path| path.starts_with("crate::") || path.starts_with("super::"));
    found
}

/// The module that a path leads to, seen from `module`.
fn resolve(path: &str, module: &str, modules: &BTreeMap<Name, String>) -> Name {
    let mut place: Vec<&str> = Vec::new();
    let mut parts = path.split("::").peekable();
    if parts.next_if_eq(&"crate").is_none() {
        place = module.split("::").collect();
        while parts.next_if_eq(&"super").is_some() {
            place.pop();
        }
    }
    place.extend(parts);
    while !place.is_empty() && !modules.contains_key(&place.join("::")) {
        place.pop();
    }
    place.join("::")
}

/// For each module the others that it uses.
fn uses() -> BTreeMap<Name, BTreeSet<Name>> {
    let sources = sources();
    let of_module = |(module, code): (&Name, &String)| {
        let used = used(code).into_iter().map(|path| resolve(&path, module, &sources));
        (module.clone(), used.filter(|other| other != module && !other.is_empty()).collect())
    };
    sources.iter().map(of_module).collect()
}

/// Each uses those before it only.
const ROOMS: [&str; 22] = [
    "message",
    "parameter",
    "error",
    "names",
    "threads",
    "memory",
    "task",
    "settings",
    "metrics",
    "warning",
    "data",
    "io",
    "signing",
    "tree",
    "forest",
    "explain",
    "model",
    "interchange",
    "validation",
    "bench",
    "report",
    "cli",
];

#[test]
fn a_room_uses_only_those_below_it() {
    let floor = |module: &str| {
        let room = module.split("::").next().unwrap_or_default();
        ROOMS.iter().position(|&other| other == room)
    };
    let uses = uses();
    for (module, used) in uses.iter().filter(|(module, _)| !["lib", "main"].contains(&&***module)) {
        let here = floor(module).unwrap_or_else(|| panic!("{module} has no place"));
        for other in used {
            assert!(floor(other) <= Some(here), "{module} uses {other}");
        }
    }
    assert!(uses["model::train"].contains("data"), "nothing is found out");
}

#[test]
fn no_files_use_each_other_in_a_circle() {
    let uses = uses();
    for module in uses.keys() {
        let mut reached = BTreeSet::new();
        let mut next: Vec<&Name> = vec![module];
        while let Some(at) = next.pop() {
            next.extend(uses[at].iter().filter(|other| reached.insert((*other).clone())));
        }
        assert!(!reached.contains(module), "{module} uses itself by way of one of {reached:?}");
    }
}

#[test]
fn the_library_knows_no_flag() {
    let is_flag = |text: &str| text.starts_with(|c: char| c.is_ascii_lowercase());
    for (module, text) in texts() {
        let room = module.split("::").next().unwrap_or_default();
        if ["cli", "report", "main"].contains(&room) {
            continue;
        }
        // Comments may quote how another program was run, and a test how it runs itself.
        let lines = text.lines().filter(|line| !line.trim_start().starts_with("// "));
        for line in lines.filter(|line| !line.contains(" --exact ")) {
            assert!(!line.split("--").skip(1).any(is_flag), "{module}: {line}");
        }
    }
}

#[test]
fn no_two_types_of_the_library_have_the_same_name() {
    let mut places: BTreeMap<String, Vec<Name>> = BTreeMap::new();
    for (module, code) in sources() {
        let room = module.split("::").next().unwrap_or_default();
        if ["cli", "report"].contains(&room) || module.contains("::tests") {
            continue;
        }
        // Types that only their file knows may be called what they are there.
        for line in code.lines().filter(|line| line.starts_with("pub")) {
            let mut words = line
                .split_whitespace()
                .skip_while(|word| !["struct", "enum", "trait"].contains(word));
            if let (Some(_), Some(name)) = (words.next(), words.next()) {
                let name = name.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
                places.entry(name.to_owned()).or_default().push(module.clone());
            }
        }
    }
    assert!(places.len() > 100, "nothing is found out");
    places.retain(|_, modules| modules.len() > 1);
    assert!(places.is_empty(), "{places:?}");
}

#[test]
fn no_file_of_the_program_is_longer_than_four_hundred_lines() {
    for (module, code) in sources() {
        let n_lines = code.lines().count();
        assert!(n_lines <= 400, "{module} has {n_lines} lines: two jobs in one room?");
    }
}

/// The names of a section of dependencies in Cargo.toml.
fn dependencies(cargo_toml: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut is_inside = false;
    for line in cargo_toml.lines() {
        if line.starts_with('[') {
            is_inside = line.ends_with("dependencies]");
        } else if let (true, Some((name, _))) = (is_inside, line.split_once(" = ")) {
            names.insert(name.to_owned());
        }
    }
    names
}

#[test]
fn each_dependency_has_a_reason() {
    let contributing = fs::read_to_string("CONTRIBUTING.md").unwrap();
    let table = contributing.split("| dependency | why |").nth(1).unwrap();
    let rows = table.lines().skip(2).take_while(|line| line.starts_with('|'));
    let names = rows.filter_map(|row| row.split('|').nth(1)).flat_map(|names| names.split(','));
    let named: BTreeSet<String> = names.map(|name| name.trim().to_owned()).collect();
    assert_eq!(named, dependencies(&fs::read_to_string("Cargo.toml").unwrap()));
}
