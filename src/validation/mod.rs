//! How a forest does beside simpler algorithms, on the same rows of the same table.

mod rivals;

pub use rivals::remark::RivalRemark;
pub use rivals::{Rival, RivalAnswers};
