// What the command line keeps in a model's file: how rows are read, and what their labels are.
#pragma once
#include <optional>
#include <string>

#include "lacuna/data/labels.h"
#include "lacuna/data/read.h"
#include "lacuna/models/model.h"

namespace lacuna::cli {

struct ModelNotes {
  std::optional<data::ReadOptions> read{};  // Empty: not kept, as of packed files, which tell it themselves.
  data::LabelMap labels{};
};

std::string to_note(const ModelNotes& notes);
// Of a model that another program saved: none. Throws InvalidArgument for a note that is not understood.
ModelNotes notes_of(Model& model);

}  // namespace lacuna::cli
