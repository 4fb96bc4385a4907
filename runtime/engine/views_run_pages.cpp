#include "runtime/engine/views_page.hpp"
#include "runtime/engine/views_rows.hpp"

/// Pages of the runs of an instance, and of the instances of a workflow or loop.
namespace tutti::engine::views {

namespace {

/// The lowest and the highest instance id of a workflow, or of a loop.
struct id_range {
  std::int64_t lowest = 1;
  std::int64_t highest = 0;
};

result<id_range> instance_ids(const shard_reader& from, const std::string& workflow_id) {
  if (is_inline(workflow_id)) {
    auto loop = read_loop_view(from, workflow_id);
    if (!loop)
      return loop.error();
    if (!*loop)
      return id_range{};
    return id_range{1, counts_of((*loop)->step).highest};
  }
  auto state = read_workflow(from, workflow_id);
  if (!state)
    return state.error();
  if (!*state)
    return id_range{};
  return id_range{(*state)->deleted_instance_id + 1, (*state)->latest_instance_id};
}

/// Adds a run to a page; one that does not exist leaves a gap.
status add_element(const shard_reader& from, const run_name& name, const instance_options& options,
                   json::array& elements) {
  auto view = read_run(from, name);
  if (!view && view.error().code == ec::not_found)
    return unit{};
  if (!view)
    return view.error();
  auto one = instance_json(from, *view, options);
  if (!one)
    return one.error();
  elements.push_back(std::move(*one));
  return unit{};
}

} // namespace

json_result runs(const shard_reader& from, const std::string& workflow_id, std::int64_t instance_id,
                 const page_request& page) {
  auto latest = latest_run(from, workflow_id, instance_id);
  if (!latest)
    return latest.error();
  auto range = range_of(page, *latest);
  json::array elements;
  if (!range.empty)
    for (auto run = range.from; run >= range.to; --run)
      // Only a restarted run tells what the runs before it did.
      if (auto ok = add_element(from, {workflow_id, instance_id, run}, {false, run > 1}, elements);
          !ok)
        return ok.error();
  return json::value(page_json(range, std::move(elements)));
}

json_result instances(const shard_reader& from, const std::string& workflow_id,
                      const page_request& page, bool aggregated) {
  auto ids = instance_ids(from, workflow_id);
  if (!ids)
    return ids.error();
  auto range = range_of(page, ids->highest, ids->lowest);
  json::array elements;
  if (!range.empty)
    for (auto id = range.from; id >= range.to; --id)
      if (auto ok = add_element(from, {workflow_id, id, 0}, {false, aggregated}, elements); !ok)
        return ok.error();
  return json::value(page_json(range, std::move(elements)));
}

} // namespace tutti::engine::views
