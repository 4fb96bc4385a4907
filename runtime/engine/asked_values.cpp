#include "runtime/engine/asked_values.hpp"

#include "runtime/engine/instance_core.hpp"
#include "runtime/engine/rows.hpp"
#include "runtime/engine/step_core.hpp"
#include "runtime/model/stored.hpp"

namespace tutti::engine {

namespace {

/// The latest run of an iteration that has rows, and whether it is over; run 0 = there is none.
struct latest_run {
  std::int64_t run_id = 0;
  bool over = false;
};

result<latest_run> latest_of(const std::string& inline_id, std::int64_t iteration,
                             std::int64_t run_max, const row_reader& reader) {
  auto from = rows::range_of_prefix(rows::runs_prefix('i', inline_id, iteration)).first;
  auto to = rows::run_state(inline_id, iteration, run_max + 1);
  latest_run out;
  std::optional<error> broken;
  auto ok = reader.scan_back(from, to, [&](std::string_view key, std::string_view value) {
    auto state = model::decode<run_state>(value);
    if (!state)
      broken = state.error();
    else if (auto parts = rows::parse_run_key(key))
      out = {parts->run_id, is_terminal(state->status)};
    return false;
  });
  if (!ok)
    return ok.error();
  if (broken)
    return *broken;
  return out;
}

} // namespace

result<model::param> value_of_step(const entity_id& run, const std::string& step_id,
                                   const std::string& name, const row_reader& reader) {
  model::param out;
  for (auto id = step_entity(run.workflow_id, run.instance_id, run.run_id, step_id); id.run_id > 0;
       --id.run_id) {
    auto params = load_step_params(id, reader);
    if (!params)
      return params.error();
    auto* found = params->find(name);
    if (!found || !found->evaluated_result)
      continue;
    // Type and value are all that anybody asks for.
    out.type = found->type;
    out.evaluated_result = std::move(found->evaluated_result);
    break;
  }
  return out;
}

result<std::vector<model::param>> values_of_part(const entity_id& part, std::uint64_t ended,
                                                 const ask_values& what, const row_reader& reader) {
  std::vector<model::param> out;
  for (auto i = what.first; i <= what.last; ++i) {
    auto latest = latest_of(part.workflow_id, i, part.run_id, reader);
    if (!latest)
      return latest.error();
    auto known = (ended >> ((i - 1) % chunk_size) & 1) != 0;
    if (known && (latest->run_id != part.run_id || !latest->over))
      return error{ec::unavailable, "the end of iteration " + std::to_string(i) + " of loop ["
                                      + part.workflow_id + "] is not on disk yet"};
    auto value = value_of_step(instance_entity(part.workflow_id, i, latest->run_id), what.step_id,
                               what.param, reader);
    if (!value)
      return value.error();
    out.push_back(std::move(*value));
  }
  return out;
}

envelope told(const ask_values& what, std::vector<model::param> values) {
  values_told news;
  news.step_uuid = what.step_uuid;
  news.question = what.question;
  news.chunk = what.chunk;
  news.values = std::move(values);
  return {what.asker, make_message(std::move(news))};
}

} // namespace tutti::engine
