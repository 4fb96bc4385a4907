#pragma once

#include "runtime/params/evaluator.hpp"

#include <string>
#include <string_view>
#include <vector>

/// `$name` and `${name}` in texts (spec 02 §9).
namespace tutti::params {

/// Replaces references by the texts of their values. `${name@step}` is `${step__name}`, and
/// `$$` is a dollar. What no reference is stays as it is.
result<std::string> interpolate(std::string_view text, scope& names);

/// The names that `interpolate` asks for, in order, each once.
std::vector<std::string> references_in(std::string_view text);

} // namespace tutti::params
