//! The user's program at its worst: every way of failing is a clear error, in time, and nothing of it is left running.
#![cfg(unix)]

use std::time::{Duration, Instant};

use gradus::cancel::Cancel;
use gradus::process::{Conversation, Limits, ProcessError, Program, batch};

const LIMITS: Limits = Limits { seconds: 20.0, output_bytes: 1 << 20 };

fn sh(script: &str) -> Program {
    Program { words: vec!["sh".into(), "-c".into(), script.into()], folder: None }
}

fn run_with(program: &Program, input: &str, limits: Limits) -> Result<String, ProcessError> {
    let input = input.to_string();
    let feed = Box::new(move |out: &mut dyn std::io::Write| out.write_all(input.as_bytes()));
    batch(program, feed, limits, &Cancel::new()).map(|bytes| String::from_utf8(bytes).unwrap())
}

fn run(script: &str, input: &str) -> Result<String, ProcessError> {
    run_with(&sh(script), input, LIMITS)
}

/// The message of a failure, with the script's own text left out of the command line.
fn message(script: &str, input: &str) -> String {
    run(script, input).unwrap_err().to_string().replace(&format!("sh -c {script}"), "PROGRAM")
}

/// Whether a process runs whose arguments hold `mark`.
fn is_running(mark: &str) -> bool {
    let Ok(processes) = std::fs::read_dir("/proc") else { return false };
    processes.flatten().any(|p| {
        let line = std::fs::read(p.path().join("cmdline")).unwrap_or_default();
        let line = String::from_utf8_lossy(&line).replace('\0', " ");
        let status = std::fs::read_to_string(p.path().join("stat")).unwrap_or_default();
        line.contains(mark) && !line.contains("sh -c") && !status.contains(") Z ")
    })
}

fn assert_gone(mark: &str) {
    for _ in 0..100 {
        if !is_running(mark) {
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("`{mark}` still runs");
}

#[test]
fn input_comes_out_again_however_much_there_is() {
    assert_eq!(run("cat", "a,b\n1,2\n").unwrap(), "a,b\n1,2\n");
    // more than any pipe holds, in both directions at once
    let long = "0.1234567890123456,".repeat(400_000);
    let limits = Limits { output_bytes: 1 << 24, ..LIMITS };
    assert_eq!(run_with(&sh("cat"), &long, limits).unwrap(), long);
    // who does not read is not blamed
    assert_eq!(run("echo 7", &long).unwrap(), "7\n");
}

#[test]
fn arguments_are_no_shell_text() {
    let words = ["printf", "%s|", "a b", "$(touch /tmp/never)", "*", "; exit 3"].map(String::from).to_vec();
    let program = Program { words, folder: None };
    assert_eq!(run_with(&program, "", LIMITS).unwrap(), "a b|$(touch /tmp/never)|*|; exit 3|");
}

#[test]
fn it_runs_in_its_folder() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("me.sh"), "#!/bin/sh\ncat value\n").unwrap();
    std::fs::write(folder.path().join("value"), "5").unwrap();
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(folder.path().join("me.sh"), std::fs::Permissions::from_mode(0o755)).unwrap();
    let program = Program { words: vec!["./me.sh".into()], folder: Some(folder.path().to_path_buf()) };
    assert_eq!(run_with(&program, "", LIMITS).unwrap(), "5");
}

#[test]
fn a_bad_end_is_told_with_what_it_said() {
    assert_eq!(
        message("echo one >&2; echo two >&2; exit 3", ""),
        "`PROGRAM` ended with exit status 3; the end of its standard error:\n  | one\n  | two"
    );
    assert_eq!(message("exit 1", ""), "`PROGRAM` ended with exit status 1");
    assert_eq!(message("kill -SEGV $$", ""), "`PROGRAM` was ended by signal 11 (SIGSEGV)");
    let long = message("i=0; while [ $i -lt 5000 ]; do echo line $i >&2; i=$((i+1)); done; exit 1", "");
    assert!(long.ends_with("| line 4999") && long.contains("| line 4980") && !long.contains("line 4979"), "{long}");
    // escape sequences are not handed to the terminal
    assert!(!message("printf '\\033[31mred' >&2; exit 1", "").contains('\u{1b}'));
}

#[test]
fn what_cannot_be_started_is_said() {
    let missing = Program { words: vec!["no-such-program-here".into()], folder: None };
    let error = run_with(&missing, "", LIMITS).unwrap_err();
    assert_eq!(error.to_string(), "cannot start `no-such-program-here`: no such file or directory");
    let folder = Program { words: vec!["/tmp".into()], folder: None };
    assert_eq!(run_with(&folder, "", LIMITS).unwrap_err().to_string(), "cannot start `/tmp`: permission denied");
}

