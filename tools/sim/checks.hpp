#pragma once

#include "storage/journal/node_store.hpp"
#include "tools/sim/life.hpp"

#include <string>
#include <vector>

namespace tutti::sim {

/// Laws over the rows of a node at rest (no message on its way, no timer near). Appends a sentence
/// per violation.
void check_rows(const storage::read_view& rows, shard_no shards, std::vector<std::string>& out);

/// Laws that hold at any moment, also right after a crash: rows can be read, counters agree with
/// the lists they count, and a step's row says nothing illegal.
void check_always(const storage::read_view& rows, shard_no shards, std::vector<std::string>& out);

/// Nothing is under way: no run, message, timer, job or deletion. Reads whole tables.
bool rows_at_rest(const storage::read_view& rows, shard_no shards);

/// The rows of what is under way, for people.
std::string rows_left(const storage::read_view& rows, shard_no shards);

} // namespace tutti::sim
