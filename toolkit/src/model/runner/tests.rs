//! What the calls of one function rely on, with functions in the model's place that wait, panic or answer wrongly.

use std::{
    sync::{
        Arc, Condvar, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use super::super::onnx_writer::{Message, Parts, integers, node, value};
use bytes::Bytes;
use serde_json::json;
use tokio::task::JoinHandle;
use toolkit_envelope::{Call, Envelope, Function, Model, OnnxModel, rows::Layout, runtime::RunError, table::Values};

use super::{
    Batching, Runner,
    batcher::Batcher,
    batching::Bounds,
    cost::Cost,
    warm,
    work::{Run, Work, write},
};
use crate::{
    limits::Pool,
    model::{ModelHandler, failure::Failure},
};

/// A function that answers each row with the sum of its numbers, however many they are.
fn sums() -> Function {
    packed().1
}

fn packed() -> (Envelope, Function) {
    let axis = |name| Message::default().text(2, name);
    let shape = Message::default().message(1, &axis("rows")).message(1, &axis("columns"));
    let kind = Message::default().message(1, &Message::default().int(1, 1).message(2, &shape));
    let parts = Parts {
        nodes: vec![
            node("ReduceSum", &["X", "axes"], &["Y"])
                .message(5, &Message::default().text(1, "keepdims").int(3, 0).int(20, 2)),
        ],
        initializers: vec![integers("axes", &[1], &[1])],
        inputs: vec![Message::default().text(1, "X").message(2, &kind)],
        outputs: vec![value("Y", 1, &[])],
    };
    let model = OnnxModel::new("sums", parts.model(10, 21)).example(vec![json!([1.0, 2.0])]);
    let envelope = model.into_builder().unwrap().build().unwrap();
    let function = Model::load(&envelope).unwrap().functions()[0].clone();
    (envelope, function)
}

/// One batcher, what it has run, and a gate that every run waits at.
struct Stage {
    batcher: Arc<Batcher>,
    function: Function,
    /// How many rows were run, each time.
    runs: Arc<Mutex<Vec<usize>>>,
    gate: Arc<Gate>,
    _opens: OpensAtLast,
}

/// What holds the threads that run something.
#[derive(Default)]
struct Gate {
    is_open: Mutex<bool>,
    changed: Condvar,
}

impl Gate {
    fn open(&self) {
        *self.is_open.lock().unwrap() = true;
        self.changed.notify_all();
    }

    fn pass(&self) {
        drop(self.changed.wait_while(self.is_open.lock().unwrap(), |is_open| !*is_open).unwrap());
    }
}

/// A gate that opens when the test is over; else the runtime waits for ever.
struct OpensAtLast(Arc<Gate>);

impl Drop for OpensAtLast {
    fn drop(&mut self) {
        self.0.open();
    }
}

fn bounds(max_rows: usize, max_wait: Duration) -> Bounds {
    Bounds { max_rows, max_wait }
}

/// Longer than any test.
const LONG: Duration = Duration::from_hours(1);

impl Stage {
    /// One lane, behind a gate that is closed, where `run` is in the model's place.
    fn new(bounds: Bounds, run: impl Fn(&mut Call) -> Result<(), RunError> + Send + Sync + 'static) -> Self {
        Self::with(bounds, 1, 100, run)
    }

    fn with(
        bounds: Bounds,
        lanes: usize,
        most_waiting: usize,
        run: impl Fn(&mut Call) -> Result<(), RunError> + Send + Sync + 'static,
    ) -> Self {
        let (runs, gate, function) = (Arc::<Mutex<Vec<_>>>::default(), Arc::<Gate>::default(), sums());
        let (noted, passed) = (runs.clone(), gate.clone());
        let run: Run = Box::new(move |call| {
            noted.lock().unwrap().push(call.rows());
            passed.pass();
            run(call)
        });
        let work = Arc::new(Work::of(function.clone(), 1000, run));
        let batcher = Batcher::with(work, Pool::new(lanes, 100), bounds, lanes, most_waiting);
        let opens = OpensAtLast(gate.clone());
        Self { batcher: Arc::new(batcher), function, runs, gate, _opens: opens }
    }

    /// Begins a call of one row for each number, whose answers are those numbers.
    fn call(&self, numbers: &[f32]) -> JoinHandle<Result<String, Failure>> {
        self.call_of(&numbers.iter().map(|number| vec![*number]).collect::<Vec<_>>())
    }

    fn call_of(&self, rows: &[Vec<f32>]) -> JoinHandle<Result<String, Failure>> {
        let mut call = self.function.begin();
        call.read(json!(rows).to_string().as_bytes()).unwrap();
        let batcher = self.batcher.clone();
        tokio::spawn(async move {
            let call = batcher.run(&mut None, call).await?;
            let mut answer = Vec::new();
            call.write(Layout::Rows, &mut answer).map_err(Failure::Result)?;
            Ok(String::from_utf8(answer).unwrap())
        })
    }

    /// A call that has the only lane, until the gate opens.
    async fn busy(&self) -> JoinHandle<Result<String, Failure>> {
        let busy = self.call(&[0.5]);
        until(|| !self.runs().is_empty()).await;
        busy
    }

    async fn wait_for(&self, calls: usize) {
        until(|| self.batcher.waiting() == calls).await;
    }

    fn runs(&self) -> Vec<usize> {
        self.runs.lock().unwrap().clone()
    }
}

async fn until(is_so: impl Fn() -> bool) {
    let looked = async {
        while !is_so() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), looked).await.expect("it comes to be so");
}

async fn answered(call: JoinHandle<Result<String, Failure>>) -> String {
    call.await.unwrap().unwrap()
}

/// Whether one of the call's numbers is 13.
fn is_unlucky(call: &Call) -> bool {
    let Values::Float32(numbers) = &call.arguments()[0].columns[0].values else { panic!("the model takes floats") };
    numbers.contains(&13.0)
}

#[tokio::test]
async fn what_comes_while_the_model_runs_is_its_next_batch_and_each_gets_its_own_answer() {
    let stage = Stage::new(bounds(100, Duration::ZERO), Call::run);
    let first = stage.busy().await;
    let calls: Vec<_> = [&[1.0][..], &[2.0, 3.0], &[4.0], &[5.0, 6.0, 7.0]].map(|numbers| stage.call(numbers)).into();
    stage.wait_for(4).await;
    stage.gate.open();
    let mut answers = vec![answered(first).await];
    for call in calls {
        answers.push(answered(call).await);
    }
    assert_eq!(answers, ["[0.5]", "[1.0]", "[2.0,3.0]", "[4.0]", "[5.0,6.0,7.0]"]);
    assert_eq!(stage.runs(), [1, 7]);
}

#[tokio::test]
async fn rows_are_counted_and_there_are_never_more_than_may_be() {
    let stage = Stage::new(bounds(6, Duration::ZERO), Call::run);
    let first = stage.busy().await;
    let mut calls = Vec::new();
    for (waiting, rows) in [3, 3, 3, 2, 2, 6, 1].into_iter().enumerate() {
        calls.push(stage.call(&vec![1.0; rows]));
        stage.wait_for(waiting + 1).await;
    }
    stage.gate.open();
    for call in calls.into_iter().chain([first]) {
        answered(call).await;
    }
    assert_eq!(stage.runs(), [1, 6, 5, 2, 6, 1]);
}

#[tokio::test]
async fn a_call_that_cannot_be_run_fails_alone() {
    let stage = Stage::new(bounds(100, Duration::ZERO), |call| {
        if is_unlucky(call) { Err(RunError::new("13 is not known")) } else { call.run() }
    });
    let first = stage.busy().await;
    let (good, bad, other) = (stage.call(&[1.0]), stage.call(&[13.0]), stage.call(&[2.0]));
    stage.wait_for(3).await;
    stage.gate.open();
    assert_eq!([answered(first).await, answered(good).await, answered(other).await], ["[0.5]", "[1.0]", "[2.0]"]);
    let failure = bad.await.unwrap().unwrap_err();
    assert!(matches!(&failure, Failure::Run(error) if error.to_string() == "13 is not known"), "{failure:?}");
    assert_eq!(stage.runs(), [1, 3, 1, 1, 1]);
}

#[tokio::test]
async fn a_panic_fails_the_call_that_it_is_in_and_the_batcher_goes_on() {
    let stage = Stage::new(bounds(100, Duration::ZERO), |call| {
        assert!(!is_unlucky(call), "out of luck");
        call.run()
    });
    let first = stage.busy().await;
    let (good, bad) = (stage.call(&[1.0]), stage.call(&[13.0]));
    stage.wait_for(2).await;
    stage.gate.open();
    assert_eq!([answered(first).await, answered(good).await], ["[0.5]", "[1.0]"]);
    let failure = bad.await.unwrap().unwrap_err();
    assert!(matches!(&failure, Failure::Panicked(words) if words == "out of luck"), "{failure:?}");
    assert_eq!(answered(stage.call(&[3.0])).await, "[3.0]");
}

#[tokio::test]
async fn answers_of_a_wrong_count_are_given_to_nobody() {
    let function = sums();
    let stage = Stage::new(bounds(100, Duration::ZERO), move |call| {
        let mut other = function.begin();
        other.add_arguments(call, 0..1).unwrap();
        other.run()?;
        call.clear_result();
        call.add_result(&other, 0..1)
    });
    let first = stage.busy().await;
    let (one, two) = (stage.call(&[1.0]), stage.call(&[2.0, 3.0]));
    stage.wait_for(2).await;
    stage.gate.open();
    // Alone, a call of one row is answered rightly.
    assert_eq!([answered(first).await, answered(one).await], ["[0.5]", "[1.0]"]);
    let failure = two.await.unwrap().unwrap_err();
    let Failure::Run(error) = failure else { panic!("{failure:?}") };
    assert!(error.to_string().starts_with("it answered 1 rows where 2 were asked"), "{error}");
}

#[tokio::test]
async fn a_call_that_nobody_waits_for_any_more_is_not_run() {
    let stage = Stage::new(bounds(100, Duration::ZERO), Call::run);
    let first = stage.busy().await;
    let (gone, stays) = (stage.call(&[1.0, 1.0]), stage.call(&[2.0]));
    stage.wait_for(2).await;
    gone.abort();
    stage.wait_for(1).await;
    stage.gate.open();
    assert_eq!([answered(first).await, answered(stays).await], ["[0.5]", "[2.0]"]);
    assert_eq!(stage.runs(), [1, 1]);
}

#[tokio::test]
async fn a_call_that_is_left_while_it_runs_takes_nothing_from_the_others() {
    let stage = Stage::new(bounds(100, Duration::ZERO), Call::run);
    let first = stage.busy().await;
    first.abort();
    let next = stage.call(&[2.0]);
    stage.wait_for(1).await;
    stage.gate.open();
    assert_eq!(answered(next).await, "[2.0]");
}

#[tokio::test]
async fn a_full_queue_is_told_and_a_place_that_is_left_is_free_again() {
    let stage = Stage::with(bounds(100, Duration::ZERO), 1, 2, Call::run);
    let first = stage.busy().await;
    let (stays, leaves) = (stage.call(&[1.0]), stage.call(&[2.0]));
    stage.wait_for(2).await;
    assert!(matches!(stage.call(&[3.0]).await.unwrap(), Err(Failure::Busy)));
    leaves.abort();
    stage.wait_for(1).await;
    let comes = stage.call(&[4.0]);
    stage.wait_for(2).await;
    stage.gate.open();
    assert_eq!([answered(first).await, answered(stays).await, answered(comes).await], ["[0.5]", "[1.0]", "[4.0]"]);
}

#[tokio::test]
async fn tensors_of_other_axes_are_another_batch() {
    let stage = Stage::new(bounds(100, Duration::ZERO), Call::run);
    let first = stage.busy().await;
    let mut calls = Vec::new();
    for (waiting, row) in [&[1.0][..], &[2.0], &[1.0, 2.0], &[3.0, 4.0], &[5.0]].into_iter().enumerate() {
        calls.push(stage.call_of(&[row.to_vec()]));
        stage.wait_for(waiting + 1).await;
    }
    stage.gate.open();
    let mut answers = vec![answered(first).await];
    for call in calls {
        answers.push(answered(call).await);
    }
    assert_eq!(answers, ["[0.5]", "[1.0]", "[2.0]", "[3.0]", "[7.0]", "[5.0]"]);
    assert_eq!(stage.runs(), [1, 2, 2, 1]);
}

#[tokio::test]
async fn a_batch_that_is_full_waits_no_longer() {
    let stage = Stage::new(bounds(4, LONG), Call::run);
    stage.gate.open();
    let calls: Vec<_> = [&[1.0][..], &[2.0, 3.0], &[4.0]].map(|numbers| stage.call(numbers)).into();
    for (call, expected) in calls.into_iter().zip(["[1.0]", "[2.0,3.0]", "[4.0]"]) {
        assert_eq!(answered(call).await, expected);
    }
    assert_eq!(stage.runs(), [4]);
}

#[tokio::test]
async fn a_batch_that_is_not_full_is_run_when_its_time_is_over() {
    let wait = Duration::from_millis(20);
    let stage = Stage::new(bounds(100, wait), Call::run);
    stage.gate.open();
    let begun = Instant::now();
    assert_eq!(answered(stage.call(&[1.0])).await, "[1.0]");
    assert!(begun.elapsed() >= wait);
}

#[tokio::test]
async fn several_batches_run_at_once_if_there_are_threads() {
    let stage = Stage::with(bounds(2, Duration::ZERO), 3, 100, Call::run);
    let mut calls = Vec::new();
    for running in 1..=3 {
        calls.push(stage.call(&[1.0]));
        until(|| stage.runs().len() == running).await;
    }
    calls.extend([stage.call(&[2.0]), stage.call(&[3.0])]);
    stage.wait_for(2).await;
    stage.gate.open();
    for call in calls {
        answered(call).await;
    }
    assert_eq!(stage.runs(), [1, 1, 1, 2]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_call_is_forgotten_however_they_come_and_go() {
    let stage = Stage::with(bounds(3, Duration::ZERO), 2, 100, Call::run);
    stage.gate.open();
    let callers = (0..8_u8).map(|caller| {
        let batcher = stage.batcher.clone();
        let function = stage.function.clone();
        tokio::spawn(async move {
            for _ in 0..500 {
                let mut call = function.begin();
                call.read(format!("[[{caller}]]").as_bytes()).unwrap();
                let call = batcher.run(&mut None, call).await.unwrap();
                assert_eq!(call.result().columns[0].values, Values::Float32(vec![f32::from(caller)]));
            }
        })
    });
    let callers: Vec<_> = callers.collect();
    for caller in callers {
        tokio::time::timeout(Duration::from_secs(30), caller).await.expect("each call is answered").unwrap();
    }
    assert_eq!(stage.runs().iter().sum::<usize>(), 4000);
}

#[tokio::test]
async fn a_batcher_that_is_dropped_leaves_no_task_behind() {
    let stage = Stage::new(bounds(100, LONG), Call::run);
    let waits = stage.call(&[1.0]);
    stage.wait_for(1).await;
    waits.abort();
    stage.wait_for(0).await;
    assert!(waits.await.unwrap_err().is_cancelled());
    let left = Arc::downgrade(&stage.batcher.shared());
    drop(stage);
    until(|| left.upgrade().is_none()).await;
}

#[tokio::test]
async fn what_waits_is_refused_when_the_pool_is_full() {
    let pool = Pool::new(1, 0);
    let worker = pool.worker().await.unwrap();
    let function = sums();
    let work = Arc::new(Work::of(function.clone(), 1000, Box::new(Call::run)));
    let batcher = Batcher::with(work, pool, bounds(10, Duration::ZERO), 1, 10);
    let call = || {
        let mut call = function.begin();
        call.read(b"[[1.0]]").unwrap();
        call
    };
    assert!(matches!(batcher.run(&mut None, call()).await, Err(Failure::Busy)));
    drop(worker);
    assert_eq!(batcher.run(&mut None, call()).await.unwrap().result().rows, 1);
}

#[test]
fn a_call_of_more_rows_than_the_manifest_allows_at_once_is_run_in_parts() {
    let runs = Arc::<Mutex<Vec<_>>>::default();
    let run: Run = Box::new({
        let runs = runs.clone();
        move |call| {
            runs.lock().unwrap().push(call.rows());
            call.run()
        }
    });
    let work = Work::of(sums(), 1000, run).with_at_once(3);
    let call = work.read(b"[[1.0], [2.0], [3.0], [4.0], [5.0], [6.0], [7.0]]").unwrap();
    let mut call = work.run(call).unwrap();
    assert_eq!(write(&call).unwrap(), b"[1.0,2.0,3.0,4.0,5.0,6.0,7.0]");
    assert_eq!(*runs.lock().unwrap(), [3, 3, 1]);
    // A call that is run again is answered again, and not twice.
    call = work.run(call).unwrap();
    assert_eq!(call.result().rows, 7);
}

#[test]
fn a_function_is_measured_by_the_rows_that_its_envelope_has_and_by_no_others() {
    let (envelope, function) = packed();
    let cost = warm::measure(&Work::new(function.clone(), 1000), &envelope).unwrap();
    assert!(cost.of(1) > 0.0 && cost.of(1000).is_finite(), "{cost:?}");
    // With one row at once there is nothing to compare.
    let single = warm::measure(&Work::new(function, 1000).with_at_once(1), &envelope).unwrap();
    assert_eq!(single, Cost { row: single.call, ..single });
}

#[tokio::test]
async fn a_call_is_answered_the_same_whichever_way_it_is_run() {
    let (envelope, function) = packed();
    let cheap = Cost { call: 0.0, row: 0.0, cells: 1 };
    let together = Batching::On { max_rows: 4, max_wait: Duration::ZERO };
    for (batching, cost) in [(Batching::Off, None), (Batching::Off, Some(cheap)), (together, None)] {
        let handler = ModelHandler::new("").max_rows(9000).batching(batching);
        let runner = Runner { cost, ..Runner::warmed(function.clone(), &envelope, &handler, Pool::new(1, 10)) };
        // The last one is too large to be read where it arrives, and its answer to be written there.
        for rows in [0, 1, 4, 5, 9000] {
            let rows = vec!["[1.5]"; rows].join(",");
            let json = Bytes::from(format!("[{rows}]"));
            let expected = format!("[{}]", rows.replace(['[', ']'], ""));
            let answer = runner.answer(json.clone()).await.unwrap();
            assert_eq!(String::from_utf8(answer).unwrap(), expected);
            let fill = move |call: &mut Call| call.read(&json).map_err(Failure::Arguments);
            let told = runner.answer_with(usize::MAX, fill, |call, ()| write(call)).await.unwrap();
            assert_eq!(told, expected.into_bytes());
        }
    }
}

#[tokio::test]
async fn a_call_of_more_rows_than_a_request_may_have_is_refused_whichever_way_it_comes() {
    let (envelope, function) = packed();
    let runner = Runner::warmed(function, &envelope, &ModelHandler::new("").max_rows(1), Pool::new(1, 10));
    let is_refused = |failure: &Failure| matches!(failure, Failure::TooManyRows { found: 2, most: 1 });
    assert!(is_refused(&runner.answer(Bytes::from_static(b"[[1.0], [2.0]]")).await.unwrap_err()));
    let fill = |call: &mut Call| call.read(b"[[1.0], [2.0]]").map_err(Failure::Arguments);
    assert!(is_refused(&runner.answer_with(0, fill, |call, ()| write(call)).await.unwrap_err()));
}

/// Where a call of one row of so many numbers is run by a function that is measured with two.
async fn runs_where_it_arrives(columns: usize) -> bool {
    let (envelope, function) = packed();
    let ran_on = Arc::<Mutex<Option<std::thread::ThreadId>>>::default();
    let run: Run = Box::new({
        let ran_on = ran_on.clone();
        move |call| {
            *ran_on.lock().unwrap() = Some(std::thread::current().id());
            call.run()
        }
    });
    let measured = warm::measure(&Work::new(function.clone(), 1000), &envelope).unwrap();
    // However slow the machine is.
    let cost = Some(Cost { call: 0.0, row: 0.0, ..measured });
    let handler = ModelHandler::new("").batching(Batching::Off);
    let runner = Runner::warmed(function.clone(), &envelope, &handler, Pool::new(1, 10));
    let runner = Runner { cost, work: Arc::new(Work::of(function, 1000, run)), ..runner };
    runner.answer(Bytes::from(json!([vec![1.0; columns]]).to_string())).await.unwrap();
    let ran_on = ran_on.lock().unwrap().unwrap();
    ran_on == std::thread::current().id()
}

#[tokio::test]
async fn a_row_that_is_larger_than_any_that_was_measured_is_run_on_a_thread_of_the_pool() {
    assert!(runs_where_it_arrives(2).await);
    assert!(!runs_where_it_arrives(1500).await);
}

#[tokio::test]
async fn the_rows_of_every_argument_are_counted() {
    let inputs = ["A", "B"].map(|name| value(name, 1, &[2]));
    let nodes = vec![node("Add", &["A", "B"], &["Y"])];
    let parts = Parts { nodes, initializers: vec![], inputs: inputs.into(), outputs: vec![value("Y", 1, &[2])] };
    let envelope = OnnxModel::new("two", parts.model(10, 21)).into_builder().unwrap().build().unwrap();
    let function = Model::load(&envelope).unwrap().functions()[0].clone();
    let runner = Runner::warmed(function, &envelope, &ModelHandler::new("").max_rows(2), Pool::new(1, 10));
    let rows = |count: usize| vec![[1.0, 2.0]; count];
    for (one, other) in [(1, 3), (3, 1)] {
        let arguments = Bytes::from(json!({ "A": rows(one), "B": rows(other) }).to_string());
        let failure = runner.answer(arguments).await.unwrap_err();
        assert!(matches!(failure, Failure::TooManyRows { found: 3, most: 2 }), "{failure:?}");
    }
}

#[test]
fn a_call_that_waits_for_a_lane_whose_runtime_ends_opens_another_one() {
    let runtime = || tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let (ends, stays) = (runtime(), runtime());
    let stage = Stage::new(bounds(4, Duration::ZERO), Call::run);
    let _busy = ends.block_on(stage.busy());
    stays.block_on(async {
        let waits = stage.call(&[2.0]);
        stage.wait_for(1).await;
        ends.shutdown_background();
        stage.gate.open();
        let answer = tokio::time::timeout(Duration::from_secs(30), answered(waits)).await;
        assert_eq!(answer.expect("somebody runs it"), "[2.0]");
    });
}

#[test]
fn calls_outlive_the_runtime_that_the_first_of_them_was_on() {
    let runtime = || tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let (ends, stays) = (runtime(), runtime());
    let stage = Stage::new(bounds(4, LONG), Call::run);
    stage.gate.open();
    // It opens the lane, which waits with it.
    let lost = {
        let _entered = ends.enter();
        stage.call(&[1.0])
    };
    ends.block_on(stage.wait_for(1));
    stays.block_on(async {
        let waits = stage.call(&[2.0]);
        stage.wait_for(2).await;
        ends.shutdown_background();
        assert!(lost.await.unwrap_err().is_cancelled());
        stage.wait_for(1).await;
        let comes = stage.call(&[3.0, 4.0, 5.0]);
        assert_eq!([answered(waits).await, answered(comes).await], ["[2.0]", "[3.0,4.0,5.0]"]);
    });
    assert_eq!(stage.runs(), [4]);
}

#[tokio::test]
async fn a_model_that_has_every_thread_holds_up_no_other_that_is_cheap() {
    let (envelope, function) = packed();
    let (pool, gate, is_running) = (Pool::new(1, 10), Arc::<Gate>::default(), Arc::<AtomicBool>::default());
    let handler = ModelHandler::new("").batching(Batching::Off);
    let warmed = || Runner::warmed(function.clone(), &envelope, &handler, pool.clone());
    let run: Run = Box::new({
        let (gate, is_running) = (gate.clone(), is_running.clone());
        move |call| {
            is_running.store(true, Ordering::Relaxed);
            gate.pass();
            call.run()
        }
    });
    let slow = Runner { cost: None, work: Arc::new(Work::of(function.clone(), 1000, run)), ..warmed() };
    let cheap = Runner { cost: Some(Cost { call: 0.0, row: 0.0, cells: 2 }), ..warmed() };
    let arguments = Bytes::from_static(b"[[1.0, 2.0]]");
    let slow = tokio::spawn({
        let arguments = arguments.clone();
        async move { slow.answer(arguments).await }
    });
    until(|| is_running.load(Ordering::Relaxed)).await;
    let _opens = OpensAtLast(gate.clone());
    let answer = tokio::time::timeout(Duration::from_secs(30), cheap.answer(arguments)).await;
    assert_eq!(answer.expect("it needs no thread").unwrap(), b"[3.0]");
    assert!(!slow.is_finished());
    gate.open();
    assert_eq!(slow.await.unwrap().unwrap(), b"[3.0]");
}

#[tokio::test]
async fn a_client_that_leaves_takes_its_place_in_the_batch_with_it() {
    let (envelope, function) = packed();
    let handler = ModelHandler::new("").batching(Batching::On { max_rows: 2, max_wait: LONG });
    let runner = Arc::new(Runner::warmed(function, &envelope, &handler, Pool::new(1, 10)));
    let call = || {
        let runner = runner.clone();
        tokio::spawn(async move { runner.answer(Bytes::from_static(b"[[1.0]]")).await.unwrap() })
    };
    let batcher = runner.batcher.as_ref().unwrap();
    let leaves = call();
    until(|| batcher.waiting() == 1).await;
    leaves.abort();
    until(|| batcher.waiting() == 0).await;
    let stays = call();
    until(|| batcher.waiting() == 1).await;
    let comes = call();
    assert_eq!([stays.await.unwrap(), comes.await.unwrap()].concat(), b"[1.0][1.0]");
}
