//! One replica: the crate's node and what it must be kept from.

use std::os::raw::c_int;

use raft::eraftpb::{EntryType, MessageType};
use raft::{Changer, Error, RawNode, SnapshotStatus, StateRole};

use crate::abi::*;
use crate::check::{check_message, decode_message};
use crate::conf::{decode_change, encode_state, make_change};
use crate::config::read_config;
use crate::guard::{fail, Outcome};
use crate::logger;
use crate::store::Store;

pub struct Node {
    pub raw: RawNode<Store>,
    /// Why, if the crate panicked.
    pub dead: Option<String>,
    election_tick: u64,
    random: u64,
    timeout: usize,
    /// Term and vote as of the newest ready, and the newest ready that changed them.
    pub last_vote: (u64, u64),
    pub vote_ready: u64,
    pub persisted_ready: u64,
    pub last_ready: u64,
    /// A snapshot that was handed out and is not applied; 0: none.
    pub snapshot_pending: u64,
}

impl Node {
    pub fn new(c: &RaftcConfig, conf: &[u8], storage: &RaftcStorage) -> Outcome<Node> {
        let (config, conf_state) = read_config(c, conf)?;
        let log = logger::make(storage, c.log_level);
        match RawNode::new(&config, Store::new(*storage, c, conf_state), &log) {
            Ok(raw) => Ok(Node {
                raw,
                dead: None,
                election_tick: u64::from(c.election_tick),
                random: c.seed,
                timeout: 0,
                last_vote: (c.term, c.vote),
                vote_ready: 0,
                persisted_ready: 0,
                last_ready: 0,
                snapshot_pending: 0,
            }),
            Err(e) => fail(BAD_CONFIG, format!("raft node {}: {}", c.id, e)),
        }
    }

    pub fn id(&self) -> u64 {
        self.raw.raft.id
    }

    fn draw(&mut self) -> u64 {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut x = self.random;
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        x ^ (x >> 31)
    }

    /// After every call: if the crate drew an election timeout, draws it anew.
    pub fn settle(&mut self) {
        if self.raw.raft.randomized_election_timeout() == self.timeout {
            return;
        }
        let ticks = self.election_tick + self.draw() % self.election_tick;
        self.timeout = ticks as usize;
        self.raw.raft.set_randomized_election_timeout(self.timeout);
    }

    fn leads(&self) -> bool {
        self.raw.raft.state == StateRole::Leader
    }

    fn need_leader(&self, what: &str) -> Outcome<()> {
        if self.leads() {
            return Ok(());
        }
        let raft = &self.raw.raft;
        fail(
            DROPPED,
            format!(
                "{}: node {} does not lead term {} (leader: {})",
                what, raft.id, raft.term, raft.leader_id
            ),
        )
    }

    /// The crate cannot campaign while a snapshot is not applied (it looks for the entries between
    /// then), nor may it win at once while its own log is not durable.
    fn may_campaign(&self) -> bool {
        let raft = &self.raw.raft;
        let durable = raft.raft_log.persisted == raft.raft_log.last_index();
        self.snapshot_pending == 0 && (durable || !raft.prs().is_singleton())
    }

    pub fn tick(&mut self) -> c_int {
        if !self.leads() && !self.may_campaign() {
            self.raw.raft.election_elapsed = 0;
        }
        c_int::from(self.raw.tick())
    }

