#include "runtime/engine/foreach_core.hpp"
#include "runtime/engine/views_rows.hpp"
#include "runtime/model/json.hpp"

#include <algorithm>

/// A while step as clients see its loop (spec 04c §4).
namespace tutti::engine::views {

namespace {

/// A look at a loop reads one row for each value that it tells.
constexpr std::int64_t values_told_max = 1000;

/// The spec of an iteration in this run of the loop, or in the latest one before it.
result<std::optional<run_spec>> spec_of_iteration(const shard_reader& from, const while_state& loop,
                                                  std::int64_t number) {
  auto& reader = from.of(instance_entity(loop.inline_id, number, loop.inline_run));
  auto begin = rows::range_of_prefix(rows::runs_prefix('I', loop.inline_id, number)).first;
  auto end = rows::run_spec(loop.inline_id, number, loop.inline_run + 1);
  std::optional<result<run_spec>> found;
  auto ok = reader.scan_back(begin, end, [&](std::string_view, std::string_view value) {
    found = model::decode<run_spec>(value);
    return false;
  });
  if (!ok)
    return ok.error();
  if (!found)
    return std::optional<run_spec>{};
  if (!*found)
    return found->error();
  return std::optional{std::move(**found)};
}

/// The values of each parameter, iteration by iteration; those of the next one are the last. Of a
/// long loop only the newest.
result<json::object> loop_param_values(const shard_reader& from, const while_state& loop) {
  std::vector<model::value_map> all;
  for (auto i = std::max<std::int64_t>(1, loop.last - values_told_max + 2); i <= loop.last; ++i) {
    auto spec = spec_of_iteration(from, loop, i);
    if (!spec)
      return spec.error();
    if (*spec)
      all.push_back(std::move((*spec)->loop_values));
  }
  if (loop.last == 0 || loop.last_status == model::run_status::succeeded)
    all.push_back(loop.values);
  json::object out;
  for (auto& [name, latest] : loop.values) {
    json::array list;
    for (auto& values : all)
      if (auto* x = values.find(name))
        list.push_back(model::to_json(*x));
    out[name] = std::move(list);
  }
  return out;
}

/// All iterations but the last.
status_counts leaves_before_last(const while_state& loop, const status_counts& of_last) {
  status_counts out;
  add(out, loop.leaves);
  if (!loop.running)
    for (auto& [status, n] : of_last)
      out[status] -= n;
  std::erase_if(out, [](auto& x) { return x.second <= 0; });
  return out;
}

} // namespace

result<json::object> while_artifact(const shard_reader& from, const run_view& view,
                                    const entity_id& step, const step_state& attempt) {
  auto& loop = *attempt.repeat;
  auto out = loop_artifact("loop", loop.inline_id, loop.inline_run, view, step, attempt);
  out["first_iteration"] = loop.first;
  out["last_iteration"] = loop.last;
  status_counts of_last;
  if (loop.last >= loop.first) {
    auto status = loop.last_status.value_or(model::run_status::in_progress);
    out["last_status"] = text(model::to_string(status));
    auto last = read_run(from, {loop.inline_id, loop.last, loop.inline_run});
    if (last && last->state.launched) {
      auto progress = progress_so_far(from, *last);
      if (!progress)
        return progress.error();
      of_last = progress->leaves;
      out["last_overview"] = runtime_overview(*last, *progress);
    }
  }
  out["rollup"] = rollup(leaves_before_last(loop, of_last));
  auto values = loop_param_values(from, loop);
  if (!values)
    return values.error();
  out["loop_param_values"] = std::move(*values);
  out["type"] = "WHILE";
  return out;
}

loop_counts counts_of(const step_state& attempt) {
  if (auto& loop = attempt.loop)
    return {running_count(*loop), loop->failed.count(), loop->next,
            std::max(loop->next, loop->ancestor_iterations)};
  if (!attempt.repeat)
    return {};
  auto& loop = *attempt.repeat;
  return {loop.running ? 1 : 0, loop.last_status == model::run_status::failed ? 1 : 0, loop.last,
          std::max(loop.last, loop.ancestor_iterations)};
}

} // namespace tutti::engine::views
