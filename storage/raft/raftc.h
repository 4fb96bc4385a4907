/* C interface of the `raft` crate (raft-rs 0.7). One node = one replica of one group.
 *
 * Threads: a node may move between threads but is never used by two at once. raftc_ready_free may
 * be called from any thread. No callback may throw, longjmp, or call back into a node.
 * Memory: what goes in is copied; what comes out belongs to its raftc_ready until raftc_ready_free.
 * Failures: a function gives RAFTC_OK, a positive answer it names, or one of the negative codes;
 * raftc_last_error tells the sentence. A panic of the crate is caught at the border and makes the
 * node dead: every later call gives RAFTC_PANIC, and only raftc_free is left to do.
 *
 * Bytes of messages, conf states and conf changes are those of eraftpb.proto of the crate. Those of
 * peers are checked before the crate sees them: what no correct peer sends is RAFTC_BAD_MESSAGE and
 * changes nothing. The crate's field `context` of entries is not offered: the log has no place for
 * it.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct raftc_node raftc_node;
typedef struct raftc_sink raftc_sink;

typedef struct {
  const uint8_t* p; /* may be null if n is 0 */
  size_t n;
} raftc_bytes;

enum {
  RAFTC_OK = 0,
  RAFTC_DROPPED = -1,     /* not now: not the leader, one is pending, too much is under way */
  RAFTC_BAD_MESSAGE = -2, /* bytes of a peer or of the disk that cannot be right */
  RAFTC_NO_PEER = -3,     /* not a member as this node knows the group */
  RAFTC_BAD_CONFIG = -4,
  RAFTC_ERR = -5,  /* the caller's mistake */
  RAFTC_PANIC = -6 /* the node is dead: free it */
};

/* Answers of the callbacks of raftc_storage. */
enum {
  RAFTC_S_OK = 0,
  RAFTC_S_COMPACTED = 1,   /* the entry was removed */
  RAFTC_S_UNAVAILABLE = 2, /* the entry is not there yet */
  RAFTC_S_RETRY = 3,       /* snapshots only: ask again later */
  RAFTC_S_FAILED = 4       /* the node dies */
};

enum { RAFTC_FOLLOWER = 0, RAFTC_CANDIDATE = 1, RAFTC_LEADER = 2, RAFTC_PRECANDIDATE = 3 };

/* Types of entries; stored. */
enum { RAFTC_NORMAL = 0, RAFTC_CONF = 1, RAFTC_CONF_V2 = 2 };

/* Kinds of single conf changes. */
enum { RAFTC_ADD_VOTER = 0, RAFTC_REMOVE = 1, RAFTC_ADD_LEARNER = 2 };

/* What a member of a conf state is; bits. */
enum {
  RAFTC_M_VOTER = 1,
  RAFTC_M_LEARNER = 2,
  RAFTC_M_OUTGOING = 4, /* voter of the configuration that is being left */
  RAFTC_M_NEXT = 8      /* will be a learner when it is left */
};

enum {
  RAFTC_F_PRE_VOTE = 1,
  RAFTC_F_CHECK_QUORUM = 2,
  RAFTC_F_LEASE_READ = 4, /* reads without asking a quorum; needs CHECK_QUORUM */
  RAFTC_F_BATCH_APPEND = 8
};

/* Types of messages a transport treats in a special way. A snapshot message carries only what the
 * snapshot callback said; the rows travel beside it. */
enum {
  RAFTC_MSG_APPEND = 3,
  RAFTC_MSG_APPEND_RESPONSE = 4,
  RAFTC_MSG_VOTE = 5,
  RAFTC_MSG_VOTE_RESPONSE = 6,
  RAFTC_MSG_SNAPSHOT = 7,
  RAFTC_MSG_HEARTBEAT = 8,
  RAFTC_MSG_HEARTBEAT_RESPONSE = 9,
  RAFTC_MSG_PRE_VOTE = 17,
  RAFTC_MSG_PRE_VOTE_RESPONSE = 18
};

