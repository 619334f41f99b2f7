//! Settings that are out of range, or do not go with each other.

use linfa::ParamGuard;

use super::choices::{ClassWeight, ClassWeightIn, Learner, MaxSamples};
use super::params::{ForestParams, ForestValidParams};
use super::refine::{Calibrate, Cut, Shrinkage};
use crate::parameter::sentence;
use crate::tree::split::splitter::Splitter;
use crate::{Error, Parameter, Result};

const MAX_THREADS: usize = 4096;

impl ParamGuard for ForestParams {
    type Checked = ForestValidParams;
    type Error = Error;

    fn check_ref(&self) -> Result<&ForestValidParams> {
        let params = &self.0;
        ForestParams::hyperparameters().iter().try_for_each(|row| (row.check)(params, row))?;
        if params.n_trees > u32::MAX as usize {
            let most = format!("at most {}", u32::MAX);
            return Err(Error::out_of_range(Parameter("n_trees"), params.n_trees, most));
        }
        if !params.bootstrap && params.max_samples != MaxSamples::All {
            let (samples, bootstrap) = (Parameter("max_samples"), Parameter("bootstrap"));
            return Err(Error::setting(sentence![
                samples,
                " says how many rows the bootstrap draws"
            ])
            .with_help(sentence!["leave out ", samples, " or ", bootstrap]));
        }
        check_draws(params)?;
        check_threads(params.n_threads)?;
        check_linfa(params)?;
        Ok(params)
    }

    fn check(self) -> Result<ForestValidParams> {
        self.check_ref()?;
        Ok(self.0)
    }
}

/// Refuses draws by weight where nothing is drawn, or weights follow from what was.
fn check_draws(params: &ForestValidParams) -> Result<()> {
    let draws = Parameter("class_weight_in");
    let refuse = |other, reason, instead| {
        let does_not_go = sentence![draws, " draws does not go with ", other, reason];
        Err(Error::setting(does_not_go).with_help(sentence!["leave out ", draws, instead, other]))
    };
    if params.class_weight_in != Some(ClassWeightIn::Draws) {
        return Ok(());
    }
    if !params.bootstrap {
        let reason = ": nothing is drawn";
        return refuse(Parameter("bootstrap"), reason, " or ");
    }
    if params.class_weight == ClassWeight::BalancedSubsample {
        let reason = " balanced_subsample: its weights follow from the rows that were drawn";
        return refuse(Parameter("class_weight"), reason, ", or give balanced for ");
    }
    Ok(())
}

/// What linfa-trees has no notion of is refused, not ignored.
fn check_linfa(params: &ForestValidParams) -> Result<()> {
    if params.learner != Learner::Linfa {
        return Ok(());
    }
    let refuse = |name, reason| {
        let (parameter, learner) = (Parameter(name), Parameter("learner"));
        let does_not_go = sentence![parameter, " does not go with ", learner, " linfa: ", reason];
        Err(Error::setting(does_not_go).with_help(sentence![
            "leave out ",
            parameter,
            ", or use ",
            learner,
            " cart"
        ]))
    };
    if params.splitter == Splitter::Random {
        return refuse("splitter", "linfa-trees draws no thresholds");
    }
    if params.max_leaf_nodes.is_some() {
        return refuse("max_leaf_nodes", "linfa-trees grows depth first, without a limit");
    }
    if params.max_bins.is_some() {
        let reason = "linfa-trees misses splits where values repeat, as they would in bins";
        return refuse("max_bins", reason);
    }
    if params.class_weight != ClassWeight::None {
        return refuse("class_weight", "linfa-trees would take it for more or fewer rows");
    }
    let given = [
        ("cut", !matches!(params.cut, Cut::Auto | Cut::Rows(2))),
        ("shrinkage", !matches!(params.shrinkage, Shrinkage::Auto | Shrinkage::Lambda(0.0))),
        ("calibrate", matches!(params.calibrate, Calibrate::By(_))),
    ];
    if let Some((name, _)) = given.iter().find(|(_, is_given)| *is_given) {
        return refuse(name, "linfa-trees does not say how many rows are in a leaf");
    }
    if params.class_weight_in == Some(ClassWeightIn::Draws) {
        return refuse("class_weight_in", "there are no class weights");
    }
    if params.min_impurity_decrease > 0.0 {
        let reason = "linfa-trees does not weigh the decrease by the node's share of the rows";
        return refuse("min_impurity_decrease", reason);
    }
    Ok(())
}

/// Refuses more threads than any machine has cores.
fn check_threads(n_threads: usize) -> Result<()> {
    if n_threads > MAX_THREADS {
        let allowed = format!("at most {MAX_THREADS}, or 0 for all cores");
        return Err(Error::out_of_range(Parameter("n_threads"), n_threads, allowed));
    }
    Ok(())
}
