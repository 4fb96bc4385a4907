// Boost.JSON as part of the program, whether or not the distribution has a static library.
#include <boost/json/src.hpp>
