#pragma once

#include "runtime/sel/text.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

/// The words of a program (spec 03 §2).
namespace tutti::sel {

enum class token_kind : std::uint8_t {
  end,
  identifier,
  reserved, ///< a word that is never an identifier
  integer,
  floating,
  string,
  symbol
};

struct token {
  token_kind kind = token_kind::end;
  text_view raw;
  std::size_t at = 0;
};

/// A text whose `\uXXXX` are replaced, as Java does before it looks at words.
struct plain_source {
  text chars;                   ///< up to the first malformed escape
  std::size_t malformed_at = 0; ///< its place, from 1; 0 = all are well formed
};

plain_source without_unicode_escapes(text_view source);

/// Reads words one by one; the text must outlive it. Throws `failure`.
class lexer {
public:
  explicit lexer(const plain_source& source)
    : source_(source.chars),
      malformed_at_(source.malformed_at) {}

  token next();

private:
  void skip_blanks();
  void check_end() const;
  token take(token_kind kind, std::size_t length);
  std::size_t number_length(token_kind& kind) const;
  std::size_t string_length() const;
  std::size_t symbol_length() const;
  bool is_digit(std::size_t at) const;

  text_view source_;
  std::size_t malformed_at_;
  std::size_t at_ = 0;
};

/// The content of a string token. Throws `failure` on octal escapes.
text unquoted(text_view raw);

} // namespace tutti::sel
