#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// Text for a terminal. Widths are counted in characters (code points of UTF-8).
namespace tutti::ctl {

/// How output may look.
struct look {
  bool terminal = false;
  bool colour = false;
  /// 0: no limit.
  std::size_t width = 0;
  std::size_t height = 0;
};

/// Control characters become spaces, runs of spaces one, so that a message of a user's
/// program cannot steer the terminal or break a line.
std::string one_line(std::string_view text);

std::size_t width_of(std::string_view text);

/// Cuts to `width` characters, the last of them `~` when something was cut. 0: no limit.
std::string cut(std::string_view text, std::size_t width);

/// Lines of at most `width` characters, broken at spaces where there are some. 0: one line.
std::vector<std::string> wrap(std::string_view text, std::size_t width);

/// Fills with spaces on the right, or the left.
std::string pad(std::string_view text, std::size_t width);
std::string pad_left(std::string_view text, std::size_t width);

/// `text`, in the colour of the status when colours are on.
std::string coloured(std::string_view text, std::string_view status, const look& how);

/// "350ms", "12.3s", "3m 05s", "2h 05m", "3d 04h"; negative counts as zero.
std::string duration_text(std::int64_t ms);

/// "[#####.....]" with `width` characters between the brackets.
std::string bar(std::int64_t done, std::int64_t total, std::size_t width);

/// UTC, "2026-01-31 08:05:09"; "-" for zero.
std::string time_text(std::int64_t epoch_ms);

/// Columns as wide as their widest cell, two spaces between, no trailing spaces. Cells of the
/// last column are cut so that lines fit `how.width`; cells of `status_column` get colours.
struct table {
  std::vector<std::string> head;
  std::vector<std::vector<std::string>> rows;
  std::size_t status_column = static_cast<std::size_t>(-1);
};

std::string render(const table& x, const look& how);

/// "3 iterations", "1 iteration".
std::string counted(std::int64_t n, std::string_view noun);

} // namespace tutti::ctl
