#include "actors/link/trust.hpp"

#include <doctest/doctest.h>

using namespace tutti;
using namespace tutti::link;

namespace {

constexpr std::int64_t day = 86'400;
constexpr std::int64_t start = 1'800'000'000;
constexpr validity a_year{start, start + 365 * day};

credential authority_of(std::string_view cluster) {
  auto made = make_authority(cluster, a_year);
  REQUIRE(made);
  return *made;
}

} // namespace

TEST_CASE("a certificate speaks for the node that the authority names") {
  const auto authority = authority_of("prod-1");
  auto key = make_key_request();
  REQUIRE(key);
  auto made = issue(authority, key->request, {"prod-1", 42}, a_year);
  REQUIRE(made);
  auto who = subject_of(*made);
  REQUIRE(who);
  CHECK(*who == subject{"prod-1", 42});
  CHECK(days_left(*made, start).value() == 365);
  CHECK(days_left(*made, start + 365 * day + 5).value() == -1);
}

TEST_CASE("the certificate of an authority speaks for no node") {
  auto who = subject_of(authority_of("prod").certificate);
  REQUIRE_FALSE(who);
  CHECK(who.error().message == "the certificate of 'authority' names no node of a cluster");
}

TEST_CASE("names of clusters and numbers of nodes are checked before anything is made") {
  for (auto name : {"", "a b", "x/y", "\xC3\xA4"})
    CHECK_FALSE(make_authority(name, a_year));
  CHECK_FALSE(make_authority(std::string(65, 'x'), a_year));
  auto key = make_key_request();
  REQUIRE(key);
  CHECK_FALSE(issue(authority_of("prod"), key->request, {"prod", 0}, a_year));
  CHECK_FALSE(issue(authority_of("prod"), key->request, {"a,CN=node-1", 1}, a_year));
}

TEST_CASE("texts that are no certificate, key or request give an error, not a certificate") {
  const auto authority = authority_of("prod");
  auto key = make_key_request();
  REQUIRE(key);
  CHECK_FALSE(issue({"junk", authority.key}, key->request, {"prod", 1}, a_year));
  CHECK_FALSE(issue({authority.certificate, "junk"}, key->request, {"prod", 1}, a_year));
  CHECK_FALSE(issue(authority, "junk", {"prod", 1}, a_year));
  CHECK_FALSE(issue(authority, std::string(1'000'000, 'x'), {"prod", 1}, a_year));
  auto damaged = key->request;
  damaged[damaged.size() / 2] = damaged[damaged.size() / 2] == 'A' ? 'B' : 'A';
  CHECK_FALSE(issue(authority, damaged, {"prod", 1}, a_year));
  CHECK_FALSE(subject_of("junk"));
  CHECK_FALSE(fingerprint_of("junk"));
}

TEST_CASE("every authority has a fingerprint of its own, also under one name") {
  auto a = fingerprint_of(authority_of("prod").certificate);
  auto b = fingerprint_of(authority_of("prod").certificate);
  REQUIRE(a);
  REQUIRE(b);
  CHECK(a->size() == 64);
  CHECK(*a != *b);
}

TEST_CASE("a token is read back as it was written, and nothing else is a token") {
  const join_token token{std::string(32, 'a'), std::string(64, '0')};
  auto read = parse_token(to_string(token));
  REQUIRE(read);
  CHECK(read->secret == token.secret);
  CHECK(read->fingerprint == token.fingerprint);
  for (const std::string& text :
       {std::string{}, std::string{"."}, token.secret, to_string(token) + "0",
        std::string(31, 'a') + "." + token.fingerprint,
        std::string(32, 'G') + "." + token.fingerprint})
    CHECK_FALSE(parse_token(text));
  CHECK(same_secret("ab", "ab"));
  CHECK_FALSE(same_secret("ab", "ac"));
  CHECK_FALSE(same_secret("ab", "abc"));
}
