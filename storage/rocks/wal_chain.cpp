#include "storage/rocks/wal_chain.hpp"

#include "storage/rocks/rocks_keys.hpp"

#include <rocksdb/write_batch.h>

#include <optional>

namespace tutti::storage {

namespace {

using rocksdb::Slice;
using rocksdb::Status;

/// Finds the row that numbers the batch.
class link_finder final : public rocksdb::WriteBatch::Handler {
public:
  Status PutCF(std::uint32_t family, const Slice& key, const Slice& value) override {
    if (family == 0 && key == Slice{chain_key.data(), chain_key.size()})
      found = value.ToStringView();
    return Status::OK();
  }

  Status DeleteCF(std::uint32_t, const Slice&) override { return Status::OK(); }

  Status SingleDeleteCF(std::uint32_t, const Slice&) override { return Status::OK(); }

  Status DeleteRangeCF(std::uint32_t, const Slice&, const Slice&) override { return Status::OK(); }

  std::optional<std::string_view> found;
};

} // namespace

std::string encode(const chain_link& link) {
  return be_string(link.number, static_cast<std::uint8_t>(link.synced ? 1 : 0));
}

result<chain_link> decode_chain_link(std::string_view bytes) {
  if (bytes.size() < 9)
    return error{ec::corrupt,
                 "batch number has " + std::to_string(bytes.size()) + " bytes, expected 9"};
  return chain_link{read_be<std::uint64_t>(bytes), (bytes[8] & 1) != 0};
}

wal_chain::WalProcessingOption wal_chain::LogRecordFound(unsigned long long,
                                                         const std::string& file,
                                                         const rocksdb::WriteBatch& batch,
                                                         rocksdb::WriteBatch*, bool*) {
  link_finder finder;
  auto ok = batch.Iterate(&finder);
  auto link = ok.ok() && finder.found ? decode_chain_link(*finder.found)
                                      : result<chain_link>{error{ec::corrupt, ""}};
  if (!link) {
    complaint_ = "a batch in " + file + " has no number";
    return WalProcessingOption::kCorruptedRecord;
  }
  gap_ = gap_ || (begun_ && link->number != last_ + 1);
  if (gap_)
    return behind_gap(*link, file);
  begun_ = true;
  last_ = link->number;
  last_file_ = file;
  return WalProcessingOption::kContinueProcessing;
}

wal_chain::WalProcessingOption wal_chain::behind_gap(const chain_link& link,
                                                     const std::string& file) {
  ++dropped_count_;
  if (link.synced)
    ++dropped_sync_count_;
  if (dropped_sync_count_ <= 1)
    return WalProcessingOption::kIgnoreCurrentRecord;
  complaint_ = "batches behind number " + std::to_string(last_) + " (in " + last_file_
               + ") are missing, but " + file + " goes on with later ones";
  return WalProcessingOption::kCorruptedRecord;
}

std::string wal_chain::last_seen() const {
  return begun_ ? "batch " + std::to_string(last_) + " in " + last_file_ : std::string{};
}

} // namespace tutti::storage
