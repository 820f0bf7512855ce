/// Takes an order.
#[post("/v0/api/orders", body_limit = "1 MiB", timeout = "2s", concurrency = 64, rate_limit = "100/s")]
async fn take_order(
    /// The order.
    order: Order,
    shop: &Shop,
) -> Created<Order> {
    shop.take(order).await
}
