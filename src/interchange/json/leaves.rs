//! What the leaves say.

use super::place::wrong;
use super::wire::JsonShares;
use crate::forest::leaves::LeafTargets;
use crate::tree::distribution::Distributions;
use crate::{Error, Result, Task};

/// How far from 1 rounding may carry the sum of shares.
const SUM_TOLERANCE: f64 = 1e-6;

/// Leaves as they stand in the file: of classes their shares, of a regression their values, perhaps with the targets of
/// training and their shares in each leaf.
pub(super) struct JsonLeaves {
    pub(super) shares: Option<Vec<JsonShares>>,
    pub(super) values: Option<Vec<f64>>,
    pub(super) targets: Option<(Vec<f64>, Vec<JsonShares>)>,
}

/// Leaves that have been checked.
pub(super) enum CheckedLeaves {
    Shares(Vec<JsonShares>),
    Values { values: Vec<f64>, targets: Option<(Vec<f64>, Vec<JsonShares>)> },
}

impl JsonLeaves {
    pub(super) fn check(self, task: Task, n_classes: usize) -> Result<CheckedLeaves> {
        match (task, self) {
            (Task::Classification, Self { shares: Some(shares), values: None, targets: None }) => {
                check_all("leaf_shares", &shares, n_classes)?;
                Ok(CheckedLeaves::Shares(shares))
            }
            (Task::Regression, Self { shares: None, values: Some(values), targets }) => {
                if let Some((targets, shares)) = &targets {
                    if shares.len() != values.len() {
                        let (found, n) = (shares.len(), values.len());
                        let problem = format!("are those of {found} leaves, and there are {n}");
                        return Err(wrong("leaf_targets", problem));
                    }
                    check_all("leaf_targets", shares, targets.len())?;
                }
                Ok(CheckedLeaves::Values { values, targets })
            }
            (Task::Classification, _) => Err(Error::model(
                "a forest of classes has leaf_shares, and no leaf_values nor leaf_targets",
            )),
            (Task::Regression, _) => Err(Error::model(
                "a forest of numbers has leaf_values, perhaps targets and leaf_targets, and no leaf_shares",
            )),
        }
    }
}

impl CheckedLeaves {
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Shares(shares) => shares.len(),
            Self::Values { values, .. } => values.len(),
        }
    }
}

/// Targets, and their shares in these leaves.
pub(super) fn leaf_targets(
    values: Vec<f64>,
    of_leaves: &[JsonShares],
    leaves: impl Iterator<Item = usize>,
) -> Result<LeafTargets> {
    let mut shares = Distributions::default();
    for leaf in leaves {
        shares.items.extend(of_leaves[leaf].iter().map(|(item, _)| *item));
        shares.shares.extend(of_leaves[leaf].iter().map(|(_, share)| *share));
        let end = u32::try_from(shares.items.len());
        shares.ends.push(end.map_err(|_| wrong("leaf_targets", "have too many entries"))?);
    }
    Ok(LeafTargets { values, shares })
}

fn check_all(name: &str, leaves: &[JsonShares], n_items: usize) -> Result<()> {
    for (leaf, shares) in leaves.iter().enumerate() {
        let sum: f64 = shares.iter().map(|(_, share)| share).sum();
        let problem =
            if let Some((item, _)) = shares.iter().find(|(item, _)| *item as usize >= n_items) {
                format!("has a share of number {item}, and there are {n_items}")
            } else if !shares.is_sorted_by(|(a, _), (b, _)| a < b) {
                "does not ascend".to_owned()
            } else if let Some((_, share)) =
                shares.iter().find(|(_, share)| !(*share > 0.0 && *share <= 1.0))
            {
                format!("has the share {share}, which is not above 0 and at most 1")
            } else if (sum - 1.0).abs() > SUM_TOLERANCE {
                format!("has shares that add up to {sum}, not 1")
            } else {
                continue;
            };
        return Err(wrong(&format!("{name}[{leaf}]"), problem));
    }
    Ok(())
}
