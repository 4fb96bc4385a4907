//! The types of raftc.h, field by field.

use std::os::raw::{c_char, c_int, c_void};

pub const DROPPED: c_int = -1;
pub const BAD_MESSAGE: c_int = -2;
pub const NO_PEER: c_int = -3;
pub const BAD_CONFIG: c_int = -4;
pub const ERR: c_int = -5;
pub const PANIC: c_int = -6;

pub const S_OK: c_int = 0;
pub const S_COMPACTED: c_int = 1;
pub const S_UNAVAILABLE: c_int = 2;
pub const S_RETRY: c_int = 3;

pub const M_VOTER: u32 = 1;
pub const M_LEARNER: u32 = 2;
pub const M_OUTGOING: u32 = 4;
pub const M_NEXT: u32 = 8;

pub const F_PRE_VOTE: u32 = 1;
pub const F_CHECK_QUORUM: u32 = 2;
pub const F_LEASE_READ: u32 = 4;
pub const F_BATCH_APPEND: u32 = 8;
pub const F_ALL: u32 = 15;

pub const MAX_ENTRY_BYTES: usize = 32 << 20;
pub const MAX_MESSAGE_BYTES: usize = 72 << 20;
pub const MAX_MESSAGE_ENTRIES: usize = 1 << 20;
pub const MAX_MEMBERS: usize = 64;
pub const MAX_CONF_STATE_BYTES: usize = 4096;
pub const MAX_READ_CONTEXT_BYTES: usize = 1024;
pub const MAX_PENDING_READS: usize = 4096;
pub const MAX_INFLIGHT: u32 = 4096;
pub const MAX_SIZE_PER_MSG: u64 = 8 << 20;
pub const MAX_UNCOMMITTED: u64 = 32 << 20;
/// Entries of this leader that are not committed; empty ones cost no bytes.
pub const MAX_UNCOMMITTED_ENTRIES: u64 = 1 << 16;
/// Indexes and terms stay far from the end of the numbers.
pub const MAX_NUMBER: u64 = 1 << 62;

// The same sizes are asserted in border.cpp.
#[cfg(target_pointer_width = "64")]
const _: () = {
    use std::mem::size_of;
    assert!(size_of::<RaftcStorage>() == 40);
    assert!(size_of::<RaftcConfig>() == 144);
    assert!(size_of::<RaftcEntry>() == 40);
    assert!(size_of::<RaftcMsg>() == 32);
    assert!(size_of::<RaftcRead>() == 24);
    assert!(size_of::<RaftcReady>() == 176);
    assert!(size_of::<RaftcStatus>() == 112);
};

#[repr(C)]
#[derive(Clone, Copy)]
pub struct RaftcBytes {
    pub p: *const u8,
    pub n: usize,
}

impl RaftcBytes {
    pub fn of(bytes: &[u8]) -> RaftcBytes {
        RaftcBytes {
            p: bytes.as_ptr(),
            n: bytes.len(),
        }
    }

    /// # Safety
    /// `p` points at `n` bytes for as long as the answer is used.
    pub unsafe fn slice<'a>(self) -> &'a [u8] {
        if self.p.is_null() || self.n == 0 {
            &[]
        } else {
            std::slice::from_raw_parts(self.p, self.n)
        }
    }
}

/// Filled by callbacks.
#[derive(Default)]
pub struct RaftcSink {
    pub entries: Vec<raft::eraftpb::Entry>,
    pub snapshot: Option<raft::eraftpb::Snapshot>,
    /// What the callback did wrong.
    pub bad: Option<String>,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct RaftcStorage {
    pub ctx: *mut c_void,
    pub entries: Option<unsafe extern "C" fn(*mut c_void, u64, u64, u64, *mut RaftcSink) -> c_int>,
    pub term: Option<unsafe extern "C" fn(*mut c_void, u64, *mut u64) -> c_int>,
    pub snapshot: Option<unsafe extern "C" fn(*mut c_void, u64, u64, *mut RaftcSink) -> c_int>,
    pub log: Option<unsafe extern "C" fn(*mut c_void, c_int, *const c_char, usize)>,
}

#[repr(C)]
pub struct RaftcConfig {
    pub id: u64,
    pub applied: u64,
    pub term: u64,
    pub vote: u64,
    pub commit: u64,
    pub trunc_index: u64,
    pub trunc_term: u64,
    pub last_index: u64,
    pub conf_state: RaftcBytes,
    pub seed: u64,
    pub election_tick: u32,
    pub heartbeat_tick: u32,
    pub flags: u32,
    pub max_inflight: u32,
    pub log_level: u32,
    pub max_size_per_msg: u64,
    pub max_committed_per_ready: u64,
    pub max_uncommitted: u64,
    pub tail_bytes: u64,
}

#[repr(C)]
pub struct RaftcEntry {
    pub index: u64,
    pub term: u64,
    pub kind: u32,
    pub data: RaftcBytes,
}

#[repr(C)]
pub struct RaftcMsg {
    pub to: u64,
    pub kind: u32,
    pub data: RaftcBytes,
}

#[repr(C)]
pub struct RaftcRead {
    pub index: u64,
    pub context: RaftcBytes,
}

#[repr(C)]
pub struct RaftcReady {
    pub number: u64,
    pub must_sync: u8,
    pub has_hard_state: u8,
    pub has_snapshot: u8,
    pub has_soft_state: u8,
    pub role: u8,
    pub leader: u64,
    pub term: u64,
    pub vote: u64,
    pub commit: u64,
    pub snap_index: u64,
    pub snap_term: u64,
    pub snap_conf_state: RaftcBytes,
    pub snap_data: RaftcBytes,
    pub entries: *const RaftcEntry,
    pub n_entries: usize,
    pub now: *const RaftcMsg,
    pub n_now: usize,
    pub after: *const RaftcMsg,
    pub n_after: usize,
    pub committed: *const RaftcEntry,
    pub n_committed: usize,
    pub reads: *const RaftcRead,
    pub n_reads: usize,
}

#[repr(C)]
#[derive(Default)]
pub struct RaftcStatus {
    pub id: u64,
    pub term: u64,
    pub leader: u64,
    pub commit: u64,
    pub applied: u64,
    pub persisted: u64,
    pub last_index: u64,
    pub first_index: u64,
    pub role: u8,
    pub in_lease: u8,
    pub term_committed: u8,
    pub all_matched: u8,
    pub voter: u8,
    pub joint: u8,
    pub conf_pending: u8,
    pub transferee: u64,
    pub min_match: u64,
    pub quorum_commit: u64,
    pub pending_reads: usize,
    pub uncommitted_bytes: usize,
}
