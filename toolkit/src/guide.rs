//! The guide: one page for each concept, with examples that run.
//!
//! Begin with [your first hour](first_hour). The [front page](crate) lists what each page tells.

pub mod first_hour {
    #![doc = include_str!("docs/first_hour.md")]
}

pub mod getting_started {
    #![doc = include_str!("docs/getting_started.md")]
}

pub mod endpoints {
    #![doc = include_str!("docs/endpoints.md")]
}

pub mod parameters {
    #![doc = include_str!("docs/parameters.md")]
}

pub mod checking {
    #![doc = include_str!("docs/checking.md")]
}

pub mod data_types {
    #![doc = include_str!("docs/data_types.md")]
}

pub mod replies {
    #![doc = include_str!("docs/replies.md")]
}

pub mod problems {
    #![doc = include_str!("docs/problems.md")]
}

pub mod resources {
    #![doc = include_str!("docs/resources.md")]
}

pub mod settings {
    #![doc = include_str!("docs/settings.md")]
}

#[cfg(feature = "http-client")]
pub mod calling_services {
    #![doc = include_str!("docs/calling_services.md")]
}

pub mod telemetry {
    #![doc = include_str!("docs/telemetry.md")]
}

pub mod authentication {
    #![doc = include_str!("docs/authentication.md")]
}

#[cfg(feature = "model")]
pub mod models {
    #![doc = include_str!("docs/models.md")]
}

#[cfg(feature = "model")]
pub mod inference_protocol {
    #![doc = include_str!("docs/inference_protocol.md")]
}

pub mod openapi {
    #![doc = include_str!("docs/openapi.md")]
}

pub mod serving {
    #![doc = include_str!("docs/serving.md")]
}

pub mod testing {
    #![doc = include_str!("docs/testing.md")]
}

pub mod compile_errors {
    #![doc = include_str!("docs/compile_errors.md")]
}
