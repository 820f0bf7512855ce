use std::fs::File;

use anyhow::Context;
use arrow_array::RecordBatch;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use parquet::arrow::arrow_writer::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::properties::WriterProperties;
use toolkit_envelope::Function;
use toolkit_envelope::rows::{Arguments, Plan, Unknown};
use toolkit_envelope::schema::Kind;

use super::BATCH;
use super::input::InputError;

/// The rows of a Parquet file. Columns that the function does not take are not read, if they are to be left out.
pub(super) struct Rows<'p> {
    plan: &'p Plan,
    batches: ParquetRecordBatchReader,
    total: u64,
    row: usize,
}

impl<'p> Rows<'p> {
    pub(super) fn open(file: File, plan: &'p Plan, function: &Function, unknown: Unknown) -> anyhow::Result<Self> {
        let mut builder = ParquetRecordBatchReaderBuilder::try_new(file)?.with_batch_size(BATCH);
        let total = u64::try_from(builder.metadata().file_metadata().num_rows()).unwrap_or_default();
        if unknown == Unknown::Drop {
            let taken = columns(function);
            let names = builder.schema().fields().iter().map(|field| field.name());
            let roots = names.enumerate().filter(|(_, name)| taken.contains(&name.as_str())).map(|(at, _)| at);
            let mask = ProjectionMask::roots(builder.parquet_schema(), roots.collect::<Vec<_>>());
            builder = builder.with_projection(mask);
        }
        Ok(Self { plan, batches: builder.build()?, total, row: 0 })
    }

    pub(super) fn read(&mut self, into: &mut Arguments) -> Result<usize, InputError> {
        let Some(batch) = self.batches.next() else { return Ok(0) };
        let batch = batch.context("the Parquet file cannot be read").map_err(InputError::Ends)?;
        let first = self.row;
        self.row += batch.num_rows();
        self.plan.read_batch(&batch, first, into).map_err(InputError::Rows)?;
        Ok(batch.num_rows())
    }

    pub(super) fn total(&self) -> u64 {
        self.total
    }

    pub(super) fn done(&self) -> u64 {
        self.row as u64
    }
}

fn columns(function: &Function) -> Vec<&str> {
    let frames = function.declaration().params.iter().filter_map(|parameter| match &parameter.schema.kind {
        Kind::Frame { columns, .. } => Some(columns),
        _ => None,
    });
    frames.flatten().map(|field| field.name.as_str()).collect()
}

/// Results as a Parquet file.
pub(super) struct Results {
    /// Until the first results come, whose types the file has.
    file: Option<File>,
    writer: Option<ArrowWriter<File>>,
}

impl Results {
    pub(super) fn new(file: File) -> Self {
        Self { file: Some(file), writer: None }
    }

    pub(super) fn write(&mut self, results: &RecordBatch) -> anyhow::Result<()> {
        if let Some(file) = self.file.take() {
            let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
            self.writer = Some(ArrowWriter::try_new(file, results.schema(), Some(properties))?);
        }
        if let Some(writer) = &mut self.writer {
            writer.write(results)?;
        }
        Ok(())
    }

    pub(super) fn finish(self) -> anyhow::Result<()> {
        if let Some(writer) = self.writer {
            writer.close()?;
        }
        Ok(())
    }
}
