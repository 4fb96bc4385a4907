#include "tools/ctl/rate_meter.hpp"

#include <cmath>
#include <cstdio>

namespace tutti::ctl {

void rate_meter::add(std::int64_t now_ms, std::int64_t done) {
  // A count or a clock that goes back is a new attempt or another server: begin again.
  if (!samples_.empty() && (now_ms < samples_.back().at_ms || done < samples_.back().done))
    samples_.clear();
  samples_.push_back({now_ms, done});
  // The oldest one stays until the second oldest covers the window.
  while (samples_.size() > 2 && samples_[1].at_ms <= now_ms - window_ms)
    samples_.pop_front();
}

std::optional<double> rate_meter::per_second() const {
  if (samples_.size() < 2 || samples_.back().at_ms <= samples_.front().at_ms)
    return std::nullopt;
  const auto seconds = static_cast<double>(samples_.back().at_ms - samples_.front().at_ms) / 1000;
  return static_cast<double>(samples_.back().done - samples_.front().done) / seconds;
}

std::optional<std::int64_t> eta_ms(std::int64_t done, std::int64_t total,
                                   std::optional<double> per_second) {
  if (done >= total)
    return 0;
  constexpr double year_ms = 365.0 * 24 * 3600 * 1000;
  if (!per_second || *per_second <= 0)
    return std::nullopt;
  const auto ms = static_cast<double>(total - done) / *per_second * 1000;
  if (ms > year_ms)
    return std::nullopt;
  return static_cast<std::int64_t>(std::llround(ms));
}

std::string rate_text(double per_second) {
  char text[32];
  const char* form = per_second >= 100 ? "%.0f" : per_second >= 1 ? "%.1f" : "%.2f";
  std::snprintf(text, sizeof text, form, per_second);
  return text;
}

} // namespace tutti::ctl
