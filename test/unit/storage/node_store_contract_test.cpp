// What every node_store promises, whatever it is made of.

#include "test/unit/storage/store_forms.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <map>
#include <random>

using namespace tutti;
using namespace tutti::storage;
using namespace tutti::storage::test;

TYPE_TO_STRING(rocks_form);
TYPE_TO_STRING(memory_form);

namespace {

/// Leads a shard to three applied and two more entries.
void lead(node_store& store, shard_id shard) {
  must_ok(store.write({birth(shard)}, true));
  auto write = append(shard, entries_of(2, 6, 2));
  write.state = hard_state{2, 7, 4};
  write.apply = {put_row("a", "1"), put_row("b", "2")};
  write.applied = 4;
  write.applied_term = 2;
  must_ok(store.write({write}, true));
}

ec refusal(const status& what) {
  return what ? ec::ok : what.error().code;
}

} // namespace

TEST_CASE_TEMPLATE("a shard that was never written reads as empty", form, rocks_form, memory_form) {
  form sut;
  CHECK_FALSE(must(sut.store->get(3, "a")).has_value());
  CHECK(all_rows(*sut.store, 3).empty());
  CHECK(must(sut.store->position(3)) == shard_position{});
  CHECK(must(sut.store->shards()).empty());
}

TEST_CASE_TEMPLATE("rows are put, erased and erased by range in order", form, rocks_form,
                   memory_form) {
  form sut;
  must_ok(sut.store->write({rows(1, {put_row("a", "1"), put_row("b", "2"), put_row("c", "3"),
                                     put_row("d", "4"), erase_rows("b", "d"), put_row("c", "5"),
                                     erase_row("a")})},
                           true));
  CHECK(all_rows(*sut.store, 1) == "c=5;d=4;");
  CHECK(must(sut.store->get(1, "c")) == "5");
  CHECK_FALSE(must(sut.store->get(1, "b")).has_value());
  must_ok(sut.store->write({rows(1, {erase_rows("d", "d"), erase_rows("z", "a")})}, true));
  CHECK(all_rows(*sut.store, 1) == "c=5;d=4;");
  must_ok(sut.store->write({rows(1, {erase_rows("d", "")})}, true));
  CHECK(all_rows(*sut.store, 1) == "c=5;");
}

TEST_CASE_TEMPLATE("scans stay in their range and their shard, in both directions", form,
                   rocks_form, memory_form) {
  form sut;
  std::string high(3, '\xff');
  must_ok(sut.store->write({rows(1, {put_row("a", "1"), put_row("b", "2"), put_row(high, "3")}),
                            rows(2, {put_row("", "x"), put_row("b", "y")})},
                           true));
  CHECK(all_rows(*sut.store, 1) == "a=1;b=2;" + high + "=3;");
  CHECK(all_rows(*sut.store, 1, "b", high) == "b=2;");
  CHECK(all_rows(*sut.store, 2) == "=x;b=y;");
  CHECK(all_rows(*sut.store, 2, "c", "a").empty());
  std::string back;
  must_ok(sut.store->scan_back(1, "a", high, [&](std::string_view key, std::string_view) {
    back += key;
    return true;
  }));
  CHECK(back == "ba");
  back.clear();
  must_ok(sut.store->scan_back(1, "", "", [&](std::string_view, std::string_view value) {
    back += value;
    return value != "2";
  }));
  CHECK(back == "32");
}

TEST_CASE_TEMPLATE("a view does not see what comes after it", form, rocks_form, memory_form) {
  form sut;
  lead(*sut.store, 1);
  auto view = must(sut.store->view());
  auto next = rows(1, {put_row("a", "9"), erase_row("b")});
  next.applied = 5;
  next.applied_term = 2;
  must_ok(sut.store->write({next}, false));
  CHECK(all_rows(*view, 1) == "a=1;b=2;");
  CHECK(must(view->get(1, "a")) == "1");
  CHECK(must(view->position(1)).applied == 4);
  CHECK(all_rows(*sut.store, 1) == "a=9;");
  CHECK(must(sut.store->position(1)).applied == 5);
}

TEST_CASE_TEMPLATE("a shard begins behind a truncated entry that it never had", form, rocks_form,
                   memory_form) {
  form sut;
  must_ok(sut.store->write({birth(5)}, true));
  auto at = must(sut.store->position(5));
  CHECK(at.applied == 1);
  CHECK(at.first() == 2);
  CHECK(at.last == 1);
  CHECK(at.conf_state == "one voter");
  CHECK(must(sut.store->term(5, 1)) == 1);
  CHECK(must(sut.store->shards()) == std::vector<shard_id>{5});
}

