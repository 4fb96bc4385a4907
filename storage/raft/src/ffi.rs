//! The functions of raftc.h.
//!
//! # Safety
//! All of them: pointers are null or as raftc.h says.
#![allow(clippy::missing_safety_doc)]

use std::os::raw::{c_char, c_int};

use raft::eraftpb::{Entry, EntryType, Snapshot};

use crate::abi::*;
use crate::conf::{check_state, decode_state, encode_state, members};
use crate::guard::{fail, last_error, run, with, Outcome};
use crate::node::Node;
use crate::ready::{take, ReadyBox};
use crate::status::{peer_match, status};

unsafe fn put<T>(out: *mut T, value: T) {
    if !out.is_null() {
        out.write(value);
    }
}

unsafe fn numbers<'a, T>(p: *const T, n: usize) -> Outcome<&'a [T]> {
    if n == 0 {
        return Ok(&[]);
    }
    if p.is_null() || n > MAX_MEMBERS {
        return fail(
            ERR,
            format!("a list of {} members, at most {}", n, MAX_MEMBERS),
        );
    }
    Ok(std::slice::from_raw_parts(p, n))
}

fn check_room(out: *mut u8, cap: usize) -> Outcome<()> {
    if out.is_null() || cap < MAX_CONF_STATE_BYTES {
        return fail(
            ERR,
            format!("{} bytes of room, {} are needed", cap, MAX_CONF_STATE_BYTES),
        );
    }
    Ok(())
}

/// # Safety
/// `out` has room for `bytes`.
unsafe fn put_bytes(bytes: &[u8], out: *mut u8, n: *mut usize) {
    std::ptr::copy_nonoverlapping(bytes.as_ptr(), out, bytes.len());
    put(n, bytes.len());
}

// -- callbacks ----------------------------------------------------------------------------------

#[no_mangle]
pub unsafe extern "C" fn raftc_sink_entry(
    sink: *mut RaftcSink,
    index: u64,
    term: u64,
    kind: u32,
    data: RaftcBytes,
) {
    let Some(sink) = sink.as_mut() else { return };
    run(|| {
        let mut entry = Entry::default();
        entry.index = index;
        entry.term = term;
        match kind {
            0 => (),
            1 => entry.set_entry_type(EntryType::EntryConfChange),
            2 => entry.set_entry_type(EntryType::EntryConfChangeV2),
            other => sink.bad = Some(format!("entry {} has type {}", index, other)),
        }
        entry.data = data.slice().to_vec().into();
        sink.entries.push(entry);
        Ok(0)
    });
}

#[no_mangle]
pub unsafe extern "C" fn raftc_sink_snapshot(
    sink: *mut RaftcSink,
    index: u64,
    term: u64,
    conf_state: RaftcBytes,
    data: RaftcBytes,
) {
    let Some(sink) = sink.as_mut() else { return };
    run(|| {
        let mut snapshot = Snapshot::default();
        snapshot.mut_metadata().index = index;
        snapshot.mut_metadata().term = term;
        match decode_state(conf_state.slice()) {
            Ok(conf) => snapshot.mut_metadata().set_conf_state(conf),
            Err(why) => sink.bad = Some(why),
        }
        snapshot.set_data(data.slice().to_vec().into());
        sink.snapshot = Some(snapshot);
        Ok(0)
    });
}

// -- life ---------------------------------------------------------------------------------------

#[no_mangle]
pub unsafe extern "C" fn raftc_new(
    config: *const RaftcConfig,
    storage: *const RaftcStorage,
    out: *mut *mut Node,
) -> c_int {
    run(|| {
        let (Some(config), Some(storage)) = (config.as_ref(), storage.as_ref()) else {
            return fail(BAD_CONFIG, "no config or storage");
        };
        if out.is_null() {
            return fail(BAD_CONFIG, "nowhere to put the node");
        }
        let mut node = Node::new(config, config.conf_state.slice(), storage)?;
        node.settle();
        out.write(Box::into_raw(Box::new(node)));
        Ok(0)
    })
}

#[no_mangle]
pub unsafe extern "C" fn raftc_free(node: *mut Node) {
    if !node.is_null() {
        run(|| {
            drop(Box::from_raw(node));
            Ok(0)
        });
    }
}

// -- input --------------------------------------------------------------------------------------

#[no_mangle]
pub unsafe extern "C" fn raftc_tick(node: *mut Node) -> c_int {
    with(node, |x| Ok(x.tick()))
}

#[no_mangle]
pub unsafe extern "C" fn raftc_step(node: *mut Node, msg: RaftcBytes) -> c_int {
    with(node, |x| x.step(msg.slice()))
}

#[no_mangle]
pub unsafe extern "C" fn raftc_propose(
    node: *mut Node,
    data: RaftcBytes,
    index: *mut u64,
    term: *mut u64,
) -> c_int {
    with(node, |x| {
        let (i, t) = x.propose(data.slice())?;
        put(index, i);
        put(term, t);
        Ok(0)
    })
}

#[no_mangle]
pub unsafe extern "C" fn raftc_propose_conf(
    node: *mut Node,
    ids: *const u64,
    kinds: *const u32,
    n: usize,
    joint: c_int,
    index: *mut u64,
    term: *mut u64,
) -> c_int {
    with(node, |x| {
        let (i, t) = x.propose_conf(numbers(ids, n)?, numbers(kinds, n)?, joint != 0)?;
        put(index, i);
        put(term, t);
        Ok(0)
    })
}

