//! A tree of scikit-learn: an array of nodes and one of values.

use std::borrow::Cow;

use super::dtype::{DType, ElementKind, Scalar};
use super::encoder::OrdinalEncoder;
use super::numpy::{self, Array, Elements};
use super::object::get;
use super::pairwise;
use super::values::{Id, PyValue, PyValues};
use crate::forest::assemble::{AnyNode, threshold};
use crate::message::shorten;
use crate::{Error, Result};

/// What a leaf has for its left child (`TREE_LEAF`).
const NO_CHILD: i64 = -1;

/// A `sklearn.tree._tree.Tree`.
pub(super) struct SklearnTree<'v> {
    nodes: Cow<'v, [u8]>,
    node_size: usize,
    fields: Fields,
    values: Cow<'v, [u8]>,
    /// How the values of nodes lie.
    scalar: Scalar,
    pub(super) n_nodes: usize,
    /// How many values a node has: one for each class, or one.
    n_values: usize,
    /// From a node's value to the next, and from a node to the next, in values.
    value_stride: usize,
    node_stride: usize,
    /// Whether the values are weights of classes, not shares.
    holds_counts: bool,
}

/// Where in a node its fields are.
#[derive(Clone, Copy)]
struct Fields {
    left: Place,
    right: Place,
    feature: Place,
    threshold: Place,
    impurity: Place,
    weight: Place,
    /// Since scikit-learn 1.3; before, missing values go right.
    missing_left: Option<Place>,
}

#[derive(Clone, Copy)]
struct Place {
    offset: usize,
    scalar: Scalar,
}

impl Place {
    fn bytes(self, node: &[u8]) -> &[u8] {
        &node[self.offset..self.offset + self.scalar.size]
    }

    fn int(self, node: &[u8]) -> i64 {
        match self.bytes(node).try_into() {
            Ok(bytes) if !self.scalar.big_endian => i64::from_le_bytes(bytes),
            _ => self.scalar.int(self.bytes(node)).unwrap_or(NO_CHILD.into()) as i64,
        }
    }

    fn float(self, node: &[u8]) -> f64 {
        self.scalar.float(self.bytes(node)).unwrap_or(f64::NAN)
    }
}

impl Fields {
    fn find(dtype: &DType) -> Result<Self> {
        const KNOWN: [&str; 8] = [
            "left_child",
            "right_child",
            "feature",
            "threshold",
            "impurity",
            "n_node_samples",
            "weighted_n_node_samples",
            "missing_go_to_left",
        ];
        let DType::Record { fields, .. } = dtype else {
            return Err(Error::model("the nodes of a tree are not records"));
        };
        if let Some(field) = fields.iter().find(|field| !KNOWN.contains(&field.name.as_str())) {
            let name = shorten(&field.name);
            return Err(Error::model(format!(
                "the nodes of a tree have a '{name}', which is not known"
            )));
        }
        let place = |name: &str, is_float: bool| {
            let found = fields.iter().find(|field| field.name == name)?;
            let place = Place { offset: found.offset, scalar: found.scalar };
            let fits = match found.scalar.kind {
                ElementKind::Float => is_float,
                ElementKind::Int | ElementKind::UInt | ElementKind::Bool => !is_float,
                ElementKind::Text | ElementKind::Bytes | ElementKind::Object => false,
            };
            fits.then_some(place)
        };
        let need = |name: &str, is_float: bool| {
            let message = || format!("the nodes of a tree have no '{name}' that can be read");
            place(name, is_float).ok_or_else(|| Error::model(message()))
        };
        Ok(Self {
            left: need("left_child", false)?,
            right: need("right_child", false)?,
            feature: need("feature", false)?,
            threshold: need("threshold", true)?,
            impurity: need("impurity", true)?,
            weight: need("weighted_n_node_samples", true)?,
            missing_left: place("missing_go_to_left", false),
        })
    }
}

impl<'v> SklearnTree<'v> {
    /// The tree whose nodes have so many values: weights of classes before scikit-learn 1.4.
    pub(super) fn read(
        values: &'v PyValues,
        id: Id,
        n_values: usize,
        holds_counts: bool,
    ) -> Result<Self> {
        let no_tree = |what: &str| Error::model(format!("the tree_ {what}"));
        let object = values.object(id).ok_or_else(|| no_tree("is not an object"))?;
        let class = values.global(object.callee);
        let is_tree = class.is_some_and(|(module, name)| {
            module.starts_with("sklearn.tree.") && module.ends_with("_tree") && name == "Tree"
        });
        if !is_tree {
            return Err(no_tree(&format!("is of {}", values.callee_name(object.callee))));
        }
        let state = object.state.map(|state| values.get(state));
        let Some(PyValue::Dict(entries)) = state else {
            return Err(no_tree("has no state"));
        };
        if entries.len() > 64 {
            return Err(no_tree("has a state of too many entries"));
        }
        let array = |name: &str| {
            let id =
                get(values, entries, name).ok_or_else(|| no_tree(&format!("has no {name}")))?;
            numpy::array(values, id)
        };
        let Array { dtype, shape, elements: Elements::Bytes(nodes), .. } = array("nodes")? else {
            return Err(no_tree("has nodes that are objects"));
        };
        let [n_nodes] = *shape else { return Err(no_tree("has nodes in several dimensions")) };
        let fields = Fields::find(&dtype)?;
        let node_size = dtype.size();

        let of_nodes = array("values")?;
        let Some((scalar, _)) = of_nodes.floats() else {
            return Err(no_tree("has values that are not floating-point numbers"));
        };
        if *of_nodes.shape != [n_nodes, 1, n_values] {
            return Err(no_tree(&format!(
                "has values of shape {:?} for {n_nodes} nodes and {n_values} classes",
                of_nodes.shape
            )));
        }
        let (value_stride, node_stride) =
            if of_nodes.is_fortran { (n_nodes, 1) } else { (1, n_values) };
        let Elements::Bytes(of_nodes) = of_nodes.elements else {
            return Err(no_tree("has values that are objects"));
        };
        Ok(Self {
            nodes,
            node_size,
            fields,
            values: of_nodes,
            scalar,
            n_nodes,
            n_values,
            value_stride,
            node_stride,
            holds_counts,
        })
    }

