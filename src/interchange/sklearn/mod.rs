//! Forests of scikit-learn, out of the files that Python's pickle, joblib and skops write. Nothing in such a file is
//! run or imported: what it describes is built of values that do nothing, and a forest is recognised by the names.
//!
//! | from the bytes up | |
//! |---|---|
//! | `container` | how the file is packed |
//! | `input`, `opcodes`, `stack`, `machine`, `values` | the pickle machine, and what it builds |
//! | `joblib` | arrays between the bytes of a pickle |
//! | `skops`, `npy` | the same values out of an archive |
//! | `dtype`, `pickled_dtype`, `stored`, `numpy` | arrays and scalars |
//! | `object`, `text` | attributes of objects; values as Python writes them |
//! | `estimator`, `pipeline`, `encoder`, `tree`, `allowed` | what scikit-learn's names mean, and which names there may be |
//! | `model` | the forest |
//! | `contents` | what a file would import and call |

mod allowed;
mod container;
mod contents;
mod dtype;
mod encoder;
mod estimator;
mod input;
mod joblib;
mod machine;
mod model;
mod npy;
mod numpy;
mod object;
mod opcodes;
mod pairwise;
mod pickled_dtype;
mod pipeline;
mod skops;
mod stack;
mod stored;
mod text;
mod tree;
mod values;

pub use contents::{Contents, Imported};

use crate::model::imported::ForeignModel;
use crate::{Error, Result};
use container::Content;
use estimator::Estimator;
use pipeline::Steps;
use values::{Id, PyValues};

/// Whether a file begins as such files do.
pub(crate) fn is_beginning(bytes: &[u8]) -> bool {
    // What Python has written since 3.0 begins with its protocol, of 0 and 1 with a global, a mark or a collection.
    matches!(bytes, [0x80 | b'c' | b'(' | b']' | b'}', ..]) || container::is_packed(bytes)
}

/// The model in a pickle, or in a file of joblib or skops.
///
/// # Errors
/// The file is damaged, or holds something else, which is named.
pub(crate) fn read(bytes: &[u8]) -> Result<ForeignModel> {
    match container::open(bytes)? {
        Content::Zip(bytes) => {
            let archive = skops::read(bytes)?;
            read_values(&archive.values, archive.root, archive.n_bytes)
        }
        Content::Pickle(bytes) => {
            let pickle = machine::run(&bytes);
            let root = pickle.root?;
            if pickle.is_python_2 {
                return Err(Error::model(
                    "it is a pickle of Python 2, whose scikit-learn is 0.20 or older",
                )
                .with_help("fit the model again with a newer one"));
            }
            read_values(&pickle.values, root, bytes.len())
        }
    }
}

fn read_values(values: &PyValues, root: Id, n_bytes: usize) -> Result<ForeignModel> {
    let steps = Steps::read(values, estimator::instance(values, root)?)?;
    let estimator = Estimator::read(values, steps)?;
    allowed::check(values)?;
    model::assemble(values, &estimator, n_bytes)
}

impl Contents {
    /// How many bytes of a file say whether it may be a pickle, or packed as joblib and skops pack.
    pub const BEGINNING_LEN: usize = 8;

    /// Whether a file begins as a pickle does, or as joblib and skops pack one.
    pub fn is_beginning(bytes: &[u8]) -> bool {
        is_beginning(bytes)
    }

    /// Lists what a file would import and call if Python loaded it, as far as it can be read.
    ///
    /// # Errors
    /// The file cannot be unpacked.
    pub fn read(bytes: &[u8]) -> Result<Self> {
        match container::open(bytes)? {
            Content::Zip(bytes) => Ok(contents::list(&skops::read(bytes)?.values, None)),
            Content::Pickle(bytes) => {
                let pickle = machine::run(&bytes);
                let error = pickle.root.err().map(|error| error.message().to_string());
                Ok(contents::list(&pickle.values, error))
            }
        }
    }
}
