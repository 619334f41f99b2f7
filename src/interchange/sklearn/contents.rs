//! What a pickle would import and call, as a list without a verdict.

use std::collections::HashMap;

use serde::Serialize;

use super::values::{PyValue, PyValues};

/// What loading a pickle would import and call, in the order of the file.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Contents {
    /// What there is, each once.
    pub globals: Vec<Imported>,
    /// How many calls there are of what is no global: of the results of other calls.
    pub other_calls: u64,
    /// How many objects the loading program would have to supply.
    pub persistent: u64,
    /// Why the file could not be read to its end, if it could not.
    #[serde(rename = "not_read")]
    pub error: Option<String>,
}

/// Something that a pickle imports.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Imported {
    /// Module and name, such as `numpy.dtype`.
    pub name: String,
    /// How often it is named.
    pub imports: u64,
    /// How often it is called, or an object made of it.
    pub calls: u64,
}

/// Lists what values would import and call.
pub(super) fn list(values: &PyValues, error: Option<String>) -> Contents {
    let mut contents = Contents { globals: Vec::new(), other_calls: 0, persistent: 0, error };
    let mut numbers = HashMap::new();
    let mut number = |globals: &mut Vec<Imported>, name: (&str, &str)| {
        let key = (name.0.to_owned(), name.1.to_owned());
        *numbers.entry(key).or_insert_with(|| {
            let name = format!("{}.{}", name.0, name.1);
            globals.push(Imported { name, imports: 0, calls: 0 });
            globals.len() - 1
        })
    };
    for value in values.iter() {
        match value {
            PyValue::Global { module, name } => {
                let name = values.text(*module).zip(values.text(*name)).unwrap_or_default();
                let number = number(&mut contents.globals, name);
                contents.globals[number].imports += 1;
            }
            PyValue::Extension(code) => {
                let number =
                    number(&mut contents.globals, ("copyreg", &format!("extension {code}")));
                contents.globals[number].imports += 1;
            }
            PyValue::Object(object) => match values.global(object.callee) {
                Some(name) => {
                    let number = number(&mut contents.globals, name);
                    contents.globals[number].calls += 1;
                }
                None => contents.other_calls += 1,
            },
            PyValue::Persistent => contents.persistent += 1,
            _ => {}
        }
    }
    contents
}
