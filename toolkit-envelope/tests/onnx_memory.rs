//! A program that has run once allocates nothing when it runs again.

#![allow(unsafe_code, reason = "an allocator that counts is one that is handed to the language")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::path::PathBuf;

use toolkit_envelope::runtime::onnx::{Graph, Program};
use toolkit_envelope::tensor::{Tensor, View};

thread_local! {
    static COUNT: Cell<usize> = const { Cell::new(0) };
}

struct Counting;

// SAFETY: every call goes to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        COUNT.with(|count| count.set(count.get() + 1));
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller keeps the contract of `dealloc`.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// How often memory is asked for in a run of `rows` rows, after one of as many.
fn allocations(model: &str, columns: usize, rows: usize) -> usize {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/models").join(model).join("model.onnx");
    let program = Program::compile(&Graph::read(&std::fs::read(path).unwrap()).unwrap()).unwrap();
    let numbers = vec![0.5_f32; rows * columns];
    let (shape, mut scratch) = ([rows, columns], program.scratch());
    let inputs = [Tensor { shape: &shape, elements: View::Float32(&numbers) }];
    program.run(&inputs, &mut scratch).unwrap();
    let before = COUNT.with(Cell::get);
    program.run(&inputs, &mut scratch).unwrap();
    COUNT.with(Cell::get) - before
}

#[test]
fn a_warm_program_allocates_nothing_for_a_row() {
    assert_eq!(allocations("mlp_sklearn", 30, 1), 0);
}

#[test]
fn a_warm_program_of_trees_allocates_nothing_for_any_number_of_rows() {
    for model in ["lgb_reg_500", "xgb_clf_500"] {
        for rows in [1, 7, 300] {
            assert_eq!(allocations(model, 30, rows), 0, "{model} with {rows} rows");
        }
    }
}

/// The products are by a crate that asks for room to rearrange a matrix in: once for each of the three, at most.
#[test]
fn a_warm_program_allocates_nothing_but_room_for_products() {
    for rows in [7, 300] {
        let count = allocations("mlp_sklearn", 30, rows);
        assert!(count <= 3, "{count} allocations with {rows} rows");
    }
}
