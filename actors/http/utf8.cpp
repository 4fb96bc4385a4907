#include "actors/http/utf8.hpp"

namespace tutti::http {

std::size_t utf8_char_size(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) -> unsigned {
    return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0U;
  };
  const auto follows = [&](std::size_t i) { return (byte(i) & 0xC0U) == 0x80U; };
  const auto first = byte(0);
  if (first < 0x80U)
    return 1;
  if (first < 0xC2U)
    return 0;
  if (first < 0xE0U)
    return follows(1) ? 2 : 0;
  if (first < 0xF0U) {
    // Overlong forms and surrogates are no characters.
    if ((first == 0xE0U && byte(1) < 0xA0U) || (first == 0xEDU && byte(1) > 0x9FU))
      return 0;
    return follows(1) && follows(2) ? 3 : 0;
  }
  if (first > 0xF4U || (first == 0xF0U && byte(1) < 0x90U) || (first == 0xF4U && byte(1) > 0x8FU))
    return 0;
  return follows(1) && follows(2) && follows(3) ? 4 : 0;
}

bool is_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto n = utf8_char_size(text, i);
    if (n == 0)
      return false;
    i += n;
  }
  return true;
}

std::string header_text(std::string_view value) {
  if (is_utf8(value))
    return std::string{value};
  std::string text;
  text.reserve(value.size() * 2);
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80U) {
      text += c;
    } else {
      text += static_cast<char>(0xC0U | (byte >> 6U));
      text += static_cast<char>(0x80U | (byte & 0x3FU));
    }
  }
  return text;
}

} // namespace tutti::http
