#[allow(
    clippy::fn_params_excessive_bools,
    clippy::missing_errors_doc,
    clippy::must_use_candidate,
    clippy::needless_pass_by_value,
    clippy::too_many_arguments,
    clippy::trivially_copy_pass_by_ref,
    clippy::unused_async
)]
/// Takes an order.
async fn take_order(order: Order, shop: &Shop) -> Created<Order> {
    shop.take(order).await
}
///The endpoint [`take_order`](fn@take_order), for `App::route`.
#[allow(non_camel_case_types, missing_debug_implementations)]
struct take_order {}
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
        method: __t::Method::POST,
        path: "/v0/api/orders",
        operation_id: "take_order",
        function: "take_order",
        docs: "Takes an order.",
        tags: &[],
        deprecated: ::core::option::Option::None,
        limits: __t::DeclaredLimits {
            timeout: __t::duration("2s"),
            body_limit: __t::bytes("1 MiB"),
            concurrency: ::core::option::Option::Some(64),
            rate: __t::rate("100/s"),
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
        name: "take_order",
        path: ::core::concat!(::core::module_path!(), "::", "take_order"),
        origin: &__ORIGIN,
    };
    const __PARAMETER_0: __t::Parameter = __t::Parameter {
        name: "order",
        location: __t::Location::Query,
        description: "The order.",
        segment: __t::Segment::None,
    };
    fn __way_0() -> impl __t::ArgumentWay<Value = Order> {
        __t::way_of_argument(__t::Probe::<Order>::new())
    }
    struct __Captures {
        __p1: __t::Arc<Shop>,
    }
    const _: () = ::core::assert!(
        __t::duration("2s").is_some(),
        "`timeout` is a duration, as in `500ms`, `2s` or `1m`"
    );
    const _: () = ::core::assert!(
        __t::bytes("1 MiB").is_some(),
        "`body_limit` is a size, as in `500 kB` or `1 MiB`"
    );
    const _: () = ::core::assert!(
        __t::rate("100/s").is_some(),
        "`rate_limit` is a rate, as in `100/s`, `60/m` or `1000/h`"
    );
    fn __needs(__needs: &mut ::std::vec::Vec<__t::Need>) {
        __needs.push(__t::Need::of::<Shop>("take_order", __ORIGIN));
    }
    fn __document(__operation: &mut __t::OperationDoc<'_>) {
        __t::document_argument(
            __way_0,
            __operation,
            &__t::ParameterDoc {
                parameter: &__PARAMETER_0,
                refine: &|_| {},
                default: ::core::option::Option::None,
                example: ::core::option::Option::None,
            },
        );
        let __kind = {
            let (__probe, __wrapping) = __t::Probe::<Created<Order>>::new().inner();
            __wrapping.wrap((&&&&__probe).kind())
        };
        (__t::reply(__kind, __t::Probe::<Created<Order>>::new()).document)(__operation);
    }
    fn __mount(__mounting: &__t::Mounting) -> __t::MethodRouter {
        let __resources = &*__mounting.resources;
        __t::mount(
            &__DECLARED,
            __mounting,
            __Captures {
                __p1: __resources.get::<Shop>(),
            },
            __answer,
        )
    }
    async fn __answer(
        mut __reading: __t::Reading,
        __mounted: __t::Arc<__t::Mounted<__Captures>>,
    ) -> ::core::result::Result<__t::Response, __t::Refusal> {
        let __kind = {
            let (__probe, __wrapping) = __t::Probe::<Created<Order>>::new().inner();
            __wrapping.wrap((&&&&__probe).kind())
        };
        let __pool = &__mounted.pool;
        let __captures = &__mounted.captures;
        let __p0 = __t::head_of_argument(__way_0, &mut __reading, &__PARAMETER_0).await?;
        __reading.lend_rules(::core::option::Option::None);
        let __p0 = __t::finish_argument(__way_0, __p0, &mut __reading).await?;
        __t::check_argument(
            __p0.as_ref(),
            &__t::place_of_argument(__way_0, &__PARAMETER_0),
            &mut __reading,
            |__value: &Order, __place, __violations| {
                (&&__t::Nested(__value)).check_nested(__place, __violations);
            },
        );
        __reading.finish()?;
        let __p0 = __t::present(__p0);
        let __span = __t::FunctionSpan::open(&__FUNCTION, |__values| {});
        let __reply = __span.poll(take_order(__p0, &__captures.__p1)).await;
        ::core::result::Result::Ok(
            __span
                .close(
                    (__t::reply(__kind, __t::Probe::<Created<Order>>::new())
                        .respond)(__reply),
                ),
        )
    }
    impl __t::Endpoint for take_order {
        const ENTRY: __t::EndpointEntry = __t::EndpointEntry {
            declaration: &__DECLARED,
            needs: __needs,
            document: __document,
            mount: __mount,
        };
    }
    __t::inventory::submit! {
        < take_order as __t::Endpoint > ::ENTRY
    }
};
