#include "actors/node/log_sink.hpp"
#include "actors/node/service.hpp"
#include "actors/node/version.hpp"
#include "config/load/loader.hpp"
#include "runtime/base/log.hpp"

#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <thread>

namespace {

using namespace tutti;

constexpr auto bad_options = 2;
constexpr auto cannot_start = 1;

int fail(int code, const error& why) {
  std::cerr << "tuttid: " << why.message << "\n";
  for (auto& line : why.details)
    std::cerr << "  " << line << "\n";
  return code;
}

/// The first SIGTERM or SIGINT drains, the second one ends at once: what is committed is safe.
int serve(const config::node_options& options, const sigset_t& signals) {
  auto service = actors::service::start(options);
  if (!service)
    return fail(cannot_start, service.error());
  auto& node = (*service)->nucleus();
  if (node.cluster()) {
    // Alone it may have to wait for others, and others for it: it serves as soon as it can, and
    // /readyz says since when.
    if (!node.wait_until_serving(std::chrono::seconds{5}))
      log::warning("waiting-for-nodes",
                   {{"why", "some shards have no leader that this node knows of"}});
  } else if (!node.wait_until_serving(std::chrono::seconds{60}))
    return fail(cannot_start, {ec::unavailable, "the shards of " + options.data
                                                  + " cannot be read; see the log lines above"});
  std::cout << "ready http=" << (*service)->address()
            << " data=" << std::filesystem::absolute(options.data).string() << std::endl;
  log::info("ready", {{"http", (*service)->address()}, {"data", options.data}});
  auto number = 0;
  ::sigwait(&signals, &number);
  log::info("draining", {{"signal", std::to_string(number)}});
  std::thread{[signals] {
    auto second = 0;
    ::sigwait(&signals, &second);
    ::_exit(128 + second);
  }}.detach();
  (*service)->drain();
  service->reset();
  log::info("stopped");
  return 0;
}

int run(int argc, char** argv) {
  auto loaded = config::load_node_options(argc, argv);
  if (!loaded)
    return fail(bad_options, loaded.error());
  switch (loaded->what) {
    case config::outcome::help:
      std::cout << config::node_manual();
      return 0;
    case config::outcome::version:
      std::cout << "tuttid " << actors::program_version << "\n";
      return 0;
    case config::outcome::print_config:
      std::cout << config::node_config_file(loaded->options);
      return 0;
    case config::outcome::run:
      break;
  }
  auto& options = loaded->options;
  if (auto ok = actors::start_log(options.log_level, options.log_file); !ok)
    return fail(cannot_start, ok.error());
  // Before there are threads: all of them inherit the mask, so only `sigwait` sees these.
  sigset_t signals;
  ::sigemptyset(&signals);
  ::sigaddset(&signals, SIGTERM);
  ::sigaddset(&signals, SIGINT);
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return serve(options, signals);
}

} // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& what) {
    return fail(cannot_start, {ec::internal, what.what()});
  }
}