/* Bounds. */
#define RAFTC_MAX_ENTRY_BYTES ((size_t)32 << 20)
#define RAFTC_MAX_MESSAGE_BYTES ((size_t)72 << 20)
#define RAFTC_MAX_MESSAGE_ENTRIES ((size_t)1 << 20)
#define RAFTC_MAX_MEMBERS ((size_t)64)
#define RAFTC_MAX_CONF_STATE_BYTES ((size_t)4096)
#define RAFTC_MAX_READ_CONTEXT_BYTES ((size_t)1024)
#define RAFTC_MAX_PENDING_READS ((size_t)4096)
#define RAFTC_MAX_INFLIGHT ((uint32_t)4096)
#define RAFTC_MAX_SIZE_PER_MSG ((uint64_t)8 << 20)
#define RAFTC_MAX_UNCOMMITTED ((uint64_t)32 << 20)

/* The cold path: what is older than the in-memory tail of the log. Called inside calls of the node,
 * on their thread. */
typedef struct {
  void* ctx;
  /* Puts the entries of [lo, hi) into the sink: at least one, about max_bytes, no gaps. */
  int (*entries)(void* ctx, uint64_t lo, uint64_t hi, uint64_t max_bytes, raftc_sink*);
  int (*term)(void* ctx, uint64_t index, uint64_t* out);
  /* Puts one snapshot into the sink, of an applied index >= request_index, for peer `to`. */
  int (*snapshot)(void* ctx, uint64_t request_index, uint64_t to, raftc_sink*);
  /* May be null. Levels: 1 critical, 2 error, 3 warning, 4 info. */
  void (*log)(void* ctx, int level, const char* s, size_t n);
} raftc_storage;

void raftc_sink_entry(raftc_sink*, uint64_t index, uint64_t term, uint32_t type, raftc_bytes data);
void raftc_sink_snapshot(raftc_sink*, uint64_t index, uint64_t term, raftc_bytes conf_state,
                         raftc_bytes data);

typedef struct {
  uint64_t id;                       /* never 0, never used again for another disk */
  uint64_t applied;                  /* >= trunc_index */
  uint64_t term, vote, commit;       /* persisted hard state */
  uint64_t trunc_index, trunc_term;  /* last compacted entry (0, 0: none) */
  uint64_t last_index;               /* last persisted entry (>= trunc_index) */
  raftc_bytes conf_state;            /* as persisted; empty: wait to be added */
  uint64_t seed;                     /* of the jitter of election timeouts */
  uint32_t election_tick;            /* timeouts are [election_tick, 2 * election_tick) ticks */
  uint32_t heartbeat_tick;           /* < election_tick */
  uint32_t flags;                    /* RAFTC_F_... */
  uint32_t max_inflight;             /* append messages under way per peer */
  uint32_t log_level;                /* up to which the log callback is called; 0: never */
  uint64_t max_size_per_msg;         /* bytes of entries per append message, about */
  uint64_t max_committed_per_ready;  /* bytes, about */
  uint64_t max_uncommitted;          /* bytes of proposals; more are DROPPED */
  uint64_t tail_bytes;               /* of persisted entries that stay in memory for slow peers */
} raftc_config;

typedef struct {
  uint64_t index, term;
  uint32_t type;
  raftc_bytes data;
} raftc_entry;

typedef struct {
  uint64_t to;
  uint32_t type;
  raftc_bytes data;
} raftc_msg;

typedef struct {
  uint64_t index;
  raftc_bytes context;
} raftc_read;

typedef struct {
  uint64_t number;
  uint8_t must_sync, has_hard_state, has_snapshot, has_soft_state, role;
  uint64_t leader, term, vote, commit;
  uint64_t snap_index, snap_term;
  raftc_bytes snap_conf_state, snap_data;
  const raftc_entry* entries; /* append; what the log has from entries[0].index on goes first */
  size_t n_entries;
  const raftc_msg* now; /* send at once */
  size_t n_now;
  const raftc_msg* after; /* send only when this ready is durable */
  size_t n_after;
  const raftc_entry* committed; /* apply in order */
  size_t n_committed;
  const raftc_read* reads; /* serve when applied >= index */
  size_t n_reads;
} raftc_ready;

int raftc_new(const raftc_config*, const raftc_storage*, raftc_node** out);
void raftc_free(raftc_node*);

