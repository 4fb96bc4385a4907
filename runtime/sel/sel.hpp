#pragma once

#include "runtime/base/error.hpp"
#include "runtime/model/param.hpp"
#include "runtime/sel/inputs.hpp"
#include "runtime/sel/limits.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

/// SEL, the expression language (spec 03): texts are compiled once and evaluated often.
///
/// Errors of the language carry in `details` the class of the failure as the language names it
/// (`ArithmeticException`, spec 03 §11), and after it the class of its cause, if it has one.
namespace tutti::sel {

struct tree;

/// What an evaluation gives, of whatever type.
struct outcome {
  std::string type; ///< `LONG`, `VOID`, `ERROR`, …
  /// JSON; the text form of what cannot be returned; `null` for NULL, VOID and presets.
  std::string json;
};

/// A compiled text. Never changes; may be used by any number of threads at once.
class program {
public:
  explicit program(tree compiled);
  ~program();
  program(const program&) = delete;
  program& operator=(const program&) = delete;

  /// The names that the text reads from outside, in order, each once; `params` is one of them.
  const std::vector<std::string>& references() const { return references_; }

  /// The result, of whatever type. `ec::bad_request` for failures of the program, `ec::timeout`,
  /// errors of the inputs as they are.
  result<outcome> run(inputs& names, const budget& with) const;

  /// As a parameter's expression: the result is a value, or null for the null string or map (spec
  /// 03 §13).
  /// `ec::internal` for a result with contents that no parameter can have.
  result<model::value> evaluate(inputs& names, const budget& with) const;

  /// About how much memory it holds.
  std::size_t bytes() const { return bytes_; }

private:
  std::unique_ptr<const tree> tree_;
  std::vector<std::string> references_;
  std::size_t bytes_ = 0;
};

/// `ec::bad_request` with the place and the reason.
result<std::shared_ptr<const program>> compile(std::string_view source, const limits& within);

/// What is compiled for an expression of a definition: without blanks around, with a semicolon
/// where it needs one, before trailing comments.
std::string with_semicolon(std::string_view expression);

} // namespace tutti::sel
