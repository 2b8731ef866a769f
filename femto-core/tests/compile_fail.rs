//! Statements that must not compile, with what rustc says of them.
#![cfg(not(loom))]

#[test]
fn statements_that_do_not_fit_do_not_compile() {
    trybuild::TestCases::new().compile_fail("tests/compile_fail/*.rs");
}