#[test]
fn never_ending_programs_are_ended_with_their_children() {
    let limits = Limits { seconds: 0.4, ..LIMITS };
    let before = Instant::now();
    let error = run_with(&sh("echo waiting >&2; sleep 73501 & sleep 73501; echo never"), "", limits).unwrap_err();
    assert!(matches!(error, ProcessError::TimedOut { .. }), "{error}");
    assert!(error.to_string().ends_with("did not answer within 0.4 s; the end of its standard error:\n  | waiting"));
    assert!(before.elapsed() < Duration::from_secs(5));
    assert_gone("sleep 73501");
    // one that closes its output and stays
    let error = run_with(&sh("exec 1>&-; exec sleep 73502"), "", limits).unwrap_err();
    assert!(matches!(error, ProcessError::TimedOut { .. }), "{error}");
    assert_gone("sleep 73502");
    // one that ignores being asked to end
    let error = run_with(&sh("trap '' TERM INT HUP; while :; do sleep 73503; done"), "", limits).unwrap_err();
    assert!(matches!(error, ProcessError::TimedOut { .. }), "{error}");
    assert_gone("sleep 73503");
}

#[test]
fn children_left_behind_are_ended_and_do_not_hold_up_the_answer() {
    let before = Instant::now();
    assert_eq!(run("echo 1; sleep 73504 &", "").unwrap(), "1\n");
    assert_eq!(run("echo 2; sleep 73505 >/dev/null 2>&1 &", "").unwrap(), "2\n");
    assert!(before.elapsed() < Duration::from_secs(10));
    assert_gone("sleep 73504");
    assert_gone("sleep 73505");
}

#[test]
fn endless_output_is_cut_off() {
    let before = Instant::now();
    let error = run("yes 1234567890; sleep 73506", "").unwrap_err();
    assert!(matches!(error, ProcessError::TooMuchOutput { bytes: 1_048_576, .. }), "{error}");
    // endless standard error is only kept at its end
    assert_eq!(run("yes | head -c 50000000 >&2; echo 1", "").unwrap(), "1\n");
    assert!(before.elapsed() < Duration::from_secs(20));
    assert_gone("sleep 73506");
}

#[test]
fn a_signal_to_us_ends_it() {
    let cancel = Cancel::new();
    let seen = cancel.clone();
    let stop = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(200));
        seen.cell().store(2, std::sync::atomic::Ordering::Relaxed);
    });
    let error = batch(&sh("sleep 73507"), Box::new(|_: &mut dyn std::io::Write| Ok(())), LIMITS, &cancel).unwrap_err();
    assert!(matches!(error, ProcessError::Stopped), "{error}");
    stop.join().unwrap();
    assert_gone("sleep 73507");
}

#[test]
fn a_conversation_is_a_line_for_a_line() {
    let mut it = Conversation::open(&sh("while read a; do echo $((a * a)); done"), LIMITS, &Cancel::new()).unwrap();
    for i in 0..50_i64 {
        assert_eq!(it.ask(format!("{i}\n").as_bytes()).unwrap(), (i * i).to_string());
    }
    it.close().unwrap();
}

#[test]
fn a_conversation_fails_as_clearly() {
    let open = |script: &str, seconds: f64| {
        Conversation::open(&sh(script), Limits { seconds, output_bytes: 1000 }, &Cancel::new()).unwrap()
    };
    let mut it = open("read a; echo 1; read b; echo broken >&2; exit 7", 20.0);
    assert_eq!(it.ask(b"1\n").unwrap(), "1");
    let error = it.ask(b"2\n").unwrap_err().to_string();
    assert!(error.ends_with("ended with exit status 7; the end of its standard error:\n  | broken"), "{error}");
    assert!(matches!(open("exit 0", 20.0).ask(b"1\n"), Err(ProcessError::Silent { .. })));
    assert!(matches!(open("sleep 73508", 0.3).ask(b"1\n"), Err(ProcessError::TimedOut { .. })));
    assert!(matches!(open("tr '\\n' x < /dev/zero", 20.0).ask(b"1\n"), Err(ProcessError::TooMuchOutput { .. })));
    // never reads, while we have much to say
    let mut it = open("sleep 73509", 0.3);
    let long = vec![b'x'; 1 << 20];
    let said = (0..20).try_for_each(|_| it.say(&long));
    assert!(matches!(said, Err(ProcessError::TimedOut { .. })));
    drop(it);
    drop(open("sleep 73510", 20.0));
    ["sleep 73508", "sleep 73509", "sleep 73510"].into_iter().for_each(assert_gone);
}
