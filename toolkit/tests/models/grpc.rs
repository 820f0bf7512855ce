//! The Open Inference Protocol over gRPC, by a client over a socket.

#[rustfmt::skip]
#[allow(
    missing_docs,
    unreachable_pub,
    unused_qualifications,
    clippy::all,
    clippy::pedantic,
    reason = "it is generated"
)]
mod generated;

use std::{net::SocketAddr, time::Duration};

use futures_util::stream;
use generated::{
    InferTensorContents, ModelInferRequest, ModelInferResponse, ModelMetadataRequest, ModelMetadataResponse,
    ModelReadyRequest, ServerLiveRequest, ServerMetadataRequest, ServerReadyRequest,
    grpc_inference_service_client::GrpcInferenceServiceClient,
    model_infer_request::{InferInputTensor, InferRequestedOutputTensor},
    model_metadata_response::TensorMetadata,
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
use toolkit_envelope::OnnxModel;
use tower::ServiceExt;

use crate::{
    onnx_writer::{Parts, node, value},
    protocol::{FLOAT, identity, saved},
    support::{churn, client, example},
};

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

/// What the service tells of the model.
async fn metadata(client: &mut GrpcInferenceServiceClient<Channel>, model: &str) -> ModelMetadataResponse {
    let request = ModelMetadataRequest { name: model.to_owned(), version: String::new() };
    client.model_metadata(request).await.unwrap().into_inner()
}

/// A call of the model with the rows, by its metadata.
async fn request(
    client: &mut GrpcInferenceServiceClient<Channel>,
    model: &str,
    arguments: &Value,
    is_raw: bool,
) -> ModelInferRequest {
    let rows = arguments["rows"].as_array().unwrap();
    let mut request = ModelInferRequest { model_name: model.to_owned(), ..ModelInferRequest::default() };
    // All values are there, which the tensors beside them need not say.
    let is_of_values = |tensor: &TensorMetadata| !tensor.name.ends_with("__valid");
    for tensor in metadata(client, model).await.inputs.into_iter().filter(is_of_values) {
        let values: Vec<&Value> = rows.iter().map(|row| &row[&tensor.name]).collect();
        let mut contents = InferTensorContents::default();
        let mut raw: Vec<u8> = Vec::new();
        for value in values {
            match &*tensor.datatype {
                "INT8" => contents.int_contents.push(value.as_i64().unwrap() as i32),
                "INT64" => contents.int64_contents.push(value.as_i64().unwrap()),
                "FP64" => contents.fp64_contents.push(value.as_f64().unwrap()),
                "FP32" => contents.fp32_contents.push(value.as_f64().unwrap() as f32),
                "BYTES" => contents.bytes_contents.push(value.as_str().unwrap().to_owned().into()),
                other => panic!("write {other}"),
            }
        }
        raw.extend(contents.int_contents.iter().flat_map(|value| (*value as i8).to_le_bytes()));
        raw.extend(contents.int64_contents.iter().flat_map(|value| value.to_le_bytes()));
        raw.extend(contents.fp64_contents.iter().flat_map(|value| value.to_le_bytes()));
        raw.extend(contents.fp32_contents.iter().flat_map(|value| value.to_le_bytes()));
        for text in &contents.bytes_contents {
            raw.extend((text.len() as u32).to_le_bytes());
            raw.extend(&text[..]);
        }
        let shape = vec![i64::try_from(rows.len()).unwrap()];
        let (name, datatype, contents) = (tensor.name, tensor.datatype, (!is_raw).then_some(contents));
        request.inputs.push(InferInputTensor { name, datatype, shape, contents, ..InferInputTensor::default() });
        if is_raw {
            request.raw_input_contents.push(raw.into());
        }
    }
    request
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
async fn a_message_of_more_fields_than_are_read_is_refused_with_how_many_are() {
    let mut client = calling(ModelHandler::new(churn())).await;
    let inputs = vec![InferInputTensor::default(); 40_000];
    let many = ModelInferRequest { model_name: "churn".to_owned(), inputs, ..ModelInferRequest::default() };
    let status = client.model_infer(many).await.unwrap_err();
    assert_eq!(status.code(), Code::ResourceExhausted, "{status}");
    assert_eq!(status.message(), "the message has more than 32768 fields, the most that are read");
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
    let request = http::Request::post(INFER)
        .version(http::Version::HTTP_2)
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
    request.metadata_mut().insert("grpc-timeout", "10S".parse().unwrap());
    let status = call(channel, INFER, request).await.unwrap_err();
    assert_eq!((status.code(), status.message()), (Code::DeadlineExceeded, "the request took longer than 50ms"));
}

#[toolkit::test]
async fn a_handler_may_allow_a_call_all_the_time_there_is() {
    let mut client = calling(ModelHandler::new(churn()).timeout(Duration::MAX)).await;
    let request = request(&mut client, "churn", &example("predict"), true).await;
    client.model_infer(request).await.unwrap();
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
async fn each_model_has_bounds_of_its_own() {
    let strict = ModelHandler::new(churn()).name("strict").timeout(Duration::ZERO).body_limit(100);
    let app = toolkit::app!().model("/churn", churn()).model("/strict", strict);
    let mut client = GrpcInferenceServiceClient::new(channel(app).await);
    let late = ModelInferRequest { model_name: "strict".to_owned(), ..ModelInferRequest::default() };
    let status = client.model_infer(late.clone()).await.unwrap_err();
    assert_eq!((status.code(), status.message()), (Code::DeadlineExceeded, "the request took longer than 0ns"));
    let large = ModelInferRequest { id: "x".repeat(200), ..late };
    let status = client.model_infer(large.clone()).await.unwrap_err();
    assert_eq!(status.code(), Code::ResourceExhausted);
    assert!(status.message().contains("100 bytes"), "{status}");
    let other = ModelInferRequest { model_name: "churn".to_owned(), ..large };
    assert_eq!(client.model_infer(other).await.unwrap_err().code(), Code::InvalidArgument);
}

#[toolkit::test]
async fn more_rows_than_the_handler_allows_are_too_many() {
    let mut client = calling(ModelHandler::new(churn()).max_rows(1)).await;
    let good = request(&mut client, "churn", &example("predict"), true).await;
    let mut wrong = good.clone();
    wrong.raw_input_contents.clear();
    for request in [good, wrong] {
        let status = client.model_infer(request).await.unwrap_err();
        assert_eq!(status.code(), Code::ResourceExhausted);
        assert!(status.message().contains("has 2 rows, and may have 1"), "{status}");
    }
}

#[toolkit::test]
async fn a_model_is_known_by_its_name_the_names_of_its_functions_and_its_version() {
    let mut client = calling(ModelHandler::new(churn())).await;
    let version = metadata(&mut client, "churn").await.versions.remove(0);
    assert!(version.starts_with("sha256:"), "{version}");
    for (name, version) in [("churn", ""), ("churn.predict_proba", ""), ("churn", &*version)] {
        let request = ModelReadyRequest { name: name.to_owned(), version: version.to_owned() };
        assert!(client.model_ready(request).await.unwrap().into_inner().ready, "{name} {version}");
    }
    for (name, version) in [("chrun", ""), ("churn.fly", ""), ("churn", "sha256:0"), ("", "")] {
        let (name, version) = (name.to_owned(), version.to_owned());
        let request = ModelReadyRequest { name: name.clone(), version: version.clone() };
        assert_eq!(client.model_ready(request).await.unwrap_err().code(), Code::NotFound, "{name} {version}");
        let request = ModelMetadataRequest { name: name.clone(), version: version.clone() };
        assert_eq!(client.model_metadata(request).await.unwrap_err().code(), Code::NotFound, "{name} {version}");
        let request = ModelInferRequest { model_name: name, model_version: version, ..ModelInferRequest::default() };
        assert_eq!(client.model_infer(request.clone()).await.unwrap_err().code(), Code::NotFound, "{request:?}");
    }
}

#[toolkit::test]
async fn the_metadata_are_those_that_http_tells() {
    let mut grpc = calling(ModelHandler::new(churn())).await;
    let http = client(ModelHandler::new(churn()));
    let server = grpc.server_metadata(ServerMetadataRequest {}).await.unwrap().into_inner();
    let told = http.get("/v2").await.assert_status(200).json::<Value>();
    assert_eq!((json!(server.name), json!(server.version)), (told["name"].clone(), told["version"].clone()));
    let tensors = |tensors: &[TensorMetadata]| -> Value {
        let all = tensors.iter().map(|tensor| json!([tensor.name, tensor.datatype, tensor.shape]));
        all.collect()
    };
    let told_tensors = |tensors: &Value| -> Value {
        let all = tensors.as_array().unwrap().iter();
        all.map(|tensor| json!([tensor["name"], tensor["datatype"], tensor["shape"]])).collect()
    };
    for name in ["churn", "churn.predict_proba"] {
        let found = metadata(&mut grpc, name).await;
        let told = http.get(&format!("/v2/models/{name}")).await.assert_status(200).json::<Value>();
        assert_eq!(
            json!([found.name, found.versions, found.platform]),
            json!([told["name"], told["versions"], told["platform"]])
        );
        assert_eq!(tensors(&found.inputs), told_tensors(&told["inputs"]));
        assert_eq!(tensors(&found.outputs), told_tensors(&told["outputs"]));
        assert!(!found.inputs.is_empty() && !found.outputs.is_empty());
    }
}

#[toolkit::test]
async fn a_model_answers_the_bits_that_it_answers_over_http_whether_contents_are_raw_or_typed() {
    let mut grpc = calling(ModelHandler::new(churn())).await;
    let rows = example("predict_proba");
    let typed = client(ModelHandler::new(churn())).post("/churn/predict_proba").json(&rows).await;
    let expected = typed.assert_status(200).json::<Value>();
    for is_raw in [true, false] {
        let request = request(&mut grpc, "churn.predict_proba", &rows, is_raw).await;
        let answer = grpc.model_infer(ModelInferRequest { id: "a call".to_owned(), ..request }).await.unwrap();
        let answer = answer.into_inner();
        assert_eq!((&*answer.model_name, &*answer.id), ("churn.predict_proba", "a call"));
        assert!(answer.model_version.starts_with("sha256:"), "{}", answer.model_version);
        assert_eq!(answer.raw_output_contents.is_empty(), !is_raw);
        assert_eq!(answer.outputs.len(), 2);
        for (index, output) in answer.outputs.iter().enumerate() {
            let found: Vec<f32> = match &output.contents {
                Some(contents) => contents.fp32_contents.clone(),
                None => {
                    let raw = answer.raw_output_contents[index].as_chunks().0;
                    raw.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect()
                }
            };
            // JSON has the fewest digits that tell a number of 32 bits.
            let expected = expected.as_array().unwrap().iter().map(|row| row[&output.name].to_string());
            let expected: Vec<u32> = expected.map(|text| text.parse::<f32>().unwrap().to_bits()).collect();
            assert_eq!(found.into_iter().map(f32::to_bits).collect::<Vec<_>>(), expected, "{output:?}");
        }
    }
}

#[toolkit::test]
async fn only_the_outputs_that_are_wanted_are_answered_in_their_order() {
    let mut client = calling(ModelHandler::new(churn())).await;
    let outputs = metadata(&mut client, "churn.predict_proba").await.outputs;
    let wanted: Vec<_> = outputs.iter().rev().map(|output| output.name.clone()).collect();
    let mut request = request(&mut client, "churn.predict_proba", &example("predict_proba"), true).await;
    request.outputs.extend(
        wanted
            .iter()
            .map(|name| InferRequestedOutputTensor { name: name.clone(), ..InferRequestedOutputTensor::default() }),
    );
    let answer = client.model_infer(request.clone()).await.unwrap().into_inner();
    assert_eq!(answer.outputs.into_iter().map(|output| output.name).collect::<Vec<_>>(), wanted);
    request.outputs[0].name = "profit".to_owned();
    let status = client.model_infer(request).await.unwrap_err();
    assert_eq!(status.code(), Code::InvalidArgument);
    assert!(status.message().contains("`profit` is no output"), "{status}");
}

#[toolkit::test]
async fn everything_that_is_wrong_with_the_tensors_is_told() {
    let mut client = calling(ModelHandler::new(churn())).await;
    let good = request(&mut client, "churn", &example("predict"), true).await;
    let place = |name: &str| good.inputs.iter().position(|input| input.name == name).unwrap();
    let (tenure, contract, charges) = (place("tenure"), place("contract"), place("monthly_charges"));
    let mut refused = async |request: ModelInferRequest| {
        let status = client.model_infer(request).await.unwrap_err();
        assert_eq!(status.code(), Code::InvalidArgument, "{status}");
        status.message().to_owned()
    };

    let mut request = good.clone();
    request.inputs[charges].datatype = "BF16".to_owned();
    request.inputs[tenure].shape = vec![2, 2];
    request.raw_input_contents[contract] = b"\x03\0\0\0two\xff\0\0\0".as_slice().to_vec().into();
    let told = refused(request).await;
    for part in ["`monthly_charges`: has datatype `BF16`", "`tenure`: has shape [2, 2]", "`contract`, index 1"] {
        assert!(told.contains(part), "{part}: {told}");
    }

    let mut request = good.clone();
    request.raw_input_contents.pop();
    request.inputs[tenure].contents = Some(InferTensorContents::default());
    let told = refused(request).await;
    assert!(told.contains("`raw_input_contents` has 18 items, expected 19"), "{told}");
    assert!(told.contains("`tenure`: has contents of its own"), "{told}");

    let mut request = good.clone();
    request.inputs[tenure].parameters.insert("shared_memory_region".to_owned(), generated::InferParameter::default());
    let told = refused(request).await;
    assert_eq!(told, "`tenure`: `shared_memory_region` is not supported");

    let mut request = good.clone();
    request.raw_input_contents.clear();
    let told = refused(request).await;
    assert!(told.contains("`tenure`: has 0 values"), "{told}");
    assert!(told.contains("`contract`: has 0 values in `bytes_contents`"), "{told}");
}

#[toolkit::test]
async fn a_message_of_many_faults_is_short_enough_for_clients() {
    let mut client = calling(ModelHandler::new(churn())).await;
    let mut request = request(&mut client, "churn", &example("predict"), true).await;
    for input in &mut request.inputs {
        input.name = "\u{1F600}".repeat(1000);
    }
    let status = client.model_infer(request).await.unwrap_err();
    assert_eq!(status.code(), Code::InvalidArgument);
    assert!(status.message().ends_with("… and more"), "{status}");
}

#[toolkit::test]
async fn many_rows_come_back_with_the_bits_that_they_went_with() {
    let (_folder, path) = saved(OnnxModel::new("m", identity(FLOAT, 4)).example(vec![json!([1, 2, 3, 4])]));
    let mut client = GrpcInferenceServiceClient::new(channel(toolkit::app!().model("/m", path)).await);
    // Numbers of every size, and both zeros.
    let bits = (0..20_000_u32).map(|index| index.wrapping_mul(2_654_435_761) & 0xbfff_ffff);
    let numbers: Vec<f32> = bits.map(f32::from_bits).chain([0.0, -0.0, f32::MIN_POSITIVE, f32::MAX]).collect();
    let raw: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
    let contents = InferTensorContents { fp32_contents: numbers.clone(), ..InferTensorContents::default() };
    let input = InferInputTensor {
        name: "x".to_owned(),
        datatype: "FP32".to_owned(),
        shape: vec![i64::try_from(numbers.len() / 4).unwrap(), 4],
        ..InferInputTensor::default()
    };
    let typed = InferInputTensor { contents: Some(contents), ..input.clone() };
    let request = |input, raw_input_contents| ModelInferRequest {
        model_name: "m".to_owned(),
        inputs: vec![input],
        raw_input_contents,
        ..ModelInferRequest::default()
    };
    let answer = client.model_infer(request(input, vec![raw.clone().into()])).await.unwrap().into_inner();
    assert_eq!(answer.outputs[0].shape, [5001, 4]);
    assert!(answer.raw_output_contents[0] == raw);
    let answer = client.model_infer(request(typed, Vec::new())).await.unwrap().into_inner();
    let found = &answer.outputs[0].contents.as_ref().unwrap().fp32_contents;
    assert!(found.iter().map(|number| number.to_bits()).eq(numbers.iter().map(|number| number.to_bits())));
}

#[toolkit::test]
async fn an_answer_that_breaks_the_schema_is_not_given_out() {
    let parts = Parts {
        nodes: vec![node("Div", &["x", "x"], &["y"])],
        inputs: vec![value("x", FLOAT, &[1])],
        outputs: vec![value("y", FLOAT, &[1])],
        ..Parts::default()
    };
    let (_folder, path) = saved(OnnxModel::new("ratio", parts.model(8, 17)).example(vec![json!([1])]));
    let mut client = GrpcInferenceServiceClient::new(channel(toolkit::app!().model("/ratio", path)).await);
    let zero = InferInputTensor {
        name: "x".to_owned(),
        datatype: "FP32".to_owned(),
        shape: vec![1, 1],
        ..InferInputTensor::default()
    };
    let request = ModelInferRequest {
        model_name: "ratio".to_owned(),
        inputs: vec![zero],
        raw_input_contents: vec![vec![0; 4].into()],
        ..ModelInferRequest::default()
    };
    let status = client.model_infer(request).await.unwrap_err();
    assert_eq!((status.code(), status.message()), (Code::Internal, "Internal Server Error"));
}
