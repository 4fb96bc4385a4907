//! What a node wants done, in the form of raftc.h.

use protobuf::Message as _;
use raft::eraftpb::{Entry, Message, Snapshot};
use raft::{ReadState, StateRole};

use crate::abi::*;
use crate::conf::encode_state;
use crate::node::Node;

/// A ready and all it points at. The C part comes first: a pointer to it is one to the whole.
#[repr(C)]
pub struct ReadyBox {
    c: RaftcReady,
    _entries: Vec<Entry>,
    _committed: Vec<Entry>,
    _snapshot: Snapshot,
    _conf: Vec<u8>,
    _messages: Vec<Vec<u8>>,
    _reads: Vec<ReadState>,
    c_entries: Vec<RaftcEntry>,
    c_committed: Vec<RaftcEntry>,
    c_now: Vec<RaftcMsg>,
    c_after: Vec<RaftcMsg>,
    c_reads: Vec<RaftcRead>,
}

pub fn role_number(role: StateRole) -> u8 {
    match role {
        StateRole::Follower => 0,
        StateRole::Candidate => 1,
        StateRole::Leader => 2,
        StateRole::PreCandidate => 3,
    }
}

fn c_entries(entries: &[Entry]) -> Vec<RaftcEntry> {
    let one = |e: &Entry| RaftcEntry {
        index: e.index,
        term: e.term,
        kind: e.get_entry_type() as u32,
        data: RaftcBytes::of(&e.data),
    };
    entries.iter().map(one).collect()
}

fn c_messages(messages: &[Message], bytes: &mut Vec<Vec<u8>>) -> Vec<RaftcMsg> {
    let mut out = Vec::with_capacity(messages.len());
    for m in messages {
        let encoded = m.write_to_bytes().expect("a message of the crate");
        out.push(RaftcMsg {
            to: m.to,
            kind: m.get_msg_type() as u32,
            data: RaftcBytes::of(&encoded),
        });
        // The bytes stay where they are when the vector that owns them moves.
        bytes.push(encoded);
    }
    out
}

fn c_reads(reads: &[ReadState]) -> Vec<RaftcRead> {
    let one = |r: &ReadState| RaftcRead {
        index: r.index,
        context: RaftcBytes::of(&r.request_ctx),
    };
    reads.iter().map(one).collect()
}

/// What the crate says, before it is put into the form of raftc.h.
struct Taken {
    c: RaftcReady,
    entries: Vec<Entry>,
    committed: Vec<Entry>,
    snapshot: Snapshot,
    reads: Vec<ReadState>,
    now: Vec<Message>,
    after: Vec<Message>,
}

fn empty_ready() -> RaftcReady {
    // All numbers, counts and pointers.
    unsafe { std::mem::zeroed() }
}

fn take_from_crate(node: &mut Node) -> Taken {
    let mut ready = node.raw.ready();
    let mut c = empty_ready();
    c.number = ready.number();
    c.must_sync = u8::from(ready.must_sync());
    c.has_soft_state = u8::from(ready.ss().is_some());
    if let Some(hard) = ready.hs() {
        c.has_hard_state = 1;
        if (hard.term, hard.vote) != node.last_vote {
            node.last_vote = (hard.term, hard.vote);
            node.vote_ready = c.number;
        }
    }
    node.last_ready = c.number;
    let snapshot = ready.snapshot().clone();
    let meta = snapshot.get_metadata();
    if meta.index != 0 {
        c.has_snapshot = 1;
        node.snapshot_pending = meta.index;
        node.raw.mut_store().install(meta.index, meta.term);
    }
    let entries = ready.take_entries();
    node.raw.mut_store().append(&entries);
    let mut taken = Taken {
        c,
        entries,
        committed: ready.take_committed_entries(),
        snapshot,
        reads: ready.take_read_states(),
        now: ready.take_messages(),
        after: ready.take_persisted_messages(),
    };
    node.raw.advance_append_async(ready);
    // A single voter leads at once. If it told others of its term before that is durable, it could
    // lead the same term again after a crash, with another log.
    if node.vote_ready > node.persisted_ready {
        taken.after.append(&mut taken.now);
    }
    taken
}

/// What cannot be told here would be lost: that is a panic.
pub fn take(node: &mut Node) -> Option<Box<ReadyBox>> {
    if !node.raw.has_ready() {
        return None;
    }
    let taken = take_from_crate(node);
    let mut c = taken.c;
    let raft = &node.raw.raft;
    let hard = raft.hard_state();
    c.role = role_number(raft.state);
    c.leader = raft.leader_id;
    c.term = hard.term;
    c.vote = hard.vote;
    c.commit = hard.commit;
    let mut messages = vec![];
    let now = c_messages(&taken.now, &mut messages);
    let after = c_messages(&taken.after, &mut messages);
    let meta = taken.snapshot.get_metadata();
    let conf = match c.has_snapshot {
        0 => vec![],
        _ => encode_state(meta.get_conf_state().clone()),
    };
    c.snap_index = meta.index;
    c.snap_term = meta.term;
    let mut out = Box::new(ReadyBox {
        c,
        c_entries: c_entries(&taken.entries),
        c_committed: c_entries(&taken.committed),
        c_now: now,
        c_after: after,
        c_reads: c_reads(&taken.reads),
        _entries: taken.entries,
        _committed: taken.committed,
        _snapshot: taken.snapshot,
        _conf: conf,
        _messages: messages,
        _reads: taken.reads,
    });
    connect(&mut out);
    Some(out)
}

fn connect(x: &mut ReadyBox) {
    x.c.snap_conf_state = RaftcBytes::of(&x._conf);
    x.c.snap_data = RaftcBytes::of(x._snapshot.get_data());
    x.c.entries = x.c_entries.as_ptr();
    x.c.n_entries = x.c_entries.len();
    x.c.committed = x.c_committed.as_ptr();
    x.c.n_committed = x.c_committed.len();
    x.c.now = x.c_now.as_ptr();
    x.c.n_now = x.c_now.len();
    x.c.after = x.c_after.as_ptr();
    x.c.n_after = x.c_after.len();
    x.c.reads = x.c_reads.as_ptr();
    x.c.n_reads = x.c_reads.len();
}
