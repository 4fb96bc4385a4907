#pragma once

#include "runtime/base/error.hpp"
#include "runtime/model/param.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace tutti::sel {

/// The values that an evaluation reads from outside. They live as long as the evaluation.
class inputs {
public:
  virtual ~inputs() = default;

  /// The value of a name; null if there is none.
  virtual const model::value* find(std::string_view name) = 0;

  /// The value of `params.name`; null if there is none.
  virtual const model::value* find_in_params(std::string_view name) { return find(name); }

  /// Whether `params` and `Util` have the functions of the host.
  virtual bool extended() const { return false; }

  /// `params.function(args…)`. Only when `extended()`.
  virtual result<model::value> call(std::string_view function,
                                    const std::vector<std::string>& args) {
    return error{ec::bad_request, "There is no function params." + std::string{function} + " with "
                                    + std::to_string(args.size()) + " arguments"};
  }
};

} // namespace tutti::sel
