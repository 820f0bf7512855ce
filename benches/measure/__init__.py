"""What `benches/run` measures: one file per figure."""
