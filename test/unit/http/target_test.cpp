#include "actors/http/target.hpp"
#include "actors/http/utf8.hpp"

#include <doctest/doctest.h>

using namespace tutti;
using segments = std::vector<std::string>;

namespace {

http::request read(std::string_view target) {
  http::request asked;
  const auto done = http::read_target(target, asked);
  REQUIRE(done);
  return asked;
}

} // namespace

TEST_CASE("a path is cut at its slashes and then decoded") {
  CHECK(read("/").segments.empty());
  CHECK(read("/a/b%20c/d+e").segments == segments{"a", "b c", "d+e"});
  CHECK(read("/a/").segments == segments{"a", ""});
  CHECK(read("/a//b").segments == segments{"a", "", "b"});
  CHECK(read("/a%2Fb").segments == segments{"a/b"});
  CHECK(read("/a%2fb?x").path == "/a%2fb");
}

TEST_CASE("a query is cut into its parameters and then decoded") {
  CHECK(read("/?a=1&b=x+y%26z&a=&c&&=v").query
        == http::name_values{{"a", "1"}, {"b", "x y&z"}, {"a", ""}, {"c", ""}, {"", "v"}});
  CHECK(read("/?").query.empty());
  CHECK(read("/?a=b=c").query == http::name_values{{"a", "b=c"}});
}

TEST_CASE("the absolute form names the same path") {
  CHECK(read("http://host:8080/a/b?c=d").path == "/a/b");
  CHECK(read("http://host").path == "/");
  CHECK(read("http://host?a=b").query == http::name_values{{"a", "b"}});
  CHECK(read("*").path == "*");
}

TEST_CASE("a target that is no text is refused") {
  http::request asked;
  for (const auto* bad :
       {"/%", "/%4", "/%4g", "/%ff", "/%C0%AF", "/%00", "/?a=%", "/?%00", "a/b"}) {
    CAPTURE(bad);
    const auto done = http::read_target(bad, asked);
    REQUIRE(!done);
    CHECK(done.error().code == ec::bad_request);
    CHECK(http::is_utf8(done.error().message));
  }
}

TEST_CASE("only well-formed UTF-8 is text") {
  CHECK(http::is_utf8("\xC3\xBC \xE2\x82\xAC \xF0\x9F\x98\x80"));
  for (const auto* bad : {"\x80", "\xC3", "\xC0\xAF", "\xE0\x80\xAF", "\xED\xA0\x80",
                          "\xF5\x80\x80\x80", "\xF4\x90\x80\x80", "\xF0\x80\x80\x80", "\xE2\x82"}) {
    CAPTURE(bad);
    CHECK(!http::is_utf8(bad));
  }
}

TEST_CASE("a header that is not UTF-8 is read as Latin-1") {
  CHECK(http::header_text("J\xC3\xB6rg") == "J\xC3\xB6rg");
  CHECK(http::header_text("J\xF6rg") == "J\xC3\xB6rg");
}