/* 1: a ready is likely. */
int raftc_tick(raftc_node*);
int raftc_step(raftc_node*, raftc_bytes msg);
/* Leader only (DROPPED otherwise: never forwarded). Out: where the entry lies if it commits. */
int raftc_propose(raftc_node*, raftc_bytes data, uint64_t* index, uint64_t* term);
/* n changes as one; joint when n > 1 or joint != 0, and left by itself. n = 0: leave. What would
 * not apply is RAFTC_ERR; DROPPED while another one is pending. */
int raftc_propose_conf(raftc_node*, const uint64_t* ids, const uint32_t* kinds, size_t n, int joint,
                       uint64_t* index, uint64_t* term);
/* Once per committed CONF or CONF_V2 entry, in order, before raftc_on_applied. out: the new conf
 * state to persist, cap >= RAFTC_MAX_CONF_STATE_BYTES. A leader that is no voter any more steps
 * down. */
int raftc_apply_conf(raftc_node*, uint32_t type, raftc_bytes data, uint8_t* out, size_t cap,
                     size_t* n);

/* 1: *out holds a ready; 0: there is none. */
int raftc_ready_take(raftc_node*, raftc_ready** out);
void raftc_ready_free(raftc_ready*);
/* All readies with numbers <= number are durable. Before any answer to their `after` is stepped. */
int raftc_on_persist(raftc_node*, uint64_t number);
/* Entries up to index, or the snapshot of that index, are applied. */
int raftc_on_applied(raftc_node*, uint64_t index);
/* The log up to index is gone. Remove only what raftc_on_applied was told of before. */
int raftc_on_compacted(raftc_node*, uint64_t index, uint64_t term);

/* Leader only. DROPPED before an entry of its own term is committed. The read may get lost with the
 * leadership: waiting needs a timeout. context: unique, not empty. */
int raftc_read_index(raftc_node*, raftc_bytes context);
/* Leader only, to another voter. Takes time, and may fail: then the old leader goes on. */
int raftc_transfer_leader(raftc_node*, uint64_t to);
int raftc_campaign(raftc_node*);
/* Leader: heartbeat now, and a whole election timeout for the answers. */
int raftc_ping(raftc_node*);
/* If `id` leads, it is known to be gone: its followers may vote for another one at once. */
int raftc_forget_leader(raftc_node*, uint64_t id);
int raftc_report_unreachable(raftc_node*, uint64_t id);
/* What became of a snapshot message and its rows; has to be told. */
int raftc_report_snapshot(raftc_node*, uint64_t id, int ok);

typedef struct {
  uint64_t id, term, leader, commit, applied, persisted, last_index, first_index;
  uint8_t role;
  uint8_t in_lease;       /* leader with check-quorum, no more */
  uint8_t term_committed; /* an entry of this term is committed */
  uint8_t all_matched;    /* leader: every peer has the whole log, and it is committed */
  uint8_t voter, joint, conf_pending;
  uint64_t transferee; /* 0: none */
  uint64_t min_match;  /* leader: over all members; else 0 */
  /* Leader: what a majority of the voters is known to know as committed; else 0. A removed member
   * may go when the removal is at or below: until then its vote may be needed. */
  uint64_t quorum_commit;
  size_t pending_reads, uncommitted_bytes;
} raftc_status;

int raftc_get_status(raftc_node*, raftc_status*);
/* Leader: up to where peer `id` has the log. */
int raftc_peer_match(raftc_node*, uint64_t id, uint64_t* match);

/* Encodes {voters, learners} for a first boot; cap as in raftc_apply_conf. */
int raftc_conf_state(const uint64_t* voters, size_t nv, const uint64_t* learners, size_t nl,
                     uint8_t* out, size_t cap, size_t* n);
/* Members of a conf state, ascending: ids and RAFTC_M_... bits; cap >= RAFTC_MAX_MEMBERS. */
int raftc_conf_members(raftc_bytes conf_state, uint64_t* ids, uint32_t* what, size_t cap,
                       size_t* n);

/* This thread's last failure, NUL-ended and cut to cap. Gives its length. */
size_t raftc_last_error(char* out, size_t cap);

#ifdef __cplusplus
}
#endif
