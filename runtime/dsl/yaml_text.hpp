#pragma once

#include "runtime/dsl/report.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tutti::dsl {

struct mistake_at {
  place at;
  std::string message;
};

/// The text of a document and its lines; makes up for what the YAML parser does not say or see.
class yaml_text {
public:
  /// Keeps a view. A byte order mark is dropped.
  explicit yaml_text(std::string_view text);

  std::string_view text() const { return text_; }

  /// The parser counts lines and bytes from zero, and -1 when it does not know.
  place place_of(int line, int byte_column) const;

  /// The parser repairs broken UTF-8 and takes some control characters for the end: find them
  /// first.
  std::optional<mistake_at> first_bad_byte() const;

  /// Whether the quoted text that begins there lacks its closing quote, which the parser forgives.
  bool unclosed_quote(place begin) const;

  /// What the author probably has to change, beginning with `; `, or nothing.
  std::string syntax_hint(place at, std::string_view parser_message) const;

private:
  std::string_view line(std::size_t one_based) const;
  std::size_t offset_of(place at) const;

  std::string_view text_;
  std::vector<std::size_t> line_starts_;
  std::vector<std::size_t> inner_bytes_; ///< of UTF-8 characters, after their first
};

} // namespace tutti::dsl
