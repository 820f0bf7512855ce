//! x
use toolkit_envelope::Model;
fn main() {
    let a: Vec<String> = std::env::args().collect();
    let model = Model::open(&a[1]).unwrap();
    let f = model.functions().last().unwrap();
    let envelope = toolkit_envelope::Envelope::open(&a[1]).unwrap();
    let ex: serde_json::Value = serde_json::from_slice(&envelope.read(&envelope.manifest().examples[0].input).unwrap()).unwrap();
    let json = serde_json::json!({"rows":[ex["rows"][0]]}).to_string().into_bytes();
    let mut args = f.plan().arguments();
    f.plan().read(&json, &mut args).unwrap();
    let n: usize = a[3].parse().unwrap();
    let mut out = vec![];
    let t = std::time::Instant::now();
    for _ in 0..n {
        if a[2] == "json" { out.clear(); f.call_json_into(&json, &mut out).unwrap(); } else if a[2] == "read" { f.plan().read(&json, &mut args).unwrap(); } else { std::hint::black_box(f.call(args.tables()).unwrap()); }
    }
    println!("{:?}", t.elapsed() / n as u32);
}
