#pragma once

#include "runtime/dsl/dsl.hpp"

#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Mistakes on their way to the author.
namespace tutti::dsl {

/// One-based.
struct place {
  std::size_t line = 1;
  std::size_t column = 1;

  auto operator<=>(const place&) const = default;
};

/// Where in the document a value stands. Lives on the stack and points to the level above.
class path {
public:
  explicit path(std::string_view root) : key_(root) {}

  path(const path& up, std::string_view key) : up_(&up), key_(key) {}

  path(const path& up, std::size_t index) : up_(&up), index_(index), indexed_(true) {}

  std::string text() const;

private:
  const path* up_ = nullptr;
  std::string_view key_;
  std::size_t index_ = 0;
  bool indexed_ = false;
};

/// Collects the mistakes of one document.
class report {
public:
  void add(place at, const path& where, std::string message);

  /// A mistake of the document as a whole.
  void add(place at, std::string message);

  bool empty() const { return count_ == 0; }

  /// Whether there are more than will be told, so that hints are no longer worth their time.
  bool full() const { return count_ > mistake_limit; }

  /// Says something about a place that is no mistake. The first `mistake_limit` are kept.
  void hint(place at, const path& where, std::string message);

  bool hints_full() const { return hints_.size() >= mistake_limit; }

  /// In the order of their places.
  std::vector<mistake> hints() const;

  /// All mistakes as one error. @pre `!empty()`
  error to_error() const;

private:
  std::vector<mistake> mistakes_;
  std::vector<mistake> hints_;
  std::size_t count_ = 0;
};

/// How many single letters have to change to turn one word into the other, ignoring case.
std::size_t letters_apart(std::string_view a, std::string_view b);

/// `; did you mean "x"?` for the known word that is nearly `word`, else nothing.
std::string hint_for(std::string_view word, std::span<const std::string_view> known);

/// `a, b, c`
std::string listed(std::span<const std::string_view> words);

/// Cut short when long.
std::string shortened(std::string_view text);

/// In double quotes, cut short when long.
std::string quoted(std::string_view text);

} // namespace tutti::dsl
