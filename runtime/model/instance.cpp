#include "runtime/model/instance.hpp"

#include "runtime/model/enum_text.hpp"

namespace tutti::model {

namespace {

using name = std::string_view;

constexpr std::array step_status_names{name{"NOT_CREATED"},
                                       name{"CREATED"},
                                       name{"INITIALIZED"},
                                       name{"PAUSED"},
                                       name{"WAITING_FOR_SIGNALS"},
                                       name{"EVALUATING_PARAMS"},
                                       name{"WAITING_FOR_PERMITS"},
                                       name{"STARTING"},
                                       name{"RUNNING"},
                                       name{"FINISHING"},
                                       name{"DISABLED"},
                                       name{"UNSATISFIED"},
                                       name{"SKIPPED"},
                                       name{"SUCCEEDED"},
                                       name{"COMPLETED_WITH_ERROR"},
                                       name{"USER_FAILED"},
                                       name{"PLATFORM_FAILED"},
                                       name{"FATALLY_FAILED"},
                                       name{"INTERNALLY_FAILED"},
                                       name{"STOPPED"},
                                       name{"TIMEOUT_FAILED"},
                                       name{"TIMED_OUT"}};

constexpr std::array run_status_names{name{"CREATED"},   name{"IN_PROGRESS"}, name{"PAUSED"},
                                      name{"TIMED_OUT"}, name{"STOPPED"},     name{"FAILED"},
                                      name{"SUCCEEDED"}};

constexpr std::array policy_names{name{"START_FRESH_NEW_RUN"},     name{"START_CUSTOMIZED_RUN"},
                                  name{"RESTART_FROM_INCOMPLETE"}, name{"RESTART_FROM_BEGINNING"},
                                  name{"RESTART_FROM_SPECIFIC"},   name{"RESTART_CUSTOMIZED_RUN"}};

constexpr std::array initiator_names{name{"MANUAL"},      name{"TIME"},    name{"SIGNAL"},
                                     name{"SUBWORKFLOW"}, name{"FOREACH"}, name{"WHILE"},
                                     name{"TEMPLATE"}};

constexpr std::array timeline_names{name{"LOG"}, name{"DETAILS"}, name{"STATUS"}, name{"ACTION"},
                                    name{"MILESTONE"}};

constexpr std::array level_names{name{"TRACE"}, name{"DEBUG"}, name{"INFO"}, name{"WARN"},
                                 name{"ERROR"}};

constexpr std::size_t timeline_max = 32;

} // namespace

bool is_terminal(step_status x) {
  return x >= step_status::disabled;
}

bool is_complete(step_status x) {
  return x >= step_status::disabled && x <= step_status::completed_with_error;
}

bool is_retryable(step_status x) {
  return x == step_status::user_failed || x == step_status::platform_failed
         || x == step_status::timeout_failed;
}

std::string_view to_string(step_status x) {
  return name_in(step_status_names, x);
}

std::optional<step_status> parse_step_status(std::string_view any_case) {
  return find_any_case<step_status>(step_status_names, any_case);
}

bool is_terminal(run_status x) {
  return x >= run_status::timed_out;
}

std::string_view to_string(run_status x) {
  return name_in(run_status_names, x);
}

std::optional<run_status> parse_run_status(std::string_view any_case) {
  // Older writers tell several failures apart; all of them mean FAILED.
  if (equal_any_case(any_case.substr(0, 6), "FAILED"))
    return run_status::failed;
  return find_any_case<run_status>(run_status_names, any_case);
}

bool is_fresh(run_policy x) {
  return x == run_policy::start_fresh_new_run || x == run_policy::start_customized_run;
}

std::string_view to_string(run_policy x) {
  return name_in(policy_names, x);
}

std::optional<run_policy> parse_run_policy(std::string_view exact) {
  return find_exact<run_policy>(policy_names, exact);
}

std::string_view to_string(initiator_type x) {
  return name_in(initiator_names, x);
}

std::optional<initiator_type> parse_initiator_type(std::string_view any_case) {
  return find_any_case<initiator_type>(initiator_names, any_case);
}

std::string_view to_string(timeline_type x) {
  return name_in(timeline_names, x);
}

std::string_view to_string(log_level x) {
  return name_in(level_names, x);
}

std::optional<timeline_type> parse_timeline_type(std::string_view any_case) {
  return find_any_case<timeline_type>(timeline_names, any_case);
}

std::optional<log_level> parse_log_level(std::string_view exact) {
  return find_exact<log_level>(level_names, exact);
}

void append_timeline(std::vector<timeline_event>& timeline, timeline_event event) {
  if (!timeline.empty()) {
    auto last = timeline.back();
    last.timestamp = event.timestamp;
    if (last == event)
      return;
  }
  timeline.push_back(std::move(event));
  if (timeline.size() > timeline_max)
    timeline.erase(timeline.begin(), timeline.end() - timeline_max);
}

timeline_event log_event(std::int64_t now, log_level level, std::string message) {
  timeline_event x;
  x.timestamp = now;
  x.type = timeline_type::log;
  x.level = level;
  x.message = std::move(message);
  return x;
}

} // namespace tutti::model
