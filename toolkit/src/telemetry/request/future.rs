use std::{
    pin::Pin,
    task::{Context, Poll, ready},
};

use axum::response::Response;

use super::{exchange::Exchange, problem::SentProblem};

pin_project_lite::pin_project! {
    /// An answer on its way. When it is dropped before, the client has gone.
    pub(crate) struct RequestFuture<F> {
        #[pin]
        pub(super) answer: Option<F>,
        pub(super) exchange: Option<Exchange>,
    }

    impl<F> PinnedDrop for RequestFuture<F> {
        /// What is logged on the way out belongs to the request.
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            let _entered = this.exchange.as_ref().map(Exchange::enter);
            this.answer.set(None);
        }
    }
}

impl<F, E> Future for RequestFuture<F>
where
    F: Future<Output = Result<Response, E>>,
{
    type Output = Result<Response, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        // It is there until this future is dropped.
        let Some(answer) = this.answer.as_pin_mut() else { return Poll::Pending };
        let entered = this.exchange.as_ref().map(Exchange::enter);
        let answer = answer.poll(cx);
        drop(entered);
        let mut response = ready!(answer)?;
        let Some(mut exchange) = this.exchange.take() else { return Poll::Ready(Ok(response)) };
        if let Some(problem) = response.extensions_mut().remove::<SentProblem>() {
            exchange.answered_with(problem);
        }
        Poll::Ready(Ok(exchange.answered(response)))
    }
}
