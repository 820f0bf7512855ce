//! Endpoints that are mounted only by a service that names this crate.

use toolkit::prelude::*;

/// A greeting that this crate lends to its endpoint.
#[derive(Debug)]
pub struct Greeting(pub String);

#[resource]
fn greeting() -> Greeting {
    Greeting("hello from another crate".to_owned())
}

/// Says hello.
#[get("/other/greeting", inline)]
fn get_greeting(greeting: &Greeting) -> String {
    greeting.0.clone()
}

pub mod hidden {
    //! Where a module stands does not matter.

    use toolkit::prelude::*;

    /// Says nothing.
    #[get("/other/nothing", inline)]
    pub fn get_nothing() {}
}
