//! What the crate reads of the log: the newest entries from memory, older ones from the caller.
//!
//! The crate wants to read entries as soon as it handed them out, before they are on the disk: they
//! stay here until they are, and then as long as there is room.

use std::collections::VecDeque;
use std::os::raw::c_int;

use raft::eraftpb::{ConfState, Entry, HardState, Snapshot};
use raft::prelude::{RaftState, Storage};
use raft::{Error, GetEntriesContext, Result, StorageError};

use crate::abi::{RaftcConfig, RaftcSink, RaftcStorage, S_COMPACTED, S_OK, S_RETRY, S_UNAVAILABLE};
use crate::conf::check_state;

/// What an entry needs in memory beside its data.
const OVERHEAD: u64 = 64;

pub struct Store {
    callbacks: RaftcStorage,
    hard: HardState,
    conf: ConfState,
    trunc_index: u64,
    trunc_term: u64,
    last: u64,
    /// Without gaps, up to `last`; may be empty.
    tail: VecDeque<Entry>,
    tail_bytes: u64,
    tail_bytes_max: u64,
}

fn size(entry: &Entry) -> u64 {
    entry.data.len() as u64 + OVERHEAD
}

fn other(why: String) -> Error {
    Error::Store(StorageError::Other(why.into()))
}

fn failure(code: c_int, what: &str) -> Error {
    match code {
        S_COMPACTED => Error::Store(StorageError::Compacted),
        S_UNAVAILABLE => Error::Store(StorageError::Unavailable),
        S_RETRY => Error::Store(StorageError::SnapshotTemporarilyUnavailable),
        code => other(format!("{} could not be read (code {})", what, code)),
    }
}

impl Store {
    pub fn new(callbacks: RaftcStorage, config: &RaftcConfig, conf: ConfState) -> Store {
        let mut hard = HardState::default();
        hard.term = config.term;
        hard.vote = config.vote;
        hard.commit = config.commit;
        Store {
            callbacks,
            hard,
            conf,
            trunc_index: config.trunc_index,
            trunc_term: config.trunc_term,
            last: config.last_index,
            tail: VecDeque::new(),
            tail_bytes: 0,
            tail_bytes_max: config.tail_bytes,
        }
    }

    fn tail_first(&self) -> u64 {
        self.tail.front().map_or(self.last + 1, |e| e.index)
    }

    /// Puts entries in the place of all from the first one's index on.
    pub fn append(&mut self, entries: &[Entry]) {
        let (Some(first), Some(last)) = (entries.first(), entries.last()) else {
            return;
        };
        while self.tail.back().is_some_and(|e| e.index >= first.index) {
            let gone = self.tail.pop_back();
            self.tail_bytes -= gone.as_ref().map_or(0, size);
        }
        self.last = last.index;
        self.tail_bytes += entries.iter().map(size).sum::<u64>();
        self.tail.extend(entries.iter().cloned());
    }

    fn pop_front(&mut self) {
        let gone = self.tail.pop_front();
        self.tail_bytes -= gone.as_ref().map_or(0, size);
    }

    /// Forgets the oldest entries over the limit that can be read from the disk.
    pub fn evict(&mut self, persisted: u64) {
        while self.tail_bytes > self.tail_bytes_max && self.tail_first() <= persisted {
            self.pop_front();
        }
        if self.tail.is_empty() {
            self.tail.shrink_to(16);
        }
    }

    pub fn install(&mut self, index: u64, term: u64) {
        self.tail.clear();
        self.tail_bytes = 0;
        self.last = index;
        self.trunc_index = index;
        self.trunc_term = term;
    }

    pub fn compact(&mut self, index: u64, term: u64) {
        while self.tail.front().is_some_and(|e| e.index <= index) {
            self.pop_front();
        }
        self.trunc_index = index;
        self.trunc_term = term;
    }

    pub fn truncated(&self) -> u64 {
        self.trunc_index
    }

