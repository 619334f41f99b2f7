use prost::Message;

use super::messages::{AttributeProto, ModelProto, NodeProto, decode, encode};
use super::{read, to_onnx, to_onnx5};
use crate::data::{Class, Feature, FeatureKind, Schema, Sha256Digest, TargetKind, TargetSchema};
use crate::forest::assemble::{AnyNode, Assembler};
use crate::model::imported::{ForeignFile, ForeignModel};
use crate::{Decision, Model};

/// A tree with a leaf of two classes, and one without branches:
///
/// ```text
/// x0 <= 0.5, missing left        a
/// ├ a 0.25, c 0.75
/// └ x1 <= 1.5, missing right
///   ├ b
///   └ c
/// ```
fn model() -> Model {
    let branch = |feature, threshold, missing_left, left| AnyNode::Branch {
        feature,
        threshold,
        missing_left,
        left,
        right: left + 1,
    };
    let nodes = [branch(0, 0.5, true, 1), AnyNode::Leaf, branch(1, 1.5, false, 3)];
    let node = |index: usize| Ok(nodes.get(index).copied().unwrap_or(AnyNode::Leaf));
    let mut assembler = Assembler::classes(2, 3).unwrap();
    assembler
        .add_class_tree(5, node, |leaf, shares| {
            shares.extend(match leaf {
                1 => vec![(0, 0.25), (2, 0.75)],
                leaf => vec![(leaf as u32 - 2, 1.0)],
            });
            Ok(())
        })
        .unwrap();
    let lone = |_: usize, shares: &mut Vec<(u32, f64)>| {
        shares.push((0, 1.0));
        Ok(())
    };
    assembler.add_class_tree(1, |_| Ok(AnyNode::Leaf), lone).unwrap();
    let classes = ["a", "b", "c"].map(|name| Class { name: name.to_owned(), rows: 0 });
    let kind = TargetKind::Classification { classes: classes.to_vec() };
    let feature = |name: &str| Feature {
        name: name.to_owned(),
        kind: FeatureKind::UNKNOWN,
        spelling: None,
        date_spelling: None,
        missing: 0,
    };
    let foreign = ForeignModel {
        system: "a test".to_owned(),
        settings: Vec::new(),
        schema: Schema {
            target: TargetSchema { name: "y".to_owned(), kind, spelling: None },
            features: vec![feature("x0"), feature("x1")],
            missing: Vec::new(),
            histograms: None,
        },
        forest: assembler.finish(None, None).unwrap(),
        decision: Decision::MostProbable,
        intervals: None,
    };
    let file = ForeignFile {
        name: "test".to_owned(),
        sha256: Sha256Digest::new(b""),
        created: None,
        tags: Vec::new(),
    };
    Model::from_foreign(foreign, file).unwrap()
}

/// The operator with trees, and its attribute of a name.
fn attribute(bytes: &[u8], op: &str, name: &str) -> AttributeProto {
    let file = ModelProto::decode(bytes).unwrap();
    let nodes = file.graph.unwrap().node;
    let nodes = nodes.iter().map(|bytes| decode::<NodeProto>("a node", bytes).unwrap());
    let node = nodes.into_iter().find(|node| node.op_type == op).unwrap();
    let attributes = node.attribute.iter().map(|bytes| decode("an attribute", bytes).unwrap());
    attributes.into_iter().find(|attribute: &AttributeProto| attribute.name == name).unwrap()
}

#[test]
fn trees_are_lists_of_nodes_and_of_weights() {
    let bytes = to_onnx(&model()).unwrap().bytes;
    let attribute = |name: &str| attribute(&bytes, "TreeEnsembleClassifier", name);
    for (name, expected) in [
        ("nodes_treeids", &[0, 0, 0, 0, 0, 1][..]),
        ("nodes_nodeids", &[0, 1, 2, 3, 4, 0]),
        ("nodes_featureids", &[0, 0, 1, 0, 0, 0]),
        ("nodes_truenodeids", &[1, 0, 3, 0, 0, 0]),
        ("nodes_falsenodeids", &[2, 0, 4, 0, 0, 0]),
        ("nodes_missing_value_tracks_true", &[1, 0, 0, 0, 0, 0]),
        ("class_treeids", &[0, 0, 0, 0, 1]),
        ("class_nodeids", &[1, 1, 3, 4, 0]),
        ("class_ids", &[0, 2, 1, 2, 0]),
    ] {
        assert_eq!(attribute(name).ints, expected, "{name}");
    }
    assert_eq!(attribute("nodes_values").floats, [0.5, 0.0, 1.5, 0.0, 0.0, 0.0]);
    assert_eq!(attribute("class_weights").floats, [0.25, 0.75, 1.0, 1.0, 1.0]);
    let modes = attribute("nodes_modes").strings;
    assert_eq!(modes, ["BRANCH_LEQ", "LEAF", "BRANCH_LEQ", "LEAF", "LEAF", "LEAF"]);
}

