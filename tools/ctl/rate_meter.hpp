#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>

namespace tutti::ctl {

/// Speed of something that counts up, over the last seconds. Time is an argument.
class rate_meter {
public:
  static constexpr std::int64_t window_ms = 15'000;

  void add(std::int64_t now_ms, std::int64_t done);

  /// Empty until two samples lie apart in time.
  std::optional<double> per_second() const;

private:
  struct sample {
    std::int64_t at_ms;
    std::int64_t done;
  };

  std::deque<sample> samples_;
};

/// One meter for each loop of a run, by step id.
using rate_meters = std::map<std::string, rate_meter>;

/// Time that the rest takes at this rate; empty when it cannot be told.
std::optional<std::int64_t> eta_ms(std::int64_t done, std::int64_t total,
                                   std::optional<double> per_second);

/// "0.05", "1.2", "123": as many digits as are worth reading.
std::string rate_text(double per_second);

} // namespace tutti::ctl
