#pragma once

#include "actors/worker/unique_fd.hpp"
#include "runtime/base/error.hpp"

#include <string>
#include <string_view>

namespace tutti::worker {

/// Files of a run folder. They outlive daemons of other versions: never rename one.
namespace file_name {
/// What to run; written by the daemon before the supervisor starts.
inline constexpr char spec[] = "spec.json";
inline constexpr char params[] = "params.json";
inline constexpr char script[] = "script";
/// Locked for as long as the supervisor lives. The truth about "does it run".
inline constexpr char lock[] = "lock";
/// Written before the job starts. With it, nobody starts the job any more.
inline constexpr char started[] = "started.json";
/// How the job ended. With it, nobody starts or judges the job any more.
inline constexpr char result[] = "result.json";
/// Socket of the supervisor.
inline constexpr char ctl[] = "ctl";
/// What the supervisor has to complain about.
inline constexpr char supervisor_log[] = "supervisor.log";
/// Where the job works unless the spec says otherwise.
inline constexpr char work[] = "work";
/// Where the job leaves its outputs.
inline constexpr char out[] = "out";
inline constexpr char output[] = "out/output.json";
} // namespace file_name

/// "what: strerror", as an error of the disk.
error io_error(std::string what, int number);

/// The folder of one attempt, held open. Files are reached through it, never by path.
class run_folder {
public:
  /// Fails with not_found if there is none.
  static result<run_folder> open(const std::string& path);
  /// Makes the folder, readable by its owner only, unless it is there.
  static result<run_folder> create(const std::string& path);

  int fd() const { return fd_.get(); }

  const std::string& path() const { return path_; }

  bool has(const char* name) const;

  /// A regular file of at most `max_bytes`; links are not followed. Fails with not_found.
  result<std::string> read(const char* name, std::size_t max_bytes) const;

  enum class durable : bool {
    no,
    yes
  };

  /// Replaces the file as a whole; with durable::yes, power loss does not undo it.
  status write(const char* name, std::string_view bytes, durable how) const;

  status make_folder(const char* name) const;

  /// The supervisor's lock, held by the descriptor; fails with conflict if somebody has it.
  result<unique_fd> lock() const;

private:
  run_folder(unique_fd fd, std::string path) : fd_(std::move(fd)), path_(std::move(path)) {}

  unique_fd fd_;
  std::string path_;
};

} // namespace tutti::worker
