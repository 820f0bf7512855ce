//! Compiles the command anew when a file comes to the templates that it carries.

fn main() {
    println!("cargo:rerun-if-changed=../templates");
}
