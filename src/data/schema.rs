//! What a model knows of the columns it was trained on.

use serde::Serialize;

/// The features, by name and in order, and the classes, in the order of their codes.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Schema {
    /// The name of the target column.
    pub target: String,
    /// The classes.
    pub classes: Vec<Class>,
    /// The features.
    pub features: Vec<Feature>,
}

/// A class.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Class {
    /// Its label in the table.
    pub name: String,
    /// How many training rows have it.
    pub rows: u64,
}

/// A numeric feature.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Feature {
    /// The column's name.
    pub name: String,
    /// The smallest value among the training rows.
    pub min: f32,
    /// The greatest value among the training rows.
    pub max: f32,
}
