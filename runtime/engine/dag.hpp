#pragma once

#include "runtime/base/error.hpp"
#include "runtime/model/definition.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tutti::engine {

/// The graph of one level of steps, by position in the definition.
struct dag {
  std::vector<std::vector<std::uint32_t>> parents;
  std::vector<std::vector<std::uint32_t>> children;

  std::size_t size() const { return parents.size(); }
};

/// Builds the graph; refuses unknown successors and cycles (named by path).
result<dag> make_dag(const std::string& workflow_id, const std::vector<model::step>& steps);

/// A definition with its graph: made once per version and shared.
struct compiled_workflow {
  model::workflow workflow;
  engine::dag dag;
  /// Some expression calls `params.getFrom…`: steps must know of all that have ended before.
  bool asks_of_steps = false;

  /// Position of a step; `npos` if there is none of that id.
  std::size_t position(std::string_view step_id) const;

  static constexpr std::size_t npos = static_cast<std::size_t>(-1);
};

/// Positions of the steps in the order in which clients know them: that of `runtime_dag`, which
/// ordinals in overviews refer to (spec 04a §2, §9). The original keeps it in a hash map of Java;
/// its order depends on the ids and on how many there are, and is made again here.
std::vector<std::uint32_t> client_order(const compiled_workflow& of,
                                        const std::vector<bool>& in_dag);

using workflow_ptr = std::shared_ptr<const compiled_workflow>;

result<workflow_ptr> compile(model::workflow definition);

} // namespace tutti::engine
