//! Rounds of a search: all candidates get few trees, and the better half of them more.

use std::mem;
use std::time::Instant;

use super::choice::{self, Finalist};
use super::grid::{self, Candidate};
use super::loss::{Compared, Data};
use super::{Budget, Tuned, Tuner, TunerStep, TunerTrial};
use crate::forest::fit::ranks;
use crate::forest::params::ForestValidParams;
use crate::forest::tree_trainer::TreeTrainer;
use crate::forest::{Cut, Forest, Learner, Refinement, Shrinkage, Splitter};
use crate::parameter::sentence;
use crate::tree::grown::Grown;
use crate::tree::ranks::Ranks;
use crate::{Error, Parameter, Result};

/// The most rounds, and the fewest trees of one but the last.
const MAX_ROUNDS: usize = 4;
const MIN_TREES: usize = 10;

/// The part of the time for the first round: each of the three after it takes about half as long.
const FIRST_ROUND: f64 = 0.4;

/// A candidate that is still there.
struct Runner<'a> {
    number: usize,
    candidate: &'a Candidate,
    /// Those that have been grown so far, not refined.
    grown: Vec<Grown>,
}

/// What a candidate came to in a round.
struct Outcome {
    trial: TunerTrial,
    is_known: bool,
    /// If it was grown.
    fitted: Option<Fitted>,
}

struct Fitted {
    forest: Forest,
    refinement: Option<Refinement>,
    losses: Vec<f64>,
}

struct Round {
    n_trees: usize,
    is_last: bool,
    compared: Compared,
}

/// All that a search stands on.
struct Course<'a> {
    tuner: &'a Tuner<'a>,
    data: Data<'a>,
    params: &'a ForestValidParams,
    /// For the best splits, and for random ones.
    ranks: [Option<Ranks<'a>>; 2],
    started: Instant,
}

/// Searches; `params` are filled in for the task.
pub(super) fn run(tuner: &Tuner, params: &ForestValidParams, data: Data) -> Result<Tuned> {
    refuse(params)?;
    let task = data.target.task();
    let all = grid::candidates(params, task, data.x.n_features(), tuner.fixed)?;
    let of_splitter = |splitter: Splitter| {
        let mut params = all.iter().map(|candidate| &candidate.params);
        let params = params.find(|params| params.splitter == splitter);
        params.map(|params| ranks(params, data.x, data.target, data.weights)).transpose()
    };
    let ranks = [of_splitter(Splitter::Best)?, of_splitter(Splitter::Random)?];
    let course = Course { tuner, data, params, ranks, started: Instant::now() };
    course.run(&all)
}

/// Refuses settings whose forests have no rows out of bag, or cannot be compared.
fn refuse(params: &ForestValidParams) -> Result<()> {
    let refused = |parameter, reason| {
        Err(Error::setting(sentence![parameter, reason]).with_help(sentence![
            "leave out ",
            parameter,
            ", or choose settings by hand"
        ]))
    };
    if params.learner == Learner::Linfa {
        let reason =
            " linfa does not go with a search: it has hardly any of the settings that are tried";
        return refused(Parameter("learner"), reason);
    }
    if !params.bootstrap {
        let reason = " does not go with a search, which needs the rows that trees have not seen";
        return refused(Parameter("bootstrap"), reason);
    }
    if params.n_trees < 2 {
        return Err(Error::out_of_range(Parameter("n_trees"), 1, "at least 2 for a search"));
    }
    Ok(())
}

/// The trees of each round: half as many as in the next, and `n_trees` in the last.
fn tree_counts(n_trees: usize, n_candidates: Option<usize>) -> Vec<usize> {
    let mut counts = vec![n_trees];
    let is_worth_it = |n_rounds: usize| n_candidates.is_none_or(|n| n > 1 << n_rounds);
    while counts.len() < MAX_ROUNDS
        && counts[0].div_ceil(2) >= MIN_TREES
        && is_worth_it(counts.len())
    {
        counts.insert(0, counts[0].div_ceil(2));
    }
    counts
}

