//! Resources, dependencies and settings, whatever their return types are called.

use std::{io, path::PathBuf};
use toolkit::prelude::*;

/// What the service can be told.
#[settings]
struct Settings {
    /// Where the data is.
    #[default("data")]
    data: PathBuf,
    #[default(4)]
    #[validate(range(min = 1))]
    threads: usize,
    password: Option<String>,
}

type Fallible<T> = Result<T, io::Error>;

struct Plain;
struct Tried;
struct Named;
struct Boxed(Box<dyn Fn() -> u32 + Send + Sync>);

/// A value whose name ends as that of a result does.
struct SearchResult;

#[resource]
fn plain(settings: &Settings) -> Plain {
    let _ = (&settings.data, settings.threads, &settings.password);
    Plain
}

#[resource]
async fn tried(_: &Plain) -> Fallible<Tried> {
    Ok(Tried)
}

#[resource]
fn search() -> SearchResult {
    SearchResult
}

#[resource]
fn boxed() -> Boxed {
    Boxed(Box::new(|| 7))
}

async fn ping(named: &Named) -> toolkit::Result {
    let _ = named;
    Ok(())
}

async fn close(named: &Named) {
    let _ = named;
}

#[resource(ready = ping, shutdown = close)]
fn named(_: &Tried, _: &SearchResult) -> toolkit::Result<Named> {
    Ok(Named)
}

#[derive(Clone)]
struct User(u64);

#[problem]
enum NoUser {
    /// Nobody is logged in.
    #[status(401)]
    Anonymous,
}

type Known<T> = Result<T, NoUser>;

#[dependency]
fn user(#[cookie] session: Option<u64>, _: &Named) -> Known<User> {
    session.map(User).ok_or(NoUser::Anonymous)
}

#[derive(Clone)]
struct LastResult(u64);

#[dependency]
fn last(#[depends(user)] user: User) -> LastResult {
    LastResult(user.0)
}

#[get("/mine")]
fn mine(#[depends(user)] user: User, #[depends(last)] last: LastResult, boxed: &Boxed) -> u64 {
    user.0 + last.0 + u64::from(boxed.0())
}

#[toolkit::test]
async fn every_value_is_made_and_lent() -> toolkit::Result {
    let number: u64 = "7".parse()?;
    let answer = toolkit::app!().client().get("/mine").header("cookie", "session=7").await;
    answer.assert_status(200);
    assert_eq!(answer.json::<u64>(), 3 * number);
    Ok(())
}