#[no_mangle]
pub unsafe extern "C" fn raftc_apply_conf(
    node: *mut Node,
    kind: u32,
    data: RaftcBytes,
    out: *mut u8,
    cap: usize,
    n: *mut usize,
) -> c_int {
    with(node, |x| {
        check_room(out, cap)?;
        put_bytes(&x.apply_conf(kind, data.slice())?, out, n);
        Ok(0)
    })
}

// -- readies ------------------------------------------------------------------------------------

#[no_mangle]
pub unsafe extern "C" fn raftc_ready_take(node: *mut Node, out: *mut *mut RaftcReady) -> c_int {
    with(node, |x| {
        if out.is_null() {
            return fail(ERR, "nowhere to put the ready");
        }
        match take(x) {
            None => Ok(0),
            Some(ready) => {
                out.write(Box::into_raw(ready) as *mut RaftcReady);
                Ok(1)
            }
        }
    })
}

#[no_mangle]
pub unsafe extern "C" fn raftc_ready_free(ready: *mut RaftcReady) {
    if !ready.is_null() {
        run(|| {
            drop(Box::from_raw(ready as *mut ReadyBox));
            Ok(0)
        });
    }
}

#[no_mangle]
pub unsafe extern "C" fn raftc_on_persist(node: *mut Node, number: u64) -> c_int {
    with(node, |x| x.on_persist(number).map(|()| 0))
}

#[no_mangle]
pub unsafe extern "C" fn raftc_on_applied(node: *mut Node, index: u64) -> c_int {
    with(node, |x| x.on_applied(index).map(|()| 0))
}

#[no_mangle]
pub unsafe extern "C" fn raftc_on_compacted(node: *mut Node, index: u64, term: u64) -> c_int {
    with(node, |x| x.on_compacted(index, term).map(|()| 0))
}

// -- leadership ---------------------------------------------------------------------------------

#[no_mangle]
pub unsafe extern "C" fn raftc_read_index(node: *mut Node, context: RaftcBytes) -> c_int {
    with(node, |x| x.read_index(context.slice()).map(|()| 0))
}

#[no_mangle]
pub unsafe extern "C" fn raftc_transfer_leader(node: *mut Node, to: u64) -> c_int {
    with(node, |x| x.transfer(to).map(|()| 0))
}

#[no_mangle]
pub unsafe extern "C" fn raftc_campaign(node: *mut Node) -> c_int {
    with(node, |x| x.campaign().map(|()| 0))
}

#[no_mangle]
pub unsafe extern "C" fn raftc_ping(node: *mut Node) -> c_int {
    with(node, |x| {
        x.ping();
        Ok(0)
    })
}

#[no_mangle]
pub unsafe extern "C" fn raftc_forget_leader(node: *mut Node, id: u64) -> c_int {
    with(node, |x| {
        x.forget_leader(id);
        Ok(0)
    })
}

#[no_mangle]
pub unsafe extern "C" fn raftc_report_unreachable(node: *mut Node, id: u64) -> c_int {
    with(node, |x| {
        x.raw.report_unreachable(id);
        Ok(0)
    })
}

#[no_mangle]
pub unsafe extern "C" fn raftc_report_snapshot(node: *mut Node, id: u64, ok: c_int) -> c_int {
    with(node, |x| {
        x.report_snapshot(id, ok != 0);
        Ok(0)
    })
}

// -- status -------------------------------------------------------------------------------------

#[no_mangle]
pub unsafe extern "C" fn raftc_get_status(node: *mut Node, out: *mut RaftcStatus) -> c_int {
    with(node, |x| {
        put(out, status(x));
        Ok(0)
    })
}

#[no_mangle]
pub unsafe extern "C" fn raftc_peer_match(node: *mut Node, id: u64, out: *mut u64) -> c_int {
    with(node, |x| {
        put(out, peer_match(x, id)?);
        Ok(0)
    })
}

#[no_mangle]
pub unsafe extern "C" fn raftc_conf_state(
    voters: *const u64,
    nv: usize,
    learners: *const u64,
    nl: usize,
    out: *mut u8,
    cap: usize,
    n: *mut usize,
) -> c_int {
    run(|| {
        check_room(out, cap)?;
        let mut state = raft::eraftpb::ConfState::default();
        state.set_voters(numbers(voters, nv)?.to_vec());
        state.set_learners(numbers(learners, nl)?.to_vec());
        if let Err(why) = check_state(&state) {
            return fail(ERR, why);
        }
        put_bytes(&encode_state(state), out, n);
        Ok(0)
    })
}

#[no_mangle]
pub unsafe extern "C" fn raftc_conf_members(
    conf_state: RaftcBytes,
    ids: *mut u64,
    what: *mut u32,
    cap: usize,
    n: *mut usize,
) -> c_int {
    run(|| {
        if ids.is_null() || what.is_null() || cap < MAX_MEMBERS {
            return fail(
                ERR,
                format!("room for {} members, {} are needed", cap, MAX_MEMBERS),
            );
        }
        let state = match decode_state(conf_state.slice()) {
            Ok(x) => x,
            Err(why) => return fail(BAD_MESSAGE, why),
        };
        let all = members(&state);
        for (i, (id, bits)) in all.iter().enumerate() {
            ids.add(i).write(*id);
            what.add(i).write(*bits);
        }
        put(n, all.len());
        Ok(0)
    })
}

#[no_mangle]
pub unsafe extern "C" fn raftc_last_error(out: *mut c_char, cap: usize) -> usize {
    let text = last_error();
    if out.is_null() || cap == 0 {
        return text.len();
    }
    let n = text.len().min(cap - 1);
    std::ptr::copy_nonoverlapping(text.as_ptr() as *const c_char, out, n);
    out.add(n).write(0);
    text.len()
}
