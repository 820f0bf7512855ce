//! What a user may write, and what the compiler says when they must not. `TRYBUILD=overwrite` rewrites what it says.

#[test]
fn what_cannot_work_is_a_sentence_on_the_users_own_token() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("tests/ui/fail/**/*.rs");
    cases.pass("tests/ui/pass/*.rs");
}
