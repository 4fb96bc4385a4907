//! Configurations of a group and their changes.

use protobuf::Message;
use raft::eraftpb::{
    ConfChange, ConfChangeSingle, ConfChangeTransition, ConfChangeType, ConfChangeV2, ConfState,
    EntryType,
};
use raft_proto::ConfChangeI;

use crate::abi::*;
use crate::guard::{fail, Outcome};
use crate::scan::{decode, Shape};

fn all_different(ids: &[u64]) -> bool {
    let mut sorted = ids.to_vec();
    sorted.sort_unstable();
    sorted.windows(2).all(|x| x[0] != x[1])
}

/// What the crate takes without a panic.
pub fn check_state(x: &ConfState) -> Result<(), String> {
    let lists = [
        x.get_voters(),
        x.get_learners(),
        x.get_voters_outgoing(),
        x.get_learners_next(),
    ];
    if x.get_voters().is_empty() {
        return Err("a conf state without voters".into());
    }
    if lists.iter().map(|l| l.len()).sum::<usize>() > MAX_MEMBERS * 2
        || members(x).len() > MAX_MEMBERS
    {
        return Err(format!("a conf state of more than {} members", MAX_MEMBERS));
    }
    let joint = !x.get_voters_outgoing().is_empty();
    let bad = lists.iter().any(|l| l.contains(&0) || !all_different(l))
        || x.get_learners()
            .iter()
            .any(|id| x.get_voters().contains(id) || x.get_voters_outgoing().contains(id))
        || x.get_learners_next()
            .iter()
            .any(|id| x.get_voters().contains(id) || !x.get_voters_outgoing().contains(id))
        || (x.get_auto_leave() && !joint);
    if bad {
        return Err("a conf state that contradicts itself".into());
    }
    Ok(())
}

pub fn decode_state(bytes: &[u8]) -> Result<ConfState, String> {
    let state = decode::<ConfState>(bytes, Shape::ConfState)?;
    check_state(&state)?;
    Ok(state)
}

/// The same configuration always has the same bytes.
///
/// # Panics
/// If there are more members than `check_state` lets in.
pub fn encode_state(mut state: ConfState) -> Vec<u8> {
    state.mut_voters().sort_unstable();
    state.mut_learners().sort_unstable();
    state.mut_voters_outgoing().sort_unstable();
    state.mut_learners_next().sort_unstable();
    let bytes = state.write_to_bytes().expect("a conf state");
    assert!(bytes.len() <= MAX_CONF_STATE_BYTES);
    bytes
}

/// Ids and what they are, ascending.
pub fn members(x: &ConfState) -> Vec<(u64, u32)> {
    let mut out = std::collections::BTreeMap::new();
    for (list, bit) in [
        (x.get_voters(), M_VOTER),
        (x.get_learners(), M_LEARNER),
        (x.get_voters_outgoing(), M_OUTGOING),
        (x.get_learners_next(), M_NEXT),
    ] {
        for id in list {
            *out.entry(*id).or_insert(0) |= bit;
        }
    }
    out.into_iter().collect()
}

/// The change that an entry holds.
pub fn decode_change(kind: EntryType, data: &[u8]) -> Result<ConfChangeV2, String> {
    let change = match kind {
        EntryType::EntryConfChange => decode::<ConfChange>(data, Shape::Leaf)?.into_v2(),
        EntryType::EntryConfChangeV2 => decode::<ConfChangeV2>(data, Shape::ConfChangeV2)?,
        EntryType::EntryNormal => return Err("an entry that changes no conf".into()),
    };
    if change.get_changes().iter().any(|x| x.node_id == 0) {
        return Err("a conf change of node 0".into());
    }
    Ok(change)
}

pub fn make_change(ids: &[u64], kinds: &[u32], joint: bool) -> Outcome<ConfChangeV2> {
    let mut out = ConfChangeV2::default();
    if ids.len() > MAX_MEMBERS {
        return fail(ERR, format!("a conf change of {} members", ids.len()));
    }
    for (id, kind) in ids.iter().zip(kinds) {
        let mut single = ConfChangeSingle::default();
        single.node_id = *id;
        single.set_change_type(match kind {
            0 => ConfChangeType::AddNode,
            1 => ConfChangeType::RemoveNode,
            2 => ConfChangeType::AddLearnerNode,
            other => return fail(ERR, format!("kind {} of a conf change", other)),
        });
        if *id == 0 {
            return fail(ERR, "a conf change of node 0");
        }
        out.mut_changes().push(single);
    }
    if !all_different(ids) {
        return fail(ERR, "a conf change that names a node twice");
    }
    if joint && !ids.is_empty() {
        out.set_transition(ConfChangeTransition::Implicit);
    }
    Ok(out)
}
