//! Extractors that check what they read, and answer with a problem.

use axum::{
    Json,
    extract::{FromRequest, FromRequestParts, Path, Query, Request},
    http::request::Parts,
};
use serde::de::DeserializeOwned;
use validator::Validate;

use crate::problem::{About, Location, Problem};

/// A query or body that has been read and checked.
pub(crate) struct Checked<E>(pub(crate) E);

/// A path that has been read.
pub(crate) struct CheckedPath<T>(pub(crate) T);

impl<S, T> FromRequestParts<S> for Checked<Query<T>>
where
    S: Send + Sync,
    T: DeserializeOwned + Validate,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match Query::<T>::from_request_parts(parts, state).await {
            Ok(Query(value)) => match value.validate() {
                Ok(()) => Ok(Self(Query(value))),
                Err(errors) => Err(Problem::broken(&About::of(parts), Location::Query, &errors)),
            },
            Err(rejection) => {
                Err(Problem::unreadable(&About::of(parts), Location::Query, rejection.status(), rejection.body_text()))
            }
        }
    }
}

impl<S, T> FromRequest<S> for Checked<Json<T>>
where
    S: Send + Sync,
    T: DeserializeOwned + Validate,
{
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let about = About::of_request(&request);
        match Json::<T>::from_request(request, state).await {
            Ok(Json(value)) => match value.validate() {
                Ok(()) => Ok(Self(Json(value))),
                Err(errors) => Err(Problem::broken(&about, Location::Body, &errors)),
            },
            Err(rejection) => {
                Err(Problem::unreadable(&about, Location::Body, rejection.status(), rejection.body_text()))
            }
        }
    }
}

impl<S, T> FromRequestParts<S> for CheckedPath<T>
where
    S: Send + Sync,
    T: DeserializeOwned + Send,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match Path::<T>::from_request_parts(parts, state).await {
            Ok(Path(value)) => Ok(Self(value)),
            Err(rejection) => {
                Err(Problem::unreadable(&About::of(parts), Location::Path, rejection.status(), rejection.body_text()))
            }
        }
    }
}
