//! A tree after it was grown: cut where nodes have few rows, and its leaves drawn towards their ancestors.

use super::totals::Totals;
use super::{Setting, kept};
use crate::tree::Node;
use crate::tree::grown::{Grown, LeafMass};
use crate::tree::leaves::LeavesBuilder;
use crate::tree::split::criterion::Criterion;

/// The tree that a setting makes of another. `n_outputs` is that of the forest.
pub(super) fn refined(
    grown: &Grown,
    setting: Setting,
    n_outputs: usize,
    criterion: Criterion,
) -> Grown {
    let totals = Totals::new(grown);
    let old = grown.nodes();
    let mut nodes = vec![Node::leaf(0)];
    let mut masses = vec![LeafMass::default()];
    let mut leaves = LeavesBuilder::default();
    let mut importances = vec![0.0; grown.importances.len()];
    let scale = totals.means.iter().fold(0.0, |scale: f64, mean| scale.max(mean.abs()));
    let mut root = vec![0.0; n_outputs];
    totals.add(0, &[1.0], &mut root);
    // A node there, its place here, and what it says.
    let mut open = vec![(0, 0, root)];
    while let Some((index, at, says)) = open.pop() {
        let node: Node = old[index];
        if node.is_leaf() || (totals.rows[index] as usize) < setting.cut {
            masses[at] = LeafMass::new(totals.rows[index], totals.weights[index]);
            let number = match criterion {
                Criterion::Gini | Criterion::Entropy if setting.shrinkage > 0.0 => {
                    leaves.classes((0..).zip(says).filter(|(_, share)| *share > 0.0))
                }
                Criterion::Gini | Criterion::Entropy => leaves.classes(totals.shares(index)),
                Criterion::SquaredError if totals.shares(index).next().is_some() => {
                    leaves.targets(says[0], totals.shares(index))
                }
                Criterion::SquaredError => leaves.mean(says[0] + 0.0),
            };
            nodes[at] = Node::leaf(number);
            continue;
        }
        let left = nodes.len();
        nodes[at] = Node { next: left as u32, ..node };
        nodes.extend([Node::leaf(0); 2]);
        masses.extend([LeafMass::default(); 2]);
        let children = [node.next as usize, node.next as usize + 1];
        importances[node.feature()] += decrease(&totals, index, children, criterion, scale);
        let kept = kept(setting.shrinkage, totals.rows[index]);
        for (place, child) in [left, left + 1].into_iter().zip(children) {
            let mut says = says.clone();
            if setting.shrinkage > 0.0 {
                totals.add(index, &[-kept], &mut says);
                totals.add(child, &[kept], &mut says);
            } else {
                says.fill(0.0);
                totals.add(child, &[1.0], &mut says);
            }
            open.push((child, place, says));
        }
    }
    Grown::new(&nodes, &masses, leaves.finish(), importances)
}

/// The decrease of impurity by a split, in units that are the same for all of a tree.
fn decrease(
    totals: &Totals,
    node: usize,
    [left, right]: [usize; 2],
    criterion: Criterion,
    scale: f64,
) -> f64 {
    let weight = |node: usize| totals.weights[node];
    let gain = match criterion {
        Criterion::SquaredError => {
            let difference =
                (totals.means[left] - totals.means[right]) / scale.max(f64::MIN_POSITIVE);
            weight(left) / weight(node) * weight(right) * difference * difference
        }
        Criterion::Gini | Criterion::Entropy => {
            let purity = |node: usize| {
                let term = |share: f64| match criterion {
                    Criterion::Entropy => share * libm::log(share),
                    _ => share * share,
                };
                weight(node) * totals.shares(node).map(|(_, share)| term(share)).sum::<f64>()
            };
            purity(left) + purity(right) - purity(node)
        }
    };
    // Rounding must not become the importance of a feature.
    if gain > 1e-11 * weight(node) { gain } else { 0.0 }
}
