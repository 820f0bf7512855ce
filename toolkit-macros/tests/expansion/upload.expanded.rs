#[allow(
    clippy::fn_params_excessive_bools,
    clippy::missing_errors_doc,
    clippy::must_use_candidate,
    clippy::needless_pass_by_value,
    clippy::too_many_arguments,
    clippy::trivially_copy_pass_by_ref,
    clippy::unused_async
)]
/// Keeps a picture.
async fn keep_picture(title: String, file: Upload) -> toolkit::Result {
    file.save(title).await
}
///The endpoint [`keep_picture`](fn@keep_picture), for `App::route`.
#[allow(non_camel_case_types, missing_debug_implementations)]
struct keep_picture {}
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
        path: "/v0/api/pictures",
        operation_id: "keep_picture",
        function: "keep_picture",
        docs: "Keeps a picture.",
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
        name: "keep_picture",
        path: ::core::concat!(::core::module_path!(), "::", "keep_picture"),
        origin: &__ORIGIN,
    };
    const __PARAMETER_0: __t::Parameter = __t::Parameter {
        name: "title",
        location: __t::Location::Form,
        description: "What it shows.",
        segment: __t::Segment::None,
    };
    fn __way_0() -> impl __t::NamedWay<Value = String> {
        __t::way_of_named(__t::Probe::<String>::new())
    }
    fn __rules_0() -> impl __t::Rule<String> {
        (
            __t::Length {
                min: ::core::option::Option::None,
                max: ::core::option::Option::Some(80),
                equal: ::core::option::Option::None,
            },
        )
    }
    const __PARAMETER_1: __t::Parameter = __t::Parameter {
        name: "picture",
        location: __t::Location::Form,
        description: "The picture.",
        segment: __t::Segment::None,
    };
    fn __way_1() -> impl __t::NamedWay<Value = Upload> {
        __t::way_of_named(__t::Probe::<Upload>::new())
    }
    struct __Captures {}
    fn __needs(__needs: &mut ::std::vec::Vec<__t::Need>) {}
    fn __document(__operation: &mut __t::OperationDoc<'_>) {
        __operation.form("multipart/form-data");
        __t::document_named(
            __way_0,
            __operation,
            &__t::ParameterDoc {
                parameter: &__PARAMETER_0,
                refine: &|__schema| __t::Rule::<
                    String,
                >::describe(&__rules_0(), __schema),
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
        let __kind = {
            let (__probe, __wrapping) = __t::Probe::<toolkit::Result>::new().inner();
            __wrapping.wrap((&&&&__probe).kind())
        };
        (__t::reply(__kind, __t::Probe::<toolkit::Result>::new()).document)(__operation);
    }
    fn __mount(__mounting: &__t::Mounting) -> __t::MethodRouter {
        let __resources = &*__mounting.resources;
        __t::mount(&__DECLARED, __mounting, __Captures {}, __answer)
    }
    async fn __answer(
        mut __reading: __t::Reading,
        __mounted: __t::Arc<__t::Mounted<__Captures>>,
    ) -> ::core::result::Result<__t::Response, __t::Refusal> {
        let __kind = {
            let (__probe, __wrapping) = __t::Probe::<toolkit::Result>::new().inner();
            __wrapping.wrap((&&&&__probe).kind())
        };
        let __pool = &__mounted.pool;
        let __captures = &__mounted.captures;
        __reading.load_multipart().await?;
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
            |__value: &String, __place, __violations| {
                __t::Rule::<String>::check(&__rules_0(), __value, __place, __violations);
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
            |__value: &Upload, __place, __violations| {
                (&&__t::Nested(__value)).check_nested(__place, __violations);
            },
        );
        __reading.finish()?;
        let __p0 = __t::present(__p0);
        let __p1 = __t::present(__p1);
        let __span = __t::FunctionSpan::open(&__FUNCTION, |__values| {});
        let __reply = __span.poll(keep_picture(__p0, __p1)).await;
        ::core::result::Result::Ok(
            __span
                .close(
                    (__t::reply(__kind, __t::Probe::<toolkit::Result>::new())
                        .respond)(__reply),
                ),
        )
    }
    impl __t::Endpoint for keep_picture {
        const ENTRY: __t::EndpointEntry = __t::EndpointEntry {
            declaration: &__DECLARED,
            needs: __needs,
            document: __document,
            mount: __mount,
        };
    }
    __t::inventory::submit! {
        < keep_picture as __t::Endpoint > ::ENTRY
    }
};
