//! Any bytes as the arguments of a function that takes a frame: refused, or read into columns that are written as JSON
//! and read again as the same.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use toolkit_envelope::rows::{Arguments, Layout, Plan, ValuePlan};
use toolkit_envelope::schema::{Domain, Field, Kind, Schema, TimeUnit};
use toolkit_envelope::table::Table;

/// Reads a frame as the one parameter `rows`, and writes it.
struct Frame {
    read: Plan,
    write: ValuePlan,
}

static FRAME: LazyLock<Frame> = LazyLock::new(|| {
    let optional = |field: Field| Field { required: false, ..field };
    let columns = vec![
        Field::new("flag", Schema::new(Kind::Bool).nullable()),
        Field::new("count", domain(Kind::Int64, Domain { min: Some((-100).into()), ..Domain::default() })),
        Field::new("large", Schema::new(Kind::UInt64).nullable()),
        Field::new("small", Schema::new(Kind::Float32).nullable()),
        optional(Field::new("number", Schema::new(Kind::Float64))),
        Field::new("price", Schema::new(Kind::Decimal { precision: 20, scale: 4 }).nullable()),
        Field::new("name", domain(Kind::String, Domain { pattern: Some("^[^ ]*$".to_owned()), ..Domain::default() })),
        optional(Field::new("bytes", Schema::new(Kind::Binary))),
        Field::new("day", Schema::new(Kind::Date).nullable()),
        Field::new("at", timestamp()),
        Field::new("took", Schema::new(Kind::Duration { unit: TimeUnit::Millisecond }).nullable()),
        Field::new("id", Schema::new(Kind::Uuid).nullable()),
        Field::new("grade", Schema::new(Kind::Categorical { values: vec!["a".into(), "b".into()], ordered: true })),
        Field::new("parts", parts()),
        optional(Field::new("other", Schema::new(Kind::Any))),
    ];
    let frame = Schema::new(Kind::Frame { columns, index: None });
    Frame {
        read: Plan::new(&[Field::new("rows", frame.clone())]).expect("the parameters are right"),
        write: ValuePlan::new(&frame).expect("the schema is right"),
    }
});

fn domain(kind: Kind, domain: Domain) -> Schema {
    Schema { domain: Some(domain), ..Schema::new(kind) }
}

fn timestamp() -> Schema {
    Schema::new(Kind::Timestamp { unit: TimeUnit::Nanosecond, timezone: Some("UTC".to_owned()) }).nullable()
}

/// Lists of structs with a part that may be absent, one that may be null and a map.
fn parts() -> Schema {
    let fields = vec![
        Field { required: false, ..Field::new("x", Schema::new(Kind::Int16)) },
        Field::new("y", Schema::new(Kind::Float16).nullable()),
        Field::new("z", Schema::new(Kind::Map { values: Box::new(Schema::new(Kind::String).nullable()) }).nullable()),
    ];
    let items = Box::new(Schema::new(Kind::Struct { fields }));
    Schema::new(Kind::List { items, min: None, max: Some(9) }).nullable()
}

fuzz_target!(|bytes: &[u8]| {
    let frame = &*FRAME;
    let mut arguments = frame.read.arguments();
    if frame.read.read(bytes, &mut arguments).is_err() {
        assert!(arguments.tables().iter().all(|table| table.rows == 0 && !table.present), "nothing is left behind");
        return;
    }
    let table = arguments.tables()[0].clone();
    let rows = written(&table, Layout::Rows).expect("what was read can be written row by row");
    read_again(&rows, &table, &mut arguments);
    match written(&table, Layout::Columns) {
        Ok(columns) => read_again(&columns, &table, &mut arguments),
        // Columns cannot say that one row does not have a field.
        Err(codes) => assert!(codes.iter().all(|code| ["null", "length"].contains(code)), "{codes:?}"),
    }
});

/// The frame as JSON, or the codes of what cannot be said in this layout.
fn written(table: &Table, layout: Layout) -> Result<Vec<u8>, Vec<&'static str>> {
    let mut text = Vec::new();
    match FRAME.write.write(table, layout, &mut text) {
        Ok(()) => Ok(text),
        Err(violations) => Err(violations.list.iter().map(|violation| violation.code).collect()),
    }
}

fn read_again(text: &[u8], expected: &Table, arguments: &mut Arguments) {
    let document = [br#"{"rows":"#, text, b"}"].concat();
    let read = FRAME.read.read(&document, arguments);
    assert!(read.is_ok(), "{read:?} of {}", String::from_utf8_lossy(text));
    assert_eq!(&arguments.tables()[0], expected, "{}", String::from_utf8_lossy(text));
}
