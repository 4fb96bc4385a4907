#pragma once

#include "runtime/dsl/yaml_tree.hpp"
#include "runtime/model/param.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

/// Scalars of YAML 1.1 (spec 01 §15.5), and members of a simple type.
namespace tutti::dsl {

enum class scalar_kind : std::uint8_t {
  none, ///< null
  text,
  integer,
  decimal,
  boolean,
  huge,       ///< an integer beyond 64 bits
  not_finite, ///< `.inf`, `.nan`, or an exponent beyond any use
};

struct scalar {
  scalar_kind kind = scalar_kind::none;
  std::int64_t integer = 0;
  bool boolean = false;
  model::decimal number{}; ///< of an integer too
};

/// What a plain scalar means.
scalar resolve(std::string_view plain);

/// @pre the node is a scalar or null
scalar resolve(const node& x);

/// The text of a value in its plainest form: 8 for `010`, true for `yes`, 1000 for `1_000`;
/// texts and decimals as they are. @pre the node is a scalar
std::string plain_text(const node& x);

/// What stands there, for a message: `text "ten"`, `a list`.
std::string describe(const node& x);

/// Reads a member. Nothing for null, and for what does not fit, which is reported.
class member_reader {
public:
  member_reader(const entry& item, const path& where, report& out)
    : item_(item),
      where_(where),
      out_(out) {}

  /// Any scalar, as it is written.
  std::optional<std::string> text() const;

  /// Any scalar, in its plainest form.
  std::optional<std::string> number_text() const;

  /// A text proper: no number, no boolean.
  std::optional<std::string> strict_text() const;
  std::optional<std::int64_t> integer() const;
  std::optional<bool> boolean() const;

  /// One word of an enum, in any case.
  template <class E>
  std::optional<E> word(std::optional<E> (*parse)(std::string_view),
                        std::span<const std::string_view> known) const {
    auto given = text();
    if (!given)
      return std::nullopt;
    auto found = parse(*given);
    if (!found)
      wrong_word(*given, known);
    return found;
  }

  /// Whether the value is of this kind; if it is another and not null, that is reported.
  bool is(node_kind kind, std::string_view expected) const;

  void wrong(std::string_view expected) const;

private:
  void wrong_word(std::string_view given, std::span<const std::string_view> known) const;

  const entry& item_;
  const path& where_;
  report& out_;
};

} // namespace tutti::dsl
