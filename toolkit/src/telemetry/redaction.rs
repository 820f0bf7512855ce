use std::borrow::Cow;

use percent_encoding::percent_decode_str;

/// Parameters of a query whose values are secrets (OpenTelemetry HTTP spans, `url.query`).
const SECRETS: [&str; 7] = [
    "AWSAccessKeyId",
    "Signature",
    "sig",
    "X-Goog-Signature",
    "X-Amz-Signature",
    "X-Amz-Credential",
    "X-Amz-Security-Token",
];

/// A query with the values of secrets replaced.
pub(crate) fn query(query: &str) -> Cow<'_, str> {
    let is_secret = |pair: &str| {
        let name = pair.split_once('=').map(|(name, _)| percent_decode_str(name).decode_utf8_lossy());
        name.is_some_and(|name| SECRETS.contains(&&*name))
    };
    if !query.split('&').any(is_secret) {
        return Cow::Borrowed(query);
    }
    let redacted = query.split('&').map(|pair| match pair.split_once('=') {
        Some((name, _)) if is_secret(pair) => format!("{name}=REDACTED"),
        _ => pair.to_owned(),
    });
    Cow::Owned(redacted.collect::<Vec<_>>().join("&"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_replaced_and_the_rest_is_kept() {
        assert_eq!(query("a=1&sig=s3cret&b&X-Amz-Signature=x=y"), "a=1&sig=REDACTED&b&X-Amz-Signature=REDACTED");
        assert_eq!(query("s%69g=s3cret"), "s%69g=REDACTED");
        assert_eq!(query("signature_of=me"), "signature_of=me");
    }
}
