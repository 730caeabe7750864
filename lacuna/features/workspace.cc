#include "lacuna/features/workspace.h"

#include "lacuna/features/workspace_parts.h"

namespace lacuna::features {

Workspace::Workspace() : parts_(std::make_unique<Parts>()) {}
Workspace::~Workspace() = default;

}  // namespace lacuna::features
