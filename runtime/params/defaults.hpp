#pragma once

#include "runtime/base/error.hpp"
#include "runtime/model/param.hpp"
#include "runtime/params/facts.hpp"

#include <functional>
#include <optional>
#include <span>
#include <string_view>

/// Parameters that the system adds (spec 02 §12).
namespace tutti::params {

/// Asks for the value of another default, by its name.
using default_lookup = std::function<result<model::value>(std::string_view name)>;

/// A parameter with a visible expression whose value is known without evaluating it.
struct system_default {
  std::string_view name;
  model::param_type type;
  model::param_mode mode;
  bool reserved; ///< internal mode RESERVED
  std::string_view expression;

  /// The value; nothing where only the expression can tell, as for an unusual time zone.
  using computation
    = std::optional<model::value> (*)(const system_default& self, const instance_facts& instance,
                                      const step_facts* step, const default_lookup& others);
  computation compute;

  /// For times and dates: what is read, and how it is moved and written.
  std::string_view from = {};
  std::string_view zone = {};   ///< a name of a time zone, or of the default that holds it
  std::int64_t moved_hours = 0; ///< by the wall clock
  bool hour_only = false;

  /// The value of a run whose defaults nobody has changed; null where it cannot be told.
  model::value derive(const instance_facts& instance, const step_facts* step) const;
};

/// Every workflow run (12.1), in order.
std::span<const system_default> system_defaults();

/// Every step (12.2).
std::span<const system_default> step_defaults();

/// Every workflow run, as definitions: `system_defaults` and `job_template_version`, which is
/// dropped when nobody sets it.
const model::param_map& workflow_default_params();

/// Every step, as definitions.
const model::param_map& step_default_params();

/// The steps of a type (12.3); empty for most.
const model::param_map& type_defaults(model::step_type type);

/// Run parameters of a dry run: `FROM_DATE` and `TO_DATE`, as far as the definition has them
/// (12.4).
model::param_map dry_run_params(const model::param_map* definition);

/// What an operator puts in the place of the defaults, by name (12.5). Absent maps are null.
struct default_overrides {
  const model::param_map* workflow = nullptr;
  const model::param_map* step = nullptr;
  const model::param_map* by_type = nullptr; ///< of the step's type
  const model::param_map* dry_run = nullptr;
};

model::param to_param(const system_default& x);

const system_default* find_default(std::span<const system_default> table, std::string_view name);

} // namespace tutti::params
