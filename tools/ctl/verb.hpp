#pragma once

#include "config/load/environment.hpp"
#include "tools/ctl/arguments.hpp"
#include "tools/ctl/definition_file.hpp"
#include "tools/ctl/exit_code.hpp"
#include "tools/ctl/interrupt.hpp"
#include "tools/ctl/server_link.hpp"
#include "tools/ctl/text.hpp"

#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace tutti::ctl {

/// What a verb finds around itself. An argument, so that tests can stand in for the shell.
struct surroundings {
  std::ostream& out;
  std::ostream& err;
  config::environment variables;
  /// Of standard output.
  bool terminal = false;
  std::size_t width = 0;
  std::size_t height = 0;
  /// Where the program `tuttid` is.
  std::string program_folder;
  interrupt_plan& interrupts;
};

/// One call of a verb, with what all verbs have in common worked out.
struct invocation {
  surroundings& around;
  arguments given;
  std::string server;
  /// By a flag or a variable; else the server is the default one.
  bool server_named = false;
  std::string user;
  /// Answers are JSON, not text.
  bool json = false;
  /// The user said which.
  bool form_named = false;
  look how;

  std::ostream& out() const { return around.out; }

  std::ostream& err() const { return around.err; }

  server_link link() const { return server_link{server, user}; }
};

/// One line of the table of verbs.
struct verb {
  std::string_view name;
  /// As in the help: `ID [INSTANCE]`.
  std::string_view words;
  std::size_t words_min = 0;
  std::size_t words_max = 0;
  std::vector<flag> flags;
  /// One line, without a dot.
  std::string_view summary;
  /// More about it, ready to print; may be empty.
  std::string_view help;
  /// Command lines, ready to print.
  std::string_view examples;
  exit_code (*act)(const invocation&);
};

/// Says what happened, the findings one by one, and the command to try next.
/// @returns the exit code for the error
exit_code report(const invocation& call, const error& why, std::string_view next = {});

/// The same for a mistake on the command line.
exit_code report_usage(std::ostream& err, std::string_view verb_name, const std::string& why);

/// Says which keys of a definition become params, though they look like others.
void say_hints(const invocation& call, const definition_file& file);

/// Prints the answer as JSON, or the page made of it.
void print(const invocation& call, const json_value& answer, const std::string& page);

/// Milliseconds since 1970, for ages on pages.
std::int64_t wall_clock_ms();

// -- the verbs ------------------------------------------------------------------------------------

exit_code run_verb(const invocation& call);
exit_code push_verb(const invocation& call);
exit_code validate_verb(const invocation& call);
exit_code convert_verb(const invocation& call);
exit_code schema_verb(const invocation& call);
exit_code ps_verb(const invocation& call);
exit_code get_verb(const invocation& call);
exit_code watch_verb(const invocation& call);
exit_code logs_verb(const invocation& call);
exit_code why_verb(const invocation& call);
exit_code stop_verb(const invocation& call);
exit_code kill_verb(const invocation& call);
exit_code restart_verb(const invocation& call);
exit_code node_verb(const invocation& call);
exit_code cluster_verb(const invocation& call);
exit_code demo_verb(const invocation& call);
exit_code completion_verb(const invocation& call);

} // namespace tutti::ctl
