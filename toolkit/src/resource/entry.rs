use std::{
    any::{Any, TypeId},
    pin::Pin,
    sync::Arc,
};

use super::Resources;
use crate::{endpoint::Origin, settings::Sources};

/// A resource, whatever its type.
pub type Shared = Arc<dyn Any + Send + Sync>;
/// A future that entries of the link-time list, which cannot be generic, hand out.
pub type Boxed<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Makes a resource out of others and the settings.
pub type Build = for<'a> fn(&'a Resources, &'a Sources) -> Boxed<'a, Result<Shared, Vec<String>>>;

/// A function under `#[resource]` or a struct under `#[settings]`, as the list made at link time holds it.
#[derive(Clone, Copy, Debug)]
pub struct ResourceEntry {
    /// The function's or struct's name.
    pub name: &'static str,
    /// Where it is written.
    pub origin: Origin,
    /// The type it makes, and that type's name.
    pub provides: fn() -> (TypeId, &'static str),
    /// Lists the resources that it borrows.
    pub needs: fn(&mut Vec<Need>),
    /// Makes the value; an error is a sentence for each thing that is wrong.
    pub build: Build,
    /// Says whether the resource can be used right now.
    pub ready: Option<fn(Shared) -> Boxed<'static, crate::Result>>,
    /// Ends the resource when the service stops, before it is dropped.
    pub shutdown: Option<fn(Shared) -> Boxed<'static, ()>>,
}

inventory::collect!(ResourceEntry);

/// One place where a resource is borrowed.
#[derive(Clone, Copy, Debug)]
pub struct Need {
    /// The type that is borrowed.
    pub type_id: TypeId,
    /// Its name.
    pub type_name: &'static str,
    /// The function that borrows it.
    pub by: &'static str,
    /// Where that function is written.
    pub origin: Origin,
}

impl Need {
    /// The need of the function `by` for a `T`.
    #[must_use]
    pub fn of<T: 'static>(by: &'static str, origin: Origin) -> Self {
        Self { type_id: TypeId::of::<T>(), type_name: std::any::type_name::<T>(), by, origin }
    }
}

/// A value, ready to be shared.
pub fn shared<T: Send + Sync + 'static>(value: T) -> Shared {
    Arc::new(value)
}

/// All resources that are linked, in the order of where they are written: link order differs by profile.
pub(crate) fn linked() -> Vec<ResourceEntry> {
    let mut all: Vec<_> = inventory::iter::<ResourceEntry>.into_iter().copied().collect();
    all.sort_by_key(|entry| (entry.origin.package, entry.origin.file, entry.origin.line));
    all
}
