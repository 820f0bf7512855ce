#[allow(
    clippy::fn_params_excessive_bools,
    clippy::missing_errors_doc,
    clippy::must_use_candidate,
    clippy::needless_pass_by_value,
    clippy::too_many_arguments,
    clippy::trivially_copy_pass_by_ref,
    clippy::unused_async
)]
/// Provides recommendations for a customer.
///
/// Best first, by predicted affinity.
fn get_recommendations(
    customer_id: i64,
    limit: u32,
    ranker: &Ranker,
) -> Result<Vec<Recommendation>, RecommendationError> {
    ranker.rank(customer_id, limit)
}
///The endpoint [`get_recommendations`](fn@get_recommendations), for `App::route`.
#[allow(non_camel_case_types, missing_debug_implementations)]
struct get_recommendations {}
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
        path: "/v0/api/recommendations",
        operation_id: "get_recommendations",
        function: "get_recommendations",
        docs: "Provides recommendations for a customer.\n\nBest first, by predicted affinity.",
        tags: &["recommendations"],
        deprecated: ::core::option::Option::None,
        limits: __t::DeclaredLimits {
            timeout: ::core::option::Option::None,
            body_limit: ::core::option::Option::None,
            concurrency: ::core::option::Option::None,
            rate: ::core::option::Option::None,
        },
        pooled: true,
        origin: __t::Origin {
            package: ::core::env!("CARGO_PKG_NAME"),
            module: ::core::module_path!(),
            file: ::core::file!(),
            line: ::core::line!(),
        },
    };
    const __FUNCTION: __t::TracedFunction = __t::TracedFunction {
        name: "get_recommendations",
        path: ::core::concat!(::core::module_path!(), "::", "get_recommendations"),
        origin: &__ORIGIN,
    };
    const __PARAMETER_0: __t::Parameter = __t::Parameter {
        name: "customer_id",
        location: __t::Location::Query,
        description: "Who the recommendations are for.",
        segment: __t::Segment::None,
    };
    fn __way_0() -> impl __t::ArgumentWay<Value = i64> {
        __t::way_of_argument(__t::Probe::<i64>::new())
    }
    fn __rules_0() -> impl __t::Rule<i64> {
        (
            __t::Range {
                min: ::core::option::Option::Some(1),
                max: ::core::option::Option::None,
                exclusive_min: ::core::option::Option::None,
                exclusive_max: ::core::option::Option::None,
            },
        )
    }
    const __PARAMETER_1: __t::Parameter = __t::Parameter {
        name: "limit",
        location: __t::Location::Query,
        description: "How many to return.",
        segment: __t::Segment::None,
    };
    fn __way_1() -> impl __t::NamedWay<Value = u32> {
        __t::way_of_named(__t::Probe::<u32>::new())
    }
    fn __rules_1() -> impl __t::Rule<u32> {
        (
            __t::Range {
                min: ::core::option::Option::Some(1),
                max: ::core::option::Option::Some(100),
                exclusive_min: ::core::option::Option::None,
                exclusive_max: ::core::option::Option::None,
            },
        )
    }
    fn __default_1() -> u32 {
        10
    }
    struct __Captures {
        __p2: __t::Arc<Ranker>,
    }
    fn __needs(__needs: &mut ::std::vec::Vec<__t::Need>) {
        __needs.push(__t::Need::of::<Ranker>("get_recommendations", __ORIGIN));
    }
    fn __document(__operation: &mut __t::OperationDoc<'_>) {
        __t::document_argument(
            __way_0,
            __operation,
            &__t::ParameterDoc {
                parameter: &__PARAMETER_0,
                refine: &|__schema| __t::Rule::<i64>::describe(&__rules_0(), __schema),
                default: ::core::option::Option::None,
                example: __t::json_of(7),
            },
        );
        __t::document_named(
            __way_1,
            __operation,
            &__t::ParameterDoc {
                parameter: &__PARAMETER_1,
                refine: &|__schema| __t::Rule::<u32>::describe(&__rules_1(), __schema),
                default: __t::json_of(__default_1()),
                example: ::core::option::Option::None,
            },
        );
        let __kind = {
            let (__probe, __wrapping) = __t::Probe::<
                Result<Vec<Recommendation>, RecommendationError>,
            >::new()
                .inner();
            __wrapping.wrap((&&&&__probe).kind())
        };
        (__t::reply(
                __kind,
                __t::Probe::<Result<Vec<Recommendation>, RecommendationError>>::new(),
            )
            .document)(__operation);
    }
    fn __mount(__mounting: &__t::Mounting) -> __t::MethodRouter {
        let __resources = &*__mounting.resources;
        __t::mount(
            &__DECLARED,
            __mounting,
            __Captures {
                __p2: __resources.get::<Ranker>(),
            },
            __answer,
        )
    }
    async fn __answer(
        mut __reading: __t::Reading,
        __mounted: __t::Arc<__t::Mounted<__Captures>>,
    ) -> ::core::result::Result<__t::Response, __t::Refusal> {
        let __kind = {
            let (__probe, __wrapping) = __t::Probe::<
                Result<Vec<Recommendation>, RecommendationError>,
            >::new()
                .inner();
            __wrapping.wrap((&&&&__probe).kind())
        };
        let __pool = &__mounted.pool;
        let __captures = &__mounted.captures;
        let __p0 = __t::head_of_argument(__way_0, &mut __reading, &__PARAMETER_0).await?;
        let __p1 = __t::read_named(
            __way_1,
            &mut __reading,
            &__PARAMETER_1,
            ::core::option::Option::Some(__default_1),
        )?;
        __t::check_argument(
            __p1.as_ref(),
            &__t::place_of_named(__way_1, &__PARAMETER_1),
            &mut __reading,
            |__value: &u32, __place, __violations| {
                __t::Rule::<u32>::check(&__rules_1(), __value, __place, __violations);
                (&&__t::Nested(__value)).check_nested(__place, __violations);
            },
        );
        __reading
            .lend_rules(
                ::core::option::Option::Some(|__schema| {
                    __t::Rule::<i64>::describe(&__rules_0(), __schema);
                }),
            );
        let __p0 = __t::finish_argument(__way_0, __p0, &mut __reading).await?;
        __t::check_argument(
            __p0.as_ref(),
            &__t::place_of_argument(__way_0, &__PARAMETER_0),
            &mut __reading,
            |__value: &i64, __place, __violations| {
                __t::Rule::<i64>::check(&__rules_0(), __value, __place, __violations);
                (&&__t::Nested(__value)).check_nested(__place, __violations);
            },
        );
        __reading.finish()?;
        let __p0 = __t::present(__p0);
        let __p1 = __t::present(__p1);
        let __lent = ::core::clone::Clone::clone(&__mounted);
        __t::run_in_pool(
                __pool,
                move || {
                    let __captures = &__lent.captures;
                    let __span = __t::FunctionSpan::open(
                        &__FUNCTION,
                        |__values| {
                            __values.add("limit", &__p1);
                        },
                    );
                    let __reply = __span
                        .call(|| get_recommendations(__p0, __p1, &__captures.__p2));
                    __span
                        .close(
                            (__t::reply(
                                    __kind,
                                    __t::Probe::<
                                        Result<Vec<Recommendation>, RecommendationError>,
                                    >::new(),
                                )
                                .respond)(__reply),
                        )
                },
            )
            .await
    }
    impl __t::Endpoint for get_recommendations {
        const ENTRY: __t::EndpointEntry = __t::EndpointEntry {
            declaration: &__DECLARED,
            needs: __needs,
            document: __document,
            mount: __mount,
        };
    }
    __t::inventory::submit! {
        < get_recommendations as __t::Endpoint > ::ENTRY
    }
};