    /// The bytes of its arrays.
    pub(super) fn n_bytes(&self) -> usize {
        self.nodes.len() + self.values.len()
    }

    fn record(&self, node: usize) -> &[u8] {
        &self.nodes[node * self.node_size..][..self.node_size]
    }

    /// A node as a forest takes it, that of features which an encoder made as levels have them.
    pub(super) fn node(&self, index: usize, encoder: Option<&OrdinalEncoder>) -> Result<AnyNode> {
        let (fields, record) = (&self.fields, self.record(index));
        let left = fields.left.int(record);
        if left == NO_CHILD {
            return Ok(AnyNode::Leaf);
        }
        let mut border = fields.threshold.float(record);
        let mut missing_left = fields.missing_left.is_some_and(|place| place.int(record) != 0);
        let wrong = |what: String| Error::model(format!("node {index} has {what}"));
        let number = |found: i64, what: &str| {
            usize::try_from(found).map_err(|_| wrong(format!("the {what} {found}")))
        };
        let feature = number(fields.feature.int(record), "feature")?;
        if let Some(encoder) = encoder {
            (border, missing_left) = encoder.shift(feature, border, missing_left);
        }
        let threshold =
            threshold(border).ok_or_else(|| wrong(format!("the threshold {border}")))?;
        let (left, right) =
            (number(left, "left child")?, number(fields.right.int(record), "right child")?);
        Ok(AnyNode::Branch { feature, threshold, missing_left, left, right })
    }

    /// A value of a node, whose class is 0 in a regression.
    pub(super) fn value(&self, node: usize, class: usize) -> f64 {
        let index = node * self.node_stride + class * self.value_stride;
        let size = self.scalar.size;
        self.scalar.float(&self.values[index * size..][..size]).unwrap_or(f64::NAN)
    }

    /// The classes of a node with their shares, those that are 0 left out. Where there are counts, `predict_proba`
    /// divides them by their sum.
    pub(super) fn shares(&self, node: usize, shares: &mut Vec<(u32, f64)>) {
        let total = if self.holds_counts { self.total(node) } else { 1.0 };
        for class in 0..self.n_values {
            let value = self.value(node, class);
            if value != 0.0 {
                shares.push((class as u32, value / total));
            }
        }
    }

    fn total(&self, node: usize) -> f64 {
        let counts: Vec<f64> = (0..self.n_values).map(|class| self.value(node, class)).collect();
        pairwise::sum(&counts)
    }

    /// The weight of the training rows at a node.
    pub(super) fn weight(&self, node: usize) -> f64 {
        self.fields.weight.float(self.record(node))
    }

    /// The weight of a class's training rows.
    pub(super) fn class_weight(&self, class: usize) -> f64 {
        let value = self.value(0, class);
        if self.holds_counts { value } else { value * self.weight(0) }
    }

    pub(super) fn is_leaf(&self, node: usize) -> bool {
        self.fields.left.int(self.record(node)) == NO_CHILD
    }

    /// By how much the splits of each feature lower the impurity, as scikit-learn adds it up
    /// (`compute_feature_importances`). The tree has to be one that a forest took.
    pub(super) fn importances(&self, n_features: usize) -> Vec<f64> {
        let impurity = |node: i64| {
            let record = self.record(node as usize);
            self.fields.weight.float(record) * self.fields.impurity.float(record)
        };
        let mut importances = vec![0.0; n_features];
        for node in (0..self.n_nodes).filter(|&node| !self.is_leaf(node)) {
            let record = self.record(node);
            let (left, right) = (self.fields.left.int(record), self.fields.right.int(record));
            importances[self.fields.feature.int(record) as usize] +=
                impurity(node as i64) - impurity(left) - impurity(right);
        }
        let weight = self.weight(0);
        for importance in &mut importances {
            *importance /= weight;
        }
        let total = pairwise::sum(&importances);
        if total > 0.0 {
            for importance in &mut importances {
                *importance /= total;
            }
        }
        importances
    }
}
