#include "actors/worker/last_line.hpp"

#include <algorithm>

namespace tutti::worker {

namespace {

/// Enough for a line of the longest text, and blank lines behind it.
constexpr std::size_t tail_max = 4096;
constexpr std::string_view blanks = " \t\r\n\v\f";

/// Bytes of the well-formed character at the start; 0 if there is none.
std::size_t character_size(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto first = byte(0);
  const std::size_t size = first < 0x80                    ? 1
                           : first >= 0xC2 && first < 0xE0 ? 2
                           : first >= 0xE0 && first < 0xF0 ? 3
                           : first >= 0xF0 && first < 0xF5 ? 4
                                                           : 0;
  if (size > text.size())
    return 0;
  for (std::size_t i = 1; i < size; ++i)
    if ((byte(i) & 0xC0U) != 0x80U)
      return 0;
  // Overlong forms, surrogates, and what lies behind the last character.
  const bool wrong = (first == 0xE0 && byte(1) < 0xA0) || (first == 0xED && byte(1) >= 0xA0)
                     || (first == 0xF0 && byte(1) < 0x90) || (first == 0xF4 && byte(1) >= 0x90);
  return wrong ? 0 : size;
}

std::string cleaned(std::string_view line) {
  std::string out;
  for (std::size_t count = 0; !line.empty(); ++count) {
    if (count == last_line::text_max)
      return out + "...";
    const auto size = character_size(line);
    const auto code = static_cast<unsigned char>(line.front());
    if (size == 0)
      out += '?';
    else if (code < 0x20 || code == 0x7F)
      out += ' ';
    else
      out += line.substr(0, size);
    line.remove_prefix(size == 0 ? 1 : size);
  }
  return out;
}

} // namespace

void last_line::feed(std::string_view bytes) {
  if (bytes.size() > tail_max)
    bytes.remove_prefix(bytes.size() - tail_max);
  tail_ += bytes;
  // Only now and then, so that many small pieces cost little.
  if (tail_.size() > 2 * tail_max)
    tail_.erase(0, tail_.size() - tail_max);
}

std::string last_line::text() const {
  std::string_view rest{tail_};
  rest = rest.substr(0, rest.find_last_not_of(blanks) + 1);
  const auto end = rest.find_last_of("\r\n");
  if (end != std::string_view::npos)
    rest.remove_prefix(end + 1);
  const auto begin = rest.find_first_not_of(blanks);
  return begin == std::string_view::npos ? std::string{} : cleaned(rest.substr(begin));
}

} // namespace tutti::worker
