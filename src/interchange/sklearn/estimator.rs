//! The estimators of scikit-learn that are forests or trees, recognised by name.

use std::borrow::Cow;

use super::encoder::OrdinalEncoder;
use super::numpy::{self, int};
use super::object::Instance;
use super::pipeline::Steps;
use super::text;
use super::values::{Id, PyValue, PyValues};
use crate::message::shorten;
use crate::{Error, MAX_CLASSES, Result};

/// scikit-learn's leaves hold weights of classes before this version, and shares from it on.
const SHARES_SINCE: (u32, u32) = (1, 4);

/// So many settings are kept: no estimator has more.
const MAX_SETTINGS: usize = 60;

/// An estimator that was fitted.
pub(super) struct Estimator<'v> {
    pub(super) instance: Instance<'v>,
    /// What makes numbers of texts before.
    pub(super) encoder: Option<OrdinalEncoder<'v>>,
    pub(super) version: &'v str,
    pub(super) holds_counts: bool,
    /// The labels of the classes, in their order; `None` for a regression.
    pub(super) classes: Option<Vec<Cow<'v, str>>>,
    pub(super) n_features: usize,
    /// The `tree_` of each tree, one or more.
    pub(super) trees: Vec<Id>,
}

/// A kind of estimator.
struct Kind {
    name: &'static str,
    /// Where it is, without what scikit-learn has renamed.
    module: &'static str,
    is_classifier: bool,
}

const KINDS: [Kind; 8] = [
    Kind { name: "RandomForestClassifier", module: "sklearn.ensemble.", is_classifier: true },
    Kind { name: "RandomForestRegressor", module: "sklearn.ensemble.", is_classifier: false },
    Kind { name: "ExtraTreesClassifier", module: "sklearn.ensemble.", is_classifier: true },
    Kind { name: "ExtraTreesRegressor", module: "sklearn.ensemble.", is_classifier: false },
    Kind { name: "DecisionTreeClassifier", module: "sklearn.tree.", is_classifier: true },
    Kind { name: "DecisionTreeRegressor", module: "sklearn.tree.", is_classifier: false },
    Kind { name: "ExtraTreeClassifier", module: "sklearn.tree.", is_classifier: true },
    Kind { name: "ExtraTreeRegressor", module: "sklearn.tree.", is_classifier: false },
];

/// Which kind of estimator an object is.
///
/// # Errors
/// It is something else, which is named.
fn kind(instance: &Instance) -> Result<&'static Kind> {
    let is = |kind: &&Kind| instance.class == kind.name && instance.module.starts_with(kind.module);
    if let Some(kind) = KINDS.iter().find(is) {
        return Ok(kind);
    }
    let error = Error::model(format!("it is {}, not a forest of scikit-learn", instance.name()));
    if instance.module.starts_with("sklearn.model_selection.") {
        return Err(error.with_help("dump its best_estimator_ instead"));
    }
    Err(error.with_help(
        "RandomForest, ExtraTrees, DecisionTree and ExtraTree, Classifier or Regressor, can be imported",
    ))
}

/// The object that a file holds.
///
/// # Errors
/// It is none of a class: what it is.
pub(super) fn instance<'v>(values: &'v PyValues<'v>, id: Id) -> Result<Instance<'v>> {
    Instance::new(values, id).ok_or_else(|| match values.get(id) {
        PyValue::Object(object) => {
            let name = values.callee_name(object.callee);
            Error::model(format!("the file would call {name}, and holds no model of scikit-learn"))
                .with_help("nothing of it was run; ask whoever made the file what that is for")
        }
        other => {
            Error::model(format!("the file holds {}, not a model of scikit-learn", other.kind()))
                .with_help("dump the fitted model by itself")
        }
    })
}

impl<'v> Estimator<'v> {
    /// Recognises an estimator.
    ///
    /// # Errors
    /// It is another, has not been fitted, or has several targets.
    pub(super) fn read(values: &'v PyValues<'v>, steps: Steps<'v>) -> Result<Self> {
        let Steps { forest: instance, encoder } = steps;
        let kind = kind(&instance)?;
        let (version, holds_counts) = version(&instance)?;
        let trees = trees(values, &instance)?;
        check_outputs(values, &instance)?;
        let n_features = instance.get("n_features_in_").or_else(|| instance.get("n_features_"));
        let n_features = n_features.and_then(|id| usize::try_from(int(values, id)?).ok());
        let n_features = n_features.ok_or_else(|| {
            Error::model(format!("the {} does not say how many features it has", kind.name))
        })?;
        let n_encoded = encoder.as_ref().map_or(n_features, |encoder| encoder.columns.len());
        if n_encoded != n_features {
            let message = format!("the encoder has {n_encoded} columns, the forest {n_features}");
            return Err(Error::model(message));
        }
        let classes = if kind.is_classifier { Some(classes(values, &instance)?) } else { None };
        Ok(Self { instance, encoder, version, holds_counts, classes, n_features, trees })
    }

