#include "tools/ctl/step_log.hpp"

#include "tools/ctl/exit_code.hpp"
#include "tools/ctl/progress.hpp"
#include "tools/ctl/statuses.hpp"
#include "tools/ctl/text.hpp"

#include <algorithm>
#include <thread>

namespace tutti::ctl {

namespace {

using steady = std::chrono::steady_clock;

constexpr std::chrono::seconds patience{60};
constexpr std::chrono::milliseconds retry_pause{500};
constexpr std::int64_t piece_max = 65'536;
constexpr std::int64_t wait_ms = 1000;
/// More than this is not read for the sake of a few last lines.
constexpr std::size_t tail_bytes_max = 4U << 20U;

std::string log_target(const run_name& run, const log_name& name, std::int64_t offset, bool wait) {
  return run.path() + "/steps/" + client::percent_encode(name.step_id) + "/attempts/"
         + client::percent_encode(name.attempt) + "/logs?stream=" + name.stream
         + "&offset=" + std::to_string(offset) + "&limit=" + std::to_string(piece_max)
         + "&wait_ms=" + std::to_string(wait ? wait_ms : 0);
}

/// A server that went away may come back while a log is followed.
bool may_come_back(const error& why) {
  const auto code = exit_code_of_error(why.code);
  return code == exit_code::unreachable || code == exit_code::server_error;
}

bool is_to_come(const run_progress& run, const std::string& step_id) {
  auto same = [&](const step_progress& x) { return x.id == step_id; };
  const auto step = std::find_if(run.steps.begin(), run.steps.end(), same);
  return step != run.steps.end() && step->status == "NOT_CREATED" && !run_ended(run.status);
}

} // namespace

void wait_for_step(const server_link& link, const run_name& run, const std::string& step_id,
                   const std::function<void()>& say) {
  for (bool first = true;; first = false) {
    auto answer = link.get(run.path() + "/progress");
    if (!answer || !is_to_come(read_progress(*answer), step_id))
      return;
    if (first)
      say();
    std::this_thread::sleep_for(retry_pause);
  }
}

result<log_end> read_log(const server_link& link, const run_name& run, const log_name& name,
                         bool wait, const std::function<bool(std::string_view)>& take) {
  log_end end;
  std::int64_t offset = 0;
  auto deadline = steady::now() + patience;
  while (true) {
    auto piece = link.get(log_target(run, name, offset, wait));
    if (!piece && wait && may_come_back(piece.error()) && steady::now() < deadline) {
      std::this_thread::sleep_for(retry_pause);
      continue;
    }
    if (!piece)
      return piece.error();
    deadline = steady::now() + patience;
    const auto text = text_of(*piece, "text");
    const auto next = number_of(*piece, "next_offset");
    const auto& dropped = member(*piece, "dropped");
    end.bytes_dropped = dropped.is_bool() ? dropped.get_bool() : number_of(*piece, "dropped");
    if (!text.empty() && !take(text))
      return end;
    // "complete" may be said with the last text or after it: the end is where nothing comes.
    const bool nothing = next <= offset;
    if (nothing && (!wait || member(*piece, "complete") == json_value(true)))
      return end;
    if (nothing)
      // A server that does not wait must not be asked in a tight loop.
      std::this_thread::sleep_for(std::chrono::milliseconds{50});
    offset = std::max(offset, next);
  }
}

std::vector<std::string> last_log_lines(const server_link& link, const run_name& run,
                                        const log_name& name, std::size_t lines_max) {
  std::string tail;
  std::size_t read = 0;
  auto ok = read_log(link, run, name, false, [&](std::string_view text) {
    tail += text;
    read += text.size();
    if (tail.size() > static_cast<std::size_t>(2 * piece_max))
      tail.erase(0, tail.size() - static_cast<std::size_t>(piece_max));
    return read < tail_bytes_max;
  });
  std::vector<std::string> lines;
  if (!ok)
    return lines;
  std::size_t begin = 0;
  while (begin < tail.size()) {
    const auto end = std::min(tail.find('\n', begin), tail.size());
    lines.push_back(one_line(std::string_view{tail}.substr(begin, end - begin)));
    begin = end + 1;
  }
  if (lines.size() > lines_max)
    lines.erase(lines.begin(), lines.end() - static_cast<std::ptrdiff_t>(lines_max));
  return lines;
}

} // namespace tutti::ctl
