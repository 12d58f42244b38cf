//! Every command in README.md and in `tests/cmd` is run and its output compared; `TRYCMD=overwrite` writes them anew.

#[test]
fn documented_commands_do_what_is_documented() {
    trycmd::TestCases::new().case("README.md").case("tests/cmd/*.md").run();
}
