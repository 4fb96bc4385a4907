#include "tools/ctl/embedded_node.hpp"
#include "tools/ctl/follow.hpp"
#include "tools/ctl/run_param.hpp"
#include "tools/ctl/start_run.hpp"
#include "tools/ctl/statuses.hpp"
#include "tools/ctl/step_log.hpp"
#include "tools/ctl/verb.hpp"

#include <optional>

namespace tutti::ctl {

namespace {

constexpr std::int64_t node_start_timeout_ms = 60'000;
constexpr std::size_t log_lines_shown = 10;

/// What the command line asks for, checked before anything is started.
struct run_order {
  std::optional<definition_file> file;
  std::string workflow_id;
  std::string version;
  boost::json::object params;
  std::string data_folder;
};

result<run_order> read_order(const invocation& call) {
  run_order order;
  const auto& word = call.given.words.front();
  if (names_file(word)) {
    auto file = read_definition(word);
    if (!file)
      return file.error();
    order.file = std::move(*file);
  } else {
    order.workflow_id = word;
  }
  order.version = call.given.text("version");
  order.data_folder = call.given.text("data");
  auto params = read_params(call.given.all("param"));
  if (!params)
    return params.error();
  order.params = std::move(*params);
  auto wrong = [](const char* why) { return error{ec::bad_request, why}; };
  if (call.given.has("data") && call.given.has("server"))
    return wrong("--data starts a node, --server names one: only one of them");
  if (call.given.has("data") && order.data_folder.empty())
    return wrong("--data: must be a folder");
  if (call.given.has("data") && call.given.has("detach"))
    return wrong("--detach cannot leave a run to a node that ends with this command");
  if (call.given.has("watch") + call.given.has("wait") + call.given.has("detach") > 1)
    return wrong("--watch, --wait and --detach: only one of them");
  return order;
}

/// Whether this run gets a node of its own.
result<bool> needs_node(const invocation& call, const run_order& order) {
  if (!order.data_folder.empty())
    return true;
  if (call.server_named || call.link().answers())
    return false;
  if (call.given.has("detach"))
    return error{ec::unavailable,
                 "no server answers at " + call.server + ", and --detach needs one"};
  if (!order.file)
    return error{ec::unavailable, "'" + order.workflow_id
                                    + "' is no file, and no server that may know a workflow of "
                                      "that name answers at "
                                    + call.server};
  return true;
}

status start_node(const invocation& call, const run_order& order, embedded_node& node) {
  call.around.interrupts.set([&node] { node.stop(); });
  auto ok = node.start(call.around.program_folder + "/tuttid", order.data_folder,
                       node_start_timeout_ms);
  if (!ok)
    return ok;
  call.err() << "tutti: started a node for this run: " << node.url() << ", data in "
             << node.data_folder() << "\n";
  return server_link{node.url(), call.user}.wait_until_ready(
    std::chrono::milliseconds{node_start_timeout_ms});
}

/// Pushes if there is a file, and says which version to start.
result<version_name> version_to_start(const server_link& link, const run_order& order) {
  if (!order.file)
    return version_name{order.workflow_id, order.version.empty() ? "default" : order.version};
  auto answer = push_definition(link, *order.file);
  if (!answer) {
    auto why = answer.error();
    why.message = order.file->name + ": " + why.message;
    return why;
  }
  auto made = pushed_version(*answer);
  if (!order.version.empty())
    made.version = order.version;
  return made;
}

std::string name_of(const run_name& run) {
  return run.workflow_id + " " + std::to_string(run.instance_id);
}

void say_last_output(const invocation& call, const server_link& link, const run_name& run,
                     const run_progress& last) {
  for (const auto& x : last.steps) {
    if (mood_of(x.status) != mood::bad || x.loop)
      continue;
    for (const auto* stream : {"stderr", "stdout"}) {
      const auto lines = last_log_lines(link, run, {x.id, "latest", stream}, log_lines_shown);
      if (lines.empty())
        continue;
      call.out() << "Last lines of " << stream << " of " << one_line(x.id) << ":\n";
      for (const auto& line : lines)
        call.out() << "  | " << line << "\n";
    }
    return; // The first failure explains the most.
  }
}

exit_code wait_for_end(const invocation& call, const server_link& link, const run_name& run,
                       const embedded_node* node) {
  const bool lines_asked = call.given.has("watch");
  const bool quiet = call.given.has("wait") || (!call.how.terminal && !lines_asked);
  const bool json = call.form_named ? call.json : !call.how.terminal && !lines_asked;
  live_view view{call.out(), call.how};
  audience tell;
  tell.see = [&](const run_progress& now, const json_value&) {
    if (!quiet && !json)
      view.show(now);
  };
  if (!quiet && !json) {
    tell.tick = [&](std::chrono::milliseconds since) { view.tick(since); };
    tell.miss = [&](const error& why) { view.miss(why); };
  }
  auto last = follow(link, run, tell);
  if (!last)
    return report(call, last.error(), "tutti watch " + name_of(run));
  if (json) {
    call.out() << compact(summary_json(*last)) << "\n";
    return exit_code_of_run(last->status);
  }
  view.close();
  for (const auto& x : summary_lines(*last, call.how))
    call.out() << x << "\n";
  if (last->status != "SUCCEEDED") {
    say_last_output(call, link, run, *last);
    if (node)
      call.out() << "The node of this run is stopped now. First: tuttid --data "
                 << node->data_folder() << "\n";
  }
  return exit_code_of_run(last->status);
}

exit_code start_and_wait(const invocation& call, const run_order& order, const server_link& link,
                         embedded_node* node) {
  auto what = version_to_start(link, order);
  if (!what)
    return report(call, what.error(),
                  order.file
                    ? "correct " + order.file->name + ", then: tutti run " + order.file->name
                    : "tutti ps --all");
  auto answer = start_run(link, *what, order.params, new_uuid());
  if (!answer)
    return report(call, answer.error(),
                  answer.error().code == ec::not_found
                    ? "tutti ps --all"
                    : "tutti get " + what->workflow_id + " --definition");
  const auto run = started_run(*answer);
  if (call.given.has("detach")) {
    print(call, *answer,
          "started " + run.workflow_id + "/" + std::to_string(run.instance_id) + " run "
            + std::to_string(run.run_id) + "\nNext: tutti watch " + name_of(run) + "\n");
    return exit_code::ok;
  }
  auto& err = call.err();
  call.around.interrupts.set([&err, run, node] {
    if (node) {
      node->stop();
      err << "\ntutti: interrupted; the run goes on when a node starts again: tuttid --data "
          << node->data_folder() << "\n";
    } else {
      err << "\ntutti: interrupted; the run goes on. Next: tutti watch " << name_of(run)
          << ", or tutti stop " << name_of(run) << "\n";
    }
    err << std::flush;
  });
  return wait_for_end(call, link, run, node);
}

} // namespace

exit_code run_verb(const invocation& call) {
  auto order = read_order(call);
  if (!order)
    return report_usage(call.err(), "run", order.error().message);
  if (order->file) {
    say_hints(call, *order->file);
    std::vector<std::string> names;
    for (const auto& x : order->params)
      names.emplace_back(x.key());
    for (const auto& x : param_hints(*order->file, names))
      call.err() << order->file->name << ": hint: " << x << "\n";
  }
  auto own_node = needs_node(call, *order);
  if (!own_node)
    return report(call, own_node.error());
  if (!*own_node) {
    const auto code = start_and_wait(call, *order, call.link(), nullptr);
    call.around.interrupts.clear();
    return code;
  }
  embedded_node node;
  auto code = exit_code::server_error;
  if (auto ok = start_node(call, *order, node); !ok)
    report(call, ok.error(), "tuttid --data DIR");
  else
    code = start_and_wait(call, *order, server_link{node.url(), call.user}, &node);
  call.around.interrupts.clear();
  node.stop();
  if (code == exit_code::ok)
    node.remove_temporary_folder();
  return code;
}

} // namespace tutti::ctl
