//! Writes models that no exporter would.

/// Fields of a message, as they are on the wire.
#[derive(Clone, Default)]
pub(crate) struct Message(Vec<u8>);

impl Message {
    pub(crate) fn int(mut self, field: u64, value: i64) -> Self {
        self.varint(field << 3);
        self.varint(value.cast_unsigned());
        self
    }

    pub(crate) fn bytes(mut self, field: u64, bytes: &[u8]) -> Self {
        self.varint(field << 3 | 2);
        self.varint(bytes.len() as u64);
        self.0.extend_from_slice(bytes);
        self
    }

    pub(crate) fn text(self, field: u64, text: &str) -> Self {
        self.bytes(field, text.as_bytes())
    }

    pub(crate) fn message(self, field: u64, message: &Message) -> Self {
        self.bytes(field, &message.0)
    }

    pub(crate) fn all(self, field: u64, messages: &[Message]) -> Self {
        messages.iter().fold(self, |message, one| message.message(field, one))
    }

    pub(crate) fn finish(self) -> Vec<u8> {
        self.0
    }

    fn varint(&mut self, mut value: u64) {
        while value > 0x7f {
            self.0.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
    }
}

/// A node.
pub(crate) fn node(operator: &str, inputs: &[&str], outputs: &[&str]) -> Message {
    let message = inputs.iter().fold(Message::default(), |message, name| message.text(1, name));
    let message = outputs.iter().fold(message, |message, name| message.text(2, name));
    message.text(3, &format!("the {operator}")).text(4, operator)
}

/// A tensor of 32-bit numbers in raw bytes, whatever its shape says.
pub(crate) fn tensor(name: &str, dims: &[i64], numbers: &[f32]) -> Message {
    let raw: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
    let message = dims.iter().fold(Message::default(), |message, dim| message.int(1, *dim));
    message.int(2, 1).text(8, name).bytes(9, &raw)
}

/// A tensor of 64-bit integers.
pub(crate) fn integers(name: &str, dims: &[i64], integers: &[i64]) -> Message {
    let message = dims.iter().fold(Message::default(), |message, dim| message.int(1, *dim));
    let message = integers.iter().fold(message, |message, int| message.int(7, *int));
    message.int(2, 7).text(8, name)
}

/// An input or an output of a type of elements, with any number of rows and fixed lengths after them.
pub(crate) fn value(name: &str, data_type: i64, lengths: &[i64]) -> Message {
    let shape = Message::default().message(1, &Message::default().text(2, "rows"));
    let shape = lengths.iter().fold(shape, |shape, length| shape.message(1, &Message::default().int(1, *length)));
    let kind = Message::default().message(1, &Message::default().int(1, data_type).message(2, &shape));
    Message::default().text(1, name).message(2, &kind)
}

/// A graph's parts.
#[derive(Default)]
pub(crate) struct Parts {
    pub(crate) nodes: Vec<Message>,
    pub(crate) initializers: Vec<Message>,
    pub(crate) inputs: Vec<Message>,
    pub(crate) outputs: Vec<Message>,
}

impl Parts {
    /// The bytes of a model of these parts.
    pub(crate) fn model(&self, ir_version: i64, opset: i64) -> Vec<u8> {
        let graph = Message::default().all(1, &self.nodes).text(2, "graph").all(5, &self.initializers);
        let graph = graph.all(11, &self.inputs).all(12, &self.outputs);
        let opset = Message::default().text(1, "").int(2, opset);
        Message::default().int(1, ir_version).message(7, &graph).message(8, &opset).finish()
    }
}