    pub fn step(&mut self, bytes: &[u8]) -> Outcome<c_int> {
        let checked =
            decode_message(bytes).and_then(|m| check_message(&m, &self.raw.raft).map(|()| m));
        let message = match checked {
            Ok(m) => m,
            Err(why) => return fail(BAD_MESSAGE, format!("raft node {}: {}", self.id(), why)),
        };
        let kind = message.get_msg_type();
        if kind == MessageType::MsgTimeoutNow && !self.may_campaign() {
            return fail(DROPPED, "a snapshot is not applied yet");
        }
        if kind == MessageType::MsgRequestVoteResponse && self.vote_ready > self.persisted_ready {
            return fail(DROPPED, "a vote for a campaign that is not durable yet");
        }
        let (from, id) = (message.from, self.id());
        match self.raw.step(message) {
            Ok(()) => Ok(0),
            Err(Error::StepPeerNotFound) => {
                fail(NO_PEER, format!("raft node {}: no peer {}", id, from))
            }
            Err(e) => fail(
                DROPPED,
                format!("raft node {}: {:?} from {}: {}", id, kind, from, e),
            ),
        }
    }

    fn appended(&self, before: u64, what: &str) -> Outcome<(u64, u64)> {
        let last = self.raw.raft.raft_log.last_index();
        if last != before + 1 {
            return fail(DROPPED, format!("{}: not appended", what));
        }
        Ok((last, self.raw.raft.term))
    }

    pub fn propose(&mut self, data: &[u8]) -> Outcome<(u64, u64)> {
        self.need_leader("proposal")?;
        if data.len() > MAX_ENTRY_BYTES {
            return fail(
                ERR,
                format!(
                    "proposal: {} bytes, at most {}",
                    data.len(),
                    MAX_ENTRY_BYTES
                ),
            );
        }
        let log = &self.raw.raft.raft_log;
        let before = log.last_index();
        if before - log.committed >= MAX_UNCOMMITTED_ENTRIES {
            return fail(DROPPED, "proposal: too many entries are not committed");
        }
        if let Err(e) = self.raw.propose(vec![], data.to_vec()) {
            return fail(DROPPED, format!("proposal: {}", e));
        }
        self.appended(before, "proposal")
    }

    pub fn propose_conf(&mut self, ids: &[u64], kinds: &[u32], joint: bool) -> Outcome<(u64, u64)> {
        self.need_leader("conf change")?;
        let change = make_change(ids, kinds, joint)?;
        let raft = &self.raw.raft;
        let is_joint = !raft
            .prs()
            .conf()
            .to_conf_state()
            .get_voters_outgoing()
            .is_empty();
        if raft.has_pending_conf() {
            return fail(DROPPED, "conf change: another one may be pending");
        }
        if is_joint != ids.is_empty() {
            return fail(
                DROPPED,
                "conf change: only leaving is possible in a joint configuration, and only there",
            );
        }
        let mut changer = Changer::new(raft.prs());
        let tried = match change.enter_joint() {
            _ if change.leave_joint() => changer.leave_joint(),
            Some(auto_leave) => changer.enter_joint(auto_leave, change.get_changes()),
            None => changer.simple(change.get_changes()),
        };
        match tried {
            Err(e) => return fail(ERR, format!("conf change: {}", e)),
            Ok((conf, _)) => {
                let after = conf.to_conf_state();
                if let Err(why) = crate::conf::check_state(&after) {
                    return fail(ERR, format!("conf change: it would give {}", why));
                }
            }
        }
        let before = raft.raft_log.last_index();
        if let Err(e) = self.raw.propose_conf_change(vec![], change) {
            return fail(DROPPED, format!("conf change: {}", e));
        }
        self.appended(before, "conf change")
    }

    pub fn apply_conf(&mut self, kind: u32, data: &[u8]) -> Outcome<Vec<u8>> {
        let kind = match kind {
            1 => EntryType::EntryConfChange,
            2 => EntryType::EntryConfChangeV2,
            other => return fail(ERR, format!("an entry of type {} changes no conf", other)),
        };
        let change = match decode_change(kind, data) {
            Ok(x) => x,
            Err(why) => return fail(BAD_MESSAGE, format!("conf change: {}", why)),
        };
        let state = match self.raw.apply_conf_change(&change) {
            Ok(x) => x,
            Err(e) => return fail(BAD_MESSAGE, format!("conf change: {}", e)),
        };
        let raft = &mut self.raw.raft;
        if raft.state == StateRole::Leader && !raft.promotable() {
            // The crate would lead on, and panic when it looks for its own progress.
            let term = raft.term;
            raft.become_follower(term, 0);
        }
        Ok(encode_state(state))
    }