    fn cold(&self, lo: u64, hi: u64, max_bytes: u64) -> Result<Vec<Entry>> {
        let Some(read) = self.callbacks.entries else {
            return Err(other("no callback for entries".into()));
        };
        let mut sink = RaftcSink::default();
        let code = unsafe { read(self.callbacks.ctx, lo, hi, max_bytes, &mut sink) };
        let what = format!("log of [{}, {})", lo, hi);
        if code != S_OK {
            return Err(failure(code, &what));
        }
        let right = !sink.entries.is_empty()
            && sink.entries.len() as u64 <= hi - lo
            && (lo..).zip(&sink.entries).all(|(i, e)| e.index == i);
        if let Some(why) = sink.bad {
            return Err(other(format!("{}: {}", what, why)));
        }
        if !right {
            return Err(other(format!("{}: other entries were given", what)));
        }
        Ok(sink.entries)
    }
}

impl Storage for Store {
    fn initial_state(&self) -> Result<RaftState> {
        Ok(RaftState::new(self.hard.clone(), self.conf.clone()))
    }

    fn entries(
        &self,
        low: u64,
        high: u64,
        max_size: impl Into<Option<u64>>,
        _: GetEntriesContext,
    ) -> Result<Vec<Entry>> {
        let max = max_size.into().unwrap_or(u64::MAX);
        if low <= self.trunc_index {
            return Err(Error::Store(StorageError::Compacted));
        }
        if high > self.last + 1 {
            return Err(Error::Store(StorageError::Unavailable));
        }
        let begin = self.tail_first();
        let mut out = vec![];
        if low < begin {
            let end = high.min(begin);
            out = self.cold(low, end, max)?;
            if (out.len() as u64) < end - low {
                return Ok(out);
            }
        }
        let mut bytes = out.iter().map(size).sum::<u64>();
        let skip = low.max(begin) - begin;
        for entry in self.tail.iter().skip(skip as usize) {
            bytes += size(entry);
            if entry.index >= high || (!out.is_empty() && bytes > max) {
                break;
            }
            out.push(entry.clone());
        }
        Ok(out)
    }

    fn term(&self, index: u64) -> Result<u64> {
        if index == self.trunc_index {
            return Ok(self.trunc_term);
        }
        if index < self.trunc_index {
            return Err(Error::Store(StorageError::Compacted));
        }
        if index > self.last {
            return Err(Error::Store(StorageError::Unavailable));
        }
        let begin = self.tail_first();
        if index >= begin {
            return Ok(self.tail[(index - begin) as usize].term);
        }
        let Some(read) = self.callbacks.term else {
            return Err(other("no callback for terms".into()));
        };
        let mut term = 0;
        match unsafe { read(self.callbacks.ctx, index, &mut term) } {
            S_OK => Ok(term),
            code => Err(failure(code, &format!("term of entry {}", index))),
        }
    }

    fn first_index(&self) -> Result<u64> {
        Ok(self.trunc_index + 1)
    }

    fn last_index(&self) -> Result<u64> {
        Ok(self.last)
    }

    fn snapshot(&self, request_index: u64, to: u64) -> Result<Snapshot> {
        let Some(read) = self.callbacks.snapshot else {
            return Err(other("no callback for snapshots".into()));
        };
        let mut sink = RaftcSink::default();
        let code = unsafe { read(self.callbacks.ctx, request_index, to, &mut sink) };
        if code != S_OK {
            return Err(failure(code, &format!("snapshot for {}", to)));
        }
        if let Some(why) = sink.bad {
            return Err(other(format!("snapshot for {}: {}", to, why)));
        }
        let Some(snapshot) = sink.snapshot else {
            return Err(other(format!("snapshot for {}: none was given", to)));
        };
        let meta = snapshot.get_metadata();
        if let Err(why) = check_state(meta.get_conf_state()) {
            return Err(other(format!("snapshot for {}: {}", to, why)));
        }
        if meta.index == 0 || meta.index < request_index || meta.index < self.trunc_index {
            return Err(Error::Store(StorageError::SnapshotTemporarilyUnavailable));
        }
        Ok(snapshot)
    }
}
