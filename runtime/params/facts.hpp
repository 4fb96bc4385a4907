#pragma once

#include "runtime/base/error.hpp"
#include "runtime/model/definition.hpp"
#include "runtime/model/instance.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// What expressions can ask about the run and step they belong to (spec 02 §8). Views into what
/// the caller owns. Where a run has no parameters of the system, these answer in their place: a
/// restart and the children of a run then have the `run_ts` of the first run of the tree, and
/// iterations have `workflow_id` and `owner` of the workflow that holds the loop.
namespace tutti::params {

struct instance_facts {
  std::string_view workflow_id;
  /// What the parameter `workflow_id` says, where that is the parent's; empty = `workflow_id`.
  std::string_view shown_workflow_id = {};
  std::int64_t instance_id = 0; ///< 0 = not known yet, while workflow parameters are evaluated
  std::int64_t run_id = 0;
  std::int64_t run_ts = 0; ///< epoch ms when the run's parameters were evaluated
  std::string_view owner;
  model::initiator_type initiator = model::initiator_type::manual;
  std::string_view initiator_user;
  std::string_view initiator_timezone;
  std::string_view first_trigger_timezone;
  model::run_policy policy = model::run_policy::start_fresh_new_run;
  bool dry_run = false; ///< the initiator's type is then told to be VALIDATION
};

struct step_facts {
  std::string_view step_id;
  std::int64_t step_instance_id = 0;
  std::string_view step_uuid;
  std::int64_t attempt = 0;
  model::step_type type = model::step_type::noop;
  std::string_view sub_type;
  std::int64_t error_retries = 0;
};

/// Functions whose answers are elsewhere: signals, loops, subworkflows, unique ids, and the
/// status and end time of completed steps.
class host_functions {
public:
  virtual ~host_functions() = default;

  virtual result<model::value> call(std::string_view function, const std::vector<std::string>& args)
    = 0;
};

/// `params.getFromInstance(field)`. Steps cannot ask for `owner` and `FIRST_TIME_TRIGGER_TIMEZONE`;
/// workflow parameters get an empty text for the ids of instance and run.
result<model::value> instance_field(const instance_facts& in, std::string_view field, bool at_step);

/// `params.getFromStep(field)`.
result<model::value> step_field(const step_facts& in, std::string_view field);

} // namespace tutti::params
