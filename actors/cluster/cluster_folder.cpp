#include "actors/cluster/cluster_folder.hpp"

#include "actors/link/join.hpp"
#include "config/options/node_options.hpp"
#include "runtime/model/stored.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <iterator>

namespace tutti::actors {

namespace {

constexpr std::int64_t day_s = 24 * 3600;
constexpr auto join_patience = std::chrono::seconds{20};

std::filesystem::path file_of(const std::filesystem::path& data) {
  return data / "cluster";
}

link::validity holds(std::int64_t now_s, std::int64_t days) {
  // Clocks of nodes differ a little.
  return {now_s - day_s, now_s + days * day_s};
}

result<cluster_seat> read_seat(const std::filesystem::path& file) {
  std::ifstream in{file, std::ios::binary};
  std::string bytes{std::istreambuf_iterator<char>{in}, {}};
  auto seat = model::decode<cluster_seat>(bytes);
  if (!in || !seat || seat->node == 0 || seat->shards < 1)
    return error{ec::corrupt, "file " + file.string()
                                + " does not say which node of which cluster this is; restore it "
                                  "from a backup of the data folder, or remove the folder and join "
                                  "as a new node"};
  return seat;
}

result<cluster_seat> found(const config::node_options& options, std::int64_t now_s) {
  cluster_seat out;
  out.cluster = options.cluster_name;
  out.node = 1;
  out.address = options.listen;
  out.shards = options.shards;
  out.founder = true;
  if (options.insecure)
    return out;
  auto authority = link::make_authority(out.cluster, holds(now_s, authority_certificate_days));
  auto key = link::make_key_request();
  if (!authority || !key)
    return authority ? key.error() : authority.error();
  auto own = link::issue(*authority, key->request, {out.cluster, out.node},
                         holds(now_s, node_certificate_days));
  if (!own)
    return own.error();
  out.certificate = std::move(*own);
  out.key = std::move(key->key);
  out.authority = std::move(authority->certificate);
  out.authority_key = std::move(authority->key);
  return out;
}

result<cluster_seat> join(const config::node_options& options, const std::string& version) {
  if (std::filesystem::exists(std::filesystem::path{options.data} / "format"))
    return error{ec::precondition_failed,
                 "data folder " + options.data
                   + " has data of its own, which a cluster cannot take over; join with an empty "
                     "folder"};
  result<link::joined> got = error{};
  if (options.insecure)
    got = link::join_in_clear(options.join, options.listen, version, join_patience);
  else {
    auto token = link::parse_token(options.token);
    if (!token)
      return error{ec::bad_request, "--token: " + token.error().message};
    got = link::join_cluster(options.join, *token, options.listen, version, join_patience);
  }
  if (!got)
    return got.error();
  cluster_seat out;
  out.cluster = got->answer.cluster;
  out.node = got->answer.node;
  out.address = options.listen;
  out.shards = got->answer.shards;
  out.certificate = got->identity.own.certificate;
  out.key = got->identity.own.key;
  out.authority = got->identity.authority;
  out.members = got->answer.members;
  if (out.node == 0 || out.shards < 1)
    return error{ec::internal, "the node at " + options.join + " did not say which node this is"};
  return out;
}

} // namespace

result<std::optional<cluster_seat>> take_seat(const config::node_options& options,
                                              const std::string& version, std::int64_t now_s) {
  const std::filesystem::path data{options.data};
  if (std::filesystem::exists(file_of(data))) {
    auto seat = read_seat(file_of(data));
    if (!seat)
      return seat.error();
    if (!options.listen.empty() && options.listen != seat->address) {
      seat->address = options.listen;
      if (auto ok = save_seat(data, *seat); !ok)
        return ok.error();
    }
    return std::optional{std::move(*seat)};
  }
  if (options.listen.empty())
    return std::optional<cluster_seat>{};
  auto made = options.join.empty() ? found(options, now_s) : join(options, version);
  if (!made)
    return made.error();
  std::error_code why;
  std::filesystem::create_directories(data, why);
  if (why)
    return error{ec::io, "cannot make the data folder " + options.data + ": " + why.message()};
  if (auto ok = save_seat(data, *made); !ok)
    return ok.error();
  return std::optional{std::move(*made)};
}

status save_seat(const std::filesystem::path& data, const cluster_seat& what) {
  auto fresh = file_of(data);
  fresh += ".new";
  auto failed = [&] {
    return error{ec::io, "cannot write " + fresh.string() + "; is the disk full?"};
  };
  constexpr auto owner_only = 0600;
  auto fd = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, owner_only);
  if (fd < 0)
    return failed();
  auto bytes = model::encode(what);
  std::size_t done = 0;
  while (done < bytes.size()) {
    auto n = ::write(fd, bytes.data() + done, bytes.size() - done);
    if (n <= 0)
      break;
    done += static_cast<std::size_t>(n);
  }
  auto good = done == bytes.size() && ::fsync(fd) == 0;
  good = ::close(fd) == 0 && good;
  std::error_code why;
  if (good)
    std::filesystem::rename(fresh, file_of(data), why);
  return good && !why ? status{unit{}} : failed();
}

std::optional<link::node_identity> identity_of(const cluster_seat& what) {
  if (what.certificate.empty())
    return std::nullopt;
  return link::node_identity{{what.certificate, what.key}, what.authority};
}

} // namespace tutti::actors
