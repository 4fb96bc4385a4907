#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

namespace tutti::worker::test {

/// A new empty folder that goes away with the object.
class temp_folder {
public:
  temp_folder() {
    auto pattern = (std::filesystem::temp_directory_path() / "tutti-worker-XXXXXX").string();
    if (const auto* made = ::mkdtemp(pattern.data()))
      path_ = made;
  }

  temp_folder(const temp_folder&) = delete;
  temp_folder& operator=(const temp_folder&) = delete;

  ~temp_folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  const std::string& path() const { return path_; }

private:
  std::string path_;
};

} // namespace tutti::worker::test
