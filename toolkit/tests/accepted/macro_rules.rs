//! Endpoints that other macros write, and that stand under other attributes.

use toolkit::{prelude::*, serde_json};

struct Ranker;

macro_rules! endpoint {
    ($name:ident, $path:literal, $ty:ty, $resource:ty, $default:expr) => {
        /// Lists.
        #[get($path)]
        fn $name(
            /// How many.
            #[default($default)]
            #[validate(range(min = 1))]
            limit: $ty,
            optional: Option<$ty>,
            ranker: &$resource,
        ) -> Vec<$ty> {
            let _ = ranker;
            optional.into_iter().chain([limit]).collect()
        }
    };
}

macro_rules! lends {
    ($name:ident, $path:literal, $reference:ty) => {
        #[get($path)]
        fn $name(ranker: $reference) {
            let _ = ranker;
        }
    };
}

macro_rules! data {
    ($name:ident { $($(#[$attribute:meta])* $field:ident: $ty:ty = $default:expr),* }) => {
        /// A data type.
        #[data]
        struct $name {
            $($(#[$attribute])* #[default($default)] $field: $ty),*
        }
    };
}

macro_rules! parts {
    ($get:ident $path:literal fn $name:ident($mark:ident $parameter:ident: $ty:ident) -> $reply:ident) => {
        #[$get($path)]
        fn $name(
            #[$mark]
            #[validate(range(min = 1))]
            $parameter: $ty,
        ) -> $reply {
            $parameter
        }

        #[dependency]
        fn dependency(#[header] $parameter: $ty) -> $ty {
            $parameter
        }

        #[get("/parts/depends")]
        fn parts_depend(#[depends(dependency)] $parameter: $ty) -> $reply {
            $parameter
        }
    };
}

parts!(get "/parts" fn parts(query number: u32) -> u32);
endpoint!(integers, "/integers", u32, Ranker, 10);
endpoint!(floats, "/floats", f64, Ranker, 0.5);
lends!(lent_ranker, "/lent", &Ranker);
data!(Order {
    #[validate(range(min = 1))]
    amount: u32 = 1,
    text: String = "nothing"
});

#[resource]
fn ranker() -> Ranker {
    Ranker
}

#[allow(clippy::unused_async)]
#[get("/stacked")]
#[must_use]
async fn stacked() -> u32 {
    1
}

#[test]
fn what_a_macro_writes_is_mounted() {
    assert_eq!(integers(1, None, &Ranker), [1]);
    assert_eq!((parts(1), parts_depend(dependency(2))), (1, 2));
    let document = toolkit::app!().openapi().expect("all of it is documented").to_json();
    for path in ["/integers", "/floats", "/lent", "/parts", "/stacked"] {
        assert!(document.contains(path), "{document}");
    }
    let order: Order = serde_json::from_str("{}").expect("all fields have defaults");
    assert_eq!((order.amount, order.text.as_str()), (1, "nothing"));
}
