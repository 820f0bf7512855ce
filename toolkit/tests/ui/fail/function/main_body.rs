#![allow(unused)]

#[toolkit::main]
async fn main() -> toolkit::Result {
    let port: u16 = "8000".parse()?;
    port
}
