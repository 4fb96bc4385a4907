#include "tools/ctl/follow.hpp"
#include "tools/ctl/verb.hpp"

namespace tutti::ctl {

exit_code watch_verb(const invocation& call) {
  auto asked = read_address(call.given.words);
  if (!asked || !asked->step_id.empty())
    return report_usage(call.err(), "watch",
                        asked ? "a step cannot be named here" : asked.error().message);
  const auto link = call.link();
  auto run = latest_run(link, *asked);
  if (!run)
    return report(call, run.error(), "tutti ps --all");
  // Lines on change are of use in a log; JSON only comes when it is asked for.
  const bool json = call.json && call.form_named;
  live_view view{call.out(), call.how};
  auto& err = call.err();
  call.around.interrupts.set([&err] {
    err << "\ntutti: interrupted; the run goes on\n" << std::flush;
  });
  audience tell;
  tell.see = [&](const run_progress& now, const json_value& answer) {
    if (json)
      call.out() << compact(answer) << "\n" << std::flush;
    else
      view.show(now);
  };
  if (!json) {
    tell.tick = [&](std::chrono::milliseconds since) { view.tick(since); };
    tell.miss = [&](const error& why) { view.miss(why); };
  }
  auto last = follow(link, *run, tell);
  call.around.interrupts.clear();
  if (!last)
    return report(call, last.error(), "tutti get " + run->workflow_id);
  if (!json) {
    view.close();
    for (const auto& x : summary_lines(*last, call.how))
      call.out() << x << "\n";
  }
  return exit_code_of_run(last->status);
}

} // namespace tutti::ctl
