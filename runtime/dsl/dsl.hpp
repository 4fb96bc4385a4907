#pragma once

#include "runtime/base/error.hpp"
#include "runtime/model/definition.hpp"

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The YAML DSL of workflows (spec 01 §15): a document with the root key `workflow` or `Workflow`
/// becomes a create request. Beside Maestro's rules, for the sake of authors:
///
/// - All mistakes are found in one reading, each with its line, column and path.
/// - A loop param of a foreach whose text is one whole reference, `${name}`, `${name@step}` or
///   `${step__name}`, stands for that array: it becomes an expression (`name`, `step__name`) of
///   type LONG_ARRAY, or of the array type given in the key (`dates<array<string>>`). As a STRING
///   it could only fail when run. Names that are no SEL identifiers give `params['a-b']` and
///   `params.getFromStep('a-b', 'c')`. References elsewhere are kept as they are written.
/// - `type: shell` is a step type.
/// - `step_concurrency` is a key of the workflow; 20 if absent.
///
/// Stricter than Maestro where it would only fail later or in silence: a null inside a list of
/// texts, a map as an expression, a missing job id or job type, a second document, `.inf` and
/// `.nan`, and a type that has a job key of its own (`foreach`, `while`, `subworkflow`).
/// Ids and names are not checked here, except that no id is used twice; the validation of
/// definitions does the rest.
namespace tutti::dsl {

inline constexpr std::size_t size_limit = 1024 * 1024; ///< bytes of a document
inline constexpr std::size_t depth_limit = 100;        ///< maps and lists inside one another
inline constexpr std::size_t node_limit = 100'000;     ///< keys, values, maps and lists
inline constexpr std::size_t mistake_limit = 20; ///< of the mistakes found, the first are told

/// Lines and columns are one-based; columns count characters.
struct mistake {
  std::size_t line = 1;
  std::size_t column = 1;
  std::string path; ///< `workflow.jobs[1].foreach.ranges.i.to`; empty for the document itself
  std::string message;

  bool operator==(const mistake&) const = default;
};

/// `line 12, column 9: workflow.jobs[1].foreach.ranges.i.to: found text "ten", expected …`
std::string to_string(const mistake& x);

/// The step type of a job template in a version; nothing where there is no such template.
using template_lookup = std::function<std::optional<model::step_type>(std::string_view job_type,
                                                                      std::string_view version)>;

/// Reads a document. On failure an `ec::bad_request` whose message is the first mistake and whose
/// details are all of them, up to the limit. Without a look-up there are no job templates.
/// `hints` takes what is legal here but hardly meant: keys that become params but look like other
/// keys, and transitions to jobs that do not exist (validation refuses these without a line). In
/// the order of the document and up to the same limit, whether or not there are mistakes.
result<model::workflow_create_request> read_workflow(std::string_view yaml,
                                                     const template_lookup& find_template = {},
                                                     std::vector<mistake>* hints = nullptr);

} // namespace tutti::dsl
