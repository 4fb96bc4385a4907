//! Messages of peers: what no correct peer sends is refused before the crate sees it. The crate
//! panics on some of it, and believes the rest.

use raft::eraftpb::{Entry, EntryType, Message, MessageType};
use raft::{Raft, StateRole};

use crate::abi::{MAX_ENTRY_BYTES, MAX_NUMBER, MAX_READ_CONTEXT_BYTES};
use crate::conf::{check_state, decode_change};
use crate::scan::{decode, Shape};
use crate::store::Store;

type Verdict = Result<(), String>;

pub fn decode_message(bytes: &[u8]) -> Result<Message, String> {
    decode(bytes, Shape::Message)
}

fn refuse(m: &Message, why: &str) -> Verdict {
    Err(format!("{:?} from {}: {}", m.get_msg_type(), m.from, why))
}

pub fn check_message(m: &Message, raft: &Raft<Store>) -> Verdict {
    use MessageType::*;
    if m.to != raft.id {
        return refuse(m, &format!("it is for {}, not for {}", m.to, raft.id));
    }
    if m.from == 0 || m.from == raft.id {
        return refuse(m, "a sender that cannot be");
    }
    let numbers = [m.term, m.log_term, m.index, m.commit, m.commit_term];
    if m.term == 0 || numbers.iter().any(|x| *x >= MAX_NUMBER) || m.reject_hint >= MAX_NUMBER {
        return refuse(m, "a term or index that cannot be");
    }
    if m.context.len() > MAX_READ_CONTEXT_BYTES {
        return refuse(m, &format!("a context of {} bytes", m.context.len()));
    }
    if m.request_snapshot != 0 {
        return refuse(m, "nobody asks for snapshots");
    }
    if m.get_msg_type() != MsgAppend && !m.entries.is_empty() {
        return refuse(m, "it carries entries");
    }
    match m.get_msg_type() {
        MsgAppend => check_append(m),
        MsgSnapshot => check_snapshot(m),
        MsgAppendResponse => check_append_response(m, raft),
        MsgRequestVote | MsgRequestPreVote => check_vote(m),
        MsgRequestVoteResponse
        | MsgRequestPreVoteResponse
        | MsgHeartbeat
        | MsgHeartbeatResponse
        | MsgTimeoutNow => Ok(()),
        MsgHup | MsgBeat | MsgPropose | MsgUnreachable | MsgSnapStatus | MsgCheckQuorum
        | MsgTransferLeader | MsgReadIndex | MsgReadIndexResp => {
            refuse(m, "it never leaves a node")
        }
    }
}

fn check_vote(m: &Message) -> Verdict {
    // A log never ends in a later term than the one that is campaigned for.
    if m.log_term > m.term || m.commit > m.index || m.commit_term > m.log_term {
        return refuse(m, "a log that cannot be");
    }
    Ok(())
}

fn check_entry(m: &Message, entry: &Entry) -> Verdict {
    if entry.data.len() > MAX_ENTRY_BYTES {
        return refuse(
            m,
            &format!("entry {} has {} bytes", entry.index, entry.data.len()),
        );
    }
    let kind = entry.get_entry_type();
    if kind == EntryType::EntryNormal {
        return Ok(());
    }
    match decode_change(kind, &entry.data) {
        Ok(_) => Ok(()),
        Err(why) => refuse(m, &format!("entry {}: {}", entry.index, why)),
    }
}

fn check_append(m: &Message) -> Verdict {
    let mut index = m.index;
    let mut term = m.log_term;
    if term > m.term {
        return refuse(m, "a log that is newer than its term");
    }
    if (m.index == 0) != (m.log_term == 0) {
        // The crate takes term 0 for that of every index it does not have.
        return refuse(m, "an index without a term");
    }
    for entry in m.get_entries() {
        index += 1;
        if entry.index != index || entry.term < term || entry.term == 0 || entry.term > m.term {
            return refuse(
                m,
                &format!(
                    "entry {} of term {}, expected {} of a term in [{}, {}]",
                    entry.index, entry.term, index, term, m.term
                ),
            );
        }
        term = entry.term;
        check_entry(m, entry)?;
    }
    Ok(())
}

fn check_snapshot(m: &Message) -> Verdict {
    let meta = m.get_snapshot().get_metadata();
    if meta.index == 0 || meta.index >= MAX_NUMBER || meta.term == 0 || meta.term > m.term {
        return refuse(m, "a snapshot of an index or term that cannot be");
    }
    match check_state(meta.get_conf_state()) {
        Ok(()) => Ok(()),
        Err(why) => refuse(m, &why),
    }
}

/// A follower that claims more than the leader has would count for entries that it never saw.
fn check_append_response(m: &Message, raft: &Raft<Store>) -> Verdict {
    let concerned = raft.state == StateRole::Leader && m.term == raft.term;
    if concerned && !m.reject && m.index > raft.raft_log.last_index() {
        return refuse(
            m,
            &format!(
                "it has entry {}, the leader's log ends at {}",
                m.index,
                raft.raft_log.last_index()
            ),
        );
    }
    Ok(())
}
