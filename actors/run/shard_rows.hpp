#pragma once

#include "runtime/engine/store_reader.hpp"
#include "storage/journal/node_store.hpp"

#include <memory>

namespace tutti::actors {

/// The applied rows of one shard.
class shard_rows final : public engine::row_reader {
public:
  shard_rows(std::shared_ptr<const storage::read_view> store, storage::shard_id shard)
    : store_(std::move(store)),
      shard_(shard) {}

  result<std::optional<std::string>> get(std::string_view key) const override {
    return store_->get(shard_, key);
  }

  status scan(std::string_view from, std::string_view to,
              const std::function<bool(std::string_view, std::string_view)>& visit) const override {
    return store_->scan(shard_, from, to, visit);
  }

  status
  scan_back(std::string_view from, std::string_view to,
            const std::function<bool(std::string_view, std::string_view)>& visit) const override {
    return store_->scan_back(shard_, from, to, visit);
  }

private:
  std::shared_ptr<const storage::read_view> store_;
  storage::shard_id shard_;
};

} // namespace tutti::actors