TEST_CASE_TEMPLATE("everything is there after reopening", form, rocks_form, memory_form) {
  form sut;
  lead(*sut.store, 1);
  lead(*sut.store, 65535);
  auto before = must(sut.store->position(1));
  sut.reopen();
  CHECK(must(sut.store->position(1)) == before);
  CHECK(before.hard == hard_state{2, 7, 4});
  CHECK(before.last == 6);
  CHECK(all_rows(*sut.store, 65535) == "a=1;b=2;");
  CHECK(all_entries(*sut.store, 1, 2, 7) == "2:2:e2;3:2:e3;4:2:e4;5:2:e5;6:2:e6;");
  CHECK(must(sut.store->shards()) == std::vector<shard_id>{1, 65535});
}

TEST_CASE_TEMPLATE("entries come at least one at a time and stop at the byte limit", form,
                   rocks_form, memory_form) {
  form sut;
  lead(*sut.store, 1);
  CHECK(all_entries(*sut.store, 1, 3, 6, 0) == "3:2:e3;");
  CHECK(all_entries(*sut.store, 1, 3, 6, 4) == "3:2:e3;4:2:e4;");
  CHECK(all_entries(*sut.store, 1, 3, 3).empty());
  std::vector<log_entry> out;
  CHECK(refusal(sut.store->entries(1, 1, 3, 9, out)) == ec::not_found);
  CHECK(refusal(sut.store->entries(1, 6, 8, 9, out)) == ec::unavailable);
  CHECK(sut.store->term(1, 7).error().code == ec::unavailable);
  CHECK(sut.store->term(1, 0).error().code == ec::not_found);
}

TEST_CASE_TEMPLATE("a new leader's entries replace the suffix, and nothing stale is left", form,
                   rocks_form, memory_form) {
  form sut;
  lead(*sut.store, 1);
  auto write = append(1, entries_of(5, 5, 3, "n"));
  write.truncate_suffix_from = 5;
  must_ok(sut.store->write({write}, true));
  sut.reopen();
  CHECK(must(sut.store->position(1)).last == 5);
  CHECK(all_entries(*sut.store, 1, 4, 6) == "4:2:e4;5:3:n5;");
  CHECK(must(sut.store->term(1, 5)) == 3);
}

TEST_CASE_TEMPLATE("a suffix can be removed without new entries", form, rocks_form, memory_form) {
  form sut;
  lead(*sut.store, 1);
  shard_write write;
  write.shard = 1;
  write.truncate_suffix_from = 5;
  must_ok(sut.store->write({write}, true));
  CHECK(must(sut.store->position(1)).last == 4);
  write.truncate_suffix_from = 9;
  must_ok(sut.store->write({write}, true));
  CHECK(must(sut.store->position(1)).last == 4);
}

TEST_CASE_TEMPLATE("the prefix goes when it is applied, and its last term is remembered", form,
                   rocks_form, memory_form) {
  form sut;
  lead(*sut.store, 1);
  shard_write write;
  write.shard = 1;
  write.truncate_prefix_to = 4;
  must_ok(sut.store->write({write}, false));
  write.truncate_prefix_to = 3;
  must_ok(sut.store->write({write}, true));
  sut.reopen();
  auto at = must(sut.store->position(1));
  CHECK(at.first() == 5);
  CHECK(at.truncated_term == 2);
  CHECK(must(sut.store->term(1, 4)) == 2);
  CHECK(sut.store->term(1, 3).error().code == ec::not_found);
  CHECK(all_entries(*sut.store, 1, 5, 7) == "5:2:e5;6:2:e6;");
}

TEST_CASE_TEMPLATE("a batch may append, apply and truncate the same entries", form, rocks_form,
                   memory_form) {
  form sut;
  must_ok(sut.store->write({birth(1)}, true));
  auto first = append(1, entries_of(2, 2000, 1));
  auto second = append(1, entries_of(2001, 4000, 4));
  second.state = hard_state{4, 1, 4000};
  second.applied = 4000;
  second.applied_term = 4;
  second.truncate_prefix_to = 3999;
  must_ok(sut.store->write({first, second}, true));
  sut.reopen();
  auto at = must(sut.store->position(1));
  CHECK(at.first() == 4000);
  CHECK(at.truncated_term == 4);
  CHECK(all_entries(*sut.store, 1, 4000, 4001) == "4000:4:e4000;");
  CHECK(sut.store->term(1, 3998).error().code == ec::not_found);
}

