#include "tools/ctl/exit_code.hpp"

namespace tutti::ctl {

exit_code exit_code_of_run(std::string_view status) {
  return status == "SUCCEEDED" ? exit_code::ok : exit_code::run_failed;
}

exit_code exit_code_of_error(ec code) {
  switch (code) {
    case ec::ok:
      return exit_code::ok;
    case ec::unavailable:
      return exit_code::unreachable;
    case ec::bad_request:
    case ec::not_found:
    case ec::conflict:
    case ec::precondition_failed:
    case ec::unprocessable:
    case ec::timeout:
    case ec::too_large:
    case ec::overloaded:
      return exit_code::refused;
    case ec::io:
    case ec::corrupt:
    case ec::internal:
      return exit_code::server_error;
  }
  return exit_code::server_error;
}

std::string_view exit_code_help() {
  return "Exit codes:\n"
         "  0    done; a run that was waited for SUCCEEDED\n"
         "  1    the run ended as FAILED, STOPPED or TIMED_OUT\n"
         "  2    the command line is wrong\n"
         "  3    no server answers\n"
         "  4    refused: a bad definition, an unknown id, an action that is not allowed now\n"
         "  5    the server failed\n"
         "  130  interrupted\n";
}

} // namespace tutti::ctl
