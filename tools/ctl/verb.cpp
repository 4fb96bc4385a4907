#include "tools/ctl/verb.hpp"

#include <chrono>

namespace tutti::ctl {

exit_code report(const invocation& call, const error& why, std::string_view next) {
  auto& err = call.err();
  err << "tutti: " << why.message << "\n";
  for (const auto& x : why.details)
    if (why.message.find(x) == std::string::npos)
      err << "  - " << x << "\n";
  if (why.code == ec::unavailable)
    next = "tuttid --data DIR, or name another server with --server URL or TUTTI_SERVER";
  if (!next.empty())
    err << "Next: " << next << "\n";
  return exit_code_of_error(why.code);
}

exit_code report_usage(std::ostream& err, std::string_view verb_name, const std::string& why) {
  err << "tutti" << (verb_name.empty() ? "" : " ") << verb_name << ": " << why << "\n"
      << "Next: tutti help" << (verb_name.empty() ? "" : " ") << verb_name << "\n";
  return exit_code::usage;
}

void say_hints(const invocation& call, const definition_file& file) {
  for (const auto& x : hints_of(file))
    call.err() << file.name << ": hint: " << x << "\n";
}

void print(const invocation& call, const json_value& answer, const std::string& page) {
  call.out() << (call.json ? pretty(answer) : page);
}

std::int64_t wall_clock_ms() {
  using namespace std::chrono;
  return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

} // namespace tutti::ctl