TEST_CASE_TEMPLATE("what would break the log is refused and changes nothing", form, rocks_form,
                   memory_form) {
  form sut;
  lead(*sut.store, 1);
  auto before = must(sut.store->position(1));
  std::vector<shard_write> bad;
  bad.push_back(append(1, entries_of(8, 8, 2)));
  bad.push_back(append(1, entries_of(6, 6, 2)));
  bad.emplace_back(shard_write{1, 4, {}, {}, {}, {}, 0, {}, {}});
  bad.emplace_back(shard_write{1, {}, {}, hard_state{1, 7, 4}, {}, {}, 0, {}, {}});
  bad.emplace_back(shard_write{1, {}, {}, hard_state{2, 8, 4}, {}, {}, 0, {}, {}});
  bad.emplace_back(shard_write{1, {}, {}, hard_state{2, 7, 7}, {}, {}, 0, {}, {}});
  bad.emplace_back(shard_write{1, {}, {}, {}, {}, 3, 2, {}, {}});
  bad.emplace_back(shard_write{1, {}, {}, {}, {}, {}, 0, {}, 5});
  for (std::size_t i = 0; i < bad.size(); ++i) {
    CAPTURE(i);
    auto good = rows(2, {put_row("k", "v")});
    CHECK(refusal(sut.store->write({good, bad[i]}, true)) == ec::conflict);
  }
  CHECK(must(sut.store->position(1)) == before);
  CHECK(must(sut.store->shards()) == std::vector<shard_id>{1});
  CHECK(all_rows(*sut.store, 2).empty());
}

TEST_CASE_TEMPLATE("a commit index never goes back and covers what is applied", form, rocks_form,
                   memory_form) {
  form sut;
  lead(*sut.store, 1);
  shard_write write;
  write.shard = 1;
  write.applied = 6;
  write.applied_term = 2;
  must_ok(sut.store->write({write}, false));
  CHECK(must(sut.store->position(1)).hard == hard_state{2, 7, 6});
  write.state = hard_state{3, 0, 2};
  must_ok(sut.store->write({write}, true));
  sut.reopen();
  CHECK(must(sut.store->position(1)).hard == hard_state{3, 0, 6});
}

TEST_CASE_TEMPLATE("a replica's batch is one: log, vote, rows, applied index and members", form,
                   rocks_form, memory_form) {
  form sut;
  lead(*sut.store, 1);
  auto before = must(sut.store->position(1));
  auto batch = rows(1, {put_row("a", "9"), erase_row("b")});
  batch.truncate_suffix_from = 6;
  batch.append = entries_of(6, 8, 3);
  batch.state = hard_state{3, 9, 6};
  batch.applied = 5;
  batch.applied_term = 2;
  batch.conf_state = "three voters";
  auto bad = append(2, entries_of(7, 7, 1));
  CHECK(refusal(sut.store->write({batch, bad}, true)) == ec::conflict);
  CHECK(must(sut.store->position(1)) == before);
  CHECK(all_entries(*sut.store, 1, 5, 7) == "5:2:e5;6:2:e6;");
  must_ok(sut.store->write({batch}, true));
  for (auto i = 0; i < 2; ++i) {
    auto at = must(sut.store->position(1));
    CHECK(at.hard == hard_state{3, 9, 6});
    CHECK(at.applied == 5);
    CHECK(at.conf_state == "three voters");
    CHECK(all_entries(*sut.store, 1, 5, 9) == "5:2:e5;6:3:e6;7:3:e7;8:3:e8;");
    CHECK(all_rows(*sut.store, 1) == "a=9;");
    CHECK(must(must(sut.store->view())->position(1)) == at);
    sut.reopen();
  }
}

TEST_CASE_TEMPLATE("entries keep their kind, and may be empty", form, rocks_form, memory_form) {
  form sut;
  must_ok(sut.store->write({birth(1)}, true));
  std::vector<log_entry> all{{2, 1, 0, ""}, {3, 1, 2, std::string("\0\xff", 2)}, {4, 2, 1, ""}};
  must_ok(sut.store->write({append(1, all)}, true));
  sut.reopen();
  std::vector<log_entry> found;
  must_ok(sut.store->entries(1, 2, 5, 1 << 20, found));
  CHECK(found == all);
}

