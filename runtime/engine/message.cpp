#include "runtime/engine/message.hpp"

#include "runtime/model/stored.hpp"

#include <array>

namespace tutti::engine {

std::string encode_envelope(const envelope& x) {
  return model::encode(x);
}

result<envelope> decode_envelope(std::string_view bytes) {
  auto x = model::decode<envelope>(bytes);
  if (x && !x->what)
    return error{ec::corrupt, "stored message to " + to_string(x->to) + " has no content"};
  return x;
}

std::string_view to_string(stop_kind x) {
  switch (x) {
    case stop_kind::stop:
      return "STOP";
    case stop_kind::kill:
      return "KILL";
    case stop_kind::time_out:
      return "TIME_OUT";
  }
  return "STOP";
}

bool repeatable(const message& x) {
  if (auto* order = std::get_if<start_run>(&x))
    return !order->uuid.empty();
  if (auto* order = std::get_if<restart_instance>(&x))
    return !order->uuid.empty();
  if (auto* order = std::get_if<cluster_order>(&x))
    return !std::holds_alternative<cluster::join_node>(order->what);
  return std::holds_alternative<stop_workflow>(x) || std::holds_alternative<stop_instance>(x)
         || std::holds_alternative<change_activation>(x) || std::holds_alternative<await_end>(x)
         || std::holds_alternative<unblock_runs>(x) || std::holds_alternative<put_job_template>(x);
}

std::string_view name_of(const message& x) {
  static constexpr std::array<std::string_view, std::variant_size_v<message>> names{
    "push_definition",      "start_run",         "restart_instance",    "admit_restart",
    "change_activation",    "stop_workflow",     "stop_instance",       "create_run",
    "launch_run",           "terminate_run",     "run_ended",           "start_step",
    "terminate_step",       "step_ended",        "run_iterations",      "iterations_ended",
    "terminate_iterations", "report_iterations", "timer_fired",         "job_update",
    "resume_entity",        "await_end",         "change_properties",   "change_tag",
    "unblock_runs",         "note_run",          "delete_workflow",     "purge_shard",
    "shard_purged",         "put_job_template",  "remove_job_template", "copy_job_template",
    "terminate_child",      "child_news",        "ask_values",          "values_told",
    "cluster_order"};
  return names[x.index()];
}

} // namespace tutti::engine