    /// The names of the features, or x0, x1, … where it was fitted on an array without names.
    pub(super) fn feature_names(&self, values: &'v PyValues) -> Result<Vec<Cow<'v, str>>> {
        let names = match &self.encoder {
            Some(encoder) => encoder.names,
            None => self.instance.get("feature_names_in_"),
        };
        let Some(id) = names else {
            return Ok((0..self.n_features).map(|number| format!("x{number}").into()).collect());
        };
        let names = text::elements(values, &numpy::array(values, id)?, "names of features")?;
        if names.len() != self.n_features {
            let found = names.len();
            let message = format!("there are {found} names of {} features", self.n_features);
            return Err(Error::model(message));
        }
        text::different(names, "features have the name")
    }

    /// The estimator's class and its parameters, as Python writes them. What an object is is left out.
    pub(super) fn settings(&self, values: &PyValues) -> Vec<(String, String)> {
        let class = ("estimator".to_owned(), self.instance.class.to_owned());
        let parameters = self.instance.attributes().filter(|(name, _)| is_parameter(name));
        let parameters = parameters
            .filter_map(|(name, value)| Some((shorten(name), text::setting(values, value)?)));
        std::iter::once(class).chain(parameters).take(MAX_SETTINGS).collect()
    }

    /// Whether it is of several trees, not a tree by itself.
    pub(super) fn is_forest(&self) -> bool {
        !is_tree(&self.instance)
    }

    /// Whether classes were given weights.
    pub(super) fn is_weighted(&self, values: &PyValues) -> bool {
        let weight = self.instance.get("class_weight");
        weight.is_some_and(|weight| !matches!(values.get(weight), PyValue::None))
    }
}

fn is_tree(instance: &Instance) -> bool {
    instance.module.starts_with("sklearn.tree.")
}

/// What was fitted has an underscore at its end, and the rest is a tree's.
fn is_parameter(name: &str) -> bool {
    !name.starts_with('_')
        && !name.ends_with('_')
        && !["estimator", "base_estimator", "estimator_params"].contains(&name)
}

/// The version of scikit-learn, and whether its leaves hold weights of classes.
fn version<'v>(instance: &Instance<'v>) -> Result<(&'v str, bool)> {
    let version = instance.text("_sklearn_version").ok_or_else(|| {
        Error::model(
            "it does not say which version of scikit-learn it is of, so is of one before 0.18",
        )
    })?;
    let mut parts = version.split('.').map(|part| part.parse::<u32>().ok());
    let (Some(Some(major)), Some(Some(minor))) = (parts.next(), parts.next()) else {
        return Err(Error::model(format!("'{}' is no version of scikit-learn", shorten(version))));
    };
    Ok((version, (major, minor) < SHARES_SINCE))
}

/// The `tree_` of each tree of a forest, or of a tree by itself.
fn trees(values: &PyValues, instance: &Instance) -> Result<Vec<Id>> {
    let not_fitted = || {
        Error::model(format!("the {} has not been fitted", instance.class))
            .with_help("call its fit, then dump it")
    };
    if is_tree(instance) {
        return Ok(vec![instance.get("tree_").ok_or_else(not_fitted)?]);
    }
    let estimators = instance.get("estimators_").ok_or_else(not_fitted)?;
    let PyValue::List(estimators) = values.get(estimators) else {
        return Err(Error::model(format!("the trees of the {} are not a list", instance.class)));
    };
    if estimators.is_empty() {
        return Err(Error::model(format!("the {} has no trees", instance.class)));
    }
    let tree = |&id: &Id| {
        let tree = self::instance(values, id)?;
        if !is_tree(&tree) {
            return Err(Error::model(format!(
                "a tree of the {} is {}",
                instance.class,
                tree.name()
            )));
        }
        tree.need("tree_")
    };
    estimators.iter().map(tree).collect()
}

fn check_outputs(values: &PyValues, instance: &Instance) -> Result<()> {
    match instance.get("n_outputs_").and_then(|id| int(values, id)) {
        Some(1) | None => Ok(()),
        Some(n) => {
            Err(Error::model(format!("the {} has {n} targets (multi-output)", instance.class))
                .with_help("fit a model for each target: only those can be imported"))
        }
    }
}

fn classes<'v>(values: &'v PyValues, instance: &Instance<'v>) -> Result<Vec<Cow<'v, str>>> {
    let array = numpy::array(values, instance.need("classes_")?)?;
    if array.shape.iter().any(|&n| n > MAX_CLASSES) {
        let message = format!("there are {:?} classes, and can be {MAX_CLASSES}", array.shape);
        return Err(Error::model(message));
    }
    text::different(text::elements(values, &array, "classes")?, "classes have the label")
}
