//! Tables as JSON: an object a line, or an array of them. The columns are the objects' keys, in the order
//! in which they appear; a key that an object has not is a missing value.

mod blocks;
mod records;

pub(super) use blocks::{HELP, JsonBlock, JsonBlocks};
pub(super) use records::{Keys, read};