impl<'a> Course<'a> {
    fn run(&'a self, all: &'a [Candidate]) -> Result<Tuned> {
        let n_tried = match self.tuner.budget {
            Budget::Trials(n) => Some(n.min(all.len())),
            Budget::Time(_) => None,
        };
        let counts = tree_counts(self.params.n_trees, n_tried);
        let samples = distinct_samples(all);
        let some = &all[..n_tried.unwrap_or(all.len())];
        let mut runners: Vec<Runner> = some
            .iter()
            .enumerate()
            .map(|(number, candidate)| Runner { number, candidate, grown: Vec::new() })
            .collect();
        let mut trials: Vec<TunerTrial> = Vec::new();
        let mut chosen = 0;
        let mut fitted = None;
        for (at, &n_trees) in counts.iter().enumerate() {
            let is_last = at + 1 == counts.len();
            let round = Round { n_trees, is_last, compared: self.compared(&samples, n_trees)? };
            let mut outcomes: Vec<Outcome> = Vec::new();
            while let Some(runner) = runners.get_mut(outcomes.len())
                && !self.is_over(at, outcomes.len())
            {
                let given = outcomes.first().map(|outcome| &outcome.trial);
                let outcome = self.attempt(runner, &round, given)?;
                let n_left = runners.len() - outcomes.len() - 1;
                let n_later = later(runners.len(), counts.len() - at - 1);
                (self.tuner.on_trial)(TunerStep {
                    trial: &outcome.trial,
                    is_known: outcome.is_known,
                    n_left: n_left + n_later,
                })?;
                outcomes.push(outcome);
            }
            if at == 0 {
                // Those that there was no time for were not tried.
                runners.truncate(outcomes.len());
            }
            trials.extend(outcomes.iter().map(|outcome| outcome.trial.clone()));
            if outcomes.len() < runners.len() {
                break;
            }
            let order = order(&outcomes);
            chosen = runners[order[0]].number;
            if is_last {
                let (number, forest) = decide(&runners, outcomes);
                (chosen, fitted) = (number, Some(forest));
                break;
            }
            let others = order.iter().map(|&at| runners[at].number).filter(|number| *number > 0);
            let kept: Vec<usize> = others.take(n_kept(runners.len()) - 1).chain([0]).collect();
            runners.retain(|runner| kept.contains(&runner.number));
        }
        let n_tried = trials.iter().map(|trial| trial.number).max().unwrap_or(0) + 1;
        Ok(Tuned { params: all[chosen].params.clone(), chosen, n_tried, trials, fitted })
    }

    /// The rows that a round compares.
    fn compared(&self, samples: &[&ForestValidParams], n_trees: usize) -> Result<Compared> {
        let compared = Compared::new(self.data, samples, n_trees);
        if compared.rows.is_empty() {
            let n_trees = self.params.n_trees;
            let what =
                format!(" {n_trees} leaves no row that both halves of the trees have not seen");
            return Err(Error::setting(sentence![Parameter("n_trees"), what])
                .with_help(sentence!["raise ", Parameter("n_trees")]));
        }
        Ok(compared)
    }

    /// Whether the time for a round is over. What was given, and something else, is tried in any case.
    fn is_over(&self, round: usize, n_done: usize) -> bool {
        let Budget::Time(time) = self.tuner.budget else { return false };
        let part = if round == 0 { FIRST_ROUND } else { 1.0 };
        (round > 0 || n_done >= 2)
            && self.started.elapsed().as_secs_f64() >= part * time.as_secs_f64()
    }

