//! Work that lets requests go first.

use std::thread;

/// The least share of a core that there is: what is nice takes what others leave.
#[cfg(target_os = "linux")]
const NICE: i32 = 19;

/// Does some work on a thread of its own, behind all that requests need, and waits for it.
///
/// Loading a model takes milliseconds of a core; on a busy machine requests would wait for them.
pub(super) fn patiently<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    let (mut outcome, mut work) = (None, Some(work));
    thread::scope(|scope| {
        let patient = || {
            give_way();
            outcome = work.take().map(|work| work());
        };
        // Where there is no thread for it, it is done here.
        let _ = thread::Builder::new().name("toolkit-load".to_owned()).spawn_scoped(scope, patient);
    });
    match (outcome, work) {
        (Some(outcome), _) => outcome,
        (None, Some(work)) => work(),
        (None, None) => unreachable!("a panic of the work is one of the scope"),
    }
}

/// On Linux each thread has its own place in the order; elsewhere it is the process's, and stays.
#[cfg(target_os = "linux")]
fn give_way() {
    // Where it is not allowed, the work is done all the same.
    let _ = rustix::process::nice(NICE);
}

#[cfg(not(target_os = "linux"))]
fn give_way() {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_done_patiently_comes_back_and_the_caller_keeps_its_place() {
        let place = || rustix::process::getpriority_process(None).ok();
        let before = place();
        assert_eq!(patiently(|| (1 + 1, place())), (2, Some(NICE)));
        assert_eq!(place(), before);
    }
}
