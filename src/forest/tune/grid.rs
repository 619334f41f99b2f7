//! The settings that a search may try.

use crate::forest::params::{ForestParams, ForestValidParams};
use crate::parameter::sentence;
use crate::tree::random::TreeRng;
use crate::{Error, Parameter, Result, Task};

/// The random stream that gives their order; trees have the numbers below, and probe rows and the rows that refining looks at
/// the last two.
const STREAM: u64 = u64::MAX - 2;

/// What is tried of each hyperparameter that is searched, besides what it is.
pub(super) const GRID: [(&str, &[&str]); 5] = [
    ("max_features", &["sqrt", "log2", "third", "0.5", "all"]),
    ("splitter", &["best", "random"]),
    ("max_samples", &["all", "0.5"]),
    ("criterion", &["gini", "entropy"]),
    ("min_samples_leaf", &["1", "3"]),
];

/// Settings that may be tried.
pub(super) struct Candidate {
    pub(super) params: ForestValidParams,
    /// Those that are searched, by name, as texts.
    pub(super) settings: Vec<(String, String)>,
}

/// All that there are, the settings as they were given first, the others in an order that the seed gives.
pub(super) fn candidates(
    params: &ForestValidParams,
    task: Task,
    n_features: usize,
    fixed: &[&str],
) -> Result<Vec<Candidate>> {
    let is_searched = |name: &str| {
        !fixed.contains(&name) && (name != "criterion" || task == Task::Classification)
    };
    let mut all = vec![Candidate { params: params.clone(), settings: Vec::new() }];
    for (name, texts) in GRID.into_iter().filter(|(name, _)| is_searched(name)) {
        let tried = values(params, name, texts, n_features)?;
        let with = |candidate: &Candidate, text: &String| {
            let params = ForestParams(candidate.params.clone()).set(name, text)?.0;
            let settings = [&candidate.settings[..], &[(name.to_owned(), text.clone())]].concat();
            Ok(Candidate { params, settings })
        };
        let pairs =
            all.iter().flat_map(|candidate| tried.iter().map(move |text| (candidate, text)));
        all = pairs.map(|(candidate, text)| with(candidate, text)).collect::<Result<_>>()?;
    }
    if all.len() < 2 {
        let names = GRID.map(|(name, _)| Parameter(name));
        let [first, .., last] = names;
        return Err(Error::setting("all that a search tries is given: nothing is left to choose")
            .with_help(sentence![
                "leave out one of them, ",
                first,
                " or ",
                last,
                " for instance"
            ]));
    }
    let mut rng = TreeRng::new(params.seed, STREAM);
    for at in 1..all.len() {
        let n_left = (all.len() - at) as u32;
        all.swap(at, at + rng.below(n_left) as usize);
    }
    Ok(all)
}

/// The different values of a hyperparameter, first the one that it has.
fn values(
    params: &ForestValidParams,
    name: &str,
    texts: &[&str],
    n_features: usize,
) -> Result<Vec<String>> {
    let given = params.settings().into_iter().find(|(other, _)| other == name);
    let mut values: Vec<String> = given.map(|(_, text)| text).into_iter().collect();
    // Names of the same number of features are one.
    let is_same = |a: &str, b: &str| -> Result<bool> {
        let n = |text: &str| text.parse::<crate::MaxFeatures>()?.resolve(n_features);
        Ok(a == b || (name == "max_features" && n(a)? == n(b)?))
    };
    for text in texts {
        let mut is_new = true;
        for value in &values {
            is_new &= !is_same(value, text)?;
        }
        if is_new {
            values.push((*text).to_owned());
        }
    }
    Ok(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(task: Task, n_features: usize, fixed: &[&str]) -> Vec<Vec<String>> {
        let params = ForestParams::new().0.resolve_for(task).unwrap();
        let all = candidates(&params, task, n_features, fixed).unwrap();
        let texts = |candidate: Candidate| candidate.settings.into_iter().map(|(_, text)| text);
        all.into_iter().map(|candidate| texts(candidate).collect()).collect()
    }

    #[test]
    fn all_different_settings_are_there_once_and_those_given_first() {
        // Of 9 features, sqrt, log2 and third are 3; 0.5 is 4; all is 9: 3 × 2 × 2 × 2 × 2.
        let mut all = settings(Task::Classification, 9, &[]);
        assert_eq!(all[0], ["sqrt", "best", "all", "gini", "1"]);
        all.sort();
        all.dedup();
        assert_eq!(all.len(), 48);
        assert_eq!(settings(Task::Regression, 9, &["splitter", "max_samples"]).len(), 6);
        assert_eq!(settings(Task::Regression, 9, &[])[0], ["0.5", "best", "all", "1"]);
    }

    #[test]
    fn what_is_given_is_not_tried_and_something_has_to_be_left() {
        let names = GRID.map(|(name, _)| name);
        let params = ForestParams::new().0.resolve_for(Task::Regression).unwrap();
        let error = candidates(&params, Task::Regression, 9, &names).err().unwrap();
        assert!(error.to_string().contains("nothing is left to choose"), "{error}");
    }
}
