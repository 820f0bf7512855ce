//! Ensembles of decision trees, flattened and walked several at a time.
