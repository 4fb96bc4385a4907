#include "tools/sel_bench/yardstick.hpp"

#ifdef TUTTI_HAS_LUA
#  include <lua.hpp>
#endif

namespace tutti::bench {

#ifdef TUTTI_HAS_LUA

struct yardstick::state {
  lua_State* lua = luaL_newstate();
  int function = LUA_NOREF;

  ~state() { lua_close(lua); }
};

yardstick::yardstick() : state_(std::make_unique<state>()) {
  luaL_openlibs(state_->lua);
}

bool yardstick::present() const {
  return true;
}

bool yardstick::load(std::string_view text) {
  auto* lua = state_->lua;
  if (luaL_loadbuffer(lua, text.data(), text.size(), "example") != LUA_OK) {
    lua_pop(lua, 1);
    return false;
  }
  luaL_unref(lua, LUA_REGISTRYINDEX, state_->function);
  state_->function = luaL_ref(lua, LUA_REGISTRYINDEX);
  return true;
}

void yardstick::run() {
  auto* lua = state_->lua;
  lua_pushinteger(lua, 7);
  lua_setglobal(lua, "x");
  lua_pushliteral(lua, "abc,def");
  lua_setglobal(lua, "y");
  lua_pushliteral(lua, "OK");
  lua_setglobal(lua, "step__status");
  lua_rawgeti(lua, LUA_REGISTRYINDEX, state_->function);
  lua_call(lua, 0, 1);
  lua_pop(lua, 1);
}

#else

struct yardstick::state {};

yardstick::yardstick() = default;

bool yardstick::present() const {
  return false;
}

bool yardstick::load(std::string_view) {
  return false;
}

void yardstick::run() {}

#endif

yardstick::~yardstick() = default;

} // namespace tutti::bench
