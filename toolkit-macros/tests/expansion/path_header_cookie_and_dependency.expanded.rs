#[allow(
    clippy::fn_params_excessive_bools,
    clippy::missing_errors_doc,
    clippy::must_use_candidate,
    clippy::needless_pass_by_value,
    clippy::too_many_arguments,
    clippy::trivially_copy_pass_by_ref,
    clippy::unused_async
)]
/// The customer who asks.
fn customer(session: Uuid, customers: &Customers) -> Result<Customer, LoginError> {
    customers.of_session(session)
}
///The dependency [`customer`](fn@customer), for `#[depends(customer)]`.
#[allow(non_camel_case_types, missing_debug_implementations)]
struct customer {}
#[doc(hidden)]
#[allow(clippy::all, clippy::pedantic, deprecated, non_snake_case, unreachable_pub)]
#[allow(
    missing_debug_implementations,
    missing_docs,
    unused_mut,
    unused_qualifications,
    unused_variables
)]
const _: () = {
    use ::toolkit::__private as __t;
    use __t::{AnyNested as _, ReturnsValue as _, ValidatedNested as _};
    const __ORIGIN: __t::Origin = __t::Origin {
        package: ::core::env!("CARGO_PKG_NAME"),
        module: ::core::module_path!(),
        file: ::core::file!(),
        line: ::core::line!(),
    };
    const __FALLIBLE: bool = <__t::Returns<Result<Customer, LoginError>>>::FALLIBLE;
    const __FUNCTION: __t::TracedFunction = __t::TracedFunction {
        name: "customer",
        path: ::core::concat!(::core::module_path!(), "::", "customer"),
        origin: &__ORIGIN,
    };
    const __PARAMETER_0: __t::Parameter = __t::Parameter {
        name: "session",
        location: __t::Location::Cookie,
        description: "",
        segment: __t::Segment::None,
    };
    fn __way_0() -> impl __t::NamedWay<Value = Uuid> {
        __t::way_of_named(__t::Probe::<Uuid>::new())
    }
    pub struct __Captures {
        __p1: __t::Arc<Customers>,
    }
    impl __t::DependencyFunction for customer {}
    impl __t::Dependency for customer {
        type Value = <__t::Returned<
            __FALLIBLE,
        > as __t::ValueIn<Result<Customer, LoginError>>>::Value;
        type Captures = __Captures;
        fn needs(__needs: &mut ::std::vec::Vec<__t::Need>) {
            __needs.push(__t::Need::of::<Customers>("customer", __ORIGIN));
        }
        fn capture(__resources: &__t::Resources) -> __Captures {
            __Captures {
                __p1: __resources.get::<Customers>(),
            }
        }
        fn document(__operation: &mut __t::OperationDoc<'_>) {
            __t::document_named(
                __way_0,
                __operation,
                &__t::ParameterDoc {
                    parameter: &__PARAMETER_0,
                    refine: &|_| {},
                    default: ::core::option::Option::None,
                    example: ::core::option::Option::None,
                },
            );
            __operation.pooled();
            (__t::settling::<__FALLIBLE, Result<Customer, LoginError>>()
                .document)(__operation);
        }
        async fn call(
            mut __reading: &mut __t::Reading,
            __captures: &__t::Arc<__Captures>,
            __pool: &__t::Pool,
        ) -> ::core::result::Result<::core::option::Option<Self::Value>, __t::Refusal> {
            let __before = __reading.violation_count();
            let __p0 = __t::read_named(
                __way_0,
                &mut __reading,
                &__PARAMETER_0,
                ::core::option::Option::None,
            )?;
            __t::check_argument(
                __p0.as_ref(),
                &__t::place_of_named(__way_0, &__PARAMETER_0),
                &mut __reading,
                |__value: &Uuid, __place, __violations| {
                    (&&__t::Nested(__value)).check_nested(__place, __violations);
                },
            );
            if __reading.violation_count() > __before || __p0.is_none() {
                return ::core::result::Result::Ok(::core::option::Option::None);
            }
            let __p0 = __t::present(__p0);
            let __lent = ::core::clone::Clone::clone(__captures);
            let __returned = __t::run_in_pool(
                    __pool,
                    move || {
                        let __captures = &__lent;
                        let __span = __t::FunctionSpan::open(&__FUNCTION, |__values| {});
                        let __returned = __span
                            .call(|| customer(__p0, &__captures.__p1));
                        __span.end(__returned)
                    },
                )
                .await?;
            ::core::result::Result::Ok(
                ::core::option::Option::Some(
                    (__t::settling::<__FALLIBLE, Result<Customer, LoginError>>()
                        .settle)(__returned)?,
                ),
            )
        }
    }
};
#[allow(
    clippy::fn_params_excessive_bools,
    clippy::missing_errors_doc,
    clippy::must_use_candidate,
    clippy::needless_pass_by_value,
    clippy::too_many_arguments,
    clippy::trivially_copy_pass_by_ref,
    clippy::unused_async
)]
/// Describes an order.
fn get_order(
    order_id: u64,
    x_request_source: Option<String>,
    language: Option<Language>,
    customer: Customer,
) -> Option<Order> {
    customer.order(order_id, x_request_source, language)
}
///The endpoint [`get_order`](fn@get_order), for `App::route`.
#[allow(non_camel_case_types, missing_debug_implementations)]
struct get_order {}
#[doc(hidden)]
#[allow(clippy::all, clippy::pedantic, deprecated, non_snake_case)]
#[allow(unused_mut, unused_qualifications, unused_variables)]
const _: () = {
    use ::toolkit::__private as __t;
    use __t::{
        AnyNested as _, ProbeAxum as _, ProbeDeclared as _, ProbeInner as _,
        ProbeJson as _,
    };
    use __t::{ProbeUnknown as _, ValidatedNested as _};
    const __ORIGIN: __t::Origin = __DECLARATION.origin;
    static __DECLARED: __t::Declaration = __DECLARATION;
    const __DECLARATION: __t::Declaration = __t::Declaration {
        method: __t::Method::GET,
        path: "/v0/api/orders/{order_id}",
        operation_id: "get_order",
        function: "get_order",
        docs: "Describes an order.",
        tags: &[],
        deprecated: ::core::option::Option::None,
        limits: __t::DeclaredLimits {
            timeout: ::core::option::Option::None,
            body_limit: ::core::option::Option::None,
            concurrency: ::core::option::Option::None,
            rate: ::core::option::Option::None,
        },
        pooled: false,
        origin: __t::Origin {
            package: ::core::env!("CARGO_PKG_NAME"),
            module: ::core::module_path!(),
            file: ::core::file!(),
            line: ::core::line!(),
        },
    };
    const __FUNCTION: __t::TracedFunction = __t::TracedFunction {
        name: "get_order",
        path: ::core::concat!(::core::module_path!(), "::", "get_order"),
        origin: &__ORIGIN,
    };
    const __PARAMETER_0: __t::Parameter = __t::Parameter {
        name: "order_id",
        location: __t::Location::Path,
        description: "",
        segment: __t::Segment::At(3usize),
    };
    fn __way_0() -> impl __t::NamedWay<Value = u64> {
        __t::way_of_named(__t::Probe::<u64>::new())
    }
    const __PARAMETER_1: __t::Parameter = __t::Parameter {
        name: "x-request-source",
        location: __t::Location::Header,
        description: "",
        segment: __t::Segment::None,
    };
    fn __way_1() -> impl __t::NamedWay<Value = Option<String>> {
        __t::way_of_named(__t::Probe::<Option<String>>::new())
    }
    const __PARAMETER_2: __t::Parameter = __t::Parameter {
        name: "lang",
        location: __t::Location::Cookie,
        description: "",
        segment: __t::Segment::None,
    };
    fn __way_2() -> impl __t::NamedWay<Value = Option<Language>> {
        __t::way_of_named(__t::Probe::<Option<Language>>::new())
    }
    mod __no_dependency_3 {
        pub use ::toolkit::__private::NoDependency as __Dependency3;
    }
    #[allow(unused_imports)]
    use __no_dependency_3::*;
    #[allow(unused_imports)]
    use customer as __Dependency3;
    const _: fn() = __t::is_dependency::<__Dependency3>;
    struct __Captures {
        __p3: __t::Arc<<__Dependency3 as __t::Dependency>::Captures>,
    }
    fn __needs(__needs: &mut ::std::vec::Vec<__t::Need>) {
        <__Dependency3 as __t::Dependency>::needs(__needs);
    }
    fn __document(__operation: &mut __t::OperationDoc<'_>) {
        __t::document_named(
            __way_0,
            __operation,
            &__t::ParameterDoc {
                parameter: &__PARAMETER_0,
                refine: &|_| {},
                default: ::core::option::Option::None,
                example: ::core::option::Option::None,
            },
        );
        __t::document_named(
            __way_1,
            __operation,
            &__t::ParameterDoc {
                parameter: &__PARAMETER_1,
                refine: &|_| {},
                default: ::core::option::Option::None,
                example: ::core::option::Option::None,
            },
        );
        __t::document_named(
            __way_2,
            __operation,
            &__t::ParameterDoc {
                parameter: &__PARAMETER_2,
                refine: &|_| {},
                default: ::core::option::Option::None,
                example: ::core::option::Option::None,
            },
        );
        __t::document_dependency::<__Dependency3>(__operation);
        let __kind = {
            let (__probe, __wrapping) = __t::Probe::<Option<Order>>::new().inner();
            __wrapping.wrap((&&&&__probe).kind())
        };
        (__t::reply(__kind, __t::Probe::<Option<Order>>::new()).document)(__operation);
    }
    fn __mount(__mounting: &__t::Mounting) -> __t::MethodRouter {
        let __resources = &*__mounting.resources;
        __t::mount(
            &__DECLARED,
            __mounting,
            __Captures {
                __p3: __t::Arc::new(
                    <__Dependency3 as __t::Dependency>::capture(__resources),
                ),
            },
            __answer,
        )
    }
    async fn __answer(
        mut __reading: __t::Reading,
        __mounted: __t::Arc<__t::Mounted<__Captures>>,
    ) -> ::core::result::Result<__t::Response, __t::Refusal> {
        let __kind = {
            let (__probe, __wrapping) = __t::Probe::<Option<Order>>::new().inner();
            __wrapping.wrap((&&&&__probe).kind())
        };
        let __pool = &__mounted.pool;
        let __captures = &__mounted.captures;
        let __p0 = __t::read_named(
            __way_0,
            &mut __reading,
            &__PARAMETER_0,
            ::core::option::Option::None,
        )?;
        __t::check_argument(
            __p0.as_ref(),
            &__t::place_of_named(__way_0, &__PARAMETER_0),
            &mut __reading,
            |__value: &u64, __place, __violations| {
                (&&__t::Nested(__value)).check_nested(__place, __violations);
            },
        );
        let __p1 = __t::read_named(
            __way_1,
            &mut __reading,
            &__PARAMETER_1,
            ::core::option::Option::None,
        )?;
        __t::check_argument(
            __p1.as_ref(),
            &__t::place_of_named(__way_1, &__PARAMETER_1),
            &mut __reading,
            |__value: &Option<String>, __place, __violations| {
                (&&__t::Nested(__value)).check_nested(__place, __violations);
            },
        );
        let __p2 = __t::read_named(
            __way_2,
            &mut __reading,
            &__PARAMETER_2,
            ::core::option::Option::None,
        )?;
        __t::check_argument(
            __p2.as_ref(),
            &__t::place_of_named(__way_2, &__PARAMETER_2),
            &mut __reading,
            |__value: &Option<Language>, __place, __violations| {
                (&&__t::Nested(__value)).check_nested(__place, __violations);
            },
        );
        let __p3 = __t::depend::<
            __Dependency3,
            Customer,
        >(&mut __reading, &__captures.__p3, __pool)
            .await?;
        __reading.finish()?;
        let __p0 = __t::present(__p0);
        let __p1 = __t::present(__p1);
        let __p2 = __t::present(__p2);
        let __p3 = __t::present(__p3);
        let __span = __t::FunctionSpan::open(&__FUNCTION, |__values| {});
        let __reply = __span.call(|| get_order(__p0, __p1, __p2, __p3));
        ::core::result::Result::Ok(
            __span
                .close(
                    (__t::reply(__kind, __t::Probe::<Option<Order>>::new())
                        .respond)(__reply),
                ),
        )
    }
    impl __t::Endpoint for get_order {
        const ENTRY: __t::EndpointEntry = __t::EndpointEntry {
            declaration: &__DECLARED,
            needs: __needs,
            document: __document,
            mount: __mount,
        };
    }
    __t::inventory::submit! {
        < get_order as __t::Endpoint > ::ENTRY
    }
};
