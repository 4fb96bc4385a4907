//! The raft crate behind the C interface of raftc.h. Consensus is the crate's; here is what a C
//! caller needs around it: checks of foreign bytes, the tail of the log, caught panics.

#![allow(clippy::field_reassign_with_default)]

mod abi;
mod check;
mod conf;
mod config;
mod ffi;
mod guard;
mod logger;
mod node;
mod ready;
mod scan;
mod status;
mod store;
