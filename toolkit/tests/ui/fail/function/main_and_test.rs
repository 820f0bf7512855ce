#![allow(unused)]

#[toolkit::test]
fn not_async() {}

#[toolkit::test]
async fn parameter(client: u64) {}

#[toolkit::test(flavor = "multi_thread")]
async fn arguments() {}

#[toolkit::main]
struct Settings;

#[toolkit::main]
fn main() {}
