use tokio::time::{Instant, timeout};
use tonic::{Request, Response, Status, async_trait};
use toolkit_envelope::{Call, schema::inference_protocol::TensorMetadata};

use super::{
    bounded::{Since, late, too_large},
    generated::{
        ModelInferResponse, ModelMetadataRequest, ModelMetadataResponse, ModelReadyRequest, ModelReadyResponse,
        ServerLiveRequest, ServerLiveResponse, ServerMetadataRequest, ServerMetadataResponse, ServerReadyRequest,
        ServerReadyResponse, grpc_inference_service_server::GrpcInferenceService, model_metadata_response,
    },
    infer,
    refused::carrying,
    unread::Unread,
};
use crate::{
    endpoint::Mounting,
    model::{
        failure::Failure,
        protocol::{Catalogue, Served, bad_request, tensors::Interface},
        version::Version,
    },
    problem::Problem,
};

/// Answers for all the models of a service.
#[derive(Debug)]
pub(super) struct Inference {
    pub(super) catalogue: Catalogue,
    pub(super) mounting: Mounting,
}

#[async_trait]
impl GrpcInferenceService for Inference {
    async fn server_live(&self, _: Request<ServerLiveRequest>) -> Result<Response<ServerLiveResponse>, Status> {
        Ok(Response::new(ServerLiveResponse { live: true }))
    }

    async fn server_ready(&self, _: Request<ServerReadyRequest>) -> Result<Response<ServerReadyResponse>, Status> {
        let ready = self.mounting.readiness.check(&self.mounting.resources).await.is_ok();
        Ok(Response::new(ServerReadyResponse { ready }))
    }

    async fn server_metadata(
        &self,
        _: Request<ServerMetadataRequest>,
    ) -> Result<Response<ServerMetadataResponse>, Status> {
        let (name, version) = ("toolkit".to_owned(), env!("CARGO_PKG_VERSION").to_owned());
        // What the protocol over HTTP adds to itself has no counterpart here.
        Ok(Response::new(ServerMetadataResponse { name, version, extensions: Vec::new() }))
    }

    async fn model_ready(&self, request: Request<ModelReadyRequest>) -> Result<Response<ModelReadyResponse>, Status> {
        let ModelReadyRequest { name, version } = request.into_inner();
        self.find(&name, &version).map_err(carrying)?;
        Ok(Response::new(ModelReadyResponse { ready: true }))
    }

    async fn model_metadata(
        &self,
        request: Request<ModelMetadataRequest>,
    ) -> Result<Response<ModelMetadataResponse>, Status> {
        let ModelMetadataRequest { name, version } = request.into_inner();
        let served = self.find(&name, &version).map_err(carrying)?;
        let mut metadata = ModelMetadataResponse {
            name,
            versions: vec![served.id()],
            platform: "onnx_onnxv1".to_owned(),
            ..ModelMetadataResponse::default()
        };
        match served.version.interface(&served.function) {
            Ok(interface) => {
                metadata.inputs = interface.tensors().inputs.iter().map(tensor).collect();
                metadata.outputs = interface.tensors().outputs.iter().map(tensor).collect();
            }
            Err(why) => {
                metadata.properties.insert("no_tensors".to_owned(), why.to_owned());
            }
        }
        Ok(Response::new(metadata))
    }

    async fn model_infer(&self, request: Request<Unread>) -> Result<Response<ModelInferResponse>, Status> {
        let since = request.extensions().get::<Since>().map_or_else(Instant::now, |since| since.0);
        self.infer(request.into_inner(), since).await.map(Response::new).map_err(carrying)
    }
}

impl Inference {
    /// What serves the model; any version, if none is named.
    fn find(&self, name: &str, version: &str) -> Result<Served<'_>, Problem> {
        self.catalogue.find(name, Some(version).filter(|version| !version.is_empty()))
    }

    /// Answers within the model's own bounds.
    async fn infer(&self, request: Unread, since: Instant) -> Result<ModelInferResponse, Problem> {
        let head = request.head()?;
        let served = self.find(head.model, head.version)?;
        let size = request.size();
        if size > served.entry.body_limit {
            return Err(too_large(served.entry.body_limit));
        }
        let time = served.entry.timeout.unwrap_or(self.mounting.settings.request_timeout);
        let left = time.saturating_sub(since.elapsed());
        if left.is_zero() {
            return Err(late(time));
        }
        timeout(left, self.answer(request, served, size)).await.unwrap_or_else(|_| Err(late(time)))
    }

    async fn answer(&self, request: Unread, served: Served<'_>, size: usize) -> Result<ModelInferResponse, Problem> {
        let Served { version, function, .. } = served;
        let runner = version.runner(&function).map_err(infer::problem)?;
        version.interface(&function).map_err(|why| bad_request(why.to_owned()))?;
        let fill = {
            let (version, function) = (version.clone(), function.clone());
            move |call: &mut Call| {
                let request = request.read().map_err(|problem| Failure::Tensors { problem, faults: 1 })?;
                infer::fill(interface(&version, &function)?, version.runner(&function)?, request, call)
            }
        };
        let write = {
            let version = version.clone();
            move |call: &Call, asked| {
                let id = version.described.id.to_string();
                infer::write(interface(&version, &function)?, id, asked, call)
            }
        };
        runner.answer_with(size, fill, write).await.map_err(infer::problem)
    }
}

fn interface<'v>(version: &'v Version, function: &str) -> Result<&'v Interface, Failure> {
    version.interface(function).map_err(|_| Failure::NoFunction(function.to_owned()))
}

fn tensor(metadata: &TensorMetadata) -> model_metadata_response::TensorMetadata {
    model_metadata_response::TensorMetadata {
        name: metadata.name.clone(),
        datatype: metadata.datatype.name().to_owned(),
        shape: metadata.shape.clone(),
    }
}
