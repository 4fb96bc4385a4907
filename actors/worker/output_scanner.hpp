#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tutti::worker {

inline constexpr std::string_view output_start_token = "MAESTRO_OUTPUT_START_TOKEN";
inline constexpr std::string_view output_end_token = "MAESTRO_OUTPUT_END_TOKEN";

/// Characters of UTF-8; each byte that starts none counts as none.
std::int64_t characters(std::string_view text);

/// Finds the output data in a job's stdout while it streams by: the text between the last
/// start token and the last end token after it. Remembers no more than that text's bound.
class output_scanner {
public:
  explicit output_scanner(std::int64_t max_chars) : max_chars_(max_chars) {}

  void feed(std::string_view bytes);

  /// The text so far, if both tokens were seen and it is within the bound.
  std::optional<std::string> text() const;

  /// Both tokens were seen, and what is between them exceeds the bound.
  bool too_large() const { return too_large_; }

private:
  void take(std::string_view bytes);
  void start();
  void end();

  std::int64_t max_chars_;
  /// Bytes at the end of the input that may begin a token.
  std::string carry_;
  std::string kept_;
  std::size_t complete_ = 0;
  bool capturing_ = false;
  bool ended_ = false;
  bool overflowed_ = false;
  bool too_large_ = false;
};

} // namespace tutti::worker
