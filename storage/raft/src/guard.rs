//! The border: no panic crosses it, and every failure leaves a sentence for the caller.

use std::cell::RefCell;
use std::os::raw::c_int;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::Once;

use crate::abi::{ERR, PANIC};
use crate::node::Node;

pub struct Fail {
    pub code: c_int,
    pub why: String,
}

pub type Outcome<T> = Result<T, Fail>;

pub fn fail<T>(code: c_int, why: impl Into<String>) -> Outcome<T> {
    Err(Fail {
        code,
        why: why.into(),
    })
}

thread_local! {
    static LAST_ERROR: RefCell<String> = const { RefCell::new(String::new()) };
    static LAST_PANIC: RefCell<String> = const { RefCell::new(String::new()) };
}

pub fn last_error() -> String {
    LAST_ERROR.with(|x| x.borrow().clone())
}

fn remember(why: String) {
    LAST_ERROR.with(|x| *x.borrow_mut() = why);
}

/// What was said, and where, without the folders of the machine that built it.
fn describe(info: &std::panic::PanicHookInfo) -> String {
    let said = info.payload();
    let text = match (said.downcast_ref::<&str>(), said.downcast_ref::<String>()) {
        (Some(text), _) => text,
        (_, Some(text)) => text.as_str(),
        _ => "no text",
    };
    match info.location() {
        Some(at) => {
            let mut parts: Vec<&str> = at.file().rsplit('/').take(3).collect();
            parts.reverse();
            format!("panic at {}:{}: {}", parts.join("/"), at.line(), text)
        }
        None => format!("panic: {}", text),
    }
}

/// Panics are told by `raftc_last_error`, not on the standard error output. Nobody else's Rust is
/// in the process that could miss the default hook.
fn quiet_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        std::panic::set_hook(Box::new(|info| {
            LAST_PANIC.with(|x| *x.borrow_mut() = describe(info));
        }));
    });
}

/// Runs `f` and turns what it says, or its panic, into a code.
pub fn run(f: impl FnOnce() -> Outcome<c_int>) -> c_int {
    quiet_panics();
    match catch_unwind(AssertUnwindSafe(f)) {
        Ok(Ok(code)) => code,
        Ok(Err(fail)) => {
            remember(fail.why);
            fail.code
        }
        Err(_) => {
            remember(LAST_PANIC.with(|x| x.borrow().clone()));
            PANIC
        }
    }
}

/// Runs `f` on a live node; a panic makes the node dead.
///
/// # Safety
/// `node` is null or came from `raftc_new` and was not freed; nobody else uses it now.
pub unsafe fn with(node: *mut Node, f: impl FnOnce(&mut Node) -> Outcome<c_int>) -> c_int {
    let Some(node) = node.as_mut() else {
        remember("no node".into());
        return ERR;
    };
    if let Some(why) = &node.dead {
        remember(format!("raft node {} is dead: {}", node.id(), why));
        return PANIC;
    }
    let code = run(|| {
        let answer = f(node);
        node.settle();
        answer
    });
    if code == PANIC {
        node.dead = Some(last_error());
    }
    code
}
