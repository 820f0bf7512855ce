use std::{
    collections::HashMap,
    sync::{PoisonError, RwLock},
};

use super::{conventions, metrics::RouteMetrics};

/// What is the same for all requests of one method to one path template: found once, then only looked up.
#[derive(Debug)]
pub(super) struct Route {
    /// The span's name.
    pub(super) name: &'static str,
    /// As the conventions name it.
    pub(super) method: &'static str,
    /// The path template; absent when no route matched.
    pub(super) template: Option<&'static str>,
    pub(super) metrics: RouteMetrics,
}

/// The routes that have been asked for, by template.
///
/// There are as many as the service has templates and HTTP has methods, whatever is probed, so they are never let go.
#[derive(Debug, Default)]
pub(super) struct Routes(RwLock<HashMap<&'static str, Vec<&'static Route>>>);

impl Routes {
    /// The route of a method, as the conventions name it, and a template.
    pub(super) fn get(&self, method: &'static str, template: Option<&str>) -> &'static Route {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let routes = known.get(template.unwrap_or(NO_TEMPLATE)).map_or(&[][..], Vec::as_slice);
        if let Some(route) = routes.iter().find(|route| route.method == method) {
            return route;
        }
        drop(known);
        self.add(method, template)
    }

    fn add(&self, method: &'static str, template: Option<&str>) -> &'static Route {
        let template: Option<&'static str> = template.map(|template| &*template.to_owned().leak());
        let route = Box::leak(Box::new(Route {
            name: conventions::span_name(method, template).into_owned().leak(),
            method,
            template,
            metrics: RouteMetrics::new(method, template),
        }));
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        known.entry(template.unwrap_or(NO_TEMPLATE)).or_default().push(route);
        route
    }
}

/// No template is empty.
const NO_TEMPLATE: &str = "";
