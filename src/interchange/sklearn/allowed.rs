//! What a forest of scikit-learn has in its pickle. Nothing of it is called; a file that has anything else was made
//! for something else, and is refused by the name of that.

use super::values::{PyValue, PyValues};
use crate::{Error, Result};

/// Refuses a file with a global that no forest has.
pub(super) fn check(values: &PyValues) -> Result<()> {
    let called = values.iter().find_map(|value| match value {
        PyValue::Object(object) if !is_allowed(values.global(object.callee)) => {
            Some(("call", values.callee_name(object.callee)))
        }
        _ => None,
    });
    let found = called.or_else(|| {
        values.iter().find_map(|value| match *value {
            PyValue::Global { module, name } => {
                let (module, name) = (values.text(module)?, values.text(name)?);
                let allowed = is_allowed(Some((module, name)));
                (!allowed).then(|| ("import", format!("{module}.{name}")))
            }
            PyValue::Extension(code) => Some(("import", format!("extension {code} of copyreg"))),
            PyValue::Persistent => Some(("ask for", "an object outside of the file".to_owned())),
            _ => None,
        })
    });
    match found {
        None => Ok(()),
        Some((verb, what)) => Err(Error::model(format!(
            "the file would {verb} {what}, which no forest of scikit-learn does"
        ))
        .with_help("nothing of it was run; ask whoever made the file what that is for")),
    }
}

/// Whether forests have a global: `None` is what is no global.
fn is_allowed(global: Option<(&str, &str)>) -> bool {
    const BUILTINS: [&str; 14] = [
        "object",
        "bytes",
        "bytearray",
        "set",
        "frozenset",
        "slice",
        "range",
        "complex",
        "int",
        "float",
        "str",
        "bool",
        "list",
        "dict",
    ];
    let Some((module, name)) = global else { return false };
    match module {
        "builtins" | "__builtin__" => BUILTINS.contains(&name),
        "copyreg" | "copy_reg" => name == "_reconstructor",
        "_codecs" => name == "encode",
        "collections" => name == "OrderedDict" || name == "defaultdict",
        "numpy" => !name.contains('.') && !name.starts_with('_') && is_data(name),
        "numpy.core.multiarray" | "numpy._core.multiarray" => {
            name == "_reconstruct" || name == "scalar"
        }
        "numpy.core.numeric" | "numpy._core.numeric" => name == "_frombuffer",
        "numpy.random._pickle" => {
            name.starts_with("__") && (name.ends_with("_ctor") || name == "__bit_generator_ctor")
        }
        "numpy.random.mtrand" | "numpy.random" => name == "RandomState",
        "numpy.random._mt19937" => name == "MT19937",
        "joblib.numpy_pickle" | "sklearn.externals.joblib.numpy_pickle" => {
            name == "NumpyArrayWrapper"
        }
        _ => module.starts_with("sklearn.") && !module.starts_with("sklearn.externals."),
    }
}

/// Whether a name of `numpy` is that of an array or of a type of its elements.
fn is_data(name: &str) -> bool {
    let kind = name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '_');
    ["ndarray", "dtype", "int", "uint", "float", "bool", "str", "object", "bytes"].contains(&kind)
}
