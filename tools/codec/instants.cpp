#include "tools/codec/instants.hpp"

#include <chrono>
#include <cstdio>

namespace tutti::codec {

namespace {

namespace ch = std::chrono;

/// Reads a text from left to right; the first mismatch makes it bad.
class cursor {
public:
  explicit cursor(std::string_view text) : rest_(text) {}

  bool good() const { return good_; }

  bool at_end() const { return rest_.empty(); }

  bool starts_with(char c) const { return rest_.starts_with(c); }

  int digits(std::size_t count) {
    int out = 0;
    for (std::size_t i = 0; i < count; ++i)
      out = out * 10 + digit();
    return out;
  }

  void skip(char c) {
    good_ = good_ && starts_with(c);
    if (good_)
      rest_.remove_prefix(1);
  }

  char take() {
    auto c = rest_.empty() ? '\0' : rest_[0];
    good_ = good_ && c != '\0';
    if (good_)
      rest_.remove_prefix(1);
    return c;
  }

  /// Thousandths of the digits behind a point.
  int fraction() {
    int out = 0;
    int weight = 100;
    while (good_ && !rest_.empty() && rest_[0] >= '0' && rest_[0] <= '9') {
      out += weight * (rest_[0] - '0');
      weight /= 10;
      rest_.remove_prefix(1);
    }
    return out;
  }

private:
  int digit() {
    auto c = take();
    good_ = good_ && c >= '0' && c <= '9';
    return good_ ? c - '0' : 0;
  }

  std::string_view rest_;
  bool good_ = true;
};

/// Seconds east of Greenwich.
int read_offset(cursor& in) {
  auto sign = in.take();
  if (sign == 'Z')
    return 0;
  auto hours = in.digits(2);
  in.skip(':');
  auto out = hours * 3600 + in.digits(2) * 60;
  return sign == '-' ? -out : out;
}

} // namespace

std::optional<std::int64_t> parse_instant(std::string_view text) {
  cursor in{text};
  auto year = in.digits(4);
  in.skip('-');
  auto month = in.digits(2);
  in.skip('-');
  auto day = in.digits(2);
  in.skip('T');
  std::int64_t second = in.digits(2) * 3600;
  in.skip(':');
  second += in.digits(2) * 60;
  int ms = 0;
  if (in.starts_with(':')) {
    in.skip(':');
    second += in.digits(2);
    if (in.starts_with('.')) {
      in.skip('.');
      ms = in.fraction();
    }
  }
  second -= read_offset(in);
  auto date = ch::year{year} / ch::month{static_cast<unsigned>(month)}
              / ch::day{static_cast<unsigned>(day)};
  if (!in.good() || !in.at_end() || !date.ok())
    return std::nullopt;
  return (ch::sys_days{date}.time_since_epoch().count() * std::int64_t{86'400} + second) * 1000
         + ms;
}

std::string instant_text(std::int64_t epoch_ms) {
  auto at = ch::sys_time<ch::milliseconds>{ch::milliseconds{epoch_ms}};
  auto day = ch::floor<ch::days>(at);
  auto date = ch::year_month_day{day};
  auto time = ch::hh_mm_ss{at - day};
  char out[64];
  std::snprintf(out, sizeof out, "%04d-%02u-%02uT%02d:%02d:%02d", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                static_cast<int>(time.seconds().count()));
  std::string text{out};
  if (auto ms = time.subseconds().count()) {
    std::snprintf(out, sizeof out, ".%03d", static_cast<int>(ms));
    text += out;
  }
  return text + "Z";
}

} // namespace tutti::codec
