#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tutti::worker {

/// Remembers the last line of a stream that has anything in it, for a message about a failure.
class last_line {
public:
  /// Characters of the text.
  static constexpr std::size_t text_max = 300;

  void feed(std::string_view bytes);

  /// In valid UTF-8, without control characters, cut short when long; empty if there is none.
  std::string text() const;

private:
  std::string tail_;
};

} // namespace tutti::worker
