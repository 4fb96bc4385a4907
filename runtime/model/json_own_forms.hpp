#pragma once

#include <boost/json/fwd.hpp>

#include <string>
#include <type_traits>

/// The types whose JSON is not, or not only, their `fields()`: one line each, so that no file
/// reads or writes one of them in the general way by mistake. The functions stand in the
/// `json_*.cpp` of the area.
namespace tutti::model {

struct json_reader;
class json_place;

/// A type with a way of reading of its own.
#define TUTTI_OWN_READ(type)                                                                       \
  struct type;                                                                                     \
  bool read_json(json_reader& in, const json_place& at, const boost::json::value& x, type& out)

/// A type with a way of reading and one of writing.
#define TUTTI_OWN_JSON(type)                                                                       \
  TUTTI_OWN_READ(type);                                                                            \
  std::true_type own_writer(const type*);                                                          \
  boost::json::value write_json(const type& x)

/// One that is also written as text at once, as there are many of it.
#define TUTTI_OWN_TEXT(type)                                                                       \
  TUTTI_OWN_JSON(type);                                                                            \
  void append_json(std::string& out, const type& x)

std::false_type own_writer(const void*);

/// Whether `write_json` of the type is not the general one.
template <class T>
concept has_own_writer = decltype(own_writer(static_cast<const T*>(nullptr)))::value;

// -- values and definitions
TUTTI_OWN_JSON(raw_json);
TUTTI_OWN_TEXT(parsable_long);
TUTTI_OWN_TEXT(value);
TUTTI_OWN_TEXT(param);
TUTTI_OWN_TEXT(tag);
TUTTI_OWN_TEXT(user);
TUTTI_OWN_READ(run_strategy);
TUTTI_OWN_READ(backoff);
TUTTI_OWN_READ(step_transition);
TUTTI_OWN_TEXT(step);
TUTTI_OWN_READ(workflow);
TUTTI_OWN_READ(properties);
TUTTI_OWN_JSON(properties_snapshot);
TUTTI_OWN_READ(workflow_create_request);
TUTTI_OWN_READ(workflow_definition_extras);
TUTTI_OWN_READ(alerting);

// -- triggers and signals
TUTTI_OWN_JSON(time_trigger);
TUTTI_OWN_JSON(signal_value);
TUTTI_OWN_READ(signal_match_param_def);
TUTTI_OWN_READ(signal_output_definition);
TUTTI_OWN_READ(signal_trigger);

// -- runs
TUTTI_OWN_JSON(initiator);
TUTTI_OWN_JSON(timeline_event);
TUTTI_OWN_JSON(timeline);
TUTTI_OWN_READ(step_status_summary);
TUTTI_OWN_JSON(foreach_interval);
TUTTI_OWN_JSON(foreach_details);
TUTTI_OWN_JSON(default_artifact);
TUTTI_OWN_JSON(artifact);
TUTTI_OWN_READ(workflow_instance);
TUTTI_OWN_READ(step_instance);
TUTTI_OWN_READ(step_instance_transition);
TUTTI_OWN_READ(step_runtime_summary);
TUTTI_OWN_READ(workflow_summary);

// -- requests and events
TUTTI_OWN_READ(workflow_start_request);
TUTTI_OWN_READ(workflow_instance_restart_request);
TUTTI_OWN_READ(step_instance_restart_request);
TUTTI_OWN_READ(signal_create_request);
TUTTI_OWN_READ(step_output_data_request);
TUTTI_OWN_READ(output_data);
TUTTI_OWN_READ(workflow_properties_update_request);
TUTTI_OWN_JSON(event);
TUTTI_OWN_JSON(notification_job);
TUTTI_OWN_JSON(job_event);

#undef TUTTI_OWN_TEXT
#undef TUTTI_OWN_JSON
#undef TUTTI_OWN_READ

} // namespace tutti::model
