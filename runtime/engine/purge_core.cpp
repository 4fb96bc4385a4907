#include "runtime/engine/purge_core.hpp"

#include "runtime/engine/rows.hpp"
#include "runtime/engine/step_core.hpp"
#include "runtime/model/ids.hpp"
#include "runtime/model/stored.hpp"

#include <algorithm>
#include <string_view>

namespace tutti::engine {

namespace {

/// Tables of runs, in all shards. The loops go last: they tell whose an iteration is.
constexpr std::string_view run_tables = "spGiICDL";
/// Tables of the workflow itself, in its own shard.
constexpr std::string_view own_tables = "USVHE";

using key_range = std::pair<std::string, std::string>;

/// One call of `decide`.
class judge {
public:
  judge(purge_memory& memory, const surroundings& around) : mem_(memory), around_(around) {}

  outcome take() { return std::move(out_); }

  status on_order(const purge_shard& x) {
    if (mem_.state)
      return unit{};
    mem_.state = purge_state{x.internal_id, 0, {}};
    return slice();
  }

  status on_timer(const timer_fired& x) {
    // A timer that fires twice finds a later slice, which does no harm.
    if (x.kind != timer_kind::deletion || !mem_.state)
      return unit{};
    return slice();
  }

private:
  bool is_home() const {
    return shard_of(workflow_entity(mem_.id.workflow_id), around_.options->shards)
           == static_cast<shard_no>(mem_.id.instance_id);
  }

  /// The ranges of keys, in order; nothing behind the last one.
  std::optional<key_range> range_at(std::int64_t index) const {
    auto at = static_cast<std::size_t>(index);
    auto& id = mem_.id.workflow_id;
    if (at < run_tables.size() * 3) {
      auto table = run_tables[at / 3];
      auto key = model::hash_key(mem_.state->internal_id);
      switch (at % 3) {
        case 0:
          return rows::range_of_prefix(rows::workflow_prefix(table, id));
        case 1:
          return rows::range_of_prefix(std::string(1, table) + "maestro_foreach_" + key + "_");
        default:
          return rows::range_of_prefix(std::string(1, table) + "maestro_while_" + key + "_");
      }
    }
    at -= run_tables.size() * 3;
    if (!is_home() || at >= own_tables.size())
      return std::nullopt;
    return rows::range_of_prefix(rows::workflow_prefix(own_tables[at], id));
  }

  status slice() {
    auto left = around_.options->deletion_rows_max;
    auto& state = *mem_.state;
    std::optional<key_range> range;
    while ((range = range_at(state.range)) && left > 0) {
      auto ok = erase(*range, left);
      if (!ok)
        return ok;
      if (left == 0)
        break;
      ++state.range;
      state.behind.clear();
    }
    auto key = rows::purge(mem_.id.workflow_id);
    if (range) {
      out_.rows.push_back({std::move(key), model::encode(state)});
      out_.timers.push_back(
        {true, timer_kind::deletion, around_.now + around_.options->deletion_pause_ms, 0});
      return unit{};
    }
    out_.rows.push_back({std::move(key), std::nullopt});
    out_.sends.push_back(
      {workflow_entity(mem_.id.workflow_id), make_message(shard_purged{state.internal_id})});
    mem_.state.reset();
    out_.at_rest = true;
    return unit{};
  }

  /// Erases rows of a range while there are any `left`. Rows of slices before may still be there
  /// for the reader, so it goes on behind the last key.
  status erase(const key_range& range, std::int64_t& left) {
    auto& state = *mem_.state;
    auto from = state.behind.empty() ? range.first : state.behind + '\0';
    std::vector<found_row> found;
    auto ok = around_.rows->scan(from, range.second, [&](std::string_view key, auto value) {
      found.push_back({std::string{key}, key[0] == 's' ? job_of(value) : std::string{}});
      return --left > 0;
    });
    if (!ok)
      return ok;
    if (!found.empty())
      state.behind = found.back().key;
    for (auto& row : found) {
      auto foreign = is_foreign(rows::first_text(row.key));
      if (!foreign)
        return foreign.error();
      if (*foreign)
        continue;
      out_.rows.push_back({std::move(row.key), std::nullopt});
      if (!row.job_uuid.empty())
        out_.effects.emplace_back(erase_job{std::move(row.job_uuid)});
    }
    return unit{};
  }

  struct found_row {
    std::string key;
    std::string job_uuid; ///< of an attempt that may have had a process
  };

  /// Only steps with params can have had a process.
  static std::string job_of(std::string_view value) {
    auto attempt = model::decode<step_state>(value);
    return attempt && attempt->has_params && attempt->state.start_time ? attempt->step_uuid
                                                                       : std::string{};
  }

  /// Two workflows may have the same internal id, if by a small chance. A loop knows its parent.
  result<bool> is_foreign(std::string_view id) {
    if (!is_inline(id))
      return false;
    if (id == last_inline_)
      return last_foreign_;
    last_inline_ = id;
    last_foreign_ = false;
    auto [from, to] = rows::range_of_prefix(rows::workflow_prefix('L', id));
    auto ok = around_.rows->scan(from, to, [&](std::string_view, std::string_view value) {
      if (auto loop = model::decode<loop_spec>(value))
        last_foreign_ = owner_of(*loop) != mem_.id.workflow_id;
      return false;
    });
    if (!ok)
      return ok.error();
    return last_foreign_;
  }

  /// The workflow whose internal id is in the inline id: the closest that is no loop body.
  static std::string owner_of(const loop_spec& loop) {
    auto& above = loop.initiator.ancestors;
    auto found = std::find_if(above.rbegin(), above.rend(),
                              [](auto& x) { return !is_inline(x.workflow_id); });
    return found == above.rend() ? loop.parent.workflow_id : found->workflow_id;
  }

  purge_memory& mem_;
  const surroundings& around_;
  outcome out_;
  std::string last_inline_;
  bool last_foreign_ = false;
};

} // namespace

result<outcome> decide(purge_memory& memory, const message& what, const surroundings& around) {
  judge j{memory, around};
  status ok = unit{};
  if (auto* order = std::get_if<purge_shard>(&what))
    ok = j.on_order(*order);
  else if (auto* timer = std::get_if<timer_fired>(&what))
    ok = j.on_timer(*timer);
  if (!ok)
    return ok.error();
  return j.take();
}

result<purge_memory> load_purge(const entity_id& id, const row_reader& reader) {
  purge_memory mem;
  mem.id = id;
  auto row = reader.get(rows::purge(id.workflow_id));
  if (!row)
    return row.error();
  if (!*row)
    return mem;
  auto state = model::decode<purge_state>(**row);
  if (!state)
    return state.error();
  mem.state = std::move(*state);
  return mem;
}

} // namespace tutti::engine
