#pragma once

#include "runtime/base/error.hpp"
#include "runtime/model/param.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// The syntax tree of the basic evaluator.
namespace tutti::params {

enum class operation : std::uint8_t {
  literal,
  name,
  ints_between,
  date_ints_between,
  host_call, ///< `params.function(…)`
  negate,
  logical_not,
  logical_and,
  logical_or,
  equal,
  not_equal,
  less,
  less_equal,
  greater,
  greater_equal,
};

struct syntax_node {
  operation what = operation::literal;
  model::value literal;
  std::string name;                    ///< of a name, or of the function of a host call
  std::vector<std::uint32_t> operands; ///< positions in `syntax::nodes`
};

/// Children come before their parents.
struct syntax {
  std::vector<syntax_node> nodes;
  std::uint32_t root = 0;
};

/// Errors say where the text leaves the language of the basic evaluator.
result<syntax> parse_basic(std::string_view expression);

} // namespace tutti::params
