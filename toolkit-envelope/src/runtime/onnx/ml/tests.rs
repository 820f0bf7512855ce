//! What the operators give, beside what ONNX Runtime 1.31.1 gave for the same.

use std::collections::BTreeMap;

use proptest::prelude::*;

use crate::runtime::onnx::graph::{Attribute, Body, Constant, Content, DataType, Declared, Graph, Kind, Node};
use crate::runtime::onnx::program::{Keys, Program};
use crate::tensor::{Elements, Tensor};

type Attributes<'a> = &'a [(&'a str, Attribute)];

/// A model of one operator.
fn graph(
    operator: &str,
    version: i64,
    attributes: Attributes<'_>,
    inputs: &[(&[usize], Elements)],
    outputs: usize,
) -> Graph {
    let names = |prefix: &str, count: usize| (0..count).map(|index| format!("{prefix}{index}")).collect::<Vec<_>>();
    let node = Node {
        name: "the node".to_owned(),
        domain: "ai.onnx.ml".to_owned(),
        operator: operator.to_owned(),
        attributes: attributes.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect(),
        inputs: names("in", inputs.len()),
        outputs: names("out", outputs),
    };
    let declared = |name: String, kind: Kind| Declared { name, kind };
    let kinds = inputs.iter().map(|(_, elements)| Kind::Tensor(data_type(elements), None));
    let body = Body {
        name: "one operator".to_owned(),
        inputs: names("in", inputs.len()).into_iter().zip(kinds).map(|(name, kind)| declared(name, kind)).collect(),
        outputs: names("out", outputs).into_iter().map(|name| declared(name, Kind::Unknown)).collect(),
        nodes: vec![node],
        initializers: Vec::new(),
    };
    Graph {
        ir_version: 8,
        producer_name: String::new(),
        producer_version: String::new(),
        opsets: BTreeMap::from([("ai.onnx.ml".to_owned(), version), ("ai.onnx".to_owned(), 18)]),
        functions: Vec::new(),
        body,
    }
}

fn data_type(elements: &Elements) -> DataType {
    DataType(match elements {
        Elements::Float32(_) => 1,
        Elements::Int32(_) => 6,
        Elements::Int64(_) => 7,
        Elements::String(_) => 8,
        Elements::Bool(_) => 9,
        Elements::Float64(_) => 11,
    })
}

/// The outputs with their shapes, or why there are none.
fn run(
    operator: &str,
    version: i64,
    attributes: Attributes<'_>,
    inputs: &[(&[usize], Elements)],
    outputs: usize,
) -> Result<Vec<(Vec<usize>, Elements)>, String> {
    let program =
        Program::compile(&graph(operator, version, attributes, inputs, outputs)).map_err(|all| all.to_string())?;
    let tensors: Vec<Tensor<'_>> =
        inputs.iter().map(|(shape, elements)| Tensor { shape, elements: elements.view() }).collect();
    let mut scratch = program.scratch();
    program.run(&tensors, &mut scratch).map_err(|error| error.to_string())?;
    let outputs = (0..outputs).filter_map(|index| scratch.output(index));
    Ok(outputs.map(|tensor| (tensor.shape.to_vec(), owned(tensor))).collect())
}

fn owned(tensor: Tensor<'_>) -> Elements {
    use crate::tensor::View;
    match tensor.elements {
        View::Float32(all) => Elements::Float32(all.to_vec()),
        View::Float64(all) => Elements::Float64(all.to_vec()),
        View::Int32(all) => Elements::Int32(all.to_vec()),
        View::Int64(all) => Elements::Int64(all.to_vec()),
        View::Bool(all) => Elements::Bool(all.to_vec()),
        View::String(all) => Elements::String(all.clone()),
    }
}

fn floats(all: &[f32]) -> Attribute {
    Attribute::Floats(all.to_vec())
}

fn ints(all: &[i64]) -> Attribute {
    Attribute::Ints(all.to_vec())
}

fn texts(all: &[&str]) -> Attribute {
    Attribute::Strings(all.iter().copied().collect())
}

fn words(all: &[&str]) -> Elements {
    Elements::String(all.iter().copied().collect())
}

fn assert_close(found: &Elements, expected: &[f32]) {
    let Elements::Float32(found) = found else { panic!("found {found:?}") };
    let close = found.len() == expected.len()
        && found.iter().zip(expected).all(|(found, expected)| (found - expected).abs() < 1e-5);
    assert!(close, "found {found:?}, expected {expected:?}");
}

#[test]
fn a_scaler_has_one_offset_and_scale_for_all_columns_or_for_each() {
    let rows = || Elements::Float32(vec![1.0, 2.0, 3.0, 4.0]);
    let one = [("offset", floats(&[1.0])), ("scale", floats(&[2.0]))];
    assert_close(&run("Scaler", 1, &one, &[(&[2, 2], rows())], 1).unwrap()[0].1, &[0.0, 2.0, 4.0, 6.0]);
    let each = [("offset", floats(&[1.0, 2.0])), ("scale", floats(&[2.0, 0.5]))];
    assert_close(&run("Scaler", 1, &each, &[(&[2, 2], rows())], 1).unwrap()[0].1, &[0.0, 0.0, 4.0, 1.0]);
    let error = run("Scaler", 1, &each, &[(&[1, 4], rows())], 1).unwrap_err();
    assert!(error.contains("found the shape [1, 4], expected rows of 2 columns"), "{error}");
}

#[test]
fn a_scaler_shifts_doubles_before_it_narrows_them() {
    let attributes = [("offset", floats(&[16_777_216.0])), ("scale", floats(&[1.0]))];
    let rows = Elements::Float64(vec![16_777_217.0]);
    assert_close(&run("Scaler", 1, &attributes, &[(&[1, 1], rows)], 1).unwrap()[0].1, &[1.0]);
}

#[test]
fn the_largest_element_that_rows_are_divided_by_has_its_sign() {
    let rows = || Elements::Float32(vec![-4.0, 2.0, 0.0, 0.0]);
    let of = |norm: &str| {
        let attributes = [("norm", Attribute::String(norm.to_owned()))];
        run("Normalizer", 1, &attributes, &[(&[2, 2], rows())], 1).unwrap().remove(0).1
    };
    assert_close(&of("MAX"), &[-2.0, 1.0, 0.0, 0.0]);
    assert_close(&of("L1"), &[-2.0 / 3.0, 1.0 / 3.0, 0.0, 0.0]);
    assert_close(&of("L2"), &[-0.894_427_2, 0.447_213_6, 0.0, 0.0]);
}

#[test]
fn what_is_missing_is_imputed_by_column() {
    let nan = [("imputed_value_floats", floats(&[7.0, 8.0])), ("replaced_value_float", Attribute::Float(f32::NAN))];
    let rows = Elements::Float32(vec![f32::NAN, 1.0, 2.0, f32::NAN]);
    assert_close(&run("Imputer", 1, &nan, &[(&[2, 2], rows)], 1).unwrap()[0].1, &[7.0, 1.0, 2.0, 8.0]);
    let zero = [("imputed_value_int64s", ints(&[9])), ("replaced_value_int64", Attribute::Int(0))];
    let found = run("Imputer", 1, &zero, &[(&[1, 3], Elements::Int64(vec![0, 1, 0]))], 1).unwrap();
    assert_eq!(found[0].1, Elements::Int64(vec![9, 1, 9]));
}

#[test]
fn an_unknown_category_is_zeros_or_an_error_that_names_input_and_row() {
    let rows = || words(&["b", "a", "c", "b"]);
    let zeros = [("cats_strings", texts(&["a", "b"]))];
    let found = run("OneHotEncoder", 1, &zeros, &[(&[2, 2], rows())], 1).unwrap().remove(0);
    assert_eq!(found.0, [2, 2, 2]);
    assert_close(&found.1, &[0.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0]);
    let strict = [("cats_strings", texts(&["a", "b"])), ("zeros", Attribute::Int(0))];
    let error = run("OneHotEncoder", 1, &strict, &[(&[2, 2], rows())], 1).unwrap_err();
    assert!(error.contains("\"in0\" has a category in row 1 that is none of the 2 known ones"), "{error}");
    assert!(!error.contains("\"c\""), "{error}");
}

#[test]
fn labels_are_encoded_in_each_version() {
    let old = [("classes_strings", texts(&["x", "y"])), ("default_int64", Attribute::Int(5))];
    let found = run("LabelEncoder", 1, &old, &[(&[3], words(&["y", "x", "?"]))], 1).unwrap();
    assert_eq!(found[0].1, Elements::Int64(vec![1, 0, 5]));
    let back = run("LabelEncoder", 1, &old, &[(&[2], Elements::Int64(vec![1, 9]))], 1).unwrap();
    assert_eq!(back[0].1, words(&["y", "_Unused"]));
    let pairs = [("keys_floats", floats(&[1.0, f32::NAN, 1.0])), ("values_int64s", ints(&[10, 20, 30]))];
    let keys = || Elements::Float32(vec![1.0, f32::NAN, 2.0]);
    let second = run("LabelEncoder", 2, &pairs, &[(&[3, 1], keys())], 1).unwrap();
    assert_eq!(second[0], (vec![3, 1], Elements::Int64(vec![10, -1, -1])));
    let fourth = run("LabelEncoder", 4, &pairs, &[(&[3, 1], keys())], 1).unwrap();
    assert_eq!(fourth[0].1, Elements::Int64(vec![10, 20, -1]));
}

#[test]
fn labels_are_encoded_by_tensors() {
    let tensor = |elements: Elements| {
        let (data_type, dims) = (data_type(&elements), vec![elements.len()]);
        Attribute::Tensor(Constant { name: String::new(), data_type, dims, content: Content::Held(elements) })
    };
    let attributes = [
        ("keys_tensor", tensor(Elements::Float64(vec![0.1, 0.0]))),
        ("values_tensor", tensor(words(&["tenth", "zero"]))),
        ("default_tensor", tensor(words(&["none"]))),
    ];
    let keys = Elements::Float64(vec![-0.0, 0.1, f64::from(0.1_f32)]);
    let found = run("LabelEncoder", 4, &attributes, &[(&[3], keys)], 1).unwrap();
    assert_eq!(found[0].1, words(&["zero", "tenth", "none"]));
}

#[test]
fn categories_are_mapped_both_ways() {
    let attributes = [("cats_strings", texts(&["a", "b", "c"])), ("cats_int64s", ints(&[1, 2, 1]))];
    let there = run("CategoryMapper", 1, &attributes, &[(&[2], words(&["b", "z"]))], 1).unwrap();
    assert_eq!(there[0].1, Elements::Int64(vec![2, -1]));
    let back = run("CategoryMapper", 1, &attributes, &[(&[2], Elements::Int64(vec![1, 7]))], 1).unwrap();
    assert_eq!(back[0].1, words(&["c", "_Unused"]));
}

#[test]
fn columns_are_cut_filled_and_picked() {
    let two = || [(&[1, 3][..], Elements::Float32(vec![1.0, 2.0, 3.0])), (&[1, 1][..], Elements::Int64(vec![9]))];
    let attributes = [("inputdimensions", ints(&[2, 2]))];
    assert_close(&run("FeatureVectorizer", 1, &attributes, &two(), 1).unwrap()[0].1, &[1.0, 2.0, 9.0, 0.0]);
    let picked = [(&[3][..], words(&["a", "b", "c"])), (&[2][..], Elements::Int64(vec![2, 0]))];
    let found = run("ArrayFeatureExtractor", 1, &[], &picked, 1).unwrap().remove(0);
    assert_eq!(found, (vec![1, 2], words(&["c", "a"])));
    let beyond = [(&[3][..], words(&["a", "b", "c"])), (&[1][..], Elements::Int64(vec![-1]))];
    assert!(run("ArrayFeatureExtractor", 1, &[], &beyond, 1).is_err());
}

#[test]
fn one_linear_score_for_two_classes_is_completed() {
    let attributes = |transform: &str| {
        [
            ("coefficients", floats(&[1.0, -1.0])),
            ("intercepts", floats(&[0.5])),
            ("classlabels_strings", texts(&["no", "yes"])),
            ("post_transform", Attribute::String(transform.to_owned())),
        ]
    };
    let rows = || Elements::Float32(vec![2.0, 0.0, 0.0, 2.0]);
    let found = run("LinearClassifier", 1, &attributes("NONE"), &[(&[2, 2], rows())], 2).unwrap();
    assert_eq!(found[0].1, words(&["yes", "no"]));
    assert_close(&found[1].1, &[-1.5, 2.5, 2.5, -1.5]);
    let found = run("LinearClassifier", 1, &attributes("LOGISTIC"), &[(&[2, 2], rows())], 2).unwrap();
    assert_close(&found[1].1, &[0.075_858_18, 0.924_141_8, 0.817_574_5, 0.182_425_52]);
}

#[test]
fn support_vectors_vote_and_their_probabilities_add_up_to_one() {
    let attributes = [
        ("kernel_type", Attribute::String("RBF".to_owned())),
        ("kernel_params", floats(&[0.5, 0.0, 3.0])),
        ("vectors_per_class", ints(&[1, 1, 1])),
        ("support_vectors", floats(&[0.0, 1.0, 2.0])),
        ("coefficients", floats(&[1.0, -1.0, -1.0, 1.0, 1.0, -1.0])),
        ("rho", floats(&[0.0, 0.0, 0.0])),
        ("prob_a", floats(&[-2.0, -2.0, -2.0])),
        ("prob_b", floats(&[0.0, 0.0, 0.0])),
        ("classlabels_ints", ints(&[3, 4, 5])),
    ];
    let found = run("SVMClassifier", 1, &attributes, &[(&[3, 1], Elements::Float32(vec![0.0, 1.0, 2.0]))], 2).unwrap();
    assert_eq!(found[0].1, Elements::Int64(vec![3, 4, 5]));
    let Elements::Float32(scores) = &found[1].1 else { panic!("{found:?}") };
    for (row, scores) in scores.chunks(3).enumerate() {
        assert!((scores.iter().sum::<f32>() - 1.0).abs() < 1e-5 && scores[row] > 0.4, "{scores:?}");
    }
}

#[test]
fn one_class_is_a_side_of_zero() {
    let attributes = [
        ("kernel_type", Attribute::String("LINEAR".to_owned())),
        ("support_vectors", floats(&[1.0, 2.0])),
        ("n_supports", Attribute::Int(2)),
        ("coefficients", floats(&[1.0, 1.0])),
        ("rho", floats(&[-1.0])),
        ("one_class", Attribute::Int(1)),
    ];
    let rows = Elements::Float32(vec![0.0, 1.0]);
    assert_close(&run("SVMRegressor", 1, &attributes, &[(&[2, 1], rows)], 1).unwrap()[0].1, &[-1.0, 1.0]);
}

#[test]
fn a_mapping_for_each_row_stays_a_table_with_names() {
    let attributes = [("classlabels_strings", texts(&["no", "yes"]))];
    let inputs = [(&[1, 2][..], Elements::Float32(vec![0.25, 0.75]))];
    let program = Program::compile(&graph("ZipMap", 1, &attributes, &inputs, 1)).unwrap();
    assert_eq!(program.outputs()[0].keys, Some(Keys::Strings(vec!["no".to_owned(), "yes".to_owned()])));
    assert_close(&run("ZipMap", 1, &attributes, &inputs, 1).unwrap()[0].1, &[0.25, 0.75]);
}

#[test]
fn doubles_among_the_attributes_of_trees_keep_their_precision() {
    let double = |numbers: &[f64]| {
        let elements = Elements::Float64(numbers.to_vec());
        let (data_type, dims) = (data_type(&elements), vec![numbers.len()]);
        Attribute::Tensor(Constant { name: String::new(), data_type, dims, content: Content::Held(elements) })
    };
    let above = 1.0 + 1e-12;
    let attributes = [
        ("n_targets", Attribute::Int(1)),
        ("nodes_treeids", ints(&[0, 0, 0])),
        ("nodes_nodeids", ints(&[0, 1, 2])),
        ("nodes_featureids", ints(&[0, 0, 0])),
        ("nodes_modes", texts(&["BRANCH_LT", "LEAF", "LEAF"])),
        ("nodes_values_as_tensor", double(&[above, 0.0, 0.0])),
        ("nodes_truenodeids", ints(&[1, 0, 0])),
        ("nodes_falsenodeids", ints(&[2, 0, 0])),
        ("target_treeids", ints(&[0, 0])),
        ("target_nodeids", ints(&[1, 2])),
        ("target_ids", ints(&[0, 0])),
        ("target_weights_as_tensor", double(&[-1.0, 1.0])),
    ];
    let rows = Elements::Float64(vec![1.0, above]);
    assert_close(&run("TreeEnsembleRegressor", 3, &attributes, &[(&[2, 1], rows)], 1).unwrap()[0].1, &[-1.0, 1.0]);
    let error = run("TreeEnsembleRegressor", 3, &attributes[1..], &[(&[2, 0], Elements::Float32(vec![]))], 1);
    assert!(error.unwrap_err().contains("found 0 columns, expected at least 1"));
}

fn any_attribute() -> impl Strategy<Value = Attribute> {
    let number = prop_oneof![Just(0.0_f32), Just(1.0), Just(-1.0), Just(f32::NAN), Just(f32::INFINITY), Just(1e30)];
    let int = prop_oneof![-2_i64..6, Just(i64::MIN), Just(i64::MAX), Just(1 << 40)];
    let word = prop_oneof![
        "[ab]",
        Just("RBF".into()),
        Just("POLY".into()),
        Just("LOGISTIC".into()),
        Just("L1".into()),
        Just("LEAF".into()),
        Just("BRANCH_LEQ".into()),
        Just("BRANCH_MEMBER".into()),
        Just("MIN".into()),
        Just("PROBIT".into())
    ];
    prop_oneof![
        number.clone().prop_map(Attribute::Float),
        int.clone().prop_map(Attribute::Int),
        word.clone().prop_map(Attribute::String),
        prop::collection::vec(number, 0..7).prop_map(Attribute::Floats),
        prop::collection::vec(int, 0..7).prop_map(Attribute::Ints),
        prop::collection::vec(word, 0..4)
            .prop_map(|all: Vec<String>| Attribute::Strings(all.iter().map(String::as_str).collect())),
    ]
}

fn any_input() -> impl Strategy<Value = (Vec<usize>, Elements)> {
    (prop::collection::vec(0_usize..4, 0..4), 0..6, any::<u8>()).prop_map(|(shape, kind, seed)| {
        let count = shape.iter().product::<usize>();
        let numbers = || (0_i64..).take(count).map(|index| i64::from(seed) * (index + 1) % 5 - 1);
        let elements = match kind {
            0 => {
                Elements::Float32(numbers().map(|number| if number == 3 { f32::NAN } else { number as f32 }).collect())
            }
            1 => Elements::Float64(numbers().map(|number| if number == 3 { 1e300 } else { number as f64 }).collect()),
            2 => Elements::Int64(numbers().map(|number| if number == 3 { i64::MIN } else { number }).collect()),
            3 => Elements::Int32(numbers().map(|number| number as i32).collect()),
            4 => Elements::Bool(numbers().map(|number| number > 0).collect()),
            _ => Elements::String(numbers().map(|number| if number > 0 { "a" } else { "zz" }).collect()),
        };
        (shape, elements)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn no_attributes_and_no_inputs_make_an_operator_panic(
        which in any::<prop::sample::Index>(),
        version in 1_i64..6,
        given in prop::collection::vec((any::<prop::sample::Index>(), any_attribute()), 0..9),
        inputs in prop::collection::vec(any_input(), 1..3),
        outputs in 1_usize..3,
    ) {
        let all: Vec<_> = super::TABLES.iter().flat_map(|table| table.iter()).collect();
        let operator = which.get(&all);
        // Attributes of the right kind come up often enough because each is drawn for some name of the operator's.
        let attributes: Vec<(&str, Attribute)> = given
            .into_iter()
            .filter(|_| !operator.attributes.is_empty())
            .map(|(name, attribute)| (*name.get(operator.attributes), attribute))
            .collect();
        let inputs: Vec<(&[usize], Elements)> =
            inputs.iter().map(|(shape, elements)| (shape.as_slice(), elements.clone())).collect();
        let _ = run(operator.name, version, &attributes, &inputs, outputs.min(operator.outputs));
    }
}
