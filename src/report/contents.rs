//! What `forest inspect` has to say of a pickle.

use std::fmt;

use serde::Serialize;

use super::text::{count, line, table, texts, thousands};
use forest::interchange::Contents;

/// What a pickle would import and call.
#[derive(Serialize)]
pub(crate) struct ContentsReport {
    #[serde(flatten)]
    contents: Contents,
}

impl ContentsReport {
    pub(crate) fn new(contents: Contents) -> Self {
        Self { contents }
    }
}

impl fmt::Display for ContentsReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Contents { globals, other_calls, persistent, error } = &self.contents;
        writeln!(
            f,
            "no model of forest: what Python would import and call to load it; nothing was run"
        )?;
        let mut rows = vec![texts(["name", "imported", "called"])];
        rows.extend(globals.iter().map(|global| {
            vec![global.name.clone(), thousands(global.imports), thousands(global.calls)]
        }));
        table(f, &rows)?;
        if *other_calls > 0 {
            line(f, "called besides", count(*other_calls, "result of a call", "results of calls"))?;
        }
        if *persistent > 0 {
            line(f, "asked for", count(*persistent, "object", "objects"))?;
        }
        match error {
            Some(error) => line(f, "not read to its end", error),
            None => line(f, "to take a forest out", "forest import FILE --out MODEL"),
        }
    }
}
