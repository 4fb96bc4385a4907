#include "tools/ctl/statuses.hpp"

#include <algorithm>
#include <array>

namespace tutti::ctl {

namespace {

template <std::size_t N>
bool among(const std::array<std::string_view, N>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

constexpr std::array<std::string_view, 5> good_words{"SUCCEEDED", "SKIPPED", "UNSATISFIED",
                                                     "DISABLED", "COMPLETED_WITH_ERROR"};
constexpr std::array<std::string_view, 8> bad_words{
  "FAILED",    "USER_FAILED", "PLATFORM_FAILED", "FATALLY_FAILED", "INTERNALLY_FAILED",
  "TIMED_OUT", "STOPPED",     "TIMEOUT_FAILED"};
constexpr std::array<std::string_view, 5> busy_words{"IN_PROGRESS", "RUNNING", "STARTING",
                                                     "FINISHING", "EVALUATING_PARAMS"};

} // namespace

mood mood_of(std::string_view status) {
  if (among(good_words, status))
    return mood::good;
  if (among(bad_words, status) || status.substr(0, 7) == "FAILED_")
    return mood::bad;
  return among(busy_words, status) ? mood::busy : mood::waiting;
}

bool run_ended(std::string_view status) {
  return status == "SUCCEEDED" || status == "STOPPED" || status == "TIMED_OUT"
         || status.substr(0, 6) == "FAILED";
}

std::string_view colour_of(mood x) {
  switch (x) {
    case mood::waiting:
      return "";
    case mood::busy:
      return "\x1b[36m";
    case mood::good:
      return "\x1b[32m";
    case mood::bad:
      return "\x1b[31m";
  }
  return "";
}

} // namespace tutti::ctl
