use std::{
    pin::Pin,
    task::{Context as TaskContext, Poll},
};

use axum::response::Response;
use opentelemetry::{
    Array, Context, KeyValue, StringValue, Value,
    trace::{SpanBuilder, Status, TraceContextExt, Tracer},
};
use opentelemetry_semantic_conventions::attribute;
use serde::Serialize;

use super::current;
use crate::endpoint::Origin;

/// A function that requests are handled by, as its span names it.
#[derive(Clone, Copy, Debug)]
pub struct TracedFunction {
    /// The function's name: that of the span.
    pub name: &'static str,
    /// The name with its module (OpenTelemetry code attributes, `code.function.name`).
    pub path: &'static str,
    /// Where it is written.
    pub origin: &'static Origin,
}

/// The span of a function, a child of its request's; nothing at all when the request is not recorded.
#[derive(Debug)]
pub struct FunctionSpan(Option<Context>);

/// The values of the parameters that are marked `#[trace]`.
#[derive(Debug, Default)]
pub struct TracedValues(Vec<KeyValue>);

impl TracedValues {
    /// Takes down a parameter's value.
    pub fn add<T: TracedValue + ?Sized>(&mut self, parameter: &'static str, value: &T) {
        if let Some(value) = value.traced() {
            self.0.push(KeyValue::new(format!("endpoint.parameter.{parameter}"), value));
        }
    }
}

impl FunctionSpan {
    /// Opens the span of a function that is about to be called.
    #[inline]
    pub fn open(function: &TracedFunction, values: impl FnOnce(&mut TracedValues)) -> Self {
        let is_recording = Context::map_current(|context| context.span().is_recording());
        if is_recording { Self::recorded(function, values) } else { Self(None) }
    }

    fn recorded(function: &TracedFunction, values: impl FnOnce(&mut TracedValues)) -> Self {
        let Some(tracer) = &current().tracer else { return Self(None) };
        let mut attributes = TracedValues(vec![
            KeyValue::new(attribute::CODE_FUNCTION_NAME, function.path),
            KeyValue::new(attribute::CODE_FILE_PATH, function.origin.file),
            KeyValue::new(attribute::CODE_LINE_NUMBER, i64::from(function.origin.line)),
        ]);
        values(&mut attributes);
        let parent = Context::current();
        let builder = SpanBuilder::from_name(function.name).with_attributes(attributes.0);
        let span = tracer.build_with_context(builder, &parent);
        Self(Some(parent.with_span(span)))
    }

    /// Calls a function within the span.
    pub fn call<T>(&self, function: impl FnOnce() -> T) -> T {
        let _guard = self.0.clone().map(Context::attach);
        function()
    }

    /// Polls what an async function does within the span.
    pub fn poll<F: Future>(&self, future: F) -> InSpan<'_, F> {
        InSpan { span: self, future }
    }

    /// Closes the span with the answer that the function's value has become.
    pub fn close(mut self, response: Response) -> Response {
        if let Some(context) = self.0.take() {
            let status = response.status();
            if status.is_server_error() {
                context.span().set_attribute(KeyValue::new(attribute::ERROR_TYPE, status.as_str().to_owned()));
                context.span().set_status(Status::error(""));
            }
            context.span().end();
        }
        response
    }

    /// Closes the span of a function whose value is not an answer.
    pub fn end<T>(mut self, value: T) -> T {
        if let Some(context) = self.0.take() {
            context.span().end();
        }
        value
    }
}

impl Drop for FunctionSpan {
    /// The function has panicked, or nobody waits for it any more.
    fn drop(&mut self) {
        let Some(context) = self.0.take() else { return };
        let error = if std::thread::panicking() { "panic" } else { "cancelled" };
        context.span().set_attribute(KeyValue::new(attribute::ERROR_TYPE, error));
        context.span().set_status(Status::error(""));
        context.span().end();
    }
}

pin_project_lite::pin_project! {
    /// An async function's future, polled within its span.
    #[derive(Debug)]
    pub struct InSpan<'a, F> {
        span: &'a FunctionSpan,
        #[pin]
        future: F,
    }
}

impl<F: Future> Future for InSpan<'_, F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<F::Output> {
        let this = self.project();
        let _guard = this.span.0.clone().map(Context::attach);
        this.future.poll(cx)
    }
}

/// A value that `#[trace]` can take down: one that can be JSON.
#[diagnostic::on_unimplemented(
    message = "`#[trace]` cannot take down a `{Self}`",
    label = "this type cannot be JSON",
    note = "write `#[data]` on it, or derive `serde::Serialize`"
)]
pub trait TracedValue {
    /// The value as an attribute; none for a value that is absent.
    fn traced(&self) -> Option<Value>;
}

#[diagnostic::do_not_recommend]
impl<T: Serialize + ?Sized> TracedValue for T {
    fn traced(&self) -> Option<Value> {
        attribute_of(serde_json::to_value(self).ok()?)
    }
}

/// A list of values of one type is a list, and anything else that is nested is JSON text.
fn attribute_of(value: serde_json::Value) -> Option<Value> {
    use serde_json::Value as Json;
    Some(match value {
        Json::Null => return None,
        Json::Bool(value) => value.into(),
        Json::Number(number) => match number.as_i64() {
            Some(integer) => integer.into(),
            None if number.is_f64() => number.as_f64()?.into(),
            None => number.to_string().into(),
        },
        Json::String(text) => text.into(),
        Json::Array(values) => array_of(&values).map_or_else(|| Json::Array(values).to_string().into(), Value::Array),
        object @ Json::Object(_) => object.to_string().into(),
    })
}

fn array_of(values: &[serde_json::Value]) -> Option<Array> {
    let all = |is: fn(&serde_json::Value) -> bool| values.iter().all(is);
    if all(serde_json::Value::is_i64) {
        return Some(Array::I64(values.iter().filter_map(serde_json::Value::as_i64).collect()));
    }
    if all(serde_json::Value::is_number) {
        return Some(Array::F64(values.iter().filter_map(serde_json::Value::as_f64).collect()));
    }
    if all(serde_json::Value::is_boolean) {
        return Some(Array::Bool(values.iter().filter_map(serde_json::Value::as_bool).collect()));
    }
    let texts: Option<Vec<StringValue>> =
        values.iter().map(|value| Some(StringValue::from(value.as_str()?.to_owned()))).collect();
    texts.map(Array::String)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_keep_their_types() {
        assert_eq!(7_u32.traced(), Some(Value::I64(7)));
        assert_eq!(0.5.traced(), Some(Value::F64(0.5)));
        assert_eq!(u64::MAX.traced(), Some(Value::String("18446744073709551615".into())));
        assert_eq!(Some("a").traced(), Some(Value::String("a".into())));
        assert_eq!(None::<u8>.traced(), None);
        assert_eq!(vec![1, 2].traced(), Some(Value::Array(Array::I64(vec![1, 2]))));
        assert_eq!(json!([1, "a"]).traced(), Some(Value::String(r#"[1,"a"]"#.into())));
        assert_eq!(json!({ "a": 1 }).traced(), Some(Value::String(r#"{"a":1}"#.into())));
    }
}
