//! What a node starts with: checked, since the crate panics on a start that cannot be.

use raft::eraftpb::ConfState;
use raft::{Config, ReadOnlyOption};

use crate::abi::*;
use crate::conf::decode_state;
use crate::guard::{fail, Outcome};

/// The crate draws election timeouts from a range so wide that a new draw is always noticed, and
/// `settle` puts one of ours in its place: the same seed gives the same life.
const TIMEOUT_SPREAD: usize = 1 << 40;

fn check_config(c: &RaftcConfig) -> Result<(), String> {
    let numbers = [c.term, c.commit, c.last_index, c.trunc_term];
    if c.id == 0 {
        return Err("node id 0".into());
    }
    if numbers.iter().any(|x| *x >= MAX_NUMBER) {
        return Err("a term or index that cannot be".into());
    }
    let ordered = [c.trunc_index, c.applied, c.commit, c.last_index];
    if ordered.windows(2).any(|x| x[0] > x[1]) {
        return Err(format!(
            "truncated {} <= applied {} <= commit {} <= last {} does not hold",
            c.trunc_index, c.applied, c.commit, c.last_index
        ));
    }
    if c.trunc_term > c.term || (c.term == 0 && c.last_index > 0) {
        return Err(format!(
            "term {} of a log that begins in {}",
            c.term, c.trunc_term
        ));
    }
    if c.flags & !F_ALL != 0 {
        return Err(format!("unknown flags {:#x}", c.flags));
    }
    if c.max_inflight == 0 || c.max_inflight > MAX_INFLIGHT {
        return Err(format!(
            "max_inflight {}, at most {}",
            c.max_inflight, MAX_INFLIGHT
        ));
    }
    if c.max_size_per_msg > MAX_SIZE_PER_MSG || c.max_uncommitted > MAX_UNCOMMITTED {
        return Err("max_size_per_msg or max_uncommitted over its bound".into());
    }
    if c.election_tick > 1 << 20 {
        return Err(format!("election_tick {}", c.election_tick));
    }
    Ok(())
}

fn crate_config(c: &RaftcConfig) -> Config {
    let mut out = Config::new(c.id);
    out.applied = c.applied;
    out.election_tick = c.election_tick as usize;
    out.heartbeat_tick = c.heartbeat_tick as usize;
    out.min_election_tick = c.election_tick as usize;
    out.max_election_tick = c.election_tick as usize + TIMEOUT_SPREAD;
    out.pre_vote = c.flags & F_PRE_VOTE != 0;
    out.check_quorum = c.flags & F_CHECK_QUORUM != 0;
    out.batch_append = c.flags & F_BATCH_APPEND != 0;
    if c.flags & F_LEASE_READ != 0 {
        out.read_only_option = ReadOnlyOption::LeaseBased;
    }
    out.max_inflight_msgs = c.max_inflight as usize;
    out.max_size_per_msg = c.max_size_per_msg;
    out.max_committed_size_per_ready = c.max_committed_per_ready;
    out.max_uncommitted_size = c.max_uncommitted;
    out
}

fn check_applied(c: &RaftcConfig, conf: &ConfState) -> Result<(), String> {
    if conf.get_voters().is_empty() && c.last_index > 0 {
        return Err("a log without a conf state".into());
    }
    if !conf.get_voters().is_empty() && c.trunc_index == 0 {
        return Err("a group begins behind entry 1 of term 1, not at 0".into());
    }
    Ok(())
}

pub fn read_config(c: &RaftcConfig, conf: &[u8]) -> Outcome<(Config, ConfState)> {
    let conf_state = if conf.is_empty() {
        Ok(ConfState::default())
    } else {
        decode_state(conf)
    };
    let conf_state = match conf_state {
        Ok(x) => x,
        Err(why) => return fail(BAD_CONFIG, format!("raft node {}: {}", c.id, why)),
    };
    if let Err(why) = check_config(c).and_then(|()| check_applied(c, &conf_state)) {
        return fail(BAD_CONFIG, format!("raft node {}: {}", c.id, why));
    }
    let config = crate_config(c);
    if let Err(e) = config.validate() {
        return fail(BAD_CONFIG, format!("raft node {}: {}", c.id, e));
    }
    Ok((config, conf_state))
}
