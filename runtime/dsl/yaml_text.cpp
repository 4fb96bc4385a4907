#include "runtime/dsl/yaml_text.hpp"

#include <algorithm>
#include <array>

namespace tutti::dsl {

namespace {

unsigned char byte(char c) {
  return static_cast<unsigned char>(c);
}

bool continues(char c) {
  return (byte(c) & 0xC0) == 0x80;
}

/// The length of the UTF-8 character at the beginning, or 0 if it is none.
std::size_t character_size(std::string_view text) {
  auto first = byte(text.front());
  if (first < 0x80)
    return 1;
  auto size = first >= 0xF0 ? 4u : first >= 0xE0 ? 3u : 2u;
  if (first < 0xC2 || first > 0xF4 || text.size() < size)
    return 0;
  for (auto i = 1u; i < size; ++i)
    if (!continues(text[i]))
      return 0;
  auto second = byte(text[1]);
  auto too_long = (first == 0xE0 && second < 0xA0) || (first == 0xF0 && second < 0x90);
  auto no_character = (first == 0xED && second > 0x9F) || (first == 0xF4 && second > 0x8F);
  return too_long || no_character ? 0 : size;
}

bool control(char c) {
  return (byte(c) < 0x20 && c != '\t' && c != '\n' && c != '\r') || byte(c) == 0x7F;
}

std::string_view trimmed(std::string_view text) {
  auto begin = text.find_first_not_of(" \t\r");
  if (begin == std::string_view::npos)
    return {};
  return text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
}

/// Whether a line begins with a key of an expression that lacks its quotes.
bool unquoted_bang(std::string_view line) {
  auto x = trimmed(line);
  while (x.starts_with("- "))
    x = trimmed(x.substr(2));
  return x.starts_with("!") && x.find(':') != std::string_view::npos;
}

} // namespace

yaml_text::yaml_text(std::string_view text) : text_(text) {
  if (text_.starts_with("\xEF\xBB\xBF"))
    text_.remove_prefix(3);
  line_starts_.push_back(0);
  for (std::size_t i = 0; i < text_.size(); ++i)
    if (text_[i] == '\n')
      line_starts_.push_back(i + 1);
    else if (continues(text_[i]))
      inner_bytes_.push_back(i);
}

std::string_view yaml_text::line(std::size_t one_based) const {
  if (one_based < 1 || one_based > line_starts_.size())
    return {};
  auto begin = line_starts_[one_based - 1];
  auto end = one_based < line_starts_.size() ? line_starts_[one_based] - 1 : text_.size();
  return text_.substr(begin, end - begin);
}

place yaml_text::place_of(int line_index, int byte_column) const {
  if (line_index < 0 || byte_column < 0)
    return {};
  auto at_line = static_cast<std::size_t>(line_index) + 1;
  auto column = static_cast<std::size_t>(byte_column);
  auto begin = at_line <= line_starts_.size() ? line_starts_[at_line - 1] : text_.size();
  auto bytes_before = [&](std::size_t offset) {
    return std::lower_bound(inner_bytes_.begin(), inner_bytes_.end(), offset)
           - inner_bytes_.begin();
  };
  auto inside = static_cast<std::size_t>(bytes_before(begin + column) - bytes_before(begin));
  return {at_line, column + 1 - std::min(inside, column)};
}

std::size_t yaml_text::offset_of(place at) const {
  if (at.line > line_starts_.size())
    return text_.size();
  auto i = line_starts_[at.line - 1];
  for (auto left = at.column - 1; left > 0 && i < text_.size(); --left)
    do
      ++i;
    while (i < text_.size() && continues(text_[i]));
  return i;
}

std::optional<mistake_at> yaml_text::first_bad_byte() const {
  auto found = [&](std::size_t offset, std::string what) {
    auto next = std::upper_bound(line_starts_.begin(), line_starts_.end(), offset);
    auto index = static_cast<int>(next - line_starts_.begin()) - 1;
    auto column = static_cast<int>(offset - *(next - 1));
    return mistake_at{place_of(index, column), std::move(what)};
  };
  for (std::size_t i = 0; i < text_.size();) {
    if (control(text_[i]))
      return found(i, "found the control character " + std::to_string(byte(text_[i]))
                        + ", which YAML does not allow");
    auto size = character_size(text_.substr(i));
    if (size == 0)
      return found(i, "the text is not UTF-8 from here on");
    i += size;
  }
  return std::nullopt;
}

bool yaml_text::unclosed_quote(place begin) const {
  auto i = offset_of(begin);
  // Tags and anchors stand before the text that they belong to.
  while (i < text_.size() && (text_[i] == '!' || text_[i] == '&')) {
    i = std::min(text_.find_first_of(" \t\r\n", i), text_.size());
    i = std::min(text_.find_first_not_of(" \t\r\n", i), text_.size());
  }
  if (i >= text_.size() || (text_[i] != '"' && text_[i] != '\''))
    return false;
  auto quote = text_[i++];
  for (; i < text_.size(); ++i) {
    if (quote == '"' && text_[i] == '\\')
      ++i;
    else if (text_[i] == quote) {
      if (quote == '"' || i + 1 >= text_.size() || text_[i + 1] != quote)
        return false;
      ++i;
    }
  }
  return true;
}

std::string yaml_text::syntax_hint(place at, std::string_view parser_message) const {
  for (auto x = at.line > 1 ? at.line - 1 : at.line; x <= at.line; ++x)
    if (unquoted_bang(line(x)))
      return "; a key that begins with ! must be put in quotes";
  auto here = text_.substr(std::min(offset_of(at), text_.size()));
  if (!here.empty() && here.front() == '\t')
    return "; indent with blanks, not with tabs";
  auto indent = line(at.line).substr(0, line(at.line).find_first_not_of(" \t"));
  if (indent.find('\t') != std::string_view::npos)
    return "; indent with blanks, not with tabs";
  if (!here.empty() && std::string_view{"@`%*"}.find(here.front()) != std::string_view::npos)
    return "; a text that begins with " + std::string{here.front()} + " must be put in quotes";
  if (parser_message == "illegal map value")
    return "; a text that has a colon and a blank in it must be put in quotes, and the keys of a "
           "map "
           "must be indented alike";
  if (parser_message.starts_with("end of map flow") || parser_message.starts_with("end of seq"))
    return "; inside [] and {} a text that has one of []{}, in it must be put in quotes";
  if (parser_message == "end of map not found")
    return "; what stands here does not belong to what is before it: indent the keys of a map "
           "alike, "
           "and put a text in quotes as a whole";
  return {};
}

} // namespace tutti::dsl