#[test]
fn a_leaf_of_two_classes_is_a_leaf_of_two_trees_where_leaves_have_one_class() {
    let bytes = to_onnx5(&model()).unwrap().bytes;
    let attribute = |name: &str| attribute(&bytes, "TreeEnsemble", name);
    for (name, expected) in [
        ("tree_roots", &[0, 2, 3][..]),
        ("nodes_featureids", &[0, 1, 0, 0]),
        ("nodes_truenodeids", &[0, 1, 3, 5]),
        ("nodes_trueleafs", &[1, 1, 1, 1]),
        ("nodes_falsenodeids", &[1, 2, 4, 5]),
        ("nodes_falseleafs", &[0, 1, 1, 1]),
        ("nodes_missing_value_tracks_true", &[1, 0, 1, 0]),
        ("leaf_targetids", &[0, 1, 2, 2, 0, 0]),
    ] {
        assert_eq!(attribute(name).ints, expected, "{name}");
    }
    let doubles = |name: &str| -> Vec<f64> {
        let raw = attribute(name).t.unwrap().raw_data;
        raw.as_chunks().0.iter().map(|word| f64::from_le_bytes(*word)).collect()
    };
    assert_eq!(doubles("nodes_splits"), [0.5, 1.5, 0.5, 0.0]);
    assert_eq!(doubles("leaf_weights"), [0.25, 1.0, 1.0, 0.75, 0.0, 1.0]);
}

#[test]
fn both_versions_give_the_forest_back() {
    let model = model();
    for exported in [to_onnx(&model), to_onnx5(&model)] {
        let exported = exported.unwrap();
        assert_eq!(exported.difference, Some(0.0));
        assert_eq!(read(&exported.bytes).unwrap().forest, *model.forest());
    }
}

/// The file with attributes of one operator changed.
fn altered(bytes: &[u8], op: &str, change: impl Fn(&mut AttributeProto)) -> Vec<u8> {
    let mut file = ModelProto::decode(bytes).unwrap();
    let graph = file.graph.as_mut().unwrap();
    for bytes in &mut graph.node {
        let mut node: NodeProto = decode("a node", bytes).unwrap();
        if node.op_type == op {
            for bytes in &mut node.attribute {
                let mut attribute = decode("an attribute", bytes).unwrap();
                change(&mut attribute);
                *bytes = encode(&attribute);
            }
            *bytes = encode(&node);
        }
    }
    file.encode_to_vec()
}

#[test]
fn lists_that_are_no_forest_are_refused() {
    let change_ints = |name: &'static str, at: usize, to: i64| {
        move |attribute: &mut AttributeProto| {
            if attribute.name == name {
                attribute.ints[at] = to;
            }
        }
    };
    let three = to_onnx(&model()).unwrap().bytes;
    let five = to_onnx5(&model()).unwrap().bytes;
    for (bytes, op, name, at, to, words) in [
        (&three, "TreeEnsembleClassifier", "nodes_truenodeids", 2, 0, "not part of a tree"),
        (&three, "TreeEnsembleClassifier", "nodes_truenodeids", 2, 9, "no node 9"),
        (&three, "TreeEnsembleClassifier", "nodes_featureids", 2, 7, "compare 8 features"),
        (&three, "TreeEnsembleClassifier", "nodes_featureids", 2, -1, "no feature -1"),
        (&three, "TreeEnsembleClassifier", "nodes_treeids", 5, 0, "two nodes of one number"),
        (&three, "TreeEnsembleClassifier", "class_ids", 1, 0, "shares of the classes"),
        (&three, "TreeEnsembleClassifier", "class_nodeids", 1, 3, "add up to"),
        (&five, "TreeEnsemble", "nodes_falsenodeids", 0, 0, "below itself"),
        (&five, "TreeEnsemble", "nodes_falsenodeids", 0, 9, "no branch 9"),
        (&five, "TreeEnsemble", "nodes_truenodeids", 1, 99, "no leaf 99"),
        (&five, "TreeEnsemble", "nodes_featureids", 2, 1, "do not fit together"),
        (&five, "TreeEnsemble", "tree_roots", 1, -1, "no branch -1"),
    ] {
        let error = read(&altered(bytes, op, change_ints(name, at, to))).err();
        let error = error.unwrap_or_else(|| panic!("{name} {at} {to}")).to_string();
        assert!(error.contains(words), "{name} {at} {to}: {error}");
    }
}

#[test]
fn a_matrix_of_more_columns_than_there_is_memory_for_is_refused() {
    let bytes = to_onnx(&model()).unwrap().bytes;
    // The input's second dimension: field 1 of a message of two bytes, 2.
    let narrow = [0x0a, 0x02, 0x08, 0x02];
    let at = bytes.windows(4).position(|window| window == narrow).unwrap();
    let mut wide = bytes.clone();
    wide[at + 3] = 0x7f;
    assert_eq!(read(&wide).unwrap().forest.n_features(), 127);

    let mut file = ModelProto::decode(&bytes[..]).unwrap();
    let graph = file.graph.as_mut().unwrap();
    let mut input: super::messages::ValueInfoProto = decode("an input", &graph.input[0]).unwrap();
    let shape = input.r#type.as_mut().unwrap().tensor_type.as_mut().unwrap().shape.as_mut();
    let dim = super::messages::DimensionProto { dim_value: Some(1 << 40), dim_param: None };
    shape.unwrap().dim[1] = encode(&dim);
    graph.input[0] = encode(&input);
    let error = read(&file.encode_to_vec()).err().unwrap().to_string();
    assert!(error.contains("columns or more"), "{error}");
}
