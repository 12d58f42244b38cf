//! Every sixth function of the generated corpus with all its claims; `cargo bench --bench gradcheck` has the whole of it.

#[path = "gradcheck/corpus.rs"]
mod corpus;
#[path = "gradcheck/judge.rs"]
mod judge;

#[test]
fn verdicts_are_right_and_bugs_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let (mut bugs, mut named) = (0, 0);
    // 7 has no factor in common with the ten classes: each has its turn
    for f in corpus::functions(1, 240).iter().step_by(7) {
        let all = corpus::claims(f);
        for c in &all {
            if c.bug.is_some() && judge::size(f, &all[0], c) < 0.9999e-4 {
                continue;
            }
            let found = judge::by_formula(folder.path(), f, c);
            let want = if c.bug.is_some() { "wrong" } else { "correct" };
            assert_eq!(found.verdict, want, "{} ({}) of {} at {:?}: {found:?}", c.kind, f.class, f.formula, f.at);
            bugs += usize::from(c.bug.is_some());
            named += usize::from(c.bug.is_some() && found.bug.as_deref() == c.bug);
        }
    }
    assert!(bugs > 250, "{bugs}");
    assert!(named * 100 >= bugs * 95, "{named} of {bugs} named first");
}
