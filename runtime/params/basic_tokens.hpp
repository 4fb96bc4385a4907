#pragma once

#include "runtime/base/error.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace tutti::params {

enum class token_kind : std::uint8_t {
  end,
  name,
  integer,
  decimal,
  text,
  symbol
};

struct token {
  token_kind kind = token_kind::end;
  std::string_view text; ///< as written
  std::size_t at = 0;
  std::string content; ///< of a text: without quotes and escapes
};

/// Reads tokens one by one; the expression must outlive it.
class token_reader {
public:
  explicit token_reader(std::string_view expression) : all_(expression) {}

  result<token> next();

  /// `bad_request` that quotes the place.
  error refuse(std::size_t at, std::string_view found, std::string_view why) const;

private:
  bool skip_blanks();
  result<token> read_text();
  token read_number();
  token take(token_kind kind, std::size_t size);
  bool read_escape(std::string& out);

  std::string_view all_;
  std::size_t at_ = 0;
};

} // namespace tutti::params
