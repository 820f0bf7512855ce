use super::Real;

/// An ensemble as `TreeEnsembleClassifier` and `TreeEnsembleRegressor` write it: one list per property of a node, one
/// per property of a weight.
#[derive(Clone, Debug, Default)]
pub(crate) struct Attributes {
    /// `nodes_treeids`: the tree of each node.
    pub(crate) node_trees: Vec<i64>,
    /// `nodes_nodeids`: the number of each node in its tree.
    pub(crate) node_ids: Vec<i64>,
    /// `nodes_modes`: how each node compares, or `LEAF`.
    pub(crate) modes: Vec<String>,
    /// `nodes_featureids`: the column that each node looks at.
    pub(crate) features: Vec<i64>,
    /// `nodes_values` or `nodes_values_as_tensor`: what each node compares with.
    pub(crate) thresholds: Numbers,
    /// `nodes_truenodeids`: where each node leads when it holds.
    pub(crate) if_true: Vec<i64>,
    /// `nodes_falsenodeids`: where each node leads when it does not.
    pub(crate) if_false: Vec<i64>,
    /// `nodes_missing_value_tracks_true`: 1 where a NaN counts as true; empty when it never does.
    pub(crate) missing_is_true: Vec<i64>,
    /// What a node of the mode `BRANCH_MEMBER` compares with, one list for each in the order of the nodes; ONNX writes
    /// them for `TreeEnsemble` alone.
    pub(crate) members: Vec<Vec<f64>>,
    /// `class_treeids` or `target_treeids`: the tree of each weight.
    pub(crate) weight_trees: Vec<i64>,
    /// `class_nodeids` or `target_nodeids`: the leaf of each weight.
    pub(crate) weight_nodes: Vec<i64>,
    /// `class_ids` or `target_ids`: the class or target of each weight.
    pub(crate) weight_targets: Vec<i64>,
    /// `class_weights` or `target_weights`, or the same `_as_tensor`.
    pub(crate) weights: Numbers,
    /// `base_values` or `base_values_as_tensor`.
    pub(crate) base_values: Numbers,
    /// `aggregate_function`; `SUM` when empty.
    pub(crate) aggregate_function: String,
    /// `post_transform`; `NONE` when empty.
    pub(crate) post_transform: String,
}

/// Numbers in the precision in which the file has them.
#[derive(Clone, Debug)]
pub(crate) enum Numbers {
    /// From an attribute of floats.
    Single(Vec<f32>),
    /// From a tensor of doubles.
    Double(Vec<f64>),
}

impl Attributes {
    /// Whether a number is a double, so that single precision would lose some of it.
    pub(crate) fn are_double(&self) -> bool {
        [&self.thresholds, &self.weights, &self.base_values].iter().any(|numbers| matches!(numbers, Numbers::Double(_)))
    }
}

impl Numbers {
    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Single(numbers) => numbers.len(),
            Self::Double(numbers) => numbers.len(),
        }
    }

    /// The number at `index` in the precision asked for, or zero if there are not so many.
    pub(crate) fn at<T: Real>(&self, index: usize) -> T {
        match self {
            Self::Single(numbers) => numbers.get(index).map_or(T::default(), |number| T::from_f32(*number)),
            Self::Double(numbers) => numbers.get(index).map_or(T::default(), |number| T::from_f64(*number)),
        }
    }

    /// All of them in the precision asked for.
    pub(crate) fn all<T: Real>(&self) -> Vec<T> {
        (0..self.len()).map(|index| self.at(index)).collect()
    }
}

impl Default for Numbers {
    fn default() -> Self {
        Self::Single(Vec::new())
    }
}
