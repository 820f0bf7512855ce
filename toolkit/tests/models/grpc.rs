//! The Open Inference Protocol over gRPC, by a client over a socket.

#[rustfmt::skip]
#[allow(missing_docs, unreachable_pub, unused_qualifications, clippy::all, clippy::pedantic, reason = "it is generated")]
mod generated;

use std::{net::SocketAddr, time::Duration};

use futures_util::stream;
use generated::{
    InferTensorContents, ModelInferRequest, ModelInferResponse, ModelMetadataRequest, ModelReadyRequest,
    ServerLiveRequest, ServerMetadataRequest, ServerReadyRequest,
    grpc_inference_service_client::GrpcInferenceServiceClient,
    model_infer_request::{InferInputTensor, InferRequestedOutputTensor},
};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tonic::{
    Code, Request, Status,
    client::Grpc,
    codegen::http::uri::PathAndQuery,
    transport::{Channel, Endpoint},
};
use toolkit::{App, model::ModelHandler};

use tower::ServiceExt;

use crate::support::{churn, client, example};

/// Serves the app, and says where.
async fn listening(app: App) -> SocketAddr {
    let router = app.into_router().await.unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

async fn channel(app: App) -> Channel {
    Endpoint::from_shared(format!("http://{}", listening(app).await)).unwrap().connect().await.unwrap()
}

/// A client of a service with the model `churn`.
async fn calling(handler: ModelHandler) -> GrpcInferenceServiceClient<Channel> {
    GrpcInferenceServiceClient::new(channel(toolkit::app!().model("/churn", handler)).await)
}

/// Calls a method of any name with any messages.
async fn call<M: prost::Message + 'static>(
    channel: Channel,
    method: &'static str,
    request: Request<impl stream::Stream<Item = M> + Send + 'static>,
) -> Result<ModelInferResponse, Status> {
    let mut grpc = Grpc::new(channel);
    grpc.ready().await.unwrap();
    let path = PathAndQuery::from_static(method);
    let codec = tonic_prost::ProstCodec::<M, ModelInferResponse>::default();
    grpc.client_streaming(request, path, codec).await.map(tonic::Response::into_inner)
}

const INFER: &str = "/inference.GRPCInferenceService/ModelInfer";

#[toolkit::test]
async fn a_service_says_that_it_lives_and_is_ready() {
    let mut client = calling(ModelHandler::new(churn())).await;
    assert!(client.server_live(ServerLiveRequest {}).await.unwrap().into_inner().live);
    assert!(client.server_ready(ServerReadyRequest {}).await.unwrap().into_inner().ready);
}

#[toolkit::test]
async fn a_method_that_is_not_there_is_unimplemented() {
    let channel = channel(toolkit::app!().model("/churn", churn())).await;
    let request = Request::new(stream::iter([ModelInferRequest::default()]));
    let status = call(channel, "/inference.GRPCInferenceService/ModelStatistics", request).await.unwrap_err();
    assert_eq!((status.code(), status.message()), (Code::Unimplemented, "the service has no such method"));
}

#[toolkit::test]
async fn a_message_over_the_limit_is_refused_with_the_limit() {
    let channel = channel(toolkit::app!().model("/churn", ModelHandler::new(churn()).body_limit(1000))).await;
    let large = ModelInferRequest { id: "x".repeat(2000), ..ModelInferRequest::default() };
    let status = call(channel, INFER, Request::new(stream::iter([large]))).await.unwrap_err();
    assert_eq!(status.code(), Code::ResourceExhausted);
    assert!(status.message().contains("1000 bytes"), "{status}");
}

#[toolkit::test]
async fn a_message_that_cannot_be_read_is_the_clients_fault() {
    let channel = channel(toolkit::app!().model("/churn", churn())).await;
    // Where the name of a model stands: a number.
    let other = generated::InferParameter {
        parameter_choice: Some(generated::infer_parameter::ParameterChoice::BoolParam(true)),
    };
    let status = call(channel, INFER, Request::new(stream::iter([other]))).await.unwrap_err();
    assert_eq!(status.code(), Code::InvalidArgument, "{status}");
    assert!(status.message().contains("cannot be read"), "{status}");
}

#[toolkit::test]
async fn a_call_ends_when_the_client_said_so() {
    let router = toolkit::app!().model("/churn", churn()).into_router().await.unwrap();
    // A client that watches no clock itself, and never sends its message.
    let request = axum::http::Request::post(INFER)
        .version(axum::http::Version::HTTP_2)
        .header("content-type", "application/grpc")
        .header("grpc-timeout", "50m")
        .body(axum::body::Body::from_stream(stream::pending::<Result<toolkit::Bytes, std::io::Error>>()))
        .unwrap();
    let answer = router.oneshot(request).await.unwrap();
    let status = Status::from_header_map(answer.headers()).unwrap();
    assert_eq!((status.code(), status.message()), (Code::DeadlineExceeded, "the request took longer than 50ms"));
    assert!(answer.headers().contains_key("x-trace-id"), "{answer:?}");
}

#[toolkit::test]
async fn a_call_takes_no_longer_than_its_handler_allows_whatever_the_client_says() {
    let handler = ModelHandler::new(churn()).timeout(Duration::from_millis(50));
    let channel = channel(toolkit::app!().model("/churn", handler)).await;
    let mut request = Request::new(stream::pending::<ModelInferRequest>());
    request.metadata_mut().insert("grpc-timeout", "1H".parse().unwrap());
    let status = call(channel, INFER, request).await.unwrap_err();
    assert_eq!((status.code(), status.message()), (Code::DeadlineExceeded, "the request took longer than 50ms"));
}

