#include "tools/ctl/text.hpp"

#include "tools/ctl/statuses.hpp"

#include <algorithm>
#include <cstdio>
#include <ctime>

namespace tutti::ctl {

namespace {

constexpr std::string_view reset = "\x1b[0m";

bool begins_character(char c) {
  return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
}

std::string two_digits(std::int64_t n) {
  return (n < 10 ? "0" : "") + std::to_string(n);
}

std::string pair_of(std::int64_t big, std::string_view big_unit, std::int64_t small,
                    std::string_view small_unit) {
  return std::to_string(big) + std::string{big_unit} + " " + two_digits(small)
         + std::string{small_unit};
}

std::vector<std::size_t> column_widths(const table& x) {
  std::vector<std::size_t> widths;
  auto widen = [&](const std::vector<std::string>& cells) {
    widths.resize(std::max(widths.size(), cells.size()));
    for (std::size_t i = 0; i < cells.size(); ++i)
      widths[i] = std::max(widths[i], width_of(cells[i]));
  };
  widen(x.head);
  for (const auto& row : x.rows)
    widen(row);
  return widths;
}

std::string render_row(const std::vector<std::string>& cells, std::size_t status_column,
                       const std::vector<std::size_t>& widths, const look& how) {
  std::string line;
  std::size_t used = 0;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const bool last = i + 1 == cells.size();
    auto text = last ? cells[i] : pad(cells[i], widths[i] + 2);
    if (how.width > 0)
      text = used < how.width ? cut(text, how.width - used) : std::string{};
    used += width_of(text);
    line += i == status_column ? coloured(text, cells[i], how) : text;
  }
  while (!line.empty() && line.back() == ' ')
    line.pop_back();
  return line + "\n";
}

} // namespace

std::string one_line(std::string_view text) {
  std::string line;
  for (char c : text) {
    const auto code = static_cast<unsigned char>(c);
    const bool blank = code <= 0x20 || code == 0x7f;
    if (!blank)
      line += c;
    else if (!line.empty() && line.back() != ' ')
      line += ' ';
  }
  if (!line.empty() && line.back() == ' ')
    line.pop_back();
  return line;
}

std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), begins_character));
}

std::string cut(std::string_view text, std::size_t width) {
  if (width == 0 || width_of(text) <= width)
    return std::string{text};
  std::size_t characters = 0;
  std::size_t end = 0;
  for (; end < text.size(); ++end)
    if (begins_character(text[end]) && characters++ == width - 1)
      break;
  return std::string{text.substr(0, end)} + "~";
}

std::vector<std::string> wrap(std::string_view text, std::size_t width) {
  std::vector<std::string> lines;
  while (width > 0 && width_of(text) > width) {
    std::size_t characters = 0;
    std::size_t end = 0;
    for (; end < text.size(); ++end)
      if (begins_character(text[end]) && characters++ == width)
        break;
    const auto space = text.substr(0, end + 1).rfind(' ');
    const bool broken = space != std::string_view::npos && space > 0;
    lines.emplace_back(text.substr(0, broken ? space : end));
    text.remove_prefix(broken ? space + 1 : end);
  }
  lines.emplace_back(text);
  return lines;
}

std::string pad(std::string_view text, std::size_t width) {
  const auto used = width_of(text);
  return std::string{text} + std::string(width > used ? width - used : 0, ' ');
}

std::string pad_left(std::string_view text, std::size_t width) {
  const auto used = width_of(text);
  return std::string(width > used ? width - used : 0, ' ') + std::string{text};
}

std::string coloured(std::string_view text, std::string_view status, const look& how) {
  const auto colour = colour_of(mood_of(status));
  if (!how.colour || colour.empty() || text.empty())
    return std::string{text};
  return std::string{colour} + std::string{text} + std::string{reset};
}

std::string duration_text(std::int64_t ms) {
  constexpr std::int64_t minute = 60;
  constexpr std::int64_t hour = 60 * minute;
  constexpr std::int64_t day = 24 * hour;
  ms = std::max<std::int64_t>(ms, 0);
  if (ms < 1000)
    return std::to_string(ms) + "ms";
  const auto seconds = ms / 1000;
  if (seconds < minute)
    return std::to_string(seconds) + "." + std::to_string(ms % 1000 / 100) + "s";
  if (seconds < hour)
    return pair_of(seconds / minute, "m", seconds % minute, "s");
  if (seconds < day)
    return pair_of(seconds / hour, "h", seconds % hour / minute, "m");
  return pair_of(seconds / day, "d", seconds % day / hour, "h");
}

std::string bar(std::int64_t done, std::int64_t total, std::size_t width) {
  std::size_t filled = 0;
  if (total > 0) {
    const auto share = static_cast<double>(std::clamp<std::int64_t>(done, 0, total))
                       / static_cast<double>(total);
    filled = static_cast<std::size_t>(share * static_cast<double>(width));
  }
  return "[" + std::string(filled, '#') + std::string(width - filled, '.') + "]";
}

std::string time_text(std::int64_t epoch_ms) {
  if (epoch_ms <= 0)
    return "-";
  const auto seconds = static_cast<std::time_t>(epoch_ms / 1000);
  std::tm parts{};
  char text[32];
  if (!::gmtime_r(&seconds, &parts)
      || std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &parts) == 0)
    return "-";
  return text;
}

std::string render(const table& x, const look& how) {
  const auto widths = column_widths(x);
  std::string page = render_row(x.head, static_cast<std::size_t>(-1), widths, how);
  for (const auto& row : x.rows)
    page += render_row(row, x.status_column, widths, how);
  return page;
}

std::string counted(std::int64_t n, std::string_view noun) {
  return std::to_string(n) + " " + std::string{noun} + (n == 1 ? "" : "s");
}

} // namespace tutti::ctl
