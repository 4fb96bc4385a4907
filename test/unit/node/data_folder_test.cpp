#include "actors/node/data_folder.hpp"

#include <doctest/doctest.h>

#include <unistd.h>

#include <filesystem>
#include <fstream>

using namespace tutti;
using actors::open_data_folder;

namespace {

/// A folder that is gone with its owner.
struct scratch {
  scratch() { std::filesystem::remove_all(path); }

  scratch(const scratch&) = delete;
  scratch& operator=(const scratch&) = delete;

  ~scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }

  void write_format(const std::string& text) const {
    std::filesystem::create_directories(path);
    std::ofstream{path / "format"} << text;
  }

  std::filesystem::path path = std::filesystem::temp_directory_path()
                               / ("tutti_folder_" + std::to_string(::getpid()));
};

constexpr std::int64_t default_shards = 64;

} // namespace

TEST_CASE("a folder keeps the number of the node that made it") {
  scratch folder;
  REQUIRE(open_data_folder(folder.path, 8, 7));
  auto again = open_data_folder(folder.path, default_shards, 1);
  REQUIRE(again);
  CHECK(again->shards == 8);
  CHECK(again->node_id == 7);
}

TEST_CASE("a folder of another node is refused, with the number to say") {
  scratch folder;
  REQUIRE(open_data_folder(folder.path, 8, 7));
  auto other = open_data_folder(folder.path, 8, 3);
  REQUIRE(!other);
  CHECK(other.error().code == ec::precondition_failed);
  CHECK(other.error().message.find("node 7") != std::string::npos);
}

TEST_CASE("a folder that names no node is that of node 1") {
  scratch folder;
  folder.write_format("version 1\nshards 16\n");
  auto found = open_data_folder(folder.path, default_shards, 1);
  REQUIRE(found);
  CHECK(found->node_id == 1);
  CHECK(!open_data_folder(folder.path, default_shards, 2));
}

TEST_CASE("a folder of a newer program is refused") {
  scratch folder;
  folder.write_format("version 2\nshards 16\nnode 1\n");
  auto found = open_data_folder(folder.path, default_shards, 1);
  REQUIRE(!found);
  CHECK(found.error().code == ec::precondition_failed);
}
