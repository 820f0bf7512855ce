//! The function stays what it was, beside a type of the same name.

use toolkit::prelude::*;

/// Adds.
#[get("/sync")]
fn on_the_pool(
    /// The first summand.
    ///
    /// * a number
    #[default(1)]
    a: u32,
    /** The second summand. */
    b: u32,
) -> u32 {
    a + b
}

#[get("/async")]
async fn asynchronous(#[doc = "A number."] a: u32) -> u32 {
    a
}

#[get("/inline", inline)]
fn in_place(mut a: u32, #[allow(unused_variables)] b: u32, _c: Option<u32>) -> u32 {
    a += 1;
    a
}

mod private {
    use toolkit::prelude::*;

    #[get("/private/one")]
    pub(super) fn one() -> u32 {
        1
    }

    #[get("/private/two")]
    pub(super) fn two() -> u32 {
        2
    }

    pub(super) mod deeper {
        #[toolkit::get("/private/three")]
        pub(in super::super) fn three() -> u32 {
            3
        }
    }
}

#[post("/r/{type}")]
fn r#match(r#type: u32, #[header] r#in: Option<String>) -> u32 {
    drop(r#in);
    r#type
}

#[deprecated(since = "2026-01-31", note = "use /async")]
#[allow(clippy::unused_unit)]
#[put(
    "/deprecated",
    tags("old", "older"),
    operation_id = "old",
    timeout = "2s",
    body_limit = "1 MiB",
    concurrency = 64,
    rate_limit = "100/s"
)]
fn deprecated() {}

#[cfg(any())]
#[get("/never")]
fn above() -> Nothing {}

#[get("/never")]
#[cfg(any())]
fn below() -> Nothing {}

#[resource]
#[cfg(any())]
fn never() -> Nothing {}

#[dependency]
#[cfg(any())]
fn no_dependency() -> Nothing {}

#[data]
#[cfg(any())]
struct NoData {
    #[validate(length(min = 1))]
    text: Nothing,
}

#[problem]
#[cfg(any())]
enum NoProblem {}

#[test]
fn a_function_is_called_as_before_and_mounted() {
    assert_eq!(on_the_pool(1, 2), 3);
    assert_eq!(in_place(1, 2, None), 2);
    assert_eq!(private::one() + private::two() + private::deeper::three(), 6);
    assert_eq!(r#match(7, None), 7);
    #[allow(deprecated)]
    deprecated();
    let app = toolkit::app!().route::<on_the_pool>().route::<asynchronous>().route::<private::one>().route::<r#match>();
    let document = app.openapi().expect("all of it is documented").to_json();
    assert!(document.contains("\"operationId\": \"match\""), "{document}");
    let called = asynchronous(1);
    drop(called);
}
