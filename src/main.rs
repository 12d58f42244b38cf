//! Arguments in, exit status out.

use gradus::cancel::Cancel;
use gradus::commands;
use std::ffi::OsString;
use std::io::Write;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};

fn main() -> ExitCode {
    let args: Vec<OsString> = std::env::args_os().collect();
    tell_of_panics(args.clone());
    let cancel = Cancel::new();
    listen(&cancel);
    let exit = match commands::run(args.clone(), &cancel) {
        Ok(exit) => exit,
        Err(failure) => commands::draw_failure(&failure, &args, &cancel),
    };
    ExitCode::from(exit.code() as u8)
}

/// A panic is a bug of ours: exit 101 with what a report of it needs. RUST_BACKTRACE adds the frames.
fn tell_of_panics(args: Vec<OsString>) {
    let told = AtomicBool::new(false);
    std::panic::set_hook(Box::new(move |panic| {
        // Threads of a pool may all fall over the same thing.
        if told.swap(true, Ordering::Relaxed) {
            return;
        }
        let payload = panic.payload();
        let text = payload.downcast_ref::<&str>().copied();
        let message = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message");
        let location = panic.location().map_or("an unknown place".to_string(), |at| at.to_string());
        let mut text = commands::bug_report(message, &location, &args);
        if std::env::var_os("RUST_BACKTRACE").is_some_and(|v| v != "0") {
            text.push_str(&std::backtrace::Backtrace::force_capture().to_string());
        }
        let _ = std::io::stderr().lock().write_all(text.as_bytes());
    }));
}

/// SIGINT and SIGTERM set the flag. While the program waits for input, and has begun no file, they end it at once: in the handler,
/// before the wait can end. Else a second one ends it, for who cannot wait, and leaves no temporary file.
fn listen(cancel: &Cancel) {
    use signal_hook::consts::{SIGINT, SIGTERM};
    // Failing to register leaves the system's default, which ends the process too.
    for signal in [SIGINT, SIGTERM] {
        let _ = signal_hook::flag::register_conditional_shutdown(signal, 128 + signal, cancel.switch());
        let _ = signal_hook::flag::register_usize(signal, cancel.cell(), signal as usize);
    }
    let Ok(mut signals) = signal_hook::iterator::Signals::new([SIGINT, SIGTERM]) else { return };
    std::thread::spawn(move || {
        if let Some(signal) = signals.forever().nth(1) {
            gradus::table::output::remove_temporaries();
            signal_hook::low_level::exit(128 + signal);
        }
    });
}
