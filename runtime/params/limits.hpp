#pragma once

#include "runtime/base/error.hpp"
#include "runtime/model/param.hpp"
#include "runtime/params/coerce.hpp"

#include <string_view>

/// Limits of parameters (spec 02 §2, §15).
namespace tutti::params {

inline constexpr std::size_t run_params_default_max = 128;

/// Names that run and restart parameters cannot have.
bool is_reserved_name(std::string_view name);

/// What run and restart parameters of a request must obey: at most `max`, no reserved names, no
/// `source`. One detail per violation.
status check_run_params(const model::param_map& x, std::size_t max = run_params_default_max);

/// The evaluated parameters of a `kind` called `id` must not be larger than `size_max`.
status check_size(const model::param_map& x, std::string_view kind, std::string_view id,
                  std::size_t max = size_max);

} // namespace tutti::params
