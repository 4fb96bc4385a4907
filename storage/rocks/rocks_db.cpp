#include "storage/rocks/rocks_db.hpp"

#include "storage/rocks/fault_env.hpp"
#include "storage/rocks/rocks_keys.hpp"
#include "storage/rocks/rocks_tuning.hpp"

#include <rocksdb/file_system.h>

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <vector>

namespace tutti::storage {

namespace {

error newer_format(const std::string& folder, const std::string& found) {
  return {ec::precondition_failed, "store " + folder + ": " + found + "; this program knows format "
                                     + std::to_string(format_version)
                                     + ". Start the version that wrote it, or a newer one"};
}

/// Makes the folder and its name in the parent folder durable.
status make_folder(const std::string& folder, rocksdb::FileSystem& files) {
  std::error_code why;
  if (std::filesystem::is_directory(folder, why))
    return unit{};
  if (!std::filesystem::create_directories(folder, why) && why)
    return error{why == std::errc::no_space_on_device ? ec::unavailable : ec::io,
                 "store " + folder + ": cannot make the folder: " + why.message()};
  auto parent = std::filesystem::absolute(folder, why).lexically_normal().parent_path();
  std::unique_ptr<rocksdb::FSDirectory> directory;
  auto ok = files.NewDirectory(parent.string(), {}, &directory, nullptr);
  if (ok.ok())
    ok = directory->Fsync({}, nullptr);
  if (!ok.ok())
    return error{ec::io, "store " + folder + ": cannot sync folder " + parent.string() + ": "
                           + ok.ToString()};
  return unit{};
}

bool is_lock_refusal(const rocksdb::Status& what) {
  return what.IsIOError() && what.ToString().find("/LOCK: ") != std::string::npos
         && (what.ToString().find("lock ") != std::string::npos);
}

error open_failure(const rocks_db& at, const rocksdb::Status& what) {
  if (is_lock_refusal(what))
    return {ec::unavailable, "store " + at.folder
                               + ": the folder is in use by another process or an open store; stop "
                                 "that one, or choose another folder ("
                               + what.ToString() + ")"};
  if (what.IsNoSpace())
    return {ec::unavailable, "disk full: cannot open store " + at.folder
                               + "; free some space and start again (" + what.ToString() + ")"};
  auto why = at.fail(what, "open");
  if (!at.chain.complaint().empty())
    why.message += "; " + at.chain.complaint();
  else if (why.code == ec::corrupt)
    why.message += at.chain.last_seen().empty()
                     ? "; no record of the write-ahead log (*.log) was read before that"
                     : "; the last good record is " + at.chain.last_seen();
  if (why.code == ec::corrupt)
    why.message += ". Restore a backup, or remove this node and add it again as a new one";
  return why;
}

/// An older program must not touch a folder with column families it does not know.
status check_families(const std::string& folder, rocksdb::Env& env) {
  if (!env.FileExists(folder + "/CURRENT").ok())
    return unit{};
  rocksdb::DBOptions options;
  options.env = &env;
  std::vector<std::string> found;
  // A failure here comes again, with more to tell, when the database is opened.
  if (!rocksdb::DB::ListColumnFamilies(options, folder, &found).ok())
    return unit{};
  const std::vector<std::string> known{rocksdb::kDefaultColumnFamilyName, state_family, log_family};
  for (const auto& name : found)
    if (std::find(known.begin(), known.end(), name) == known.end())
      return newer_format(folder, "it has a column family '" + name + "'");
  return unit{};
}

} // namespace

void rocks_health::OnBackgroundError(rocksdb::BackgroundErrorReason reason, rocksdb::Status* what) {
  std::lock_guard guard{mutex_};
  if (!first_)
    first_ = finding{reason, *what};
}

std::optional<rocks_health::finding> rocks_health::first() const {
  std::lock_guard guard{mutex_};
  return first_;
}

bool rocks_health::only_background_full() const {
  std::lock_guard guard{mutex_};
  if (!first_ || !first_->what.IsNoSpace())
    return false;
  switch (first_->reason) {
    case rocksdb::BackgroundErrorReason::kCompaction:
    case rocksdb::BackgroundErrorReason::kFlushNoWAL:
    case rocksdb::BackgroundErrorReason::kManifestWrite:
    case rocksdb::BackgroundErrorReason::kManifestWriteNoWAL:
      return true;
    default:
      // `kFlush` means that the log file before the flush could not be synced.
      return false;
  }
}

void rocks_health::forget() {
  std::lock_guard guard{mutex_};
  first_.reset();
}

rocks_db::~rocks_db() {
  if (!db)
    return;
  for (auto* family : {meta, state, log})
    if (family != nullptr)
      db->DestroyColumnFamilyHandle(family);
  db->Close().PermitUncheckedError();
}

error rocks_db::fail(const rocksdb::Status& what, std::string_view doing) const {
  return {what.IsCorruption() ? ec::corrupt : ec::io,
          "store " + folder + ": " + std::string{doing} + ": " + what.ToString()};
}

result<std::shared_ptr<rocks_db>> open_rocks_db(const std::string& folder,
                                                const rocks_options& options) {
  auto out = std::make_shared<rocks_db>();
  out->folder = folder;
  auto files = rocksdb::FileSystem::Default();
  if (options.faults) {
    files = make_fault_file_system(files, options.faults);
    out->env = rocksdb::NewCompositeEnv(files);
  }
  auto& env = out->env ? *out->env : *rocksdb::Env::Default();
  if (auto ok = make_folder(folder, *files); !ok)
    return ok.error();
  if (auto ok = check_families(folder, env); !ok)
    return ok.error();
  auto tuned = database_options(options);
  tuned.env = &env;
  tuned.listeners.push_back(out->health);
  tuned.wal_filter = &out->chain;
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* raw = nullptr;
  auto ok = rocksdb::DB::Open(tuned, folder, column_families(options), &handles, &raw);
  if (!ok.ok())
    return open_failure(*out, ok);
  out->db.reset(raw);
  out->meta = handles[0];
  out->state = handles[1];
  out->log = handles[2];
  return out;
}

result<bool> check_format(const rocks_db& at) {
  std::string version;
  auto ok = at.db->Get({}, at.meta, rocksdb::Slice{version_key.data(), version_key.size()},
                       &version);
  if (ok.IsNotFound()) {
    std::unique_ptr<rocksdb::Iterator> rows{at.db->NewIterator({}, at.meta)};
    rows->SeekToFirst();
    if (!rows->Valid() && rows->status().ok())
      return false;
    return error{ec::corrupt, "store " + at.folder + ": it has rows but no format version"};
  }
  if (!ok.ok())
    return at.fail(ok, "read of the format version");
  if (version.size() < 4)
    return error{ec::corrupt, "store " + at.folder + ": the format version is cut off"};
  auto found = read_be<std::uint32_t>(version);
  if (found > format_version)
    return newer_format(at.folder, "it has format " + std::to_string(found));
  return true;
}

std::uint64_t wal_bytes(const rocks_db& at) {
  std::uint64_t sum = 0;
  std::error_code why;
  for (std::filesystem::directory_iterator i{at.folder, why}, end; !why && i != end;
       i.increment(why)) {
    if (i->path().extension() != ".log")
      continue;
    std::error_code gone;
    auto size = i->file_size(gone);
    sum += gone ? 0 : size;
  }
  return sum;
}

} // namespace tutti::storage