    /// Grows a candidate's trees up to those of a round, and scores them. `given` is the trial of the settings as they were given.
    fn attempt(
        &'a self,
        runner: &mut Runner<'a>,
        round: &Round,
        given: Option<&TunerTrial>,
    ) -> Result<Outcome> {
        let Candidate { params, settings } = runner.candidate;
        let Round { n_trees, is_last, compared } = round;
        let is_it = |trial: &&TunerTrial| {
            trial.trees == *n_trees as u64
                && trial.settings.len() == settings.len()
                && settings.iter().all(|setting| trial.settings.contains(setting))
        };
        let known = self.tuner.known.iter().find(is_it);
        // Who decides at the end has to have the forest.
        if let Some(known) = known.filter(|_| !is_last) {
            let settings = settings.clone();
            let trial = TunerTrial { number: runner.number, settings, ..known.clone() };
            return Ok(Outcome { trial, is_known: true, fitted: None });
        }
        let started = Instant::now();
        let ((Splitter::Best, [Some(ranks), _]) | (Splitter::Random, [_, Some(ranks)])) =
            (params.splitter, &self.ranks)
        else {
            unreachable!("columns are ranked for all splitters that are tried")
        };
        let Data { x, target, weights } = self.data;
        let trainer = TreeTrainer::new(params, ranks, target, weights)?;
        let trees = runner.grown.len() as u64..*n_trees as u64;
        runner.grown.extend(trainer.grow_all(trees, self.tuner.on_tree)?);
        let grown = if *is_last { mem::take(&mut runner.grown) } else { runner.grown.clone() };
        // To find out how to refine takes longer than to grow few trees, and says much the same for all.
        let refined = match given.filter(|_| !is_last) {
            None => params.clone(),
            Some(given) => ForestValidParams {
                cut: Cut::Rows(given.cut as usize),
                shrinkage: Shrinkage::Lambda(given.shrinkage),
                ..params.clone()
            },
        };
        let (forest, refinement) = Forest::of_grown(&trainer, &refined, grown, x, target, weights)?;
        let losses = compared.losses(&forest, params, self.data, self.params.n_trees);
        let trial = TunerTrial {
            number: runner.number,
            trees: *n_trees as u64,
            settings: settings.clone(),
            loss: choice::mean(&losses),
            rows: losses.len() as u64,
            nodes: forest.n_nodes() as u64,
            cut: refinement.as_ref().map_or(2, |refined| refined.cut),
            shrinkage: refinement.as_ref().map_or(0.0, |refined| refined.shrinkage),
            seconds: started.elapsed().as_secs_f64(),
        };
        let fitted = Some(Fitted { forest, refinement, losses });
        Ok(Outcome { trial, is_known: known.is_some(), fitted })
    }
}

/// How many of `n` candidates go on: the settings as they were given, and the better half of the others.
fn n_kept(n: usize) -> usize {
    1 + (n - 1).div_ceil(2)
}

/// How many trials there are in the rounds after one of `n` candidates.
fn later(mut n: usize, n_rounds: usize) -> usize {
    let mut sum = 0;
    for _ in 0..n_rounds {
        n = n_kept(n);
        sum += n;
    }
    sum
}

/// The places of outcomes, the lowest loss first; of equals the smaller forest.
fn order(outcomes: &[Outcome]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..outcomes.len()).collect();
    order.sort_by(|&a, &b| {
        let [a, b] = [a, b].map(|at| &outcomes[at].trial);
        a.loss.total_cmp(&b.loss).then(a.nodes.cmp(&b.nodes))
    });
    order
}

/// The winner of the last round, with its forest.
fn decide(runners: &[Runner], outcomes: Vec<Outcome>) -> (usize, (Forest, Option<Refinement>)) {
    let (mut forests, mut finalists) = (Vec::new(), Vec::new());
    for Outcome { trial, fitted, .. } in outcomes {
        let Some(Fitted { forest, refinement, losses }) = fitted else {
            unreachable!("forests of the last round are grown")
        };
        finalists.push(Finalist { losses, nodes: trial.nodes });
        forests.push((forest, refinement));
    }
    let chosen = choice::choose(&finalists);
    (runners[chosen].number, forests.swap_remove(chosen))
}

/// One of the settings for each kind of sample.
fn distinct_samples(all: &[Candidate]) -> Vec<&ForestValidParams> {
    let mut samples: Vec<&ForestValidParams> = Vec::new();
    for Candidate { params, .. } in all {
        if samples.iter().all(|sample| sample.max_samples != params.max_samples) {
            samples.push(params);
        }
    }
    samples
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_round_has_twice_the_trees_of_the_one_before_and_the_last_all() {
        assert_eq!(tree_counts(100, Some(20)), [13, 25, 50, 100]);
        assert_eq!(tree_counts(100, None), [13, 25, 50, 100]);
        assert_eq!(tree_counts(100, Some(4)), [50, 100]);
        assert_eq!(tree_counts(1000, Some(20)), [125, 250, 500, 1000]);
        assert_eq!(tree_counts(25, Some(20)), [13, 25]);
        assert_eq!(tree_counts(5, Some(20)), [5]);
    }

    #[test]
    fn half_of_the_others_go_on_and_what_was_given() {
        // 1 and 15, then 1 and 8, 1 and 4, 1 and 2.
        assert_eq!(later(16, 3), 9 + 5 + 3);
        assert_eq!(later(20, 3), 11 + 6 + 4);
        assert_eq!(later(2, 1), 2);
    }
}
