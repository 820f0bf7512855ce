use std::sync::Arc;

use axum::routing::{MethodRouter, post_service};
use http::Method;
use tower::Layer;

use super::{
    bounded::Bounded, generated::grpc_inference_service_server::GrpcInferenceServiceServer, service::Inference,
};
use crate::{
    endpoint::{Declaration, Mount, Mounting, Origin, Requests},
    limits::DeclaredLimits,
    model::protocol::Catalogue,
    openapi::OperationDoc,
    problem::ProblemLayer,
    resource::Need,
    telemetry::RequestLayer,
};

/// The methods that are served; the last stands for all that are not.
static METHODS: [Declaration; 7] = [
    method("ModelInfer", "/inference.GRPCInferenceService/ModelInfer"),
    method("ModelMetadata", "/inference.GRPCInferenceService/ModelMetadata"),
    method("ModelReady", "/inference.GRPCInferenceService/ModelReady"),
    method("ServerLive", "/inference.GRPCInferenceService/ServerLive"),
    method("ServerMetadata", "/inference.GRPCInferenceService/ServerMetadata"),
    method("ServerReady", "/inference.GRPCInferenceService/ServerReady"),
    method("_OTHER", "/inference.GRPCInferenceService/{method}"),
];

const fn method(name: &'static str, path: &'static str) -> Declaration {
    Declaration {
        method: Method::POST,
        path,
        operation_id: path,
        function: name,
        docs: "",
        tags: &[],
        deprecated: None,
        limits: DeclaredLimits::NONE,
        pooled: false,
        origin: Origin { package: "", module: "", file: file!(), line: line!() },
    }
}

/// The endpoints of the service, which answers for all the models; none if there are no models.
pub(in crate::model) fn endpoints(catalogue: &Catalogue) -> Vec<Arc<dyn Mount>> {
    let methods = METHODS.iter().filter(|_| !catalogue.entries().is_empty());
    methods
        .map(|declaration| Arc::new(Called { declaration, catalogue: catalogue.clone() }) as Arc<dyn Mount>)
        .collect()
}

/// One method of the service.
#[derive(Debug)]
struct Called {
    declaration: &'static Declaration,
    catalogue: Catalogue,
}

impl Mount for Called {
    fn declaration(&self) -> &'static Declaration {
        self.declaration
    }

    fn needs(&self, _: &mut Vec<Need>) {}

    fn is_documented(&self) -> bool {
        // OpenAPI has no words for gRPC; the .proto describes it.
        false
    }

    fn document(&self, _: &mut OperationDoc<'_>) {}

    fn mount(&self, mounting: &Mounting) -> MethodRouter {
        let Declaration { method, path, .. } = self.declaration;
        // Each model has its own bounds, which are looked at once its name is read.
        let usual = mounting.settings.request_timeout;
        let entries = self.catalogue.entries();
        let longest = entries.iter().map(|entry| entry.timeout.unwrap_or(usual)).max().unwrap_or(usual);
        let largest = entries.iter().map(|entry| entry.body_limit).max().unwrap_or_default();
        let inference = Inference { catalogue: self.catalogue.clone(), mounting: mounting.clone() };
        let inner = GrpcInferenceServiceServer::new(inference).max_decoding_message_size(largest);
        let service =
            ProblemLayer::default().layer(Bounded { inner, longest, largest, method: full_name(self.declaration) });
        match mounting.requests {
            Requests::TracedByEndpoint => {
                post_service(RequestLayer::of_endpoint(method, path, mounting.settings.trust_proxy).layer(service))
            }
            Requests::TracedOutside => post_service(service),
        }
    }
}

/// What telemetry calls a method (OpenTelemetry RPC conventions, `rpc.method`); what clients make up is none.
fn full_name(declaration: &'static Declaration) -> &'static str {
    if declaration.path.ends_with('}') { declaration.function } else { declaration.path.trim_start_matches('/') }
}
