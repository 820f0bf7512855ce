//! Writes the code of the Open Inference Protocol's gRPC service, or checks that it is what would be written.
//!
//! Needs `protoc`. The code is kept beside what uses it, so that whoever builds the toolkit needs neither.

use std::{error::Error, fs, path::Path, process::ExitCode};

const PROTO: &str = "open_inference_grpc.proto";

/// What is written, and which side of the service it has.
const FILES: [(&str, Side); 2] =
    [("../src/model/grpc/generated.rs", Side::Server), ("../tests/models/grpc/generated.rs", Side::Client)];

#[derive(Clone, Copy, PartialEq)]
enum Side {
    Server,
    Client,
}

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let checks = match std::env::args().nth(1).as_deref() {
        None => false,
        Some("--check") => true,
        Some(other) => return Err(format!("found `{other}`; there is only `--check`").into()),
    };
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut code = ExitCode::SUCCESS;
    for (file, side) in FILES {
        let (path, generated) = (here.join(file), generate(here, side)?);
        if !checks {
            fs::write(path, generated)?;
        } else if fs::read_to_string(path)? != generated {
            eprintln!("{file} is not what {PROTO} gives; write it anew with `cargo run` in toolkit/proto");
            code = ExitCode::FAILURE;
        }
    }
    Ok(code)
}

fn generate(here: &Path, side: Side) -> Result<String, Box<dyn Error>> {
    let out = tempfile::tempdir()?;
    tonic_prost_build::configure()
        .build_server(side == Side::Server)
        .build_client(side == Side::Client)
        .build_transport(false)
        .emit_rerun_if_changed(false)
        // Raw contents are taken out of the message as they came in, without a copy.
        .bytes(".")
        .btree_map(".")
        .out_dir(out.path())
        .compile_protos(&[here.join(PROTO)], &[here.to_owned()])?;
    let code = fs::read_to_string(out.path().join("inference.rs"))?;
    Ok(match side {
        // Inference requests are read by the service, which knows what they may be and where there is time for them.
        Side::Server => code.replace("<super::ModelInferRequest>", "<super::super::unread::Unread>"),
        Side::Client => code,
    })
}
