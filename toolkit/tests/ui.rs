//! What the compiler says of what a user must not write. `TRYBUILD=overwrite` rewrites what it says.
//!
//! What a user may write is in `accepted` and in `lints.rs`: one case here that passes would make trybuild generate
//! the code of all that the toolkit depends on, which it otherwise only checks.

#[test]
fn what_cannot_work_is_a_sentence_on_the_users_own_token() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("tests/ui/fail/**/*.rs");
}
