/// Provides recommendations for a customer.
///
/// Best first, by predicted affinity.
#[get("/v0/api/recommendations", tags("recommendations"))]
fn get_recommendations(
    /// Who the recommendations are for.
    #[validate(range(min = 1))]
    #[example(7)]
    customer_id: i64,
    /// How many to return.
    #[trace]
    #[default(10)]
    #[validate(range(min = 1, max = 100))]
    limit: u32,
    ranker: &Ranker,
) -> Result<Vec<Recommendation>, RecommendationError> {
    ranker.rank(customer_id, limit)
}
