#include "actors/worker/ended_runs.hpp"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <vector>

namespace tutti::worker {

namespace fs = std::filesystem;

namespace {

error failed(const std::string& doing, const std::string& path, const std::error_code& why) {
  return {ec::io, "cannot " + doing + " " + path + ": " + why.message(), {}};
}

/// The days that have a folder, newest first.
std::vector<std::int64_t> days_in(const std::string& folder) {
  std::vector<std::int64_t> days;
  std::error_code why;
  for (fs::directory_iterator i{folder, why}, end; !why && i != end; i.increment(why)) {
    auto name = i->path().filename().string();
    std::int64_t day = 0;
    auto [stop, bad] = std::from_chars(name.data(), name.data() + name.size(), day);
    if (bad == std::errc{} && stop == name.data() + name.size())
      days.push_back(day);
  }
  std::sort(days.rbegin(), days.rend());
  return days;
}

} // namespace

status ended_runs::take(const std::string& run_folder, const std::string& step_uuid,
                        std::int64_t day) const {
  auto to = folder_ + "/" + std::to_string(day);
  std::error_code why;
  fs::create_directories(to, why);
  if (why)
    return failed("make folder", to, why);
  fs::rename(run_folder, to + "/" + step_uuid, why);
  if (why && why != std::errc::no_such_file_or_directory)
    return failed("move run folder", run_folder, why);
  return unit{};
}

std::optional<std::string> ended_runs::find(const std::string& step_uuid) const {
  for (auto day : days_in(folder_)) {
    auto path = folder_ + "/" + std::to_string(day) + "/" + step_uuid;
    std::error_code why;
    if (fs::is_directory(path, why))
      return path;
  }
  return std::nullopt;
}

result<bool> ended_runs::remove_before(std::int64_t oldest, std::size_t most) const {
  for (auto day : days_in(folder_)) {
    if (day >= oldest)
      continue;
    auto path = folder_ + "/" + std::to_string(day);
    std::error_code why;
    std::vector<fs::path> some;
    for (fs::directory_iterator i{path, why}, end; !why && i != end && some.size() <= most;
         i.increment(why))
      some.push_back(i->path());
    auto more = some.size() > most;
    some.resize(std::min(some.size(), most));
    for (auto& run : some) {
      fs::remove_all(run, why);
      if (why)
        return failed("remove run folder", run.string(), why);
    }
    if (more)
      return true;
    most -= some.size();
    fs::remove(path, why);
    if (why)
      return failed("remove folder", path, why);
  }
  return false;
}

} // namespace tutti::worker