    pub fn on_persist(&mut self, number: u64) -> Outcome<()> {
        if number > self.last_ready {
            return fail(
                ERR,
                format!(
                    "ready {} was not taken, the last one is {}",
                    number, self.last_ready
                ),
            );
        }
        if number > self.persisted_ready {
            self.raw.on_persist_ready(number);
            self.persisted_ready = number;
            self.evict();
        }
        Ok(())
    }

    fn evict(&mut self) {
        let persisted = self.raw.raft.raft_log.persisted;
        self.raw.mut_store().evict(persisted);
    }

    pub fn on_applied(&mut self, index: u64) -> Outcome<()> {
        let log = &self.raw.raft.raft_log;
        if index < log.applied || index > log.committed.min(log.persisted) {
            return fail(
                ERR,
                format!(
                    "applied {}, but {} was before, {} is committed and {} durable",
                    index, log.applied, log.committed, log.persisted
                ),
            );
        }
        self.raw.advance_apply_to(index);
        if index >= self.snapshot_pending {
            self.snapshot_pending = 0;
        }
        Ok(())
    }

    pub fn on_compacted(&mut self, index: u64, term: u64) -> Outcome<()> {
        let applied = self.raw.raft.raft_log.applied;
        let store = self.raw.mut_store();
        if index > applied {
            return fail(
                ERR,
                format!("compacted up to {}, but applied up to {}", index, applied),
            );
        }
        if index > store.truncated() {
            store.compact(index, term);
        }
        Ok(())
    }

    pub fn read_index(&mut self, context: &[u8]) -> Outcome<()> {
        self.need_leader("read index")?;
        if context.is_empty() || context.len() > MAX_READ_CONTEXT_BYTES {
            return fail(
                ERR,
                format!("read index: a context of {} bytes", context.len()),
            );
        }
        if !self.raw.raft.commit_to_current_term() {
            return fail(
                DROPPED,
                "read index: no entry of the leader's term is committed yet",
            );
        }
        let raft = &self.raw.raft;
        if raft.pending_read_count() + raft.ready_read_count() >= MAX_PENDING_READS {
            return fail(DROPPED, "read index: too many reads are pending");
        }
        self.raw.read_index(context.to_vec());
        Ok(())
    }

    pub fn transfer(&mut self, to: u64) -> Outcome<()> {
        self.need_leader("transfer")?;
        if to == self.id() {
            return fail(ERR, "transfer: to the leader itself");
        }
        if !self.raw.raft.prs().conf().voters().contains(to) {
            return fail(NO_PEER, format!("transfer: node {} is no voter", to));
        }
        self.raw.transfer_leader(to);
        Ok(())
    }

    pub fn campaign(&mut self) -> Outcome<()> {
        if !self.raw.raft.promotable() || !self.may_campaign() {
            return fail(DROPPED, "campaign: not a voter, or not ready for it");
        }
        match self.raw.campaign() {
            Ok(()) => Ok(()),
            Err(e) => fail(DROPPED, format!("campaign: {}", e)),
        }
    }

    /// A leader that was silent must not count the silence of the others against itself.
    pub fn ping(&mut self) {
        if self.leads() {
            self.raw.raft.election_elapsed = 0;
            self.raw.ping();
        }
    }

    pub fn forget_leader(&mut self, id: u64) {
        let raft = &mut self.raw.raft;
        if raft.state != StateRole::Leader && raft.leader_id == id {
            raft.leader_id = 0;
        }
    }

    pub fn report_snapshot(&mut self, id: u64, ok: bool) {
        let what = if ok {
            SnapshotStatus::Finish
        } else {
            SnapshotStatus::Failure
        };
        self.raw.report_snapshot(id, what);
    }
}
