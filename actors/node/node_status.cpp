#include "actors/node/node_status.hpp"

#include "actors/node/version.hpp"

#include <boost/json.hpp>

#include <sys/resource.h>
#include <unistd.h>

#include <fstream>

namespace tutti::actors {

namespace {

std::int64_t resident_bytes() {
  std::ifstream in{"/proc/self/statm"};
  std::int64_t total = 0;
  std::int64_t resident = 0;
  in >> total >> resident;
  return resident * ::sysconf(_SC_PAGESIZE);
}

std::int64_t processor_ms() {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  auto ms = [](const timeval& t) { return t.tv_sec * 1000LL + t.tv_usec / 1000; };
  return ms(used.ru_utime) + ms(used.ru_stime);
}

} // namespace

boost::json::object node_status(const node& of, const std::string& data, const std::string& address,
                                engine::time_ms started) {
  auto& k = *of.counters().keepers;
  auto& l = *of.counters().log;
  auto store = of.store().stats();
  boost::json::object counters{
    {"proposals", k.proposals.load()},       {"rows", k.rows.load()},
    {"deliveries", k.deliveries.load()},     {"letters", k.letters.load()},
    {"pending_rows", k.pending_rows.load()}, {"actors_spawned", k.spawned.load()},
    {"timers_fired", k.timers_fired.load()}, {"failures", k.failures.load()},
    {"commits", l.commits.load()},           {"row_bytes", l.bytes.load()},
    {"write_us", l.write_us.load()},         {"written_bytes", store.written_bytes_total},
  };
  boost::json::object out{
    {"version", program_version},
    {"http", address},
    {"data", data},
    {"shards", of.shards()},
    {"shards_serving", k.serving.load()},
    {"uptime_ms", wall_ms() - started},
    {"resident_bytes", resident_bytes()},
    {"processor_ms", processor_ms()},
    {"actors", k.active.load()},
    {"free_disk_bytes", store.free_disk_bytes},
    {"counters", std::move(counters)},
  };
  if (auto why = of.trouble())
    out["trouble"] = why->message;
  return out;
}

} // namespace tutti::actors