TEST_CASE_TEMPLATE("behind an installed snapshot the log begins anew", form, rocks_form,
                   memory_form) {
  form source;
  lead(*source.store, 1);
  form sut;
  must_ok(sut.store->write({birth(1)}, true));
  auto old = append(1, entries_of(2, 9, 1, "old"));
  old.state = hard_state{1, 0, 3};
  must_ok(sut.store->write({old}, true));
  auto picture = must(source.store->snapshot(1));
  must_ok(sut.store->install(1, *picture));
  auto check = [&] {
    auto at = must(sut.store->position(1));
    CHECK(at.last == 4);
    CHECK(at.truncated == 4);
    CHECK(must(sut.store->term(1, 4)) == 2);
    CHECK(sut.store->term(1, 5).error().code == ec::unavailable);
    CHECK(at.hard == hard_state{2, 0, 4});
    CHECK(at.conf_state == "one voter");
  };
  check();
  sut.reopen();
  check();
  auto next = append(1, entries_of(5, 6, 3));
  next.truncate_suffix_from = 5;
  next.state = hard_state{3, 1, 5};
  must_ok(sut.store->write({next}, true));
  sut.reopen();
  CHECK(must(sut.store->position(1)).last == 6);
  CHECK(all_entries(*sut.store, 1, 5, 7) == "5:3:e5;6:3:e6;");
  CHECK(all_rows(*sut.store, 1) == "a=1;b=2;");
}

TEST_CASE_TEMPLATE("a replica that waits to be added votes, and begins with a snapshot", form,
                   rocks_form, memory_form) {
  form source;
  lead(*source.store, 1);
  form sut;
  shard_write vote;
  vote.shard = 1;
  vote.state = hard_state{2, 9, 0};
  must_ok(sut.store->write({vote}, true));
  sut.reopen();
  CHECK(must(sut.store->position(1)).hard == hard_state{2, 9, 0});
  auto picture = must(source.store->snapshot(1));
  must_ok(sut.store->install(1, *picture));
  sut.reopen();
  CHECK(must(sut.store->position(1)).hard == hard_state{2, 9, 4});
  CHECK(all_rows(*sut.store, 1) == "a=1;b=2;");
}

TEST_CASE_TEMPLATE("a random log reads like a map", form, rocks_form, memory_form) {
  for (auto seed = 1U; seed <= 5; ++seed) {
    CAPTURE(seed);
    form sut;
    std::mt19937 random{seed};
    must_ok(sut.store->write({birth(1)}, true));
    std::map<log_index, log_entry> model;
    log_index first = 2;
    log_index commit = 1;
    term_no term = 1;
    for (auto step = 0; step < 300; ++step) {
      shard_write write;
      write.shard = 1;
      term += random() % 3 == 0 ? 1 : 0;
      auto last = model.empty() ? first - 1 : model.rbegin()->first;
      auto from = commit + 1 + random() % (last - commit + 1);
      write.truncate_suffix_from = from;
      write.append = entries_of(from, from + random() % 6, term, std::to_string(step) + ":");
      model.erase(model.lower_bound(from), model.end());
      for (const auto& x : write.append)
        model[x.index] = x;
      commit += random() % (write.append.back().index - commit + 1);
      write.state = hard_state{term, 0, commit};
      write.applied = commit;
      write.applied_term = commit < first ? 1 : model[commit].term;
      if (random() % 10 == 0 && commit >= first) {
        write.truncate_prefix_to = commit;
        model.erase(model.begin(), model.upper_bound(commit));
        first = commit + 1;
      }
      must_ok(sut.store->write({write}, step % 7 == 0));
      if (step % 100 == 99)
        sut.reopen();
      auto at = must(sut.store->position(1));
      auto end = model.empty() ? first - 1 : model.rbegin()->first;
      REQUIRE(at.first() == first);
      REQUIRE(at.last == end);
      std::vector<log_entry> found;
      must_ok(sut.store->entries(1, first, end + 1, std::uint64_t{1} << 40, found));
      REQUIRE(found.size() == model.size());
      for (const auto& x : found) {
        REQUIRE(x == model[x.index]);
        REQUIRE(must(sut.store->term(1, x.index)) == x.term);
      }
    }
  }
}

