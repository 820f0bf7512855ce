/// The customer who asks.
#[dependency]
fn customer(#[cookie] session: Uuid, customers: &Customers) -> Result<Customer, LoginError> {
    customers.of_session(session)
}

/// Describes an order.
#[get("/v0/api/orders/{order_id}", inline)]
fn get_order(
    order_id: u64,
    #[header] x_request_source: Option<String>,
    #[cookie("lang")] language: Option<Language>,
    #[depends(customer)] customer: Customer,
) -> Option<Order> {
    customer.order(order_id, x_request_source, language)
}
