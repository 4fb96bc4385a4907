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
        quorum_commit: if leads { quorum_commit(node) } else { 0 },
        pending_reads: raft.pending_read_count(),
        uncommitted_bytes: raft.uncommitted_size(),
    }
}

/// The highest commit index that a majority of `voters` is known to have.
fn majority_commit(node: &Node, voters: &[u64]) -> u64 {
    let prs = node.raw.raft.prs();
    let mut known: Vec<u64> = voters
        .iter()
        .map(|id| prs.get(*id).map_or(0, |p| p.committed_index))
        .collect();
    known.sort_unstable_by(|a, b| b.cmp(a));
    known.get(known.len() / 2).copied().unwrap_or(0)
}

fn quorum_commit(node: &Node) -> u64 {
    let conf = node.raw.raft.prs().conf().to_conf_state();
    let incoming = majority_commit(node, conf.get_voters());
    match conf.get_voters_outgoing() {
        [] => incoming,
        outgoing => incoming.min(majority_commit(node, outgoing)),
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
