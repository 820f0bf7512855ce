//! The body that is sent.

use serde_json::json;

/// As many ratings, of which every second has a tag and a note.
pub(crate) fn body(records: u32) -> Vec<u8> {
    let ratings = (0..records).map(|index| {
        let (size, tags, note) = if index % 2 == 0 {
            ("S", vec![], None)
        } else {
            ("M", vec!["soft"], Some(format!("Fits well, the colour is as shown. {index}")))
        };
        json!({"item": {"id": index + 1, "size": size}, "stars": index % 5 + 1, "tags": tags, "note": note})
    });
    json!({"customer_id": 7, "ratings": ratings.collect::<Vec<_>>()}).to_string().into_bytes()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_body_has_as_many_ratings_as_were_asked_for() {
        let ratings: peer_axum::Ratings = serde_json::from_slice(&super::body(3)).unwrap();
        assert_eq!(ratings.ratings.len(), 3);
    }
}