TEST_CASE_TEMPLATE("a dropped shard is forgotten and can begin anew", form, rocks_form,
                   memory_form) {
  form sut;
  lead(*sut.store, 1);
  lead(*sut.store, 2);
  must_ok(sut.store->drop(1));
  CHECK(must(sut.store->position(1)) == shard_position{});
  CHECK(all_rows(*sut.store, 1).empty());
  sut.reopen();
  CHECK(must(sut.store->shards()) == std::vector<shard_id>{2});
  must_ok(sut.store->write({birth(1)}, true));
  CHECK(must(sut.store->position(1)).last == 1);
  CHECK(all_rows(*sut.store, 1).empty());
  CHECK(all_rows(*sut.store, 2) == "a=1;b=2;");
}

TEST_CASE_TEMPLATE("a second opener is refused with a sentence", form, rocks_form, memory_form) {
  form sut;
  auto second = sut.try_open();
  REQUIRE_FALSE(second.has_value());
  CHECK(second.error().code == ec::unavailable);
  CHECK(second.error().message.find("in use by another") != std::string::npos);
}

TEST_CASE_TEMPLATE("a full disk refuses writes, serves reads, and recovers", form, rocks_form,
                   memory_form) {
  form sut;
  lead(*sut.store, 1);
  sut.fill_disk(true);
  status refused = unit{};
  // The check may be up to 100 ms old.
  for (auto i = 0; i < 100'000 && refused; ++i)
    refused = sut.store->write({rows(9, {put_row("k", std::string(1000, 'v'))})}, false);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == ec::unavailable);
  CHECK(refused.error().message.find("disk full: 0 MB free of") == 0);
  CHECK(all_rows(*sut.store, 1) == "a=1;b=2;");
  sut.fill_disk(false);
  must_ok(sut.store->write({rows(1, {put_row("c", "3")})}, true));
  sut.reopen();
  CHECK(all_rows(*sut.store, 1) == "a=1;b=2;c=3;");
}

TEST_CASE_TEMPLATE("after a failed sync no write is taken any more, reads go on", form, rocks_form,
                   memory_form) {
  form sut;
  lead(*sut.store, 1);
  sut.fail_next_sync();
  auto failed = sut.store->write({rows(1, {put_row("c", "3")})}, true);
  CHECK(refusal(failed) == ec::io);
  sut.heal();
  auto later = sut.store->write({rows(1, {put_row("d", "4")})}, false);
  REQUIRE_FALSE(later.has_value());
  CHECK(later.error() == failed.error());
  CHECK(must(sut.store->get(1, "a")) == "1");
  sut.reopen();
  CHECK(must(sut.store->get(1, "a")) == "1");
  CHECK_FALSE(must(sut.store->get(1, "d")).has_value());
}

TEST_CASE_TEMPLATE("after a failed write no write is taken any more", form, rocks_form,
                   memory_form) {
  form sut;
  lead(*sut.store, 1);
  sut.fail_next_write();
  CHECK(refusal(sut.store->write({rows(1, {put_row("c", "3")})}, true)) == ec::io);
  sut.heal();
  CHECK(refusal(sut.store->write({rows(1, {put_row("d", "4")})}, true)) == ec::io);
  CHECK(refusal(sut.store->drop(1)) == ec::io);
  sut.reopen();
  CHECK(all_rows(*sut.store, 1) == "a=1;b=2;");
  must_ok(sut.store->write({rows(1, {put_row("d", "4")})}, true));
}

TEST_CASE_TEMPLATE("random rows read like a map", form, rocks_form, memory_form) {
  for (auto seed = 1U; seed <= 5; ++seed) {
    CAPTURE(seed);
    form sut;
    std::mt19937 random{seed};
    std::map<std::string, std::string> model;
    auto key = [&] { return "k" + std::to_string(random() % 60); };
    for (auto step = 0; step < 400; ++step) {
      std::vector<row_op> ops;
      for (auto i = random() % 5; i > 0; --i)
        switch (random() % 6) {
          case 0: {
            auto from = key();
            auto to = key();
            ops.push_back(erase_rows(from, to));
            if (from < to)
              model.erase(model.lower_bound(from), model.lower_bound(to));
            break;
          }
          case 1:
            ops.push_back(erase_row(key()));
            model.erase(ops.back().key);
            break;
          default:
            ops.push_back(put_row(key(), std::to_string(step)));
            model[ops.back().key] = ops.back().value;
        }
      must_ok(sut.store->write({rows(1, ops)}, step % 7 == 0));
      if (step % 150 == 149)
        sut.reopen();
    }
    std::string expected;
    for (const auto& [k, v] : model)
      expected.append(k).append("=").append(v).append(";");
    REQUIRE(all_rows(*sut.store, 1) == expected);
  }
}
