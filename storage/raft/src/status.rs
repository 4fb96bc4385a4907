//! Where a node stands, for metrics and for those who move replicas.

use raft::StateRole;

use crate::abi::{RaftcStatus, NO_PEER};
use crate::guard::{fail, Outcome};
use crate::node::Node;
use crate::ready::role_number;

pub fn status(node: &Node) -> RaftcStatus {
    let raft = &node.raw.raft;
    let log = &raft.raft_log;
    let leads = raft.state == StateRole::Leader;
    let conf = raft.prs().conf().to_conf_state();
    let last = log.last_index();
    let min_match = raft.prs().iter().map(|(_, p)| p.matched).min().unwrap_or(0);
    RaftcStatus {
        id: raft.id,
        term: raft.term,
        leader: raft.leader_id,
        commit: log.committed,
        applied: log.applied,
        persisted: log.persisted,
        last_index: last,
        first_index: log.first_index(),
        role: role_number(raft.state),
        in_lease: u8::from(raft.in_lease()),
        term_committed: u8::from(raft.commit_to_current_term()),
        all_matched: u8::from(leads && min_match == last && log.committed == last),
        voter: u8::from(raft.promotable()),
        joint: u8::from(!conf.get_voters_outgoing().is_empty()),
        conf_pending: u8::from(raft.has_pending_conf()),
        transferee: raft.lead_transferee.unwrap_or(0),
        min_match: if leads { min_match } else { 0 },
        pending_reads: raft.pending_read_count(),
        uncommitted_bytes: raft.uncommitted_size(),
    }
}

pub fn peer_match(node: &Node, id: u64) -> Outcome<u64> {
    let raft = &node.raw.raft;
    if raft.state != StateRole::Leader {
        return fail(NO_PEER, format!("raft node {} does not lead", raft.id));
    }
    match raft.prs().get(id) {
        Some(progress) => Ok(progress.matched),
        None => fail(NO_PEER, format!("raft node {}: no peer {}", raft.id, id)),
    }
}
