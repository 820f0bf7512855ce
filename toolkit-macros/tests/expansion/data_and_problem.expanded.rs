#[derive(
    ::core::fmt::Debug,
    ::core::prelude::v1::Clone,
    ::toolkit::__private::serde::Serialize,
    ::toolkit::__private::serde::Deserialize,
    ::toolkit::__private::schemars::JsonSchema
)]
#[serde(crate = "::toolkit::__private::serde")]
#[schemars(crate = "::toolkit::__private::schemars")]
/// A line of an order.
#[serde(rename_all = "camelCase")]
#[schemars(
    extend(
        "x-toolkit-origin" = ::toolkit::__private::origin::<Self>(
            ::core::module_path!(),
            ::core::file!(),
            ::core::line!()
        )
    )
)]
#[schemars(rename = "LineOf{T}")]
pub struct Line<T> {
    /// What is ordered.
    pub item: T,
    /// How much of it.
    #[serde(default = "Line :: < T > :: __toolkit_default_1")]
    #[schemars(
        transform = |__schema:&mut::toolkit::__private::schemars::Schema|{::toolkit::__private::Rule::<u32>::describe(
            &Self::__toolkit_rules_1(),
            __schema
        )}
    )]
    pub amount: u32,
}
#[doc(hidden)]
#[allow(clippy::all, clippy::pedantic, deprecated, non_snake_case)]
impl<T> Line<T> {
    fn __toolkit_rules_1() -> impl ::toolkit::__private::Rule<u32> {
        use ::toolkit::__private as __t;
        (
            __t::Worded {
                rule: __t::Range {
                    min: ::core::option::Option::Some(1),
                    max: ::core::option::Option::None,
                    exclusive_min: ::core::option::Option::None,
                    exclusive_max: ::core::option::Option::None,
                },
                code: ::core::option::Option::None,
                message: ::core::option::Option::Some("must be ordered"),
            },
        )
    }
    fn __toolkit_default_1() -> u32 {
        1
    }
}
#[doc(hidden)]
#[allow(
    clippy::all,
    clippy::pedantic,
    deprecated,
    single_use_lifetimes,
    unused_lifetimes
)]
const _: () = {
    use ::toolkit::__private as __t;
    use __t::{AnyNested as _, ValidatedNested as _};
    impl<T: __t::Validate> __t::Validate for Line<T> {
        #[allow(unused_variables)]
        fn check(
            &self,
            __place: &__t::Place<'_>,
            __violations: &mut ::std::vec::Vec<__t::Violation>,
        ) {
            {
                let __value = &self.item;
                {
                    let __place = &__place.field("item");
                    (&&__t::Nested(__value)).check_nested(__place, __violations);
                }
            }
            {
                let __value = &self.amount;
                {
                    let __place = &__place.field("amount");
                    __t::Rule::<
                        u32,
                    >::check(&Self::__toolkit_rules_1(), __value, __place, __violations);
                    (&&__t::Nested(__value)).check_nested(__place, __violations);
                }
            }
        }
    }
    impl<T: __t::Validate> __t::Data for Line<T> {}
};
#[derive(
    ::core::fmt::Debug,
    ::core::prelude::v1::Clone,
    ::toolkit::__private::serde::Serialize,
    ::toolkit::__private::serde::Deserialize,
    ::toolkit::__private::schemars::JsonSchema
)]
#[serde(crate = "::toolkit::__private::serde")]
#[schemars(crate = "::toolkit::__private::schemars")]
/// How an order is paid.
#[serde(tag = "kind")]
#[schemars(
    extend(
        "x-toolkit-origin" = ::toolkit::__private::origin::<Self>(
            ::core::module_path!(),
            ::core::file!(),
            ::core::line!()
        )
    )
)]
enum Payment {
    Cash,
    Card {
        #[schemars(
            transform = |__schema:&mut::toolkit::__private::schemars::Schema|{::toolkit::__private::Rule::<String>::describe(
                &Self::__toolkit_rules_1_0(),
                __schema
            )}
        )]
        number: String,
    },
}
#[doc(hidden)]
#[allow(clippy::all, clippy::pedantic, deprecated, non_snake_case)]
impl Payment {
    fn __toolkit_rules_1_0() -> impl ::toolkit::__private::Rule<String> {
        use ::toolkit::__private as __t;
        (
            __t::Length {
                min: ::core::option::Option::None,
                max: ::core::option::Option::None,
                equal: ::core::option::Option::Some(16),
            },
        )
    }
}
#[doc(hidden)]
#[allow(
    clippy::all,
    clippy::pedantic,
    deprecated,
    single_use_lifetimes,
    unused_lifetimes
)]
const _: () = {
    use ::toolkit::__private as __t;
    use __t::{AnyNested as _, ValidatedNested as _};
    impl __t::Validate for Payment {
        #[allow(unused_variables)]
        fn check(
            &self,
            __place: &__t::Place<'_>,
            __violations: &mut ::std::vec::Vec<__t::Violation>,
        ) {
            match self {
                Payment::Cash {} => {}
                Payment::Card { number: __field_number } => {
                    let __place = &__place.field("number");
                    __t::Rule::<
                        String,
                    >::check(
                        &Self::__toolkit_rules_1_0(),
                        __field_number,
                        __place,
                        __violations,
                    );
                    (&&__t::Nested(__field_number)).check_nested(__place, __violations);
                }
            }
        }
    }
    impl __t::Data for Payment {}
};
#[derive(
    ::core::fmt::Debug,
    ::core::prelude::v1::Clone,
    ::core::prelude::v1::Copy,
    ::core::cmp::PartialEq,
    ::core::cmp::Eq,
    ::core::cmp::PartialOrd,
    ::core::cmp::Ord,
    ::core::hash::Hash,
    ::toolkit::__private::serde::Serialize,
    ::toolkit::__private::serde::Deserialize,
    ::toolkit::__private::schemars::JsonSchema
)]
#[serde(crate = "::toolkit::__private::serde")]
#[schemars(crate = "::toolkit::__private::schemars")]
/// The order of a list.
#[schemars(
    extend(
        "x-toolkit-origin" = ::toolkit::__private::origin::<Self>(
            ::core::module_path!(),
            ::core::file!(),
            ::core::line!()
        )
    )
)]
enum Sort {
    Up,
    Down,
}
#[doc(hidden)]
#[allow(
    clippy::all,
    clippy::pedantic,
    deprecated,
    single_use_lifetimes,
    unused_lifetimes
)]
const _: () = {
    use ::toolkit::__private as __t;
    use __t::{AnyNested as _, ValidatedNested as _};
    impl __t::Validate for Sort {
        #[allow(unused_variables)]
        fn check(
            &self,
            __place: &__t::Place<'_>,
            __violations: &mut ::std::vec::Vec<__t::Violation>,
        ) {}
    }
    impl __t::Scalar for Sort {
        fn parse(__text: &str) -> ::core::result::Result<Self, __t::Expected> {
            __t::scalar_by_serde(__text)
        }
    }
};
#[derive(
    ::core::fmt::Debug,
    ::core::prelude::v1::Clone,
    ::toolkit::__private::serde::Serialize,
    ::toolkit::__private::serde::Deserialize,
    ::toolkit::__private::schemars::JsonSchema
)]
#[serde(crate = "::toolkit::__private::serde")]
#[schemars(crate = "::toolkit::__private::schemars")]
/// The number of an order.
#[schemars(
    extend(
        "x-toolkit-origin" = ::toolkit::__private::origin::<Self>(
            ::core::module_path!(),
            ::core::file!(),
            ::core::line!()
        )
    )
)]
struct OrderId(u64);
#[doc(hidden)]
#[allow(
    clippy::all,
    clippy::pedantic,
    deprecated,
    single_use_lifetimes,
    unused_lifetimes
)]
const _: () = {
    use ::toolkit::__private as __t;
    use __t::{AnyNested as _, ValidatedNested as _};
    impl __t::Validate for OrderId {
        #[allow(unused_variables)]
        fn check(
            &self,
            __place: &__t::Place<'_>,
            __violations: &mut ::std::vec::Vec<__t::Violation>,
        ) {
            {
                let __value = &self.0;
                (&&__t::Nested(__value)).check_nested(__place, __violations);
            }
        }
    }
    impl __t::Scalar for OrderId
    where
        for<'__a> u64: __t::Scalar,
    {
        fn parse(__text: &str) -> ::core::result::Result<Self, __t::Expected> {
            __t::scalar_by_serde(__text)
        }
    }
    impl __t::BodyData for OrderId
    where
        for<'__a> u64: __t::BodyData,
    {}
};
#[derive(::core::fmt::Debug)]
enum OrderError {
    /// No order has this id.
    UnknownOrder { order_id: u64 },
    Internal(toolkit::Error),
}
#[doc(hidden)]
#[allow(clippy::all, clippy::pedantic, deprecated)]
const _: () = {
    use ::toolkit::__private as __t;
    impl __t::ProblemReply for OrderError {
        fn into_problem(self) -> __t::Problem {
            match self {
                OrderError::UnknownOrder { order_id } => {
                    __t::problem_of(404u16)
                        .title("No order has this id")
                        .with("code", "unknown_order")
                        .with("order_id", order_id)
                }
                OrderError::Internal(__cause) => __t::Problem::internal(__cause),
            }
        }
        fn document(__operation: &mut __t::OperationDoc<'_>) {
            {
                let __members = ::std::vec![
                    ("order_id", __operation.schema_of:: < u64 > ())
                ];
                __operation
                    .declared_problem(__t::ProblemSchema {
                        status: 404u16,
                        title: ::std::string::String::from("No order has this id"),
                        code: ::core::option::Option::Some("unknown_order"),
                        members: __members,
                    });
            }
            {
                let __members = ::std::vec![];
                __operation
                    .declared_problem(__t::ProblemSchema {
                        status: 500u16,
                        title: ::std::string::String::from("Internal Server Error"),
                        code: ::core::option::Option::None,
                        members: __members,
                    });
            }
        }
    }
    impl ::core::fmt::Display for OrderError {
        fn fmt(&self, __f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            __f.write_str(
                match self {
                    OrderError::UnknownOrder { .. } => "No order has this id",
                    OrderError::Internal { .. } => "Internal Server Error",
                },
            )
        }
    }
    impl<__E: ::core::convert::Into<::toolkit::Error>> ::core::convert::From<__E>
    for OrderError {
        fn from(__error: __E) -> Self {
            OrderError::Internal(::core::convert::Into::into(__error))
        }
    }
};
