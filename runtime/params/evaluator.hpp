#pragma once

#include "runtime/base/error.hpp"
#include "runtime/model/param.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The port behind which the expression language comes.
namespace tutti::params {

/// Gives values to the names an expression mentions.
class scope {
public:
  virtual ~scope() = default;

  /// The value of a name; a null value if there is none. Called only for names that the evaluation
  /// needs.
  virtual result<model::value> resolve(std::string_view name) = 0;

  /// The value of `params.name`; nothing if there is none.
  virtual std::optional<model::value> in_params(std::string_view) { return std::nullopt; }

  /// The present time, epoch ms.
  virtual std::int64_t now() const { return 0; }

  /// `params.function(args…)` (spec 02 §8).
  virtual result<model::value> call(std::string_view function, const std::vector<std::string>& args)
    = 0;
};

/// Stateless; may be shared between threads.
class expression_evaluator {
public:
  virtual ~expression_evaluator() = default;

  /// Parses only.
  virtual status check(std::string_view expression) const = 0;

  /// The result is never null. Errors of the scope are handed on as they are. An error with a
  /// `kind` is complete: it names the expression as clients of the original know it.
  virtual result<model::value> evaluate(std::string_view expression, scope& names) const = 0;

  /// The names that the expression reads from outside, in order, each once; `params` is one.
  virtual result<std::vector<std::string>> references(std::string_view expression) const = 0;
};

/// Knows a part of the language: literals, names, parentheses, `!`, `&&`, `||`, comparisons,
/// `Util.intsBetween`, `Util.dateIntsBetween`, and calls of `params.function(texts…)`. As in the
/// whole language, both sides of `&&` and `||` are evaluated. Everything else is `bad_request`.
const expression_evaluator& basic_evaluator();

} // namespace tutti::params
