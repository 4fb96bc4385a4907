#pragma once

#include "runtime/base/error.hpp"
#include "storage/rocks/rocks_store.hpp"
#include "storage/rocks/wal_chain.hpp"

#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/listener.h>

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace tutti::storage {

/// Remembers the first error that RocksDB met in the background or while writing.
class rocks_health final : public rocksdb::EventListener {
public:
  struct finding {
    rocksdb::BackgroundErrorReason reason;
    rocksdb::Status what;
  };

  void OnBackgroundError(rocksdb::BackgroundErrorReason reason, rocksdb::Status* what) override;

  /// Nothing is tried again behind our back; `rocks_writer` does it when the next batch comes.
  void OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason, rocksdb::Status,
                            bool* auto_recovery) override {
    *auto_recovery = false;
  }

  std::optional<finding> first() const;

  /// Whether the first error is a full disk met while writing tables or their manifest: the
  /// write-ahead log is whole, and no batch is in doubt.
  bool only_background_full() const;

  void forget();

private:
  mutable std::mutex mutex_;
  std::optional<finding> first_;
};

/// An open database with its three column families. Shared by the store and its views, so that a
/// view may outlive the store.
class rocks_db {
public:
  rocks_db() = default;
  rocks_db(const rocks_db&) = delete;
  rocks_db& operator=(const rocks_db&) = delete;
  ~rocks_db();

  std::string folder;
  std::unique_ptr<rocksdb::Env> env;
  std::shared_ptr<rocks_health> health = std::make_shared<rocks_health>();
  wal_chain chain;
  std::unique_ptr<rocksdb::DB> db;
  rocksdb::ColumnFamilyHandle* meta = nullptr;
  rocksdb::ColumnFamilyHandle* state = nullptr;
  rocksdb::ColumnFamilyHandle* log = nullptr;

  /// One of our errors for one of RocksDB's; `doing` says what failed.
  error fail(const rocksdb::Status& what, std::string_view doing) const;
};

/// Opens the database without looking at its rows.
result<std::shared_ptr<rocks_db>> open_rocks_db(const std::string& folder,
                                                const rocks_options& options);

/// Checks the format version of an open database; false if it has no rows yet.
result<bool> check_format(const rocks_db& db);

/// Size of all files of the write-ahead log.
std::uint64_t wal_bytes(const rocks_db& at);

} // namespace tutti::storage
