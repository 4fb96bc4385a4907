#include "actors/node/log_sink.hpp"

#include "runtime/base/log.hpp"

#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

namespace tutti::actors {

namespace {

spdlog::level::level_enum to_spdlog(log::level x) {
  switch (x) {
    case log::level::debug:
      return spdlog::level::debug;
    case log::level::info:
      return spdlog::level::info;
    case log::level::warning:
      return spdlog::level::warn;
    case log::level::error:
      return spdlog::level::err;
  }
  return spdlog::level::err;
}

log::level to_level(const std::string& name) {
  if (name == "debug")
    return log::level::debug;
  if (name == "warning")
    return log::level::warning;
  return name == "error" ? log::level::error : log::level::info;
}

/// Values with blanks are quoted, line breaks become blanks: a line stays a line.
void append_field(std::string& line, std::string_view name, const std::string& value) {
  line += ' ';
  line += name;
  line += '=';
  auto quote = value.empty() || value.find_first_of(" \"\n=") != std::string::npos;
  if (quote)
    line += '"';
  for (auto c : value)
    line += c == '\n' ? ' ' : c == '"' ? '\'' : c;
  if (quote)
    line += '"';
}

void write_line(log::level at, std::string_view event, log::fields what) {
  std::string line{event};
  for (const auto& [name, value] : what)
    append_field(line, name, value);
  spdlog::log(to_spdlog(at), "{}", line);
}

} // namespace

status start_log(const std::string& level, const std::string& file) {
  try {
    auto logger = file.empty() ? spdlog::stderr_logger_mt("tuttid")
                               : spdlog::basic_logger_mt("tuttid", file);
    logger->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %l %v", spdlog::pattern_time_type::utc);
    logger->set_level(spdlog::level::debug);
    logger->flush_on(spdlog::level::info);
    spdlog::set_default_logger(std::move(logger));
  } catch (const spdlog::spdlog_ex& why) {
    return error{ec::io, "cannot write the log file " + file + ": " + why.what()
                           + "; choose another with --log-file"};
  }
  log::set_sink(write_line, to_level(level));
  return unit{};
}

} // namespace tutti::actors
