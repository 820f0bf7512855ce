/// A line of an order.
#[data]
#[serde(rename_all = "camelCase")]
pub struct Line<T> {
    /// What is ordered.
    pub item: T,
    /// How much of it.
    #[default(1)]
    #[validate(range(min = 1, message = "must be ordered"))]
    pub amount: u32,
}

/// How an order is paid.
#[data]
#[serde(tag = "kind")]
enum Payment {
    Cash,
    Card {
        #[validate(length(equal = 16))]
        number: String,
    },
}

/// The order of a list.
#[data]
enum Sort {
    Up,
    Down,
}

/// The number of an order.
#[data]
struct OrderId(u64);

#[problem]
enum OrderError {
    /// No order has this id.
    #[status(404)]
    UnknownOrder { order_id: u64 },
    #[internal]
    Internal(toolkit::Error),
}