#[toolkit::test]
async fn what_is_no_grpc_is_told_where_to_go() {
    let reply = client(ModelHandler::new(churn())).post(INFER).json(&json!({})).await;
    let problem = reply.assert_status(415).json::<Value>();
    assert!(problem["detail"].as_str().unwrap().contains("/v2"), "{problem}");
    client(ModelHandler::new(churn())).get(INFER).await.assert_status(405);
}

#[toolkit::test]
async fn the_document_has_no_words_for_grpc() {
    let app = toolkit::app!().model("/churn", churn());
    let document = app.openapi().unwrap();
    let paths = document.as_value()["paths"].as_object().unwrap();
    assert!(paths.contains_key("/churn/predict") && paths.keys().all(|path| !path.contains("inference.")), "{paths:?}");
}

#[toolkit::test]
async fn a_call_that_begins_too_late_is_not_run() {
    // The other model's calls may take longer, so it is not the service that ends this one.
    let impatient = ModelHandler::new(churn()).timeout(Duration::ZERO);
    let patient = ModelHandler::new(crate::support::iris());
}

#[toolkit::test]
async fn a_model_is_ready_under_its_name_its_functions_names_and_its_version() {
    let mut client = calling(ModelHandler::new(churn())).await;
    let version = metadata(&mut client, "churn").await.versions.remove(0);
    assert!(version.starts_with("sha256:"), "{version}");
    for (name, version) in [("churn", ""), ("churn.predict_proba", ""), ("churn", &*version)] {
        let request = ModelReadyRequest { name: name.to_owned(), version: version.to_owned() };
        assert!(client.model_ready(request).await.unwrap().into_inner().ready, "{name} {version}");
    }
    for (name, version) in [("chrun", ""), ("churn.fly", ""), ("churn", "sha256:0"), ("", "")] {
        let request = ModelReadyRequest { name: name.to_owned(), version: version.to_owned() };
        assert_eq!(client.model_ready(request).await.unwrap_err().code(), Code::NotFound, "{name} {version}");
        let request = ModelMetadataRequest { name: name.to_owned(), version: version.to_owned() };
        assert_eq!(client.model_metadata(request).await.unwrap_err().code(), Code::NotFound, "{name} {version}");
        let request =
            ModelInferRequest { model_name: name.to_owned(), model_version: version.to_owned(), ..Default::default() };
        assert_eq!(client.model_infer(request).await.unwrap_err().code(), Code::NotFound, "{name} {version}");
    }
}

#[toolkit::test]
async fn the_metadata_are_those_that_http_tells() {
    let address = listening(toolkit::app!().model("/churn", churn())).await;
    let endpoint = Endpoint::from_shared(format!("http://{address}")).unwrap();
    let mut client = GrpcInferenceServiceClient::new(endpoint.connect().await.unwrap());
    let http = client_of_http();
    let server = client.server_metadata(ServerMetadataRequest {}).await.unwrap().into_inner();
    let told = http.get("/v2").await.assert_status(200).json::<Value>();
    assert_eq!(
        json!({ "name": server.name, "version": server.version }),
        json!({ "name": told["name"], "version": told["version"] })
    );
    for name in ["churn", "churn.predict_proba"] {
        let found = metadata(&mut client, name).await;
        let told = http.get(&format!("/v2/models/{name}")).await.assert_status(200).json::<Value>();
        let tensor = |tensor: &TensorMetadata| (tensor.name.clone(), tensor.datatype.clone(), json!(tensor.shape));
        let other = |tensor: &Value| {
            (
                tensor["name"].as_str().unwrap().to_owned(),
                tensor["datatype"].as_str().unwrap().to_owned(),
                tensor["shape"].clone(),
            )
        };
        assert_eq!(
            (json!(found.name), json!(found.versions), json!(found.platform)),
            (told["name"].clone(), told["versions"].clone(), told["platform"].clone())
        );
        for (found, told) in [(&found.inputs, &told["inputs"]), (&found.outputs, &told["outputs"])] {
            let told: Vec<_> = told.as_array().unwrap().iter().map(other).collect();
            assert_eq!(found.iter().map(tensor).collect::<Vec<_>>(), told);
        }
    }
}

#[toolkit::test]
async fn a_model_answers_the_same_bits_as_over_http_whether_contents_are_raw_or_typed() {
    let mut client = calling(ModelHandler::new(churn())).await;
    let rows = example("predict_proba");
    let reply = self::client(ModelHandler::new(churn())).post("/churn/predict_proba").json(&rows).await;
    let expected = reply.assert_status(200).json::<Value>();
    for is_raw in [true, false] {
        let request = ModelInferRequest {
            id: "a call".to_owned(),
            ..request(&mut client, "churn.predict_proba", &rows, is_raw).await
        };
        let answer = client.model_infer(request).await.unwrap().into_inner();
        assert_eq!((&*answer.model_name, &*answer.id), ("churn.predict_proba", "a call"));
        assert!(answer.model_version.starts_with("sha256:"), "{}", answer.model_version);
        assert_eq!(answer.raw_output_contents.is_empty(), !is_raw);
        for (index, output) in answer.outputs.iter().enumerate() {
            let found: Vec<f64> = if is_raw {
                answer.raw_output_contents[index].as_chunks().0.iter().map(|bytes| f64::from_le_bytes(*bytes)).collect()
            } else {
                output.contents.as_ref().unwrap().fp64_contents.clone()
            };
            let expected = expected.as_array().unwrap().iter().map(|row| row[&output.name].as_f64().unwrap());
            let bits = |values: Vec<f64>| values.into_iter().map(f64::to_bits).collect::<Vec<_>>();
            assert_eq!(bits(found), bits(expected.collect()), "{output:?}");
        }
    }
}
