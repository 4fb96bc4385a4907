#include "storage/rocks/fault_env.hpp"

#include <rocksdb/file_system.h>

#include <string>
#include <utility>

namespace tutti::storage {

namespace {

using rocksdb::FileOptions;
using rocksdb::FSWritableFile;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

bool ends_with(const std::string& name, const char* suffix) {
  return std::string_view{name}.ends_with(suffix);
}

/// Counts a budget down; false once it is used up.
bool spend(std::atomic<std::int64_t>& budget) {
  auto left = budget.load();
  while (left > 0)
    if (budget.compare_exchange_weak(left, left - 1))
      return true;
  return left < 0;
}

class faulty_file final : public rocksdb::FSWritableFileOwnerWrapper {
public:
  faulty_file(std::unique_ptr<FSWritableFile> file, std::string name,
              std::shared_ptr<disk_faults> faults)
    : FSWritableFileOwnerWrapper(std::move(file)),
      name_(std::move(name)),
      faults_(std::move(faults)) {}

  IOStatus Append(const Slice& data, const IOOptions& options, IODebugContext* debug) override {
    auto ok = admit(data.size());
    return ok.ok() ? target()->Append(data, options, debug) : ok;
  }

  IOStatus Append(const Slice& data, const IOOptions& options,
                  const rocksdb::DataVerificationInfo& info, IODebugContext* debug) override {
    auto ok = admit(data.size());
    return ok.ok() ? target()->Append(data, options, info, debug) : ok;
  }

  IOStatus Sync(const IOOptions& options, IODebugContext* debug) override {
    auto ok = admit_sync();
    return ok.ok() ? target()->Sync(options, debug) : ok;
  }

  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
    auto ok = admit_sync();
    return ok.ok() ? target()->Fsync(options, debug) : ok;
  }

private:
  bool concerned() const {
    switch (faults_->target.load()) {
      case fault_target::all:
        return true;
      case fault_target::write_ahead_log:
        return ends_with(name_, ".log");
      case fault_target::tables:
        return ends_with(name_, ".sst");
    }
    return true;
  }

  IOStatus admit(std::size_t bytes) {
    if (concerned()) {
      if (faults_->full) {
        auto full = IOStatus::NoSpace("injected: no space left on device", name_);
        full.SetRetryable(true);
        return full;
      }
      if (!spend(faults_->appends_until_failure))
        return IOStatus::IOError("injected: write failed", name_);
    }
    faults_->appended_bytes += bytes;
    return IOStatus::OK();
  }

  IOStatus admit_sync() {
    if (concerned() && !spend(faults_->syncs_until_failure))
      return IOStatus::IOError("injected: fsync failed", name_);
    ++faults_->sync_count;
    return IOStatus::OK();
  }

  std::string name_;
  std::shared_ptr<disk_faults> faults_;
};

class fault_file_system final : public rocksdb::FileSystemWrapper {
public:
  fault_file_system(std::shared_ptr<rocksdb::FileSystem> base, std::shared_ptr<disk_faults> faults)
    : FileSystemWrapper(std::move(base)),
      faults_(std::move(faults)) {}

  const char* Name() const override { return "tutti-fault-file-system"; }

  IOStatus NewWritableFile(const std::string& name, const FileOptions& options,
                           std::unique_ptr<FSWritableFile>* file, IODebugContext* debug) override {
    auto ok = target()->NewWritableFile(name, options, file, debug);
    if (ok.ok())
      *file = std::make_unique<faulty_file>(std::move(*file), name, faults_);
    return ok;
  }

  IOStatus ReuseWritableFile(const std::string& name, const std::string& old_name,
                             const FileOptions& options, std::unique_ptr<FSWritableFile>* file,
                             IODebugContext* debug) override {
    auto ok = target()->ReuseWritableFile(name, old_name, options, file, debug);
    if (ok.ok())
      *file = std::make_unique<faulty_file>(std::move(*file), name, faults_);
    return ok;
  }

  IOStatus GetFreeSpace(const std::string& path, const IOOptions& options, std::uint64_t* free,
                        IODebugContext* debug) override {
    auto told = faults_->free_bytes.load();
    if (told == disk_faults::real)
      return target()->GetFreeSpace(path, options, free, debug);
    *free = told;
    return IOStatus::OK();
  }

private:
  std::shared_ptr<disk_faults> faults_;
};

} // namespace

std::shared_ptr<rocksdb::FileSystem>
make_fault_file_system(std::shared_ptr<rocksdb::FileSystem> base,
                       std::shared_ptr<disk_faults> faults) {
  return std::make_shared<fault_file_system>(std::move(base), std::move(faults));
}

} // namespace tutti::storage
