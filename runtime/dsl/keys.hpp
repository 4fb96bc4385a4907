#pragma once

#include "runtime/model/definition.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

/// The keys of the DSL and the words that they take (spec 01 §15.2 to §15.6), each once: the reader
/// takes its words from here, the hints their keys, and the JSON Schema everything.
namespace tutti::dsl {

/// What a key takes. Null is the same as a key that is absent.
enum class value_form : std::uint8_t {
  text,        ///< any scalar, as it is written
  strict_text, ///< a text proper
  number_text, ///< any scalar, in its plainest form
  integer,
  boolean,
  word,        ///< one of the words, in any letter case
  tags,        ///< a list of texts
  params,      ///< a map of params
  ranges,      ///< a map of ranges
  transitions, ///< a list of transitions
  jobs,        ///< a list of jobs
  dag          ///< a word, or a map of transitions
};

struct key_decl {
  std::string_view name;
  value_form form;
  /// One sentence for authors, without a dot.
  std::string_view help;
  std::span<const std::string_view> words{};
  /// The key must be there, or one that is the same.
  bool required = false;
  /// The key that this one is another name of.
  std::string_view same_as{};
};

/// Of the workflow. All other keys are params.
std::span<const key_decl> workflow_keys();

/// Of all jobs. Keys that are neither these nor those of the kind are params.
std::span<const key_decl> job_keys();

/// Of one kind of job, beside `job_keys`.
std::span<const key_decl> keys_of(model::step_kind kind);

/// Of one range.
std::span<const key_decl> range_keys();

using word_list = std::span<const std::string_view>;

inline constexpr std::array<std::string_view, 2> root_words{"workflow", "Workflow"};

/// The kinds of jobs, and their keys in a list of jobs.
struct job_kind {
  std::string_view name;
  model::step_kind kind;
  std::string_view help;
};

inline constexpr std::array<job_kind, 4> job_kinds{
  job_kind{"job", model::step_kind::step, "Runs one thing"},
  job_kind{"subworkflow", model::step_kind::subworkflow, "Runs another workflow"},
  job_kind{"foreach", model::step_kind::foreach, "Runs its jobs once for each set of loop params"},
  job_kind{"while", model::step_kind::while_, "Runs its jobs as long as a condition holds"}};

inline constexpr std::array<std::string_view, 4> job_kind_words{"job", "subworkflow", "foreach",
                                                                "while"};
inline constexpr std::array<std::string_view, 6> run_rule_words{"SEQUENTIAL", "STRICT_SEQUENTIAL",
                                                                "FIRST_ONLY", "LAST_ONLY",
                                                                "PARALLEL",   "SERIAL_LATEST_ONLY"};
inline constexpr std::array<std::string_view, 4> criticality_words{"CRITICAL", "HIGH", "MEDIUM",
                                                                   "LOW"};
inline constexpr std::array<std::string_view, 3> failure_mode_words{"FAIL_AFTER_RUNNING",
                                                                    "FAIL_IMMEDIATELY",
                                                                    "IGNORE_FAILURE"};
/// Types of a job; a type that is none of them names a job template.
inline constexpr std::array<std::string_view, 9> job_type_words{
  "NoOp", "Sleep", "Shell", "Http", "Kubernetes", "Notebook", "foreach", "while", "subworkflow"};
inline constexpr std::array<std::string_view, 2> dag_words{"sequential", "parallel"};
inline constexpr std::array<std::string_view, 16> param_type_words{
  "string",        "long",           "double",        "boolean",    "array<string>", "array<long>",
  "array<double>", "array<boolean>", "map",           "string_map", "pmap",          "STRING_ARRAY",
  "LONG_ARRAY",    "DOUBLE_ARRAY",   "BOOLEAN_ARRAY", "MAP"};
inline constexpr std::array<std::string_view, 5> param_mode_words{
  "mutable", "mutable_on_start_restart", "mutable_on_start", "immutable", "constant"};

} // namespace tutti::dsl
