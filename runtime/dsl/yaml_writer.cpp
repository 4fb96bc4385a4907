#include "runtime/dsl/yaml_writer.hpp"

#include "runtime/dsl/scalar.hpp"

#include <algorithm>

namespace tutti::dsl {

namespace {

constexpr std::size_t line_width = 100;

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7F;
}

/// Bytes of characters outside ASCII: some of them are line breaks or not printable in YAML, so
/// texts with any are quoted.
bool is_wide(char c) {
  return static_cast<unsigned char>(c) >= 0x80;
}

/// Whether a text can stand without quotes.
bool is_plain(std::string_view x, bool flow) {
  constexpr std::string_view indicators = "-?:,[]{}#&*!|>'\"%@`";
  if (x.empty() || indicators.find(x.front()) != std::string_view::npos)
    return false;
  if (x.front() == ' ' || x.back() == ' ' || x.back() == ':' || x.starts_with("---")
      || x.starts_with("...") || x == "=" || x == "<<")
    return false;
  if (std::any_of(x.begin(), x.end(), [](char c) { return is_control(c) || is_wide(c); }))
    return false;
  if (x.find(": ") != std::string_view::npos || x.find(" #") != std::string_view::npos)
    return false;
  if (flow && x.find_first_of(",[]{}:") != std::string_view::npos)
    return false;
  return resolve(x).kind == scalar_kind::text;
}

std::string quoted_scalar(std::string_view x) {
  constexpr std::string_view hex = "0123456789ABCDEF";
  std::string out = "\"";
  for (auto c : x) {
    if (c == '"' || c == '\\')
      (out += '\\') += c;
    else if (c == '\n')
      out += "\\n";
    else if (c == '\t')
      out += "\\t";
    else if (c == '\r')
      out += "\\r";
    else if (is_control(c)) {
      out += "\\x";
      out += hex[static_cast<unsigned char>(c) >> 4];
      out += hex[static_cast<unsigned char>(c) & 15];
    } else
      out += c;
  }
  return out + '"';
}

/// Whether a block text gives it back byte by byte.
bool fits_block(std::string_view x) {
  if (x.find('\n') == std::string_view::npos || x.front() == ' ' || x.front() == '\n'
      || x.ends_with("\n\n") || x.find(" \n") != std::string_view::npos)
    return false;
  return std::none_of(x.begin(), x.end(),
                      [](char c) { return (is_control(c) && c != '\n') || is_wide(c); });
}

} // namespace

std::string text_scalar(std::string_view x, bool flow) {
  return is_plain(x, flow) ? std::string{x} : quoted_scalar(x);
}

std::size_t yaml_writer::indent() const {
  return depth_.empty() ? 0 : depth_.back();
}

void yaml_writer::line(std::string_view text) {
  out_.append(indent(), ' ');
  out_ += text;
  out_ += '\n';
}

void yaml_writer::scalar(std::string_view key, std::string_view value) {
  line(text_scalar(key) + ": " + std::string{value});
}

void yaml_writer::text(std::string_view key, std::string_view value) {
  if (!fits_block(value))
    return scalar(key, text_scalar(value));
  const auto whole = value.ends_with('\n');
  line(text_scalar(key) + (whole ? ": |" : ": |-"));
  while (!value.empty()) {
    const auto end = std::min(value.find('\n'), value.size());
    if (end > 0)
      out_.append(indent() + 2, ' ').append(value.substr(0, end));
    out_ += '\n';
    value.remove_prefix(std::min(end + 1, value.size()));
  }
}

void yaml_writer::list(std::string_view key, const std::vector<std::string>& items) {
  auto width = indent() + key.size() + 4;
  for (const auto& x : items)
    width += x.size() + 2;
  if (width > line_width)
    return block_list(key, items);
  std::string all;
  for (const auto& x : items)
    all += (all.empty() ? "" : ", ") + x;
  line(text_scalar(key) + ": [" + all + "]");
}

void yaml_writer::block_list(std::string_view key, const std::vector<std::string>& items) {
  line(text_scalar(key) + ":");
  for (const auto& x : items)
    line("  - " + x);
}

void yaml_writer::open(std::string_view key) {
  line(text_scalar(key) + ":");
  depth_.push_back(indent() + 2);
}

void yaml_writer::open_item(std::string_view key) {
  line("- " + text_scalar(key) + ":");
  depth_.push_back(indent() + 4);
}

} // namespace tutti::dsl
