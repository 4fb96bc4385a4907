#include "config/options/values.hpp"
#include "tools/ctl/step_log.hpp"
#include "tools/ctl/verb.hpp"

namespace tutti::ctl {

exit_code logs_verb(const invocation& call) {
  auto asked = read_address(call.given.words);
  if (!asked || asked->step_id.empty())
    return report_usage(call.err(), "logs",
                        asked ? "STEP is missing; expected ID INSTANCE STEP"
                              : asked.error().message);
  log_name name{asked->step_id};
  if (call.given.has("stderr"))
    name.stream = "stderr";
  if (call.given.has("attempt")) {
    name.attempt = call.given.text("attempt");
    if (auto ok = config::read_integer(name.attempt, {1, INT64_MAX});
        !ok && name.attempt != "latest")
      return report_usage(call.err(), "logs",
                          "--attempt " + name.attempt + ": must be a number from 1, or 'latest'");
  }
  const auto link = call.link();
  auto run = latest_run(link, *asked);
  if (!run)
    return report(call, run.error(), "tutti ps --all");
  const bool follow = call.given.has("follow");
  if (follow)
    wait_for_step(link, *run, name.step_id, [&] {
      call.err() << "tutti: step '" << one_line(name.step_id) << "' has not begun yet; waiting\n";
    });
  // What a step wrote is passed on as it is, bytes and all: it may be piped somewhere.
  auto end = read_log(link, *run, name, follow, [&](std::string_view text) {
    call.out() << text << std::flush;
    return call.out().good();
  });
  if (!end)
    return report(call, end.error(),
                  "tutti get " + run->workflow_id + " " + std::to_string(run->instance_id));
  if (end->bytes_dropped > 0)
    call.err() << "tutti: the step wrote more than is kept; the rest was dropped\n";
  return exit_code::ok;
}

} // namespace tutti::ctl
