// Everything a user of the library needs. No header of a dependency is reached from here.
#pragma once
#include "lacuna/backend/backend.h"
#include "lacuna/backend/function.h"
#include "lacuna/base/error.h"
#include "lacuna/base/interrupt.h"
#include "lacuna/base/message.h"
#include "lacuna/base/random.h"
#include "lacuna/base/threads.h"
#include "lacuna/data/array.h"
#include "lacuna/data/libsvm.h"
#include "lacuna/data/slice_rows.h"
#include "lacuna/graph/strict.h"
#include "lacuna/layers/core.h"
#include "lacuna/layers/dense.h"
#include "lacuna/layers/embedding.h"
#include "lacuna/layers/factorization_machine.h"
#include "lacuna/layers/input.h"
#include "lacuna/layers/merge.h"
#include "lacuna/losses/losses.h"
#include "lacuna/metrics/metrics.h"
#include "lacuna/models/callbacks.h"
#include "lacuna/models/model.h"
#include "lacuna/models/sequential.h"
#include "lacuna/optimizers/adagrad.h"
#include "lacuna/optimizers/adam.h"
#include "lacuna/optimizers/sgd.h"
#include "lacuna/tensor/cast_storage.h"
#include "lacuna/tensor/row_table.h"

namespace lacuna {
using layers::Input;
}
