#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// YAML text, line by line, in the style that people write: block maps and lists, flow lists of
/// short scalars, and block texts for scripts.
namespace tutti::dsl {

/// A scalar that is read as this text and nothing else: plain where that is safe, else in quotes.
/// @param flow within `[…]`, where commas and brackets need quotes too
std::string text_scalar(std::string_view x, bool flow = false);

class yaml_writer {
public:
  /// `key: value`; the value is ready to stand there.
  void scalar(std::string_view key, std::string_view value);

  /// `key: text`, or a block text where it has several lines.
  void text(std::string_view key, std::string_view value);

  /// `key: [a, b]`, or one a line where that is too long. The items are ready scalars.
  void list(std::string_view key, const std::vector<std::string>& items);

  /// One item a line.
  void block_list(std::string_view key, const std::vector<std::string>& items);

  /// `key:` with what follows indented, until `close`.
  void open(std::string_view key);

  /// `- key:`, an item that is a map with one key; what follows is indented, until `close`.
  void open_item(std::string_view key);

  void close() { depth_.pop_back(); }

  std::string take() && { return std::move(out_); }

private:
  void line(std::string_view text);
  std::size_t indent() const;

  std::string out_;
  std::vector<std::size_t> depth_; ///< blanks of each level
};

} // namespace tutti::dsl
