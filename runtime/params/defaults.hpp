#pragma once

#include "runtime/model/param.hpp"
#include "runtime/params/facts.hpp"

#include <optional>
#include <span>
#include <string_view>

/// Parameters that the system adds (spec 02 §12).
namespace tutti::params {

/// A parameter with a visible expression whose value is known without evaluating it.
struct system_default {
  std::string_view name;
  model::param_type type;
  model::param_mode mode;
  bool reserved; ///< internal mode RESERVED
  std::string_view expression;
  model::value (*derive)(const instance_facts& instance, const step_facts* step);
};

/// Every workflow run (12.1). The dates and time zones of 12.1 need the whole expression language
/// and belong here, before `owner`, in the order of the specification.
std::span<const system_default> system_defaults();

/// Every step (12.2).
std::span<const system_default> step_defaults();

/// The steps of a type (12.3); empty for most.
const model::param_map& type_defaults(model::step_type type);

model::param to_param(const system_default& x);

const system_default* find_default(std::span<const system_default> table, std::string_view name);

} // namespace tutti::params
