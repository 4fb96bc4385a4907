#include "runtime/model/iteration_view.hpp"
#include "runtime/model/json_codec.hpp"

namespace tutti::model {

TUTTI_JSON_TYPE(step_iteration);
TUTTI_JSON_TYPE(step_iterations_summary);
TUTTI_JSON_TYPE(iteration_row);
TUTTI_JSON_TYPE(std::vector<iteration_row>);

} // namespace tutti::model
