#include "actors/node/data_folder.hpp"

#include "config/options/node_options.hpp"

#include <fstream>

namespace tutti::actors {

namespace {

constexpr std::int64_t layout_version = 1;

struct format {
  std::int64_t version = 0;
  std::int64_t shards = 0;
  std::int64_t node = 1;
};

result<format> read_format(const std::filesystem::path& file) {
  std::ifstream in{file};
  format f;
  std::string key;
  while (in >> key) {
    if (key == "version")
      in >> f.version;
    else if (key == "shards")
      in >> f.shards;
    else if (key == "node")
      in >> f.node;
    else
      in >> key;
  }
  if (f.version < 1 || f.shards < 1 || f.node < 1)
    return error{ec::corrupt, "file " + file.string()
                                + " does not say version and shards; restore it from a backup of "
                                  "the data folder"};
  if (f.version > layout_version)
    return error{ec::precondition_failed,
                 "data folder " + file.parent_path().string() + " has the layout version "
                   + std::to_string(f.version) + ", this program knows up to "
                   + std::to_string(layout_version) + "; use the newer program"};
  return f;
}

} // namespace

result<data_folder> open_data_folder(const std::filesystem::path& folder, std::int64_t shards,
                                     std::int64_t node_id) {
  data_folder found{folder / "store", folder / "runs", 0, 0};
  std::error_code why;
  std::filesystem::create_directories(found.store, why);
  if (!why)
    std::filesystem::create_directories(found.runs, why);
  if (why)
    return error{ec::io, "cannot make the data folder " + folder.string() + ": " + why.message()
                           + "; choose another with --data"};
  auto file = folder / "format";
  if (std::filesystem::exists(file)) {
    auto f = read_format(file);
    if (!f)
      return f.error();
    if (f->shards != shards && shards != config::node_options{}.shards)
      return error{ec::precondition_failed,
                   "data folder " + folder.string() + " was made with " + std::to_string(f->shards)
                     + " shards, which cannot change; leave out --shards or say "
                     + std::to_string(f->shards)};
    if (f->node != node_id && node_id != config::node_options{}.node_id)
      return error{ec::precondition_failed, "data folder " + folder.string() + " was made for node "
                                              + std::to_string(f->node)
                                              + ", which cannot change; leave out --node-id or say "
                                              + std::to_string(f->node)};
    found.shards = static_cast<engine::shard_no>(f->shards);
    found.node_id = f->node;
    return found;
  }
  auto fresh = folder / "format.new";
  {
    std::ofstream out{fresh};
    out << "version " << layout_version << "\nshards " << shards << "\nnode " << node_id << "\n";
    if (!out.flush())
      return error{ec::io, "cannot write " + fresh.string() + "; is the disk full?"};
  }
  std::filesystem::rename(fresh, file, why);
  if (why)
    return error{ec::io, "cannot write " + file.string() + ": " + why.message()};
  found.shards = static_cast<engine::shard_no>(shards);
  found.node_id = node_id;
  return found;
}

} // namespace tutti::actors
