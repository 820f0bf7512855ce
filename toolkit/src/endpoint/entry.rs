use std::{fmt, sync::Arc};

use axum::routing::MethodRouter;

use super::Declaration;
use crate::{
    limits::Pool,
    openapi::OperationDoc,
    problem::ProblemForm,
    resource::{Need, Readiness, Resources},
    settings::ServerSettings,
    telemetry::RequestLayer,
};

/// An endpoint, as the list made at link time holds it.
#[derive(Clone, Copy, Debug)]
pub struct EndpointEntry {
    /// What it declares.
    pub declaration: &'static Declaration,
    /// Lists the resources that it borrows, directly and through its dependencies.
    pub needs: fn(&mut Vec<Need>),
    /// Adds its parameters and replies to the document.
    pub document: fn(&mut OperationDoc<'_>),
    /// Makes its route, once all resources are there.
    pub mount: fn(&Mounting) -> MethodRouter,
}

inventory::collect!(EndpointEntry);

/// An endpoint that a service mounts: a function's, or one of a model's.
pub(crate) trait Mount: fmt::Debug + Send + Sync {
    /// What it declares.
    fn declaration(&self) -> &'static Declaration;

    /// Lists the resources that it borrows.
    fn needs(&self, needs: &mut Vec<Need>);

    /// Whether it stands in the document.
    fn is_documented(&self) -> bool {
        true
    }

    /// Adds its parameters and replies to the document.
    fn document(&self, operation: &mut OperationDoc<'_>);

    /// How problems are told on its path.
    fn problem_form(&self) -> ProblemForm {
        ProblemForm::Document
    }

    /// Makes its route.
    fn mount(&self, mounting: &Mounting) -> MethodRouter;
}

impl Mount for EndpointEntry {
    fn declaration(&self) -> &'static Declaration {
        self.declaration
    }

    fn needs(&self, needs: &mut Vec<Need>) {
        (self.needs)(needs);
    }

    fn document(&self, operation: &mut OperationDoc<'_>) {
        (self.document)(operation);
    }

    fn mount(&self, mounting: &Mounting) -> MethodRouter {
        (self.mount)(mounting)
    }
}

/// What a route is made with.
#[derive(Clone, Debug)]
pub struct Mounting {
    /// The resources of the service.
    pub resources: Arc<Resources>,
    /// The settings of the service.
    pub settings: Arc<ServerSettings>,
    /// The threads for functions that are not async.
    pub pool: Pool,
    /// Who opens the spans of requests.
    pub(crate) requests: Requests,
    /// Whether the service takes requests.
    pub(crate) readiness: Readiness,
}

/// Who opens the span of a request: whatever is outermost, for it to see all that happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Requests {
    /// Each endpoint: a layer around the router would cost each request two boxes more.
    TracedByEndpoint,
    /// A layer around the router, as there are other layers inside it.
    TracedOutside,
}

impl Requests {
    /// The layer around what answers on a path beside its endpoints.
    pub(crate) fn inner_layer(self, trusts_proxy: bool) -> RequestLayer {
        match self {
            Self::TracedByEndpoint => RequestLayer::of_all_but(|_| false, trusts_proxy),
            Self::TracedOutside => RequestLayer::of_all_but(|_| true, trusts_proxy),
        }
    }
}

/// What stands beside an endpoint function, under the same name, as a type.
pub trait Endpoint {
    /// The endpoint.
    const ENTRY: EndpointEntry;
}

/// The endpoints of one crate, as `endpoints!(…)` names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Endpoints {
    /// The crate, as Rust names it, or the package, as Cargo does.
    pub name: &'static str,
}

impl Endpoints {
    pub(crate) fn holds(&self, origin: &super::Origin) -> bool {
        origin.package == self.name || origin.crate_name() == self.name
    }
}

/// All endpoints that are linked, in the order of their paths and methods: link order differs by profile.
pub(crate) fn linked() -> Vec<EndpointEntry> {
    let mut all: Vec<_> = inventory::iter::<EndpointEntry>.into_iter().copied().collect();
    all.sort_by_key(|entry| (entry.declaration.path, entry.declaration.method.as_str().to_owned()));
    all
}
