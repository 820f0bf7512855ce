//! What an envelope says of itself: `envelope.json`.
