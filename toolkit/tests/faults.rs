//! Everything that keeps a service from starting is told at once, with its places.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod first {
    use toolkit::prelude::*;

    /// A thing of the first module.
    #[data]
    pub(crate) struct Thing {
        a: u8,
    }

    #[get("/same/{id}", inline)]
    fn first(id: u8) -> Thing {
        Thing { a: id }
    }

    /// A thing that is only read.
    #[data]
    struct Same {
        a: u8,
    }

    #[put("/same", inline)]
    fn read_same(same: Same) -> u8 {
        same.a
    }

    #[get("/one", inline)]
    fn twin() {}
}

mod second {
    use toolkit::prelude::*;

    #[post("/same/{another}", inline)]
    fn third(another: u8) {
        let _ = another;
    }

    /// A thing of the second module.
    #[data]
    pub(crate) struct Thing {
        b: u8,
    }

    #[get("/same/{other}", inline)]
    fn second(other: u8) -> Thing {
        Thing { b: other }
    }

    /// A thing that is only written.
    #[data]
    struct Same {
        b: u8,
    }

    #[get("/same", inline)]
    fn write_same() -> Same {
        Same { b: 1 }
    }

    #[get("/two", inline)]
    fn twin() {}
}

mod paths {
    use toolkit::prelude::*;

    #[get("/docs", inline)]
    fn taken() {}
}

mod spreading {
    use toolkit::prelude::*;

    /// A point.
    #[data]
    struct Point {
        x: i64,
    }

    /// What does not spread.
    #[data]
    struct Nested {
        point: Point,
        limit: Option<u32>,
    }

    #[get("/nested", inline)]
    fn nested(#[query] nested: Nested) -> i64 {
        nested.point.x + i64::from(nested.limit.unwrap_or(0))
    }
}

mod graph {
    use toolkit::prelude::*;

    struct Missing;
    struct Round(u8);
    struct About(u8);
    struct Double;

    #[resource]
    fn round(about: &About) -> Round {
        Round(about.0)
    }

    #[resource]
    fn about(round: &Round) -> About {
        About(round.0)
    }

    #[resource]
    fn double() -> Double {
        Double
    }

    #[resource]
    fn double_again() -> Double {
        Double
    }

    #[get("/needs", inline)]
    fn needs(missing: &Missing, round: &Round, double: &Double) {
        let _ = (missing, round, double);
    }

    #[get("/needs/too", inline)]
    fn needs_too(missing: &Missing) {
        let _ = missing;
    }
}

#[toolkit::test]
async fn every_fault_is_told_at_once_with_both_places() {
    let empty = toolkit::Endpoints { name: "no_such_crate" };
    let app = toolkit::app!().include(empty);
    let error = app.into_router().await.expect_err("nothing of this can start");
    let told = error.to_string();
    for parts in [
        &["`first` (", "`second` (", "answer `GET /same/{}`", "faults.rs:"][..],
        &["`twin` (", "have the operation id `twin`"],
        &["`taken` (", "`/docs`", "serves itself"],
        &["`/same/{id}`", "`/same/{another}`", "are one path"],
        &["two data types have the schema name `Thing`", "faults::first", "faults::second", "rename"],
        &["no resource of type `faults::graph::Missing`", "`needs` (", "`needs_too` (", "borrow;", "app.with(value)"],
        &["`round` (", " -> `about` (", "in a circle"],
        &["two functions make the resource `faults::graph::Double`", "`double` (", "`double_again` ("],
        &["schema name `Same`", "faults::first", "faults::second"],
        &["faults::spreading", "its field `point` is neither a scalar"],
        &["`no_such_crate` was included and has no endpoint"],
    ] {
        let fault = error.faults.iter().find(|fault| parts.iter().all(|part| fault.contains(part)));
        assert!(fault.is_some(), "no fault with {parts:?} in {told}");
    }
    assert_eq!(error.faults.len(), 11, "{told}");
    assert!(told.starts_with("the service cannot start: 11 faults\n  1. "), "{told}");
}
