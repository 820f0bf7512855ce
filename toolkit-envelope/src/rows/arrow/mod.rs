//! Columns of Arrow, as readers of Parquet give them and writers take them, in one pass over each.

mod batch;
mod cell;
mod source;
mod write;
