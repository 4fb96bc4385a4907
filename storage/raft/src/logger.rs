//! Log lines of the crate, as text to a callback.

use std::fmt::Write;
use std::os::raw::{c_char, c_int};

use slog::{Drain, Key, Level, Logger, Never, OwnedKVList, Record, Serializer, KV};

use crate::abi::RaftcStorage;

struct Callback {
    storage: RaftcStorage,
    level: Level,
}

// The node calls it on whatever thread uses the node, one at a time.
unsafe impl Send for Callback {}
unsafe impl Sync for Callback {}
impl std::panic::UnwindSafe for Callback {}
impl std::panic::RefUnwindSafe for Callback {}

struct Text(String);

impl Serializer for Text {
    fn emit_arguments(&mut self, key: Key, value: &std::fmt::Arguments) -> slog::Result {
        write!(self.0, " {}={}", key, value).map_err(Into::into)
    }
}

impl Drain for Callback {
    type Ok = ();
    type Err = Never;

    fn log(&self, record: &Record, values: &OwnedKVList) -> Result<(), Never> {
        let Some(log) = self.storage.log else {
            return Ok(());
        };
        if !record.level().is_at_least(self.level) {
            return Ok(());
        }
        let mut text = Text(record.msg().to_string());
        let _ = record.kv().serialize(record, &mut text);
        let _ = values.serialize(record, &mut text);
        let level = record.level().as_usize() as c_int;
        unsafe {
            log(
                self.storage.ctx,
                level,
                text.0.as_ptr() as *const c_char,
                text.0.len(),
            );
        }
        Ok(())
    }

    fn is_enabled(&self, level: Level) -> bool {
        self.storage.log.is_some() && level.is_at_least(self.level)
    }
}

pub fn make(storage: &RaftcStorage, level: u32) -> Logger {
    match Level::from_usize(level as usize) {
        Some(level) if storage.log.is_some() => Logger::root(
            Callback {
                storage: *storage,
                level,
            },
            slog::o!(),
        ),
        _ => Logger::root(slog::Discard, slog::o!()),
    }
}
